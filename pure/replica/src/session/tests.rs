//! What a session refuses, holds back and counts.

use std::sync::Arc;

use domain::commit::Proposal;
use domain::log::{Change, Edit, Entry, Position};
use domain::stamp::{Actor, VersionVector};
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::pending::Pending;

const NOON: i64 = 1_790_000_000_000;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn at(mono_ms: u64) -> Now {
    Now { mono_ms, wall_ms: NOON + mono_ms as i64 }
}

fn local() -> Local {
    Local {
        installation: id(100),
        boot_nonce: id(7),
        protocol: PROTOCOL,
        schema: 5,
        role: Role::Sub,
        epoch: Epoch::default(),
        free_disk: None,
    }
}

/// Where a server stands that has written so many entries, and the entries.
fn written(server: u128, count: u128, text: &str) -> (Standing, Vec<(i64, Entry)>) {
    let mut position = Position::new(Actor { server: id(server), incarnation: 1 });
    let mut entries = Vec::new();
    for n in 1..=count {
        let change = Change::Insert([("name".to_owned(), json!(text))].into());
        let edits = vec![Edit { kind: "viewer".into(), id: id(n), change }];
        let proposal = Proposal { edits, wall_ms: NOON, ..Proposal::default() };
        let committed = crate::commit(&mut position, proposal, &|_, _| None).unwrap();
        entries.push((n as i64, committed.entry.unwrap()));
    }
    let standing = Standing {
        lpos: count as i64,
        position: Arc::new(position),
        floor: Arc::new(VersionVector::default()),
        digest: count,
        forked: None,
    };
    (standing, entries)
}

fn session(peer: Peer, stands: Standing) -> Session {
    Session::new(local(), peer, stands, at(0)).0
}

fn peer(server: u128) -> Peer {
    Peer { server: id(server), read_only: false, retired: false }
}

fn hello(server: u128, count: u128) -> Hello {
    let (stands, _) = written(server, count, "there");
    Hello {
        installation: id(100),
        actor: stands.position.actor,
        boot_nonce: id(8),
        protocol: PROTOCOL,
        schema: 5,
        role: Role::Main,
        epoch: Epoch::default(),
        ends: Ends::of(&stands.position),
        floor: VersionVector::default(),
        forked: None,
        credit: CREDIT_BYTES,
        time_ms: NOON,
    }
}

fn hear(session: &mut Session, frame: Frame) -> Vec<Output> {
    session.handle(at(1), Input::Heard(frame))
}

/// A session of server 1, which has nothing, with server 2, in which it is decided what either does.
fn open(count: u128) -> Session {
    let mut session = session(peer(2), written(1, 0, "here").0);
    assert_eq!(hear(&mut session, Frame::Hello(Box::new(hello(2, count)))), [Output::LookUp(vec![])]);
    assert_eq!(session.handle(at(1), Input::LookedUp(vec![])), [Output::Send(Frame::Mode(Mode::Stream))]);
    session
}

fn refusal(peer: Peer, change: impl FnOnce(&mut Hello)) -> Reason {
    let mut session = session(peer, written(1, 0, "here").0);
    let mut hello = hello(2, 1);
    change(&mut hello);
    match hear(&mut session, Frame::Hello(Box::new(hello))).as_slice() {
        [Output::Send(Frame::Bye(said)), Output::Close(closed)] if said == closed => closed.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_not_to_be_talked_to_is_refused_by_name() {
    let me = |hello: &mut Hello| hello.actor.server = id(1);
    assert!(matches!(refusal(peer(2), |h| h.installation = id(101)), Reason::ForeignInstallation { .. }));
    assert!(matches!(refusal(peer(1), me), Reason::Clone { .. }));
    assert_eq!(
        refusal(peer(1), |h| {
            me(h);
            h.boot_nonce = id(7);
        }),
        Reason::Myself
    );
    assert!(matches!(refusal(peer(3), |_| {}), Reason::OtherCertificate { .. }));
    assert!(matches!(refusal(Peer { retired: true, ..peer(2) }, |_| {}), Reason::Retired { .. }));
    let later = Versions { min: PROTOCOL.max + 1, max: PROTOCOL.max + 2 };
    assert!(matches!(refusal(peer(2), |h| h.protocol = later), Reason::Version { .. }));
}

#[test]
fn registries_too_far_apart_hold_entries_but_not_the_count() {
    let mut session = session(peer(2), written(1, 0, "here").0);
    hear(&mut session, Frame::Hello(Box::new(Hello { schema: 7, ..hello(2, 3) })));
    let hold = Hold::Schema { ours: 5, theirs: 7 };
    assert_eq!(session.handle(at(1), Input::LookedUp(vec![])), [Output::Send(Frame::Mode(Mode::Hold(hold)))]);
    let (_, entries) = written(2, 3, "there");
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(hear(&mut session, Frame::Entries { first_lpos: 1, entries }), []);
    assert_eq!(session.status().incoming, Pending::Ops(3));
}

#[test]
fn entries_are_acknowledged_when_they_are_durable_and_not_before() {
    let mut session = open(2);
    let (there, entries) = written(2, 2, "there");
    let entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    let heard = hear(&mut session, Frame::Entries { first_lpos: 1, entries: entries.clone() });
    assert_eq!(heard, [Output::Apply(entries)]);
    let position = Position { actor: Actor { server: id(1), incarnation: 1 }, ..Position::clone(&there.position) };
    let stands = Standing { position: Arc::new(position), ..there.clone() };
    let applied = session.handle(at(2), Input::Applied(Ok(stands)));
    assert_eq!(applied[0], Output::Send(Frame::Ack(Ends::of(&there.position))));
    assert!(matches!(applied[1], Output::Send(Frame::Credit { bytes }) if bytes > 0), "{applied:?}");
    assert_eq!(session.status().incoming, Pending::Ops(0));
}

#[test]
fn a_peer_that_sends_more_than_it_has_credit_for_is_cut() {
    let (_, entries) = written(2, 5, &"x".repeat(2 * 1024 * 1024));
    let mut session = open(5);
    for (lpos, entry) in entries {
        let before = session.status();
        let heard = hear(&mut session, Frame::Entries { first_lpos: lpos, entries: vec![entry] });
        let closed = heard.iter().find(|output| matches!(output, Output::Close(_)));
        // The first one is with the store, and the last one goes beyond what may wait.
        assert_eq!(closed.is_some(), lpos == 4, "{lpos}: {before:?}");
        if let Some(closed) = closed {
            assert!(matches!(closed, Output::Close(Reason::Protocol(why)) if why.contains("more than credit")), "{closed:?}");
            break;
        }
    }
}

#[test]
fn a_full_disk_holds_the_batch_and_tries_it_again() {
    let mut session = open(1);
    let entries: Vec<Entry> = written(2, 1, "there").1.into_iter().map(|(_, entry)| entry).collect();
    hear(&mut session, Frame::Entries { first_lpos: 1, entries: entries.clone() });
    let full = session.handle(at(10), Input::Applied(Err(NotApplied::Full)));
    assert_eq!(full, [Output::Send(Frame::Mode(Mode::Hold(Hold::DiskFull)))]);
    assert!(!session.handle(at(4_000), Input::Tick).contains(&Output::Apply(entries.clone())));
    assert!(session.handle(at(5_500), Input::Tick).contains(&Output::Apply(entries)));
}

#[test]
fn who_may_only_read_cannot_send_changes_of_its_own() {
    let mut session = session(Peer { read_only: true, ..peer(2) }, written(1, 0, "here").0);
    hear(&mut session, Frame::Hello(Box::new(hello(2, 1))));
    session.handle(at(1), Input::LookedUp(vec![]));
    let entries = written(2, 1, "there").1.into_iter().map(|(_, entry)| entry).collect();
    let heard = hear(&mut session, Frame::Entries { first_lpos: 1, entries });
    assert_eq!(heard.last(), Some(&Output::Close(Reason::ReadOnly { server: id(2) })));
}

#[test]
fn other_entries_under_the_same_numbers_are_held() {
    let (mut here, _) = written(2, 2, "other");
    let position = Position { actor: Actor { server: id(1), incarnation: 1 }, ..Position::clone(&here.position) };
    here.position = Arc::new(position);
    let mut session = session(peer(2), here);
    hear(&mut session, Frame::Hello(Box::new(hello(2, 2))));
    let judged = session.handle(at(1), Input::LookedUp(vec![]));
    let actor = Actor { server: id(2), incarnation: 1 };
    assert_eq!(judged, [Output::Send(Frame::Mode(Mode::Hold(Hold::Fork { actor, seq: 2 })))]);
}

#[test]
fn silence_ends_a_session_and_a_clock_that_jumps_does_not() {
    let mut session = open(0);
    let jumped = Now { mono_ms: 9_000, wall_ms: NOON + 86_400_000 };
    assert!(session.handle(jumped, Input::Tick).iter().all(|output| !matches!(output, Output::Close(_))));
    let silent = session.handle(at(1 + DEAD_MS + 1), Input::Tick);
    assert_eq!(silent.last(), Some(&Output::Close(Reason::Silent)));
    assert_eq!(session.handle(at(60_000), Input::Tick), [], "nothing comes out of a closed session");
}

#[test]
fn equal_ends_with_other_sums_raise_an_alarm_once() {
    let mut session = open(0);
    let (there, _) = written(2, 1, "there");
    let position = Position { actor: Actor { server: id(1), incarnation: 1 }, ..Position::clone(&there.position) };
    session.handle(at(2), Input::Stands(Standing { position: Arc::new(position), ..there.clone() }));
    let heartbeat = Heartbeat { ends: Ends::of(&there.position), digest: 99, ..Heartbeat::default() };
    let alarm = Output::Alarm(Alarm::Digest { ours: 1, theirs: 99 });
    assert!(hear(&mut session, Frame::Heartbeat(Box::new(heartbeat.clone()))).contains(&alarm));
    assert!(!hear(&mut session, Frame::Heartbeat(Box::new(heartbeat))).contains(&alarm));
}

#[test]
fn of_two_connections_both_servers_keep_the_same() {
    let live = |dialled_by, nonce, heard_at| Live {
        actor: Actor { server: id(5), incarnation: 1 },
        boot_nonce: id(nonce),
        dialled_by: id(dialled_by),
        heard_at,
    };
    assert_eq!(stays(&live(1, 8, 0), &live(2, 8, 10)), Ok(false));
    assert_eq!(stays(&live(2, 8, 0), &live(1, 8, 10)), Ok(true));
    assert_eq!(stays(&live(1, 8, 0), &live(1, 8, 10)), Ok(true), "the newer of two");
    assert_eq!(stays(&live(1, 8, 0), &live(1, 9, 10_000)), Ok(true), "a program that was started again");
    assert_eq!(stays(&live(1, 8, 9_000), &live(1, 9, 10_000)), Err(Reason::Clone { server: id(5) }));
}
