//! What version 0.9 does otherwise than 0.8.

use neo4rs::{Config, Graph, Result};

pub const TRIES_LOGINS_AGAIN: bool = false;

pub async fn connect(config: Config) -> Result<Graph> {
    Graph::connect(config)
}
