//! The one call that version 0.8 has otherwise.

use neo4rs::{Config, Graph, Result};

pub async fn connect(config: Config) -> Result<Graph> {
    Graph::connect(config)
}
