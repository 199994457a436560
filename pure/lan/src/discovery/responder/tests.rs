use super::super::card::tests::sample;
use super::super::outbox::Family;
use super::*;

const ENDPOINT: Uuid = Uuid::from_u128(0x77);
const NOW: Duration = Duration::from_secs(1);

/// Draws that follow each other: id 1, 2, 3 ... and the given waits.
fn draws(delay: u32) -> impl FnMut() -> Draw {
    let mut count = 0;
    move || {
        count += 1;
        Draw { id: Uuid::from_u128(count), delay, repeat: 0 }
    }
}

fn links() -> Vec<Link> {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    vec![
        Link { index: 2, addresses: vec![(address("192.0.2.7"), 24), (address("fe80::7"), 64)] },
        Link { index: 3, addresses: vec![(address("198.51.100.7"), 24)] },
    ]
}

fn responder() -> Responder {
    let mut responder = Responder::new(ENDPOINT, sample(), 1_000, Duration::ZERO);
    responder.set_links(links(), Duration::ZERO, &mut draws(0));
    while let Some(at) = responder.next_time() {
        all(&mut responder, at);
    }
    responder
}

fn all(responder: &mut Responder, now: Duration) -> Vec<(Destination, Message)> {
    std::iter::from_fn(|| responder.poll(now)).map(|transmit| (transmit.to, message::read(&transmit.bytes).unwrap())).collect()
}

fn question(version: Version, number: u128, body: Body) -> Vec<u8> {
    let id = writer::urn(Uuid::from_u128(number));
    writer::write(&Message { version, id, relates_to: None, to: Some(version.everybody().to_owned()), sequence: None, body })
}

fn probe(version: Version, number: u128, types: Vec<QName>, scopes: &[&str]) -> Vec<u8> {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    question(version, number, Body::Probe(Probe { types, scopes, match_by: None }))
}

fn arrival(from: &str, link: u32, to: &str) -> Arrival {
    Arrival { from: from.parse().unwrap(), link, to: to.parse().unwrap() }
}

fn group() -> Arrival {
    arrival("192.0.2.9:40000", 2, "239.255.255.250")
}

#[test]
fn everybody_is_greeted_in_both_versions_on_every_interface() {
    let mut responder = Responder::new(ENDPOINT, sample(), 1_000, Duration::ZERO);
    responder.set_links(links(), Duration::ZERO, &mut draws(400));
    assert_eq!(responder.next_time(), Some(Duration::from_millis(400)));
    let sent = all(&mut responder, Duration::from_millis(400));
    let said: Vec<_> = sent
        .iter()
        .map(|(to, message)| {
            let Body::Hello(target) = &message.body else { panic!("{message:?}") };
            assert_eq!((target.endpoint.as_str(), target.metadata_version), (writer::urn(ENDPOINT).as_str(), 1_000));
            assert_eq!(message.to.as_deref(), Some(message.version.everybody()));
            (*to, message.version, target.addresses.join(" "), message.sequence.clone().unwrap().number)
        })
        .collect();
    let (v4, v6, other) =
        ("http://192.0.2.7:80/wsd".to_owned(), "http://[fe80::7]:80/wsd".to_owned(), "http://198.51.100.7:80/wsd".to_owned());
    assert_eq!(
        said,
        [
            (Destination::Group(2, Family::V4), Version::V11, v4.clone(), 1),
            (Destination::Group(2, Family::V4), Version::April2005, v4, 2),
            (Destination::Group(2, Family::V6), Version::V11, v6.clone(), 3),
            (Destination::Group(2, Family::V6), Version::April2005, v6, 4),
            (Destination::Group(3, Family::V4), Version::V11, other.clone(), 5),
            (Destination::Group(3, Family::V4), Version::April2005, other, 6),
        ]
    );
    assert_eq!(all(&mut responder, Duration::from_secs(9)).len(), 6, "each is repeated once, and not again");
    assert_eq!(responder.next_time(), None);
}

#[test]
fn a_probe_is_answered_in_its_version_after_a_wait() {
    for version in Version::ALL {
        let mut responder = responder();
        let asked = probe(version, 9, vec![QName::device(version)], &[]);
        responder.hear(&asked, group(), NOW, &mut draws(321));
        assert_eq!(responder.next_time(), Some(NOW + Duration::from_millis(321)));
        let sent = all(&mut responder, NOW + Duration::from_millis(321));
        let [(to, answer)] = &sent[..] else { panic!("{sent:?}") };
        let expected = Destination::One { to: group().from, link: 2, from: Some("192.0.2.7".parse().unwrap()) };
        assert_eq!((*to, answer.version, answer.relates_to.clone()), (expected, version, Some(writer::urn(Uuid::from_u128(9)))));
        assert_eq!(answer.to.as_deref(), Some(version.anonymous()));
        let Body::ProbeMatches(targets) = &answer.body else { panic!("{answer:?}") };
        assert_eq!(Card::from_scopes(&targets[0].scopes), Some(sample()));
        assert_eq!(targets[0].types, [QName::device(version), QName::server()]);
        let sequence = answer.sequence.clone().unwrap();
        assert_eq!((sequence.instance, sequence.number), (1_000, 7));
        assert_eq!(all(&mut responder, Duration::from_secs(9)).len(), 1);
        assert_eq!(responder.counters().answered, 1);
    }
}

#[test]
fn what_does_not_match_is_not_answered() {
    let cases: &[(Vec<QName>, &[&str], bool)] = &[
        (vec![], &[], true),
        (vec![QName::server(), QName::device(Version::April2005)], &["signboard:/role"], true),
        (vec![QName::new("urn:other", "Printer")], &[], false),
        (vec![QName::server(), QName::new("urn:other", "Printer")], &[], false),
        (vec![], &["signboard:/role/backup"], false),
        (vec![], &["signboard:/role/main", "signboard:/site/North%20%2F%202"], true),
    ];
    for (number, (types, scopes, expected)) in cases.iter().enumerate() {
        let mut responder = responder();
        responder.hear(&probe(Version::V11, 100 + number as u128, types.clone(), scopes), group(), NOW, &mut draws(0));
        assert_eq!(responder.next_time().is_some(), *expected, "{types:?} {scopes:?}");
        assert_eq!(responder.counters().dropped(Refusal::NoMatch), u64::from(!expected));
    }
}

#[test]
fn an_unknown_rule_gets_a_fault_only_by_unicast() {
    let ask = |arrival: Arrival| {
        let mut responder = responder();
        let body =
            Body::Probe(Probe { match_by: Some("urn:regex".to_owned()), scopes: vec!["a:b".to_owned()], ..Probe::default() });
        responder.hear(&question(Version::V11, 9, body), arrival, NOW, &mut draws(0));
        all(&mut responder, NOW).into_iter().map(|(_, message)| message.body).collect::<Vec<_>>()
    };
    assert_eq!(ask(group()), []);
    assert_eq!(ask(arrival("192.0.2.9:40000", 2, "192.0.2.7")), [Body::Fault]);
}

#[test]
fn resolve_is_answered_at_once_for_our_endpoint_only() {
    let mut responder = responder();
    let ask = |endpoint: &str, number| question(Version::April2005, number, Body::Resolve(endpoint.to_owned()));
    responder.hear(&ask(&writer::urn(Uuid::from_u128(0x78)), 8), group(), NOW, &mut draws(400));
    responder.hear(&ask("é:uuid:x", 7), group(), NOW, &mut draws(400));
    assert_eq!(responder.next_time(), None);
    responder.hear(&ask(&writer::urn(ENDPOINT).to_uppercase(), 9), group(), NOW, &mut draws(400));
    let sent = all(&mut responder, NOW);
    assert!(
        matches!(&sent[..], [(_, Message { body: Body::ResolveMatches(targets), .. })] if targets[0].addresses == ["http://192.0.2.7:80/wsd"])
    );
}

#[test]
fn repeats_are_answered_once() {
    let mut responder = responder();
    for _ in 0..3 {
        responder.hear(&probe(Version::V11, 9, vec![], &[]), group(), NOW, &mut draws(0));
    }
    assert_eq!((responder.counters().answered, responder.counters().dropped(Refusal::Duplicate)), (1, 2));
}

#[test]
fn the_address_named_is_of_the_interface_asked() {
    let named = |arrival: Arrival| {
        let mut responder = responder();
        responder.hear(
            &probe(Version::V11, 9, vec![], &["signboard:/role/main", "signboard:/site/North%20%2F%202"]),
            arrival,
            NOW,
            &mut draws(0),
        );
        let sent = all(&mut responder, NOW);
        sent.first().map(|(_, message)| match &message.body {
            Body::ProbeMatches(targets) => targets[0].addresses.join(" "),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(named(arrival("198.51.100.9:1", 3, "239.255.255.250")).as_deref(), Some("http://198.51.100.7:80/wsd"));
    assert_eq!(named(arrival("[fe80::9%2]:1", 2, "ff02::c")).as_deref(), Some("http://[fe80::7]:80/wsd"), "without a zone");
    assert_eq!(
        named(arrival("198.51.100.7:1", 1, "198.51.100.7")).as_deref(),
        Some("http://198.51.100.7:80/wsd"),
        "this host asks itself"
    );
    assert_eq!(
        named(arrival("127.0.0.1:1", 1, "127.0.0.1")).as_deref(),
        Some("http://192.0.2.7:80/wsd"),
        "loopback is not served"
    );
}

#[test]
fn on_an_interface_without_the_askers_family_nothing_is_answered() {
    let mut responder = responder();
    responder.hear(&probe(Version::V11, 9, vec![], &[]), arrival("[fe80::9]:1", 3, "ff02::c"), NOW, &mut draws(0));
    assert_eq!(responder.counters().dropped(Refusal::NoAddress), 1);
}

#[test]
fn off_the_link_an_answer_is_never_larger_than_its_question_and_never_repeated() {
    let mut responder = responder();
    let far = arrival("203.0.113.9:1", 2, "192.0.2.7");
    let mut padded = probe(Version::V11, 9, vec![], &[]);
    responder.hear(&padded, far, NOW, &mut draws(0));
    assert_eq!(responder.counters().dropped(Refusal::AnswerTooLarge), 1);
    padded = probe(Version::V11, 10, vec![], &[]);
    padded.resize(1_000, b' ');
    responder.hear(&padded, far, NOW, &mut draws(0));
    let short = responder.poll(NOW).unwrap();
    assert!(short.bytes.len() <= 1_000);
    assert!(matches!(message::read(&short.bytes).unwrap().body, Body::ProbeMatches(targets) if targets[0].scopes.is_empty()));
    padded = probe(Version::V11, 11, vec![], &[]);
    padded.resize(1_400, b' ');
    responder.hear(&padded, far, NOW, &mut draws(0));
    let full = responder.poll(NOW).unwrap();
    assert!(full.bytes.len() <= 1_400);
    assert!(
        matches!(message::read(&full.bytes).unwrap().body, Body::ProbeMatches(targets) if targets[0].scopes == sample().scopes())
    );
    assert_eq!(responder.next_time(), None);
}

/// As short as a probe of April 2005 can be.
fn shortest(number: usize) -> Vec<u8> {
    let version = Version::April2005;
    let (soap, addressing, discovery) = (super::super::SOAP, version.addressing(), version.discovery());
    format!(
        "<e:Envelope xmlns:e='{soap}'><e:Header><a:Action xmlns:a='{addressing}'>{discovery}/Probe</a:Action>\
         <a:MessageID xmlns:a='{addressing}'>{number}</a:MessageID></e:Header><e:Body><Probe xmlns='{discovery}'/></e:Body></e:Envelope>"
    )
    .into_bytes()
}

#[test]
fn on_the_link_an_answer_is_at_most_four_times_its_question_without_scopes_if_need_be() {
    // Every byte of name and site takes three as part of a scope.
    let card = Card { name: "%".repeat(64), site: Some("%".repeat(64)), version: "%".repeat(64), ..sample() };
    let mut responder = Responder::new(ENDPOINT, card.clone(), 1_000, Duration::ZERO);
    responder.set_links(links(), Duration::ZERO, &mut draws(0));
    while let Some(at) = responder.next_time() {
        all(&mut responder, at);
    }
    let (mut with, mut without) = (0, 0);
    for (number, length) in (0..1_400).step_by(20).enumerate() {
        let mut asked = shortest(number);
        asked.resize(asked.len().max(length), b' ');
        let now = NOW + Duration::from_secs(number as u64);
        responder.hear(&asked, group(), now, &mut draws(0));
        let answer = responder.poll(now).unwrap();
        assert!(answer.bytes.len() <= 4 * asked.len(), "{} for {}", answer.bytes.len(), asked.len());
        let Body::ProbeMatches(targets) = message::read(&answer.bytes).unwrap().body else { panic!("no answer") };
        if targets[0].scopes.is_empty() {
            without += 1
        } else {
            with += 1
        }
        while let Some(at) = responder.next_time() {
            all(&mut responder, at);
        }
    }
    assert!(with > 0 && without > 0, "{with} answers with scopes, {without} without");
}

#[test]
fn a_change_is_greeted_with_a_raised_version_and_the_end_with_bye() {
    let mut responder = responder();
    responder.set_links(links(), NOW, &mut draws(0));
    assert_eq!(responder.next_time(), None, "nothing changed");
    responder.set_links(links()[..1].to_vec(), NOW, &mut draws(0));
    let greeted = all(&mut responder, NOW);
    assert_eq!(greeted.len(), 4);
    assert!(greeted.iter().all(|(_, message)| matches!(&message.body, Body::Hello(target) if target.metadata_version == 1_001)));
    responder.set_card(Card { name: "New".to_owned(), ..sample() }, NOW, &mut draws(0));
    responder.leave(NOW, &mut draws(0));
    let bye = all(&mut responder, NOW);
    assert_eq!(bye.len(), 4, "the Hellos that waited are not sent any more");
    assert!(bye.iter().all(|(_, message)| message.body == Body::Bye(writer::urn(ENDPOINT))));
}

#[test]
fn bad_input_is_counted_by_reason() {
    let mut responder = responder();
    let mixed = String::from_utf8(probe(Version::V11, 9, vec![], &[]))
        .unwrap()
        .replace(Version::V11.addressing(), Version::April2005.addressing());
    let cases: &[(&[u8], Refusal)] = &[
        (b"", Refusal::Malformed),
        (&[b' '; 20_000], Refusal::TooLong),
        (b"<!DOCTYPE a><a/>", Refusal::Forbidden),
        (b"<Envelope/>", Refusal::WrongEnvelope),
        (mixed.as_bytes(), Refusal::NotForUs),
        (&question(Version::V11, 5, Body::Bye("urn:uuid:x".to_owned())), Refusal::NotForUs),
    ];
    for (bytes, reason) in cases {
        let before = responder.counters().dropped(*reason);
        responder.hear(bytes, group(), NOW, &mut draws(0));
        assert_eq!(responder.counters().dropped(*reason), before + 1, "{reason}");
    }
    assert_eq!(responder.counters().answered, 0);
}

#[test]
fn the_repeat_of_a_question_for_which_there_was_no_room_is_answered() {
    let mut responder = responder();
    let question = |number: usize| probe(Version::V11, 1_000 + number as u128, vec![], &[]);
    let from = |number: usize| Arrival { from: SocketAddr::new(IpAddr::from([192, 0, 2, number as u8]), 4_000), ..group() };
    // Each waits for half a second.
    let mut draw = draws(500);
    for number in 0..MAX_WAITING {
        responder.hear(&question(number), from(number % 200), NOW, &mut draw);
    }
    let late = question(MAX_WAITING);
    responder.hear(&late, from(9), NOW, &mut draw);
    assert_eq!(responder.counters().dropped(Refusal::TooBusy), 1);
    let later = NOW + Duration::from_secs(2);
    while let Some(at) = responder.next_time().filter(|at| *at < later) {
        all(&mut responder, at);
    }
    responder.hear(&late, from(9), later, &mut draw);
    assert_eq!(responder.counters().answered as usize, MAX_WAITING + 1);
}
