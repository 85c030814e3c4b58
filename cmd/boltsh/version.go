package main

// version is what --version prints and what servers see as the user agent.
const version = "dev"
