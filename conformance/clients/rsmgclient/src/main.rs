//! Does with rsmgclient what a program does every day, and sends every value
//! that it can hold there and back.

use std::collections::HashMap;
use std::env::var;
use std::fmt::Display;

use rsmgclient::{ConnectParams, Connection, MgError, QueryParam, Record, SSLMode, Value};

type Result<T> = std::result::Result<T, MgError>;

fn open_with(password: &str, sslmode: SSLMode, autocommit: bool, lazy: bool) -> Result<Connection> {
    Connection::connect(&ConnectParams {
        port: var("DRAWBOLT_PORT").unwrap().parse().unwrap(),
        host: var("DRAWBOLT_HOST").ok(),
        username: var("DRAWBOLT_USER").ok(),
        password: Some(password.into()),
        sslmode,
        autocommit,
        lazy,
        ..Default::default()
    })
}

fn mode() -> SSLMode {
    var("DRAWBOLT_CA").map_or(SSLMode::Disable, |_| SSLMode::Require)
}

fn open(autocommit: bool, lazy: bool) -> Result<Connection> {
    open_with(&var("DRAWBOLT_PASSWORD").unwrap(), mode(), autocommit, lazy)
}

fn step<T: Display>(name: &str, result: Result<T>) {
    match result {
        Ok(text) => println!("{name}: {text}"),
        Err(e) => println!("{name}: failed: {e}"),
    }
}

fn failure<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "it works".into(),
        Err(MgError::Connection(_)) => "refused".into(),
        Err(MgError::QueryExecution(_)) => "query error".into(),
        Err(e) => e.to_string(),
    }
}

fn ask(c: &mut Connection, text: &str, parameters: HashMap<String, QueryParam>) -> Result<Vec<Record>> {
    c.execute(text, Some(&parameters))?;
    c.fetchall()
}

fn number(c: &mut Connection, text: &str) -> Result<i64> {
    Ok(integer(&ask(c, text, HashMap::new())?[0]))
}

fn integer(record: &Record) -> i64 {
    match record.values[0] {
        Value::Int(n) => n,
        _ => -1,
    }
}

/// Turns a value into a parameter, if the library can send it.
fn parameter(value: Value) -> Option<QueryParam> {
    Some(match value {
        Value::Null => QueryParam::Null,
        Value::Bool(x) => QueryParam::Bool(x),
        Value::Int(x) => QueryParam::Int(x),
        Value::Float(x) => QueryParam::Float(x),
        Value::String(x) => QueryParam::String(x),
        Value::Date(x) => QueryParam::Date(x),
        Value::LocalTime(x) => QueryParam::LocalTime(x),
        Value::LocalDateTime(x) => QueryParam::LocalDateTime(x),
        Value::Duration(x) => QueryParam::Duration(x),
        Value::Point2D(x) => QueryParam::Point2D(x),
        Value::Point3D(x) => QueryParam::Point3D(x),
        Value::List(x) => QueryParam::List(x.into_iter().map(parameter).collect::<Option<_>>()?),
        Value::Map(x) => QueryParam::Map(x.into_iter().map(|(k, v)| Some((k, parameter(v)?))).collect::<Option<_>>()?),
        _ => return None,
    })
}

/// Names the values that do not come back as they were. The library panics on
/// what it has no room for, which costs the connection.
fn values() -> Result<String> {
    let lines = std::fs::read_to_string(var("DRAWBOLT_VALUES").unwrap()).unwrap();
    let mut lost = vec![];
    for line in lines.lines() {
        let row: Vec<&str> = line.split('\t').collect();
        if line.starts_with('#') || row[1].starts_with("MATCH") {
            continue;
        }
        if !matches!(std::panic::catch_unwind(|| same(row[1])), Ok(Ok(true))) {
            lost.push(row[0]);
        }
    }
    Ok(format!("all but [{}]", lost.join(", ")))
}

fn same(expression: &str) -> Result<bool> {
    let mut c = open(true, true)?;
    let mut rows = ask(&mut c, &format!("RETURN {expression} AS x"), HashMap::new())?;
    let Some(x) = parameter(rows.remove(0).values.remove(0)) else {
        return Ok(false);
    };
    let back = format!("UNWIND [$x, {expression}] AS v WITH DISTINCT v RETURN count(*) AS n");
    Ok(integer(&ask(&mut c, &back, HashMap::from([("x".into(), x)]))?[0]) == 1)
}

/// Reads rows one by one, in the lazy mode or in one go.
fn rows(lazy: bool) -> Result<String> {
    let mut c = open(true, lazy)?;
    c.execute("UNWIND range(0, 99999) AS n RETURN n", None)?;
    let (mut count, mut sum) = (0, 0);
    while let Some(record) = c.fetchone()? {
        count += 1;
        sum += integer(&record);
    }
    Ok(format!("{count}, sum {sum}"))
}

fn path() -> Result<String> {
    let mut c = open(true, true)?;
    let mut found = ask(&mut c, "MATCH p = (:Start)-[:KNOWS]->()-[:NEXT]->() RETURN p", HashMap::new())?;
    let Value::Path(p) = found.remove(0).values.remove(0) else {
        return Ok("no path".into());
    };
    let types: Vec<_> = p.relationships.into_iter().map(|r| r.type_).collect();
    Ok(format!("{} nodes, {}", p.node_count, types.join(" ")))
}

/// The library begins with "BEGIN" and ends with "COMMIT" or "ROLLBACK" as text.
fn ended(commit: bool) -> Result<i64> {
    let mut c = open(false, true)?;
    ask(&mut c, "CREATE (:Ended)", HashMap::new())?;
    if commit {
        c.commit()?;
    } else {
        c.rollback()?;
    }
    let seen = number(&mut c, "MATCH (n:Ended) DELETE n RETURN count(n) AS n")?;
    c.commit()?;
    Ok(seen)
}

/// Shows an error and that the server goes on; the library gives such a
/// connection up.
fn failed(text: &str) -> Result<String> {
    let failure = failure(number(&mut open(true, true)?, text));
    Ok(format!("{failure}, then {}", number(&mut open(true, true)?, "RETURN 1 AS n")?))
}

fn main() {
    if var("DRAWBOLT_CA").is_ok() {
        step("connect trusting all", Ok(open(true, true).map_or("refused", |_| "ok")));
        let plain = open_with(&var("DRAWBOLT_PASSWORD").unwrap(), SSLMode::Disable, true, true);
        step("connect in plaintext", Ok(failure(plain)));
    }
    step("wrong password", Ok(failure(open_with("wrong", mode(), true, true))));
    step("values", values());
    step("path", path());
    step("rows", rows(true));
    step("rows at once", rows(false));
    step("commit", ended(true));
    step("rollback", ended(false));
    step("syntax error", failed("NOT CYPHER"));
    step("constraint", failed("CREATE (:Unique {key: 1})"));
}
