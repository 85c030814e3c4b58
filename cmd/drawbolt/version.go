package main

import "runtime/debug"

// version is the release; builds from other commits add their revision.
const version = "0.1.0"

// fullVersion returns the version with the commit that the toolchain recorded.
func fullVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	var revision, modified string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			if s.Value == "true" {
				modified = "+"
			}
		}
	}
	if revision == "" {
		return version
	}
	return version + "-" + revision + modified
}
