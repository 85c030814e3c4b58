//! Does with the crate neo4j what a program does every day, and sends every
//! value there and back.

use std::collections::HashMap;
use std::env::var;
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use neo4j::address::Address;
use neo4j::driver::auth::AuthToken;
use neo4j::driver::{ConnectionConfig, Driver, DriverConfig, EagerResult, RoutingControl};
use neo4j::retry::{ExponentialBackoff, RetryError};
use neo4j::session::SessionConfig;
use neo4j::summary::Summary;
use neo4j::transaction::TransactionTimeout;
use neo4j::{Neo4jError, ValueReceive, ValueSend};

/// Whom a connection trusts.
enum Trust {
    Authority,
    Anyone,
    Machine,
}

type Parameters = HashMap<String, ValueSend>;

fn open_with(password: &str, trust: Trust, routing: bool) -> Driver {
    let port = var("DRAWBOLT_PORT").unwrap().parse::<u16>().unwrap();
    let address = Address::from((var("DRAWBOLT_HOST").unwrap(), port));
    let config = ConnectionConfig::new(address).with_routing(routing);
    let config = match (var("DRAWBOLT_CA"), trust) {
        (Err(_), _) => config.with_encryption_disabled(),
        (Ok(ca), Trust::Authority) => config.with_encryption_trust_custom_cas(&[PathBuf::from(ca)]).expect("an authority"),
        (Ok(_), Trust::Anyone) => config.with_encryption_trust_any_certificate(),
        (Ok(_), Trust::Machine) => config.with_encryption_trust_default_cas().expect("authorities"),
    };
    let auth = AuthToken::new_basic_auth(var("DRAWBOLT_USER").unwrap(), password);
    let settings = DriverConfig::new().with_auth(Arc::new(auth)).with_max_connection_pool_size(20);
    // The library tries six times in its half a minute, and a restart spoils twenty connections.
    let settings = settings.with_idle_time_before_connection_test(Duration::from_millis(100));
    Driver::new(config, settings.with_fetch_size(1000).expect("a size"))
}

fn open() -> Driver {
    open_with(&var("DRAWBOLT_PASSWORD").unwrap(), Trust::Authority, false)
}

fn step<T: Display>(name: &str, result: neo4j::Result<T>) {
    match result {
        Ok(text) => println!("{name}: {text}"),
        Err(e) => println!("{name}: failed: {e}"),
    }
}

fn code<T>(result: neo4j::Result<T>) -> String {
    match result {
        Ok(_) => "it works".into(),
        Err(Neo4jError::ServerError { error, .. }) => error.code().into(),
        Err(e) => e.to_string(),
    }
}

fn ask(d: &Driver, text: &str, parameters: Parameters) -> neo4j::Result<EagerResult> {
    d.execute_query(text).with_parameters(parameters).run()
}

fn number(d: &Driver, text: &str) -> neo4j::Result<i64> {
    Ok(integer(ask(d, text, HashMap::new())?.into_scalar().expect("one value")))
}

fn integer(value: ValueReceive) -> i64 {
    value.try_into_int().expect("an integer")
}

fn summary(d: &Driver, text: &str) -> neo4j::Result<Summary> {
    Ok(ask(d, text, HashMap::new())?.summary)
}

/// Says whether a connection that trusts someone works.
fn connect(trust: Trust) -> String {
    let d = open_with(&var("DRAWBOLT_PASSWORD").unwrap(), trust, false);
    d.verify_connectivity().map_or("refused".into(), |()| "ok".into())
}

/// Names the values that do not come back as they were. The library panics on
/// dates that it has no room for, which costs the connection.
fn values() -> neo4j::Result<String> {
    let lines = std::fs::read_to_string(var("DRAWBOLT_VALUES").unwrap()).unwrap();
    let mut lost = vec![];
    for line in lines.lines() {
        let row: Vec<&str> = line.split('\t').collect();
        if line.starts_with('#') || row[1].starts_with("MATCH") {
            continue;
        }
        if !matches!(std::panic::catch_unwind(|| same(&open(), row[1])), Ok(Ok(true))) {
            lost.push(row[0]);
        }
    }
    Ok(format!("all but [{}]", lost.join(", ")))
}

fn same(d: &Driver, expression: &str) -> neo4j::Result<bool> {
    let x = ask(d, &format!("RETURN {expression} AS x"), HashMap::new())?.into_scalar().expect("one value");
    let Ok(x) = ValueSend::try_from(x) else {
        return Ok(false);
    };
    let back = format!("UNWIND [$x, {expression}] AS v WITH DISTINCT v RETURN count(*) AS n");
    let n = ask(d, &back, HashMap::from([("x".into(), x)]))?.into_scalar().expect("one value");
    Ok(integer(n) == 1)
}

fn path(d: &Driver) -> neo4j::Result<String> {
    let p = ask(d, "MATCH p = (:Start)-[:KNOWS]->()-[:NEXT]->() RETURN p", HashMap::new())?;
    let p = p.into_scalar().expect("one value").try_into_path().expect("a path");
    let (start, hops) = p.traverse();
    let mut text = start.labels.join(":");
    for (_, relationship, end) in hops {
        text += &format!(" {} {}", relationship.type_, end.labels.join(":"));
    }
    Ok(text)
}

fn rows(d: &Driver, wanted: usize) -> neo4j::Result<String> {
    let mut session = d.session(SessionConfig::new());
    session
        .auto_commit("UNWIND range(0, 99999) AS n RETURN n")
        .with_receiver(|stream| {
            let (mut count, mut sum) = (0, 0);
            for record in stream.take(wanted) {
                count += 1;
                sum += integer(record?.take_value("n").expect("a column"));
            }
            Ok(format!("{count}, sum {sum}"))
        })
        .run()
}

fn abandoned(d: &Driver) -> neo4j::Result<String> {
    rows(d, 2500)?;
    Ok(format!("then {}", number(d, "RETURN 1 AS n")?))
}

fn ended(d: &Driver, commit: bool) -> neo4j::Result<i64> {
    d.session(SessionConfig::new()).transaction().run(|tx| {
        tx.query("CREATE (:Ended)").run()?.consume()?;
        if commit {
            tx.commit()
        } else {
            tx.rollback()
        }
    })?;
    number(d, "MATCH (n:Ended) DELETE n RETURN count(n) AS n")
}

/// Lets two sessions count in one node, each in twenty transactions.
fn conflict(d: &Driver) -> neo4j::Result<i64> {
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let counted: Result<(), RetryError> =
                        d.session(SessionConfig::new()).transaction().run_with_retry(ExponentialBackoff::default(), |tx| {
                            tx.query("MATCH (c:Counter) SET c.n = c.n + 1").run()?.consume()?;
                            tx.commit()
                        });
                    counted.expect("the driver tries again");
                }
            });
        }
    });
    number(d, "MATCH (c:Counter) RETURN c.n AS n")
}

fn bookmark(d: &Driver) -> neo4j::Result<String> {
    let mut first = d.session(SessionConfig::new());
    first.auto_commit("CREATE (:Marked)").run()?;
    let marks = first.last_bookmarks();
    let seen = d
        .session(SessionConfig::new().with_bookmarks(Arc::clone(&marks)))
        .auto_commit("MATCH (n:Marked) DELETE n RETURN count(n) AS n")
        .run()?;
    Ok(format!("{}, then {}", marks.raw().count(), integer(seen.into_scalar().expect("one value"))))
}

fn timeout(d: &Driver) -> String {
    let limit = TransactionTimeout::from_millis(50).expect("a time");
    let mut session = d.session(SessionConfig::new());
    code(session.auto_commit("UNWIND range(1, 1000000000000) AS x RETURN sum(x) AS n").with_transaction_timeout(limit).run())
}

/// Reads rows until one fails, and goes on with the same session.
fn failure_after_a_row(d: &Driver) -> neo4j::Result<String> {
    let mut rows = vec![];
    let mut session = d.session(SessionConfig::new());
    let failed = session
        .auto_commit("UNWIND [1, 0, 2] AS x RETURN 10 / x AS n")
        .with_receiver(|stream| {
            for record in stream {
                rows.push(integer(record?.take_value("n").expect("a column")));
            }
            Ok(())
        })
        .run();
    let failed = code(failed);
    let next = session.auto_commit("RETURN 1 AS n").run()?;
    Ok(format!("{rows:?}, {failed}, then {}", integer(next.into_scalar().expect("one value"))))
}

/// Lets two transactions write two nodes in opposite order.
fn deadlock(d: &Driver) -> String {
    let met = Barrier::new(2);
    let attempts = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for names in [["a", "b"], ["b", "a"]] {
            let (met, attempts) = (&met, &attempts);
            scope.spawn(move || {
                let mut first = true;
                let done: Result<(), RetryError> =
                    d.session(SessionConfig::new()).transaction().run_with_retry(ExponentialBackoff::default(), |tx| {
                        attempts.fetch_add(1, Ordering::SeqCst);
                        for name in names {
                            let parameters: Parameters = HashMap::from([("name".into(), name.into())]);
                            tx.query("MATCH (n:Lock {name: $name}) SET n.n = 1").with_parameters(parameters).run()?.consume()?;
                            if std::mem::take(&mut first) {
                                met.wait();
                            }
                        }
                        tx.commit()
                    });
                done.expect("the driver tries again");
            });
        }
    });
    format!("{} attempts", attempts.into_inner())
}

/// Has the server killed and started again while the pool holds connections.
fn restart(d: &Driver) -> neo4j::Result<String> {
    ask_for("restart");
    let kept: Result<i64, RetryError> = d.session(SessionConfig::new()).transaction().run_with_retry(ExponentialBackoff::default(), |tx| {
        let mut rows = tx.query("MATCH (n:Unique) RETURN n.key AS n").run()?;
        let mut row = rows.single().expect("one row")?;
        drop(rows);
        tx.commit()?;
        Ok(integer(row.take_value("n").expect("a column")))
    });
    Ok(format!("{}, then {}", kept.expect("the driver tries again"), parallel(d)))
}

/// Has the certificate changed while a transaction is open.
fn new_certificate(d: &Driver) -> neo4j::Result<String> {
    let seen = d.session(SessionConfig::new()).transaction().run(|tx| {
        tx.query("RETURN 1").run()?.consume()?;
        ask_for("reload");
        let mut rows = tx.query("RETURN 1 AS n").run()?;
        let mut row = rows.single().expect("one row")?;
        drop(rows);
        tx.commit()?;
        Ok(integer(row.take_value("n").expect("a column")))
    })?;
    Ok(format!("{seen}, then {}", connect(Trust::Authority)))
}

/// Lets the runner do something to the server.
fn ask_for(what: &str) {
    println!("> {what}");
    std::io::stdin().read_line(&mut String::new()).expect("an answer");
}

fn parallel(d: &Driver) -> i64 {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| number(d, "UNWIND range(1, 1000) AS x RETURN sum(x) AS n"))).collect();
        threads.into_iter().map(|t| t.join().expect("no panic").expect("a sum")).sum()
    })
}

/// Connects once and prints what a user sees.
fn attempt(scheme: &str) {
    let trust = match (scheme, var("DRAWBOLT_CA")) {
        ("bolt", _) => {
            std::env::remove_var("DRAWBOLT_CA");
            Trust::Anyone
        }
        (_, Ok(_)) => Trust::Authority,
        (_, Err(_)) => {
            std::env::set_var("DRAWBOLT_CA", "");
            Trust::Machine
        }
    };
    match open_with(&var("DRAWBOLT_PASSWORD").unwrap(), trust, false).verify_connectivity() {
        Ok(()) => println!("ok"),
        Err(e) => println!("{e}"),
    }
}

fn main() {
    if let Some(scheme) = std::env::args().nth(2) {
        return attempt(&scheme);
    }
    if var("DRAWBOLT_CA").is_ok() {
        step("connect trusting all", Ok(connect(Trust::Anyone)));
        step("connect with the authority", Ok(connect(Trust::Authority)));
        step("connect without the authority", Ok(connect(Trust::Machine)));
    }
    let wrong = open_with("wrong", Trust::Authority, false);
    step("wrong password", Ok(code(wrong.verify_connectivity())));
    let d = open();
    step("protocol", d.get_server_info().map(|i| format!("{}.{}", i.protocol_version.0, i.protocol_version.1)));
    step("values", values());
    step("path", path(&d));
    step("rows", rows(&d, usize::MAX));
    step("abandoned rows", abandoned(&d));
    step("commit", ended(&d, true));
    step("rollback", ended(&d, false));
    step("failure after a row", failure_after_a_row(&d));
    step("conflict", conflict(&d));
    step("deadlock", Ok(deadlock(&d)));
    step("bookmark", bookmark(&d));
    step("timeout", Ok(timeout(&d)));
    step("syntax error", Ok(code(number(&d, "NOT CYPHER"))));
    step("missing parameter", Ok(code(number(&d, "RETURN $missing AS n"))));
    step("constraint", Ok(code(summary(&d, "CREATE (:Unique {key: 1})"))));
    step("then", number(&d, "RETURN 1 AS n"));
    step("notification", summary(&d, "MATCH (a:Fixture), (b:Lock) RETURN count(*) AS n").map(|s| s.notifications[0].code.clone()));
    step("counters", summary(&d, "CREATE (a:Counted {x: 1})-[:C]->(b:Counted {x: 2}) DETACH DELETE a, b").map(|s| {
        format!("{} nodes, {} relationships, {} deleted", s.counters.nodes_created, s.counters.relationships_created, s.counters.nodes_deleted)
    }));
    step("explain", summary(&d, "EXPLAIN MATCH (n) RETURN n").map(|s| s.plan.expect("a plan").op_type));
    step("profile", summary(&d, "PROFILE UNWIND [1, 2, 3] AS n RETURN n").map(|s| s.profile.expect("a plan").rows));
    let routed = open_with(&var("DRAWBOLT_PASSWORD").unwrap(), Trust::Authority, true);
    let read = routed.execute_query("RETURN 1 AS n").with_routing_control(RoutingControl::Read).run();
    step("routing", read.map(|r| integer(r.into_scalar().expect("one value"))));
    step("parallel", Ok(parallel(&d)));
    step("restart", restart(&d));
    if var("DRAWBOLT_CA").is_ok() {
        step("new certificate", new_certificate(&d));
    }
}
