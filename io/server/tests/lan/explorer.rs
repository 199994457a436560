//! What Windows Explorer needs of a device to list it and to open its pages: compared with Debian's wsdd, which Explorer lists.

use std::process::Command;

use lan::discovery::{Version, device};
use serde_json::Value;
use testkit::lab::Host;
use uuid::Uuid;

use crate::running::{PATIENCE, Running, Town, found, said, signboard};

/// Where a program that shares folders says so; a signage server is no such computer.
const SHARES: &str = "http://schemas.microsoft.com/windows/pub/2005/07";
const PROFILE: &str = "http://schemas.xmlsoap.org/ws/2006/02/devprof";
const WSDD: (&str, &str) = ("wsdd", "wsdd");
const PYTHON: (&str, &str) = ("python3", "python3");

/// The endpoint and the metadata's address of a device that a search for all devices finds.
fn device(from: &Host, wanted: impl Fn(&Value) -> bool) -> (String, String) {
    let mut found = None;
    crate::running::until("the device is found", || {
        let said = signboard(from, &["discover", "--all", "--json", "--timeout", "2"]);
        let listed: Value = serde_json::from_str(&said.out).unwrap_or_default();
        found = listed.as_array().into_iter().flatten().filter(|one| wanted(one)).find_map(|one| {
            // An IPv6 address of the link alone needs a zone, which no URL has.
            let url = one["urls"].as_array()?.iter().filter_map(Value::as_str).find(|url| !url.contains('['))?;
            Some((one["endpoint"].as_str()?.to_owned(), url.to_owned()))
        });
        found.is_some()
    });
    found.unwrap()
}

/// What the metadata of a device are made of.
fn metadata(from: &Host, (endpoint, url): &(String, String), id: Uuid) -> anyhow::Result<Vec<String>> {
    let question = tempfile::NamedTempFile::new()?;
    std::fs::write(question.path(), device::question(Version::April2005, endpoint, id))?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lan/metadata.py");
    let heard = said(from, Command::new("python3").args([script, url]).arg(question.path()).arg(device::CONTENT_TYPE));
    assert_eq!(heard.code, 0, "{heard:?}");
    Ok(heard.out.lines().map(str::to_owned).collect())
}

#[test]
fn lab_the_device_has_every_part_that_the_one_of_wsdd_has() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[WSDD, PYTHON])? else { return Ok(()) };
    let _running = Running::start(&town.server, &[])?;
    let files = town.segment.host("files")?;
    let wsdd = files.start(Command::new("wsdd").args(["--ipv4only", "--hostname", "files", "--verbose", "--shortlog"]))?;
    wsdd.wait_for("joined multicast group", PATIENCE)?;
    let is_ours = |one: &Value| one["role"].is_string();
    let (ours, theirs) = (device(&town.screen, is_ours), device(&town.screen, |one| !is_ours(one)));
    let id = Uuid::from_u128(7);
    let (of_ours, of_theirs) = (metadata(&town.screen, &ours, id)?, metadata(&town.screen, &theirs, id)?);

    let is_structure = |line: &&String| (line.starts_with("part ") || line.starts_with("type ")) && !line.contains(SHARES);
    let mut compared = 0;
    for part in of_theirs.iter().filter(is_structure) {
        assert!(of_ours.contains(part), "ours lacks {part}\n{of_ours:#?}");
        compared += 1;
    }
    // Envelope, header with four fields, three sections, the model's, the device's and the host's fields.
    assert!(compared >= 20, "{of_theirs:#?}");
    let has = |lines: &[String], end: &str| lines.iter().any(|line| line.starts_with("text ") && line.ends_with(end));
    for lines in [&of_ours, &of_theirs] {
        assert!(has(lines, &format!("RelatesTo {}", id.urn())), "{lines:#?}");
        assert!(has(lines, "Action http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse"), "{lines:#?}");
    }
    for (lines, (endpoint, _)) in [(&of_ours, &ours), (&of_theirs, &theirs)] {
        assert!(has(lines, &format!("ServiceId {endpoint}")), "{lines:#?}");
    }
    // What wsdd does not have: a place under "other devices", and a page that a double click opens.
    let page = format!("{{{PROFILE}}}PresentationUrl http://{}:80/", town.address());
    assert!(has(&of_ours, &page) && has(&of_ours, "DeviceCategory Other"), "{of_ours:#?}");
    Ok(())
}

#[test]
fn lab_without_plain_http_a_double_click_leads_to_the_encrypted_page() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("curl", "curl")])? else { return Ok(()) };
    let _running = Running::start(&town.server, &["web.http-mode=off"])?;
    let (endpoint, url) = device(&town.screen, |one| one["role"].is_string());
    assert_eq!(url, format!("https://{}:443{}", town.address(), device::PATH));
    let question = tempfile::NamedTempFile::new()?;
    std::fs::write(question.path(), device::question(Version::April2005, &endpoint, Uuid::from_u128(7)))?;
    let field = format!("Content-Type: {}", device::CONTENT_TYPE);
    let post = || {
        let words = ["--silent", "--fail", "--insecure", "--noproxy", "*", "--max-time", "20", "-H", &field, "--data-binary"];
        said(&town.screen, Command::new("curl").args(words).arg(format!("@{}", question.path().display())).arg(&url))
    };
    let answer = found(post, |said| said.code == 0);
    let metadata = device::read(answer.out.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}: {answer:?}"));
    // curl leaves the usual port of the scheme out.
    assert_eq!(metadata.presentation, Some(format!("https://{}/", town.address())));
    Ok(())
}
