//! What version 0.8 does otherwise than 0.9.

use neo4rs::{Config, Graph, Result};

/// A refused login is tried again with growing pauses, half a minute long.
pub const TRIES_LOGINS_AGAIN: bool = true;

pub async fn connect(config: Config) -> Result<Graph> {
    Graph::connect(config).await
}
