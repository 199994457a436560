//! New servers that can be reached, or reach others, in one direction only: one connection is enough for all of it.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use testkit::lab::{Host, Lab};

use crate::desk::Desk;
use crate::servers::{Server, name_of_main};
use crate::servers_files::{has, picture, uploaded};

/// What is in the log but its last entry is forgotten, as after a month: who lacks some of it gets the state.
const CUT: &str = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
last = '(SELECT MAX(lpos) FROM repl_log)'
db.execute(f'INSERT OR REPLACE INTO repl_floor (aidx, seq, cum_ops, chain) SELECT aidx, seq, cum_ops, chain FROM repl_log WHERE lpos IN (SELECT MAX(lpos) FROM repl_log WHERE lpos < {last} GROUP BY aidx)')
assert db.execute(f'DELETE FROM repl_log WHERE lpos < {last}').rowcount > 0
db.commit()";

/// A Main whose log does not reach back to the beginning, with a screen called *Before*.
fn main_with_a_cut_log(host: Host) -> anyhow::Result<(Server, Desk)> {
    let mut main = Server::start(host)?;
    let ada = main.set_up()?;
    main.make(&ada, &["Before"]);
    main.stop()?;
    let status = Command::new("python3").args(["-c", CUT]).arg(main.data.path().join("signboard.db")).status()?;
    assert!(status.success());
    main.run()?;
    let ada = main.sign_in();
    Ok((main, ada))
}

/// Whether the state went as a file, and not as a log.
fn made_a_state(main: &Server) -> bool {
    std::fs::read_dir(main.data.path().join("server/snapshots")).is_ok_and(|mut files| files.next().is_some())
}

/// The beginning of a connection over the network.
const DIALS: &str = "tcp flags & (syn | ack) == syn";

#[test]
fn lab_a_new_server_that_cannot_dial_gets_its_state_by_the_call_that_it_takes() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada) = main_with_a_cut_log(segment.host("main")?)?;
    let sub = Server::start(segment.host("sub")?)?;
    let token = main.token("Pier");
    // One packet of 60 bytes may begin a connection: the one that joins. Nothing after it gets out.
    let by_v6 = sub.host.drop_outgoing(&format!("oifname eth0 meta nfproto ipv6 {DIALS}"))?;
    let by_v4 = sub.host.drop_outgoing(&format!("oifname eth0 meta nfproto ipv4 {DIALS} quota over 60 bytes"))?;
    let said = sub.command(&["join", &token]);
    assert_eq!(said.code, 0, "{said:?}");
    main.meets("Pier");
    assert_ne!(main.sees("Pier")["way"], "called", "the Main dialled");
    let name = name_of_main(&main);
    sub.meets(&name);
    assert_eq!(sub.sees(&name)["way"], "called");
    let bob = sub.sign_in();
    sub.shows(&bob, "Before");
    assert!(made_a_state(&main));
    // Both directions go over that connection, files too.
    sub.make(&bob, &["Of the sub"]);
    main.shows(&ada, "Of the sub");
    let film = picture(1, 3 << 20);
    let record = uploaded(&sub, &bob, "film.png", film.clone());
    has(&main, &record, &film);
    let door = SocketAddr::from((main.host.card().ipv4(), 7237));
    let dialled = sub.host.enter(|| TcpStream::connect_timeout(&door, Duration::from_secs(1)));
    assert!(dialled.is_err() && by_v4.dropped()? > 0, "it cannot dial: {dialled:?}");
    drop(by_v6);
    Ok(())
}

#[test]
fn lab_a_new_server_that_cannot_be_dialled_gets_its_state_by_its_own_call() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada) = main_with_a_cut_log(segment.host("main")?)?;
    let sub = Server::start(segment.host("sub")?)?;
    let filter = sub.host.drop_incoming(&format!("iifname eth0 {DIALS}"))?;
    assert_eq!(sub.command(&["join", &main.token("Pier")]).code, 0);
    main.meets("Pier");
    assert_eq!(main.sees("Pier")["way"], json!("called"));
    let bob = sub.sign_in();
    sub.shows(&bob, "Before");
    assert!(made_a_state(&main));
    main.make(&ada, &["Of the Main"]);
    sub.shows(&bob, "Of the Main");
    drop(filter);
    Ok(())
}
