//! The program as people start it: exit codes, one sentence, the table of ports.

use std::process::{Command, Output};

fn signboard(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_signboard")).args(words).env("RUST_BACKTRACE", "1").output().unwrap()
}

#[test]
fn refusals_are_one_sentence_with_an_exit_code_of_sysexits() {
    for (words, code, part) in [
        (&["check-config", "--set", "web.http-prt=1"][..], 78, "the nearest is web.http-port"),
        (&["server", "--set", "web.http-port=x"], 78, "a number from 0 to 65535"),
        (&["check-config", "--set", "web.http-port"], 64, "key=value"),
        (&["check-config", "--config", "/nonexistent.toml"], 66, "/nonexistent.toml"),
    ] {
        let output = signboard(words);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("signboard: ") && text.contains(part) && text.ends_with(".\n"), "{text}");
    }
}

#[test]
fn a_word_that_is_no_command_is_misuse_and_help_is_not() {
    assert_eq!(signboard(&["play"]).status.code(), Some(64));
    assert_eq!(signboard(&[]).status.code(), Some(64));
    let help = signboard(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("check-config"));
}

#[test]
fn a_good_configuration_says_where_settings_come_from() {
    let output = signboard(&["check-config", "--set", "web.http-port=8080"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "The configuration is good.\n  web.http-port is set by --set\n");
}

#[test]
fn ports_shows_every_row_and_who_has_a_port() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port();
    let setting = format!("web.http-port={port}");
    let output =
        signboard(&["ports", "--json", "--set", &setting, "--set", "web.https-port=0", "--set", "discovery.enabled=false"]);
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows.len(), domain::ports::TABLE.len());
    let http = rows.iter().find(|row| row["setting"] == "web.http-port").unwrap();
    assert_eq!((&http["number"], &http["default"], &http["state"]), (&port.into(), &80.into(), &"taken".into()));
    assert!(http["holder"].as_str().unwrap().ends_with(&format!("[{}]", std::process::id())), "{http}");
    let discovery = rows.iter().find(|row| row["setting"] == "discovery.port").unwrap();
    assert_eq!((&discovery["state"], &discovery["protocol"]), (&"not-used".into(), &"udp".into()));

    let table = String::from_utf8(signboard(&["ports", "--set", &setting]).stdout).unwrap();
    assert_eq!(table.lines().count(), rows.len() + 1);
    assert!(table.contains("taken by"), "{table}");
}

#[test]
fn the_page_of_ports_is_fresh() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/ports.md");
    let printed = String::from_utf8(signboard(&["ports", "--markdown", "--config", "/dev/null"]).stdout).unwrap();
    assert_eq!(std::fs::read_to_string(page).unwrap(), printed, "run `signboard ports --markdown > docs/operations/ports.md`");
}
