//! Does with neo4rs what a program does every day, and sends every value there
//! and back.

mod version;

use std::env::var;

use neo4rs::{query, BoltType, ConfigBuilder, Error, Graph, Result};

async fn open(password: &str) -> Result<Graph> {
    let at = format!("{}:{}", var("DRAWBOLT_HOST").unwrap(), var("DRAWBOLT_PORT").unwrap());
    let mut config = ConfigBuilder::default()
        .user(var("DRAWBOLT_USER").unwrap())
        .password(password)
        .max_connections(20)
        .fetch_size(1000);
    config = match var("DRAWBOLT_CA") {
        Ok(ca) => config.uri(format!("bolt+s://{at}")).with_client_certificate(ca),
        Err(_) => config.uri(format!("bolt://{at}")),
    };
    version::connect(config.build()?).await
}

fn step(name: &str, result: Result<String>) {
    match result {
        Ok(text) => println!("{name}: {text}"),
        Err(e) => println!("{name}: failed: {e}"),
    }
}

fn code<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "it works".into(),
        Err(Error::Neo4j(e)) => e.code().into(),
        Err(e) => format!("{e}"),
    }
}

async fn number(g: &Graph, text: &str) -> Result<i64> {
    let mut rows = g.execute(query(text)).await?;
    Ok(rows.next().await?.map_or(-1, |row| row.get("n").unwrap_or(-2)))
}

/// Names the values that do not come back as they were.
async fn values() -> Result<String> {
    let mut lost = vec![];
    for line in std::fs::read_to_string(var("DRAWBOLT_VALUES").unwrap()).unwrap().lines() {
        let row: Vec<&str> = line.split('\t').collect();
        if line.starts_with('#') || row[1].starts_with("MATCH") {
            continue;
        }
        // A value that the library can not read spoils its connection.
        let g = open(&var("DRAWBOLT_PASSWORD").unwrap()).await?;
        match tokio::time::timeout(std::time::Duration::from_secs(2), same(&g, row[1])).await {
            Ok(Ok(true)) => {}
            _ => lost.push(row[0].to_string()),
        }
    }
    Ok(format!("all but [{}]", lost.join(", ")))
}

async fn same(g: &Graph, expression: &str) -> Result<bool> {
    let mut rows = g.execute(query(&format!("RETURN {expression} AS x"))).await?;
    let row = rows.next().await?.expect("one row");
    let x: BoltType = row.get("x").map_err(Error::DeserializationError)?;
    while rows.next().await?.is_some() {}
    let back = format!("UNWIND [$x, {expression}] AS v WITH DISTINCT v RETURN count(*) AS n");
    let mut rows = g.execute(query(&back).param("x", x)).await?;
    let n: i64 = rows.next().await?.expect("one row").get("n").unwrap_or(0);
    Ok(n == 1)
}

async fn rows(g: &Graph) -> Result<String> {
    let mut rows = g.execute(query("UNWIND range(0, 99999) AS n RETURN n")).await?;
    let (mut count, mut sum) = (0, 0);
    while let Some(row) = rows.next().await? {
        count += 1;
        sum += row.get::<i64>("n").unwrap_or(0);
    }
    Ok(format!("{count}, sum {sum}"))
}

async fn abandoned(g: &Graph) -> Result<String> {
    let mut rows = g.execute(query("UNWIND range(0, 99999) AS n RETURN n")).await?;
    for _ in 0..2500 {
        rows.next().await?;
    }
    drop(rows);
    Ok(format!("then {}", number(g, "RETURN 1 AS n").await?))
}

async fn ended(g: &Graph, commit: bool) -> Result<String> {
    let mut tx = g.start_txn().await?;
    tx.run(query("CREATE (:Ended)")).await?;
    if commit {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(format!("{}", number(g, "MATCH (n:Ended) DELETE n RETURN count(n) AS n").await?))
}

/// Lets the runner do something to the server.
fn ask_for(what: &str) {
    println!("> {what}");
    std::io::stdin().read_line(&mut String::new()).expect("an answer");
}

/// Has the server killed and started again while the pool holds connections.
async fn restart(g: &Graph) -> Result<String> {
    ask_for("restart");
    // The pool finds out which of its connections are gone by using them.
    let mut kept = number(g, "MATCH (n:Unique) RETURN n.key AS n").await;
    for _ in 0..20 {
        if kept.is_ok() {
            break;
        }
        kept = number(g, "MATCH (n:Unique) RETURN n.key AS n").await;
    }
    Ok(format!("{}", kept?))
}

/// Has the certificate changed while a transaction is open.
async fn new_certificate(g: &Graph) -> Result<String> {
    let mut tx = g.start_txn().await?;
    tx.run(query("RETURN 1")).await?;
    ask_for("reload");
    tx.run(query("RETURN 1")).await?;
    tx.commit().await?;
    let fresh = open(&var("DRAWBOLT_PASSWORD").unwrap()).await?;
    Ok(format!("{}", number(&fresh, "RETURN 1 AS n").await?))
}

async fn parallel(g: &Graph) -> Result<String> {
    let mut tasks = vec![];
    for _ in 0..20 {
        let g = g.clone();
        tasks.push(tokio::spawn(async move { number(&g, "UNWIND range(1, 1000) AS x RETURN sum(x) AS n").await }));
    }
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("no panic")?;
    }
    Ok(format!("{sum}"))
}

#[tokio::main]
async fn main() {
    let wrong = if version::TRIES_LOGINS_AGAIN {
        "not covered: a refused login is tried again for half a minute".into()
    } else {
        match open("wrong").await {
            Ok(g) => code(number(&g, "RETURN 1 AS n").await),
            Err(e) => code::<()>(Err(e)),
        }
    };
    step("wrong password", Ok(wrong));
    let g = open(&var("DRAWBOLT_PASSWORD").unwrap()).await.expect("a connection");
    step("values", values().await);
    step("rows", rows(&g).await);
    step("abandoned rows", abandoned(&g).await);
    step("commit", ended(&g, true).await);
    step("rollback", ended(&g, false).await);
    step("syntax error", Ok(code(number(&g, "NOT CYPHER").await)));
    step("constraint", Ok(code(g.run(query("CREATE (:Unique {key: 1})")).await)));
    step("then", number(&g, "RETURN 1 AS n").await.map(|n| format!("{n}")));
    step("parallel", parallel(&g).await);
    step("restart", restart(&g).await);
    if var("DRAWBOLT_CA").is_ok() {
        step("new certificate", new_certificate(&g).await);
    }
}
