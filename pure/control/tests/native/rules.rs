//! The rules of the conversation.

use std::sync::Arc;

use bytes::Bytes;
use control::hearing::CardFlag;
use control::native::{NativeSession, Output, PlanNews, Step};
use control::order::Report;
use control::session::{CloseReason, DEAD_MS, KEEP_ALIVE_MS};
use control::slice::delta::Versions;
use control::slice::row::SliceRow;
use control::slice::{Holding, Slice};
use control::v1;
use control::v1::from_viewer::Message;
use uuid::Uuid;

pub(crate) fn say(message: Message) -> v1::FromViewer {
    v1::FromViewer { message: Some(message) }
}

pub(crate) fn hello(slice: &[u8]) -> v1::FromViewer {
    say(Message::Hello(v1::Hello { protocol_min: 1, protocol_max: 1, slice: slice.to_vec(), ..v1::Hello::default() }))
}

fn greeted(slice: &[u8]) -> NativeSession {
    let mut session = NativeSession::new(0);
    assert!(matches!(session.handle(hello(slice), 0), Output::Greeted(greeting) if greeting.protocol == 1));
    session
}

fn slice(rows: &[(u128, &'static str)]) -> Slice {
    let row = |(n, text): &(u128, &'static str)| {
        SliceRow::new("sign".to_owned(), Uuid::from_u128(*n), Bytes::from_static(text.as_bytes()))
    };
    Slice::of(rows.iter().map(|pair| Arc::new(row(pair))).collect())
}

fn delta(step: Step) -> control::slice::delta::Delta {
    match step {
        Step::Delta(delta) => delta,
        other => panic!("not a delta: {other:?}"),
    }
}

#[test]
fn a_session_begins_with_hello_in_a_version_that_both_speak() {
    let versions = |min, max| {
        let hello = v1::Hello { protocol_min: min, protocol_max: max, ..v1::Hello::default() };
        NativeSession::new(0).handle(say(Message::Hello(hello)), 0)
    };
    for (min, max) in [(1, 1), (0, 1), (1, 2), (1, u32::MAX)] {
        assert!(matches!(versions(min, max), Output::Greeted(greeting) if greeting.protocol == 1), "{min} to {max}");
    }
    for (min, max) in [(2, 2), (2, 9), (0, 0), (9, 1)] {
        assert_eq!(versions(min, max), Output::Close(CloseReason::Version), "{min} to {max}");
    }
    let early = NativeSession::new(0).handle(say(Message::Ping(v1::Ping {})), 0);
    assert_eq!(early, Output::Close(CloseReason::NoHello));
    assert!(matches!(greeted(&[]).handle(hello(&[]), 1), Output::Refuse("hello", _)));
}

#[test]
fn silence_ends_a_session_and_pings_keep_it() {
    let mut session = greeted(&[]);
    assert_eq!(session.next_poll(), KEEP_ALIVE_MS + 1_000);
    assert_eq!(session.poll(KEEP_ALIVE_MS), Output::Ping);
    session.sent(KEEP_ALIVE_MS);
    assert_eq!(session.handle(say(Message::Ping(v1::Ping {})), 6_000), Output::Nothing);
    assert!(!session.answers_with_a_ping(6_000) && session.answers_with_a_ping(2 * KEEP_ALIVE_MS));
    assert_eq!(session.next_poll(), 2 * KEEP_ALIVE_MS + 1_000);
    assert_eq!(session.poll(6_000 + DEAD_MS - 1), Output::Ping);
    assert_eq!(session.poll(6_000 + DEAD_MS), Output::Close(CloseReason::Silent));
}

#[test]
fn reconnecting_costs_only_what_changed() {
    let (a, b, c) = (slice(&[(1, "a"), (2, "a")]), slice(&[(1, "b"), (2, "a")]), slice(&[(2, "a"), (3, "a")]));
    assert!(matches!(greeted(&a.id()).lead(&a, None), Step::Nothing), "it has it");
    assert_eq!(delta(greeted(&[]).lead(&a, None)).put.len(), 2, "it has nothing");
    let known = delta(greeted(&a.id()).lead(&b, Some(&a)));
    assert_eq!((known.base, known.put.len(), known.gone.len()), (Some(a.id()), 1, 0));

    let mut session = greeted(&a.id());
    assert!(matches!(session.lead(&b, None), Step::AskInventory), "nobody remembers what it had");
    assert!(matches!(session.lead(&c, None), Step::Nothing), "its inventory is awaited");
    let mut holding = Holding::of(a.rows().map(|row| (row.kind.clone(), row.id, row.json.clone())));
    let Output::Inventory(versions) = session.handle(say(Message::Inventory(holding.inventory())), 5) else { panic!() };
    let answer = session.lead_from(&versions, &c);
    assert_eq!((answer.put.len(), answer.gone.len()), (1, 1));
    for part in answer.messages(false) {
        holding.take(part);
    }
    assert_eq!(holding.slice(), Some(c.id()));
    assert!(matches!(session.lead(&c, None), Step::Nothing), "it was sent");
    assert_eq!(delta(session.lead(&b, None)).base, Some(c.id()), "from the slice sent last");
    let applied = v1::SliceApplied { slice: c.id().to_vec() };
    assert_eq!(session.handle(say(Message::Applied(applied)), 9), Output::Applied(c.id()));
    assert_eq!(session.applied(), Some(c.id()));
}

#[test]
fn a_viewer_that_never_arrives_is_not_sent_everything_for_ever() {
    let (mut session, target) = (greeted(&[]), slice(&[(1, "a")]));
    session.lead(&target, None);
    let inventory = || say(Message::Inventory(v1::Inventory::default()));
    for _ in 0..4 {
        assert_eq!(session.handle(inventory(), 1), Output::Inventory(Versions::new()));
    }
    assert!(matches!(session.handle(inventory(), 1), Output::Refuse("inventory", _)));
    session.handle(say(Message::Applied(v1::SliceApplied { slice: target.id().to_vec() })), 2);
    assert_eq!(session.handle(inventory(), 3), Output::Inventory(Versions::new()));
}

#[test]
fn records_are_checked_before_they_are_stored() {
    let play = |n, from, until| v1::Play { n, from, until, plan: "p".into(), item: "i".into(), ..v1::Play::default() };
    let plays = |stream: &[u8], records: Vec<v1::Play>| {
        greeted(&[]).handle(say(Message::Plays(v1::Plays { stream: stream.to_vec(), records })), 0)
    };
    let content = format!("media:{}", Uuid::from_u128(4));
    let good = v1::Play { content, row: Uuid::from_u128(3).to_string(), ..play(2, 5, 9) };
    let Output::StorePlays(stream, stored) = plays(&[7; 16], vec![play(1, 0, 5), good.clone()]) else { panic!() };
    assert_eq!((stream, stored.len()), (Uuid::from_bytes([7; 16]), 2));
    assert_eq!(stored[1].content, Some(domain::content::Content::Media(Uuid::from_u128(4).into())));
    let newer = v1::Play { content: format!("sculpture:{}", Uuid::nil()), ..play(1, 0, 5) };
    assert!(matches!(plays(&[7; 16], vec![newer]), Output::StorePlays(_, records) if records[0].content.is_none()));
    let wrong = v1::Play { row: "gate".into(), ..play(1, 0, 5) };
    let bad = [vec![], vec![play(1, 5, 0)], vec![play(2, 0, 1), play(1, 1, 2)], vec![play(0, 0, 1)], vec![wrong]];
    for records in bad.into_iter().chain([(1..=1_001).map(|n| play(n, 0, 1)).collect()]) {
        assert!(matches!(plays(&[7; 16], records.clone()), Output::Refuse("plays", _)), "{records:?}");
    }
    assert!(matches!(plays(&[7; 15], vec![good]), Output::Refuse("plays", _)));

    let record = v1::Record { n: 1, at: 5, level: "loud".into(), code: "c".repeat(500), text: "ü".repeat(5_000) };
    let records = v1::Records { stream: vec![1; 16], records: vec![record] };
    let Output::StoreRecords(_, stored) = greeted(&[]).handle(say(Message::Records(records)), 0) else { panic!() };
    assert_eq!((stored[0].level, stored[0].code.len(), stored[0].text.len()), ("info", 100, 4_000));
}

#[test]
fn reports_are_passed_on() {
    let order = Uuid::from_u128(8);
    let report = |state, progress| {
        let report = v1::CommandReport { id: order.as_bytes().to_vec(), state, progress, text: "so".into(), code: "c".into() };
        greeted(&[]).handle(say(Message::Command(report)), 0)
    };
    let text = || "so".to_owned();
    assert_eq!(report(1, 0), Output::Report(order, Report::Started));
    assert_eq!(report(2, 500), Output::Report(order, Report::Running { percent: 100, text: text() }));
    assert_eq!(report(3, 0), Output::Report(order, Report::Done { text: text() }));
    assert_eq!(report(4, 0), Output::Report(order, Report::Failed { code: "c".into(), text: text() }));
    assert_eq!(report(9, 0), Output::Nothing, "a state of a newer version");
    let part = |command: &[u8], bytes| {
        let attachment =
            v1::Attachment { command: command.to_vec(), bytes: vec![0; bytes], last: true, ..v1::Attachment::default() };
        greeted(&[]).handle(say(Message::Attachment(attachment)), 0)
    };
    assert!(matches!(part(order.as_bytes(), 262_144), Output::Report(id, Report::Attachment(_)) if id == order));
    assert!(matches!(part(&[], 5), Output::Screenshot(_)));
    assert!(matches!(part(order.as_bytes(), 262_145), Output::Refuse("attachment", _)));
    assert!(matches!(part(&[1], 5), Output::Refuse("attachment", _)));
}

#[test]
fn what_a_screen_hears_of_magic_packets_is_passed_on_and_bounded() {
    let order = Uuid::from_u128(8);
    let card = |heard: Vec<u32>| v1::WakeCard {
        mac: "02:00:00:00:00:01\u{1b}[2J".into(),
        interface: "e".repeat(500),
        flag: "on".into(),
        heard,
    };
    let told = |hearing: v1::WakeHearing| greeted(&[]).handle(say(Message::WakeHearing(hearing)), 0);
    let cards = vec![card(vec![9, 7, 9, 70_000]); 65];
    let hearing =
        v1::WakeHearing { command: order.as_bytes().to_vec(), listening: vec![9, 7], refused: vec!["r".repeat(300)], cards };
    let Output::Report(id, Report::Hearing(heard)) = told(hearing) else { panic!("it is passed on") };
    assert_eq!((id, heard.listening.as_slice(), heard.cards.len(), heard.refused[0].len()), (order, [7, 9].as_slice(), 64, 200));
    let first = &heard.cards[0];
    assert_eq!(first.mac, "02:00:00:00:00:01[2J", "nothing that a terminal obeys");
    assert_eq!((first.heard.as_slice(), first.flag, first.interface.len()), ([7, 9].as_slice(), CardFlag::On, 200));
    assert!(matches!(told(v1::WakeHearing::default()), Output::Refuse("command", _)), "without the command's id");
    assert_eq!(["off", "unsupported", "sings"].map(CardFlag::of), [CardFlag::Off, CardFlag::Unsupported, CardFlag::Unknown]);
}

#[test]
fn what_a_viewer_says_of_its_plan_is_kept_short() {
    let long = v1::Hello { protocol_min: 1, protocol_max: 1, plan: "p".repeat(201), ..v1::Hello::default() };
    let greeted_long = NativeSession::new(0).handle(say(Message::Hello(long)), 0);
    assert!(matches!(greeted_long, Output::Greeted(greeting) if greeting.hello.plan.is_empty()));
    let file = v1::MissingFile { hash: "aa".into(), bytes: 1, why: "w".repeat(1_000) };
    let report = v1::PlanReport { plan: "p".into(), state: 3, at: 0, missing: vec![file] };
    let told = greeted(&[]).handle(say(Message::Plan(report)), 0);
    assert!(matches!(told, Output::Plan(PlanNews::Incomplete(_, missing)) if missing[0].why.len() == 200));
}

#[test]
fn plans_are_told_without_times_to_come() {
    let plan = |state, at| {
        let report = v1::PlanReport { plan: "p".into(), state, at, missing: vec![v1::MissingFile::default(); 500] };
        greeted(&[]).handle(say(Message::Plan(report)), 1_000)
    };
    assert_eq!(plan(1, 0), Output::Plan(PlanNews::Received("p".into())));
    assert_eq!(plan(2, 900), Output::Plan(PlanNews::Shown("p".into(), 900)));
    assert_eq!(plan(2, 9_000), Output::Plan(PlanNews::Shown("p".into(), 1_000)));
    assert!(matches!(plan(3, 0), Output::Plan(PlanNews::Incomplete(_, missing)) if missing.len() == 100));
    assert_eq!(plan(7, 0), Output::Nothing);
}
