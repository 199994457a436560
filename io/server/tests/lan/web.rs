//! TCP 80 and 443, asked by curl.

use crate::running::{Running, Town};

const CURL: (&str, &str) = ("curl", "curl");

/// Both answer; with one dropped the other goes on, and the doctor names the dropped one and is content.
fn one_of_two(scheme: &str, port: u16, other_scheme: &str, other: u16) -> anyhow::Result<()> {
    let Some(town) = Town::open(&[CURL])? else { return Ok(()) };
    let _running = Running::start(&town.server, &[])?;
    assert!(town.answers(scheme, port) && town.answers(other_scheme, other));
    let page = town.page(&format!("{scheme}://{}/", town.address())).unwrap();
    assert!(page.contains("<!doctype html>") || page.contains("<!DOCTYPE html>"), "{page}");

    let filter = town.server.drop_incoming(&format!("tcp dport {port}"))?;
    assert!(town.is_closed(scheme, port));
    assert!(town.answers(other_scheme, other));
    assert!(filter.dropped()? > 0);
    let found = town.doctor(&[]);
    let (subject, other_subject) = (format!("{port}/tcp"), format!("{other}/tcp"));
    assert_eq!((found.code, found.verdict(&subject), found.verdict(&other_subject)), (0, "note", "fine"), "{found:?}");
    let text = found.text(&subject);
    assert!(text.contains(&format!("does not answer on port {port}")), "{text}");
    assert!(text.contains("the other web port is enough"), "{text}");
    assert_eq!((found.verdict("3702/udp"), found.verdict("123/udp")), ("fine", "fine"), "{found:?}");

    let both = town.server.drop_incoming(&format!("tcp dport {other}"))?;
    let found = town.doctor(&[]);
    assert_eq!(found.code, 69);
    let text = found.text(&subject);
    assert!(text.contains(&format!("let TCP {port} through to it: `signboard firewall` prints the rule")), "{text}");
    drop((filter, both));
    assert!(town.answers(scheme, port) && town.answers(other_scheme, other));
    Ok(())
}

#[test]
fn lab_port_80_answers_curl_and_dropped_leaves_443() -> anyhow::Result<()> {
    one_of_two("http", 80, "https", 443)
}

#[test]
fn lab_port_443_answers_curl_and_dropped_leaves_80() -> anyhow::Result<()> {
    one_of_two("https", 443, "http", 80)
}
