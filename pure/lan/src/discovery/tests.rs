//! Byte vectors of messages as other programs write them, and properties of reader and writer together.

use proptest::prelude::*;

use super::*;

/// A probe as Debian's wsdd 0.7 writes it (shortened by namespaces that it declares and does not use).
const WSDD_PROBE: &str = r#"<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:wsdp="http://schemas.xmlsoap.org/ws/2006/02/devprof"><soap:Header><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action><wsa:MessageID>urn:uuid:ca0a3b52-3ab1-11ed-a8d8-0242ac110002</wsa:MessageID></soap:Header><soap:Body><wsd:Probe><wsd:Types>wsdp:Device</wsd:Types></wsd:Probe></soap:Body></soap:Envelope>"#;

/// A Bye of 1.1 in which every namespace is a default one.
const PLAIN_BYE: &str = r#"<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Header><Action xmlns="http://www.w3.org/2005/08/addressing"> http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01/Bye </Action><MessageID xmlns="http://www.w3.org/2005/08/addressing">urn:uuid:1</MessageID><AppSequence xmlns="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01" InstanceId="7" MessageNumber="3" SequenceId="urn:uuid:2"/></Header><Body><Bye xmlns="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"><EndpointReference xmlns="http://www.w3.org/2005/08/addressing"><Address>urn:uuid:3</Address></EndpointReference></Bye></Body></Envelope>"#;

#[test]
fn foreign_messages_are_read() {
    let probe = read(WSDD_PROBE.as_bytes()).unwrap();
    assert_eq!((probe.version, probe.id.as_str()), (Version::April2005, "urn:uuid:ca0a3b52-3ab1-11ed-a8d8-0242ac110002"));
    assert_eq!(probe.body, Body::Probe(Probe { types: vec![QName::device(Version::April2005)], scopes: vec![], match_by: None }));
    let bye = read(PLAIN_BYE.as_bytes()).unwrap();
    assert_eq!(bye.sequence, Some(Sequence { instance: 7, sequence: Some("urn:uuid:2".to_owned()), number: 3 }));
    assert_eq!((bye.version, bye.to, bye.body), (Version::V11, None, Body::Bye("urn:uuid:3".to_owned())));
}

#[test]
fn our_probe_is_byte_for_byte_what_it_shall_be() {
    let message = Message {
        version: Version::V11,
        id: "urn:uuid:1".to_owned(),
        relates_to: None,
        to: Some(Version::V11.everybody().to_owned()),
        sequence: None,
        body: Body::Probe(Probe {
            types: vec![QName::server()],
            scopes: vec!["signboard:/role/main".to_owned()],
            match_by: None,
        }),
    };
    let expected = concat!(
        r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" "#,
        r#"xmlns:d="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01" xmlns:wsdp="http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01" "#,
        r#"xmlns:sb="urn:x-signboard:discovery"><s:Header><a:Action>http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01/Probe</a:Action>"#,
        r#"<a:MessageID>urn:uuid:1</a:MessageID><a:To>urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01</a:To></s:Header><s:Body><d:Probe>"#,
        r#"<d:Types>sb:Server</d:Types><d:Scopes>signboard:/role/main</d:Scopes></d:Probe></s:Body></s:Envelope>"#,
    );
    assert_eq!(String::from_utf8(write(&message)).unwrap(), expected);
}

#[test]
fn an_action_of_another_namespace_is_passed_over() {
    let mixed = WSDD_PROBE.replace("<soap:Header>", "<soap:Header><x:Action xmlns:x='urn:x'>wait</x:Action>");
    assert_ne!(mixed, WSDD_PROBE);
    assert_eq!(read(mixed.as_bytes()), read(WSDD_PROBE.as_bytes()));
}

#[test]
fn wrong_parts_are_refused() {
    let cases = [
        ("soap:Envelope", "soap:envelope", Refusal::WrongEnvelope),
        ("2003/05/soap-envelope", "2003/05/other", Refusal::WrongEnvelope),
        ("wsa:MessageID>", "wsa:MessageId>", Refusal::WrongEnvelope),
        ("2004/08/addressing", "2004/09/addressing", Refusal::WrongEnvelope),
        ("discovery/Probe<", "discovery/Probes<", Refusal::WrongBody),
        ("discovery/Probe<", "discovery/Resolve<", Refusal::WrongBody),
        ("discovery/Probe<", "transfer/Get<", Refusal::NotForUs),
        ("xmlns:wsdp=", "xmlns:other=", Refusal::Malformed),
    ];
    for (from, to, expected) in cases {
        assert!(WSDD_PROBE.contains(from), "{from}");
        assert_eq!(read(WSDD_PROBE.replace(from, to).as_bytes()), Err(expected), "{from}");
    }
}

/// Text without white space at its ends, with everything that needs escaping.
fn text() -> impl Strategy<Value = String> {
    "[a-z<>&'\":/é%.]([a-z<>&'\" \r\n\t:/é]{0,12}[a-z<>&'\":/é%.])?"
}

fn word() -> impl Strategy<Value = String> {
    "[a-z<>&'\":/é%.]{1,16}"
}

fn name() -> impl Strategy<Value = QName> {
    let own = prop_oneof![Just(QName::server()), Just(QName::device(Version::V11)), Just(QName::device(Version::April2005))];
    prop_oneof![own, ("[a-z:/.%é]{1,16}", "[A-Za-z]{1,8}").prop_map(|(namespace, local)| QName { namespace, local })]
}

fn words() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(word(), 0..4)
}

fn target() -> impl Strategy<Value = Target> {
    (text(), proptest::collection::vec(name(), 0..4), words(), words(), any::<u32>()).prop_map(
        |(endpoint, types, scopes, addresses, metadata_version)| Target { endpoint, types, scopes, addresses, metadata_version },
    )
}

fn body() -> impl Strategy<Value = Body> {
    let probe = (proptest::collection::vec(name(), 0..4), words(), proptest::option::of(text()));
    let targets = || proptest::collection::vec(target(), 0..4);
    prop_oneof![
        target().prop_map(Body::Hello),
        text().prop_map(Body::Bye),
        probe.prop_map(|(types, scopes, match_by)| {
            let match_by = match_by.filter(|_| !scopes.is_empty());
            Body::Probe(Probe { types, scopes, match_by })
        }),
        targets().prop_map(Body::ProbeMatches),
        text().prop_map(Body::Resolve),
        targets().prop_map(Body::ResolveMatches),
        Just(Body::Fault),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let version = prop_oneof![Just(Version::V11), Just(Version::April2005)];
    let sequence = (any::<u32>(), proptest::option::of(text()), any::<u32>());
    let sequence = sequence.prop_map(|(instance, sequence, number)| Sequence { instance, sequence, number });
    (version, text(), proptest::option::of(text()), proptest::option::of(text()), proptest::option::of(sequence), body())
        .prop_map(|(version, id, relates_to, to, sequence, body)| Message { version, id, relates_to, to, sequence, body })
}

proptest! {
    #[test]
    fn what_is_written_is_read(message in message()) {
        prop_assert_eq!(read(&write(&message)), Ok(message));
    }

    #[test]
    fn any_bytes_are_digested(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        digest(&bytes);
    }

    #[test]
    fn any_damage_is_digested(place in 0..WSDD_PROBE.len(), length in 0usize..40, with in "[ -~]{0,40}") {
        let end = (place + length).min(WSDD_PROBE.len());
        digest(format!("{}{with}{}", &WSDD_PROBE[..place], &WSDD_PROBE[end..]).as_bytes());
    }
}
