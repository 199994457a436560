use uuid::Uuid;

use super::super::card::tests::sample;
use super::super::responder::{Arrival, Responder};
use super::*;

fn draws() -> impl FnMut() -> Draw {
    let mut count = 0x1000;
    move || {
        count += 1;
        Draw { id: Uuid::from_u128(count), delay: 0, repeat: 0 }
    }
}

fn link(address: &str) -> Link {
    Link { index: 2, addresses: vec![(address.parse().unwrap(), 24)] }
}

fn sent(search: &mut Search, now: Duration, draw: &mut dyn FnMut() -> Draw) -> Vec<Transmit> {
    std::iter::from_fn(|| search.poll(now, draw)).collect()
}

fn hear(search: &mut Search, bytes: &[u8], from: SocketAddr, now: Duration, draw: &mut dyn FnMut() -> Draw) -> Option<Found> {
    search.hear(bytes, from, now, draw).pop()
}

fn answer_to(question: &Transmit, target: Target) -> Vec<u8> {
    let question = message::read(&question.bytes).unwrap();
    let (id, relates_to) = ("urn:uuid:a".to_owned(), Some(question.id));
    let body = match question.body {
        Body::Resolve(_) => Body::ResolveMatches(vec![target]),
        _ => Body::ProbeMatches(vec![target]),
    };
    writer::write(&Message { version: question.version, id, relates_to, to: None, sequence: None, body })
}

fn target(version: Version) -> Target {
    Target {
        endpoint: "urn:uuid:b".to_owned(),
        types: vec![QName::device(version), QName::server()],
        scopes: sample().scopes(),
        addresses: vec!["http://192.0.2.7:80/wsd".to_owned()],
        metadata_version: 1,
    }
}

fn server() -> SocketAddr {
    "192.0.2.7:3702".parse().unwrap()
}

#[test]
fn rounds_come_at_their_times_and_go_on() {
    let mut draw = draws();
    let mut search = Search::new(Seek::Servers, vec![link("192.0.2.9")], Duration::ZERO);
    let mut rounds = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    while search.next_time() <= Duration::from_secs(20) {
        let now = search.next_time();
        for transmit in sent(&mut search, now, &mut draw) {
            assert_eq!(transmit.bytes.len(), PADDED);
            if known.insert(message::read(&transmit.bytes).unwrap().id) {
                rounds.push(now.as_millis());
            }
        }
    }
    assert_eq!(rounds, [0, 0, 500, 500, 1_500, 1_500, 3_000, 3_000, 6_000, 6_000, 12_000, 12_000, 18_000, 18_000]);
}

#[test]
fn only_answers_to_our_questions_count() {
    let mut draw = draws();
    let mut search = Search::new(Seek::Servers, vec![link("192.0.2.9")], Duration::ZERO);
    let questions = sent(&mut search, Duration::ZERO, &mut draw);
    let stranger = writer::write(&Message {
        version: Version::V11,
        id: "urn:uuid:x".to_owned(),
        relates_to: Some("urn:uuid:y".to_owned()),
        to: None,
        sequence: None,
        body: Body::ProbeMatches(vec![target(Version::V11)]),
    });
    assert_eq!(hear(&mut search, &stranger, server(), Duration::ZERO, &mut draw), None);
    assert_eq!(search.counters().dropped(Refusal::NotForUs), 1);
    let printer = Target { types: vec![QName::device(Version::V11)], ..target(Version::V11) };
    assert_eq!(hear(&mut search, &answer_to(&questions[0], printer), server(), Duration::ZERO, &mut draw), None);
    let found = hear(&mut search, &answer_to(&questions[0], target(Version::V11)), server(), Duration::ZERO, &mut draw).unwrap();
    assert_eq!((found.card, found.by_multicast, found.by_unicast), (Some(sample()), true, false));
    assert_eq!(
        hear(&mut search, &answer_to(&questions[0], target(Version::V11)), server(), Duration::ZERO, &mut draw),
        None,
        "a repeat says nothing new"
    );
}

#[test]
fn one_server_has_all_its_places_and_the_newest_facts() {
    let mut draw = draws();
    let mut search = Search::new(Seek::Servers, vec![link("192.0.2.9")], Duration::ZERO);
    search.ask("198.51.100.7:3702".parse().unwrap(), Duration::ZERO, &mut draw);
    search.ask("198.51.100.7:3702".parse().unwrap(), Duration::ZERO, &mut draw);
    let questions = sent(&mut search, Duration::ZERO, &mut draw);
    assert_eq!(questions.len(), 4, "both versions to the group and to the known address");
    let to_one = questions.iter().find(|question| matches!(question.to, Destination::One { .. })).unwrap();
    let to_group = questions.iter().find(|question| matches!(question.to, Destination::Group(..))).unwrap();
    let first = answer_to(to_one, target(Version::V11));
    hear(&mut search, &first, "198.51.100.7:3702".parse().unwrap(), Duration::ZERO, &mut draw).unwrap();
    let newer = Target { metadata_version: 2, addresses: vec!["http://192.0.2.8:80/wsd".to_owned()], ..target(Version::V11) };
    hear(&mut search, &answer_to(to_group, newer), server(), Duration::ZERO, &mut draw).unwrap();
    hear(&mut search, &answer_to(to_group, target(Version::V11)), server(), Duration::ZERO, &mut draw);
    let found: Vec<_> = search.found().collect();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].urls.join(" ").as_str(), found[0].metadata_version), ("http://192.0.2.8:80/wsd", 2));
    assert_eq!(found[0].addresses().map(|ip| ip.to_string()).collect::<Vec<_>>(), ["198.51.100.7", "192.0.2.7"]);
    assert!(found[0].by_multicast && found[0].by_unicast);
}

#[test]
fn a_match_without_address_is_asked_for_it_once() {
    let mut draw = draws();
    let mut search = Search::new(Seek::Devices, vec![link("192.0.2.9")], Duration::ZERO);
    let questions = sent(&mut search, Duration::ZERO, &mut draw);
    let bare = Target {
        addresses: Vec::new(),
        scopes: Vec::new(),
        types: vec![QName::device(Version::April2005)],
        ..target(Version::April2005)
    };
    let old = questions.iter().find(|question| message::read(&question.bytes).unwrap().version == Version::April2005).unwrap();
    assert!(hear(&mut search, &answer_to(old, bare.clone()), server(), Duration::ZERO, &mut draw).unwrap().urls.is_empty());
    let resolves = sent(&mut search, Duration::ZERO, &mut draw);
    assert_eq!(resolves.len(), 2, "to the group, and to who answered");
    let full = Target { addresses: vec!["http://192.0.2.7:5357/x".to_owned()], ..bare.clone() };
    assert_eq!(
        hear(&mut search, &answer_to(&resolves[0], full), server(), Duration::ZERO, &mut draw).unwrap().urls,
        ["http://192.0.2.7:5357/x"]
    );
    hear(&mut search, &answer_to(old, bare), server(), Duration::ZERO, &mut draw);
    assert!(sent(&mut search, Duration::ZERO, &mut draw).is_empty());
}

#[test]
fn search_and_responder_find_each_other() {
    let mut draw = draws();
    let mut responder = Responder::new(Uuid::from_u128(7), sample(), 1_000, Duration::ZERO);
    responder.set_links(vec![link("192.0.2.7")], Duration::ZERO, &mut draw);
    let mut search = Search::new(Seek::Servers, vec![link("192.0.2.9")], Duration::ZERO);
    let from = "192.0.2.9:40000".parse().unwrap();
    for question in sent(&mut search, Duration::ZERO, &mut draw) {
        let arrival = Arrival { from, link: 2, to: "239.255.255.250".parse().unwrap() };
        responder.hear(&question.bytes, arrival, Duration::ZERO, &mut draw);
    }
    let answers: Vec<_> = std::iter::from_fn(|| responder.poll(Duration::ZERO)).collect();
    answers.iter().for_each(|answer| drop(hear(&mut search, &answer.bytes, server(), Duration::ZERO, &mut draw)));
    let found: Vec<_> = search.found().collect();
    assert_eq!((found.len(), found[0].card.clone(), found[0].metadata_version), (1, Some(sample()), 1_000));
}

#[test]
fn an_answer_may_name_several_targets() {
    let mut draw = draws();
    let mut search = Search::new(Seek::Servers, vec![link("192.0.2.9")], Duration::ZERO);
    let questions = sent(&mut search, Duration::ZERO, &mut draw);
    let question = message::read(&questions[0].bytes).unwrap();
    let other = Target { endpoint: "urn:uuid:c".to_owned(), ..target(question.version) };
    let printer = Target { endpoint: "urn:uuid:d".to_owned(), types: Vec::new(), ..other.clone() };
    let body = Body::ProbeMatches(vec![target(question.version), printer, other]);
    let (id, relates_to) = ("urn:uuid:a".to_owned(), Some(question.id));
    let answer = writer::write(&Message { version: question.version, id, relates_to, to: None, sequence: None, body });
    let news = search.hear(&answer, server(), Duration::ZERO, &mut draw);
    assert_eq!(news.iter().map(|found| found.endpoint.as_str()).collect::<Vec<_>>(), ["urn:uuid:b", "urn:uuid:c"]);
}

#[test]
fn known_addresses_are_asked_at_once_when_an_interface_comes() {
    let mut draw = draws();
    let mut search = Search::new(Seek::Servers, vec![], Duration::ZERO);
    search.ask(server(), Duration::ZERO, &mut draw);
    let to_server = |sent: &[Transmit]| sent.iter().filter(|transmit| transmit.to == one(server())).count();
    assert_eq!(
        to_server(&sent(&mut search, Duration::ZERO, &mut draw)),
        2,
        "once in each version, although the round begins too"
    );
    let plugged = Duration::from_millis(400);
    sent(&mut search, plugged, &mut draw);
    search.set_links(vec![link("192.0.2.9")], plugged);
    assert_eq!(to_server(&sent(&mut search, plugged, &mut draw)), 2, "what was sent before had no way out");
}

#[test]
fn a_liar_with_new_types_in_each_answer_takes_no_more_memory() {
    let mut found = Found::new("urn:uuid:b");
    for number in 0..1_000 {
        let types = (0..16).map(|place| QName::new("urn:x", &format!("T{number}-{place}"))).collect();
        found.take(Target { types, ..target(Version::V11) }, server(), true);
    }
    assert!(found.types.len() <= 32, "{}", found.types.len());
}
