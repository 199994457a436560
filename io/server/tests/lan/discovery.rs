//! UDP 3702, searched by Debian's wsdd and by `signboard discover`.

use std::process::Command;

use crate::running::{PATIENCE, Running, Town, both, finds, found, said, signboard};

const WSDD: (&str, &str) = ("wsdd", "wsdd");

#[test]
fn lab_port_3702_is_found_by_wsdd_and_dropped_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[WSDD, ("curl", "curl")])? else { return Ok(()) };
    let _running = Running::start(&town.server, &[])?;
    let wsdd = |patience| {
        let program =
            town.screen.start(Command::new("wsdd").args(["--discovery", "--no-host", "--ipv4only", "-vv", "--shortlog"]))?;
        program.wait_for("discovered Signboard, not set up yet", patience)?;
        // What a double click opens.
        program.wait_for(&format!("'PresentationUrl': 'http://{}:80/'", town.address()), patience)
    };
    wsdd(PATIENCE)?;
    let found = found(|| signboard(&town.screen, &["discover", "--timeout", "2"]), |said| said.out.contains("http://"));
    assert_eq!(found.code, 0, "{found:?}");
    for part in ["role         main", &format!("address      http://{}/\n", town.address()), "heard by     multicast"] {
        assert!(found.out.contains(part), "{part}\n{found:?}");
    }
    assert!(!found.out.contains("[fe80:"), "{found:?}");
    assert_eq!(town.doctor(&[]).verdict("3702/udp"), "fine");

    let filter = town.server.drop_incoming("udp dport 3702")?;
    let address = town.address();
    let search = |words: &[&str]| signboard(&town.screen, &[&["discover", "--timeout", "1"], words].concat());
    let ((by_multicast, by_name), found) = both(|| both(|| search(&[]), || search(&[&address])), || town.doctor(&[]));
    for lost in [by_multicast, by_name] {
        assert_eq!(lost.code, 69, "{lost:?}");
        assert!(
            lost.err.contains("no server answered on UDP 3702") && lost.err.contains("`signboard doctor --server NAME`"),
            "{lost:?}"
        );
    }
    assert!(filter.dropped()? > 0);
    assert_eq!((found.code, found.troubles()), (69, vec!["3702/udp"]), "{found:?}");
    let text = found.text("3702/udp");
    assert!(text.contains("its web port answers, so UDP 3702 is dropped on the way"), "{text}");
    assert!(text.contains("`signboard firewall` prints the rule"), "{text}");
    assert!(town.answers("http", 80), "a typed address goes on");
    drop(filter);
    wsdd(PATIENCE)?;
    Ok(())
}

#[test]
fn lab_a_screen_that_may_not_search_is_told_so() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let _running = Running::start(&town.server, &[])?;
    assert!(finds(&town.screen));
    let filter = town.screen.drop_outgoing("udp dport 3702")?;
    let lost = signboard(&town.screen, &["discover", "--timeout", "1"]);
    assert_eq!(lost.code, 69, "{lost:?}");
    for part in ["this machine refused to send", "let UDP 3702 out", "`signboard firewall --role viewer --outgoing`"] {
        assert!(lost.err.contains(part), "{part}\n{lost:?}");
    }
    assert!(filter.dropped()? > 0);
    let time = signboard(&town.screen, &["time", "--server", &town.address()]);
    assert_eq!(time.code, 0, "the rest goes on: {time:?}");
    Ok(())
}

#[test]
fn lab_a_server_that_is_told_to_stop_says_goodbye_in_both_versions() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let mut running = Running::start(&town.server, &[])?;
    assert!(finds(&town.screen));
    let capture = town.screen.capture("eth0")?;
    let stop = said(&town.server, Command::new("kill").args(["-TERM", &running.program.id().to_string()]));
    assert_eq!(stop.code, 0, "{stop:?}");
    let holds = |frame: &[u8], words: &str| frame.windows(words.len()).any(|window| window == words.as_bytes());
    let versions =
        ["http://schemas.xmlsoap.org/ws/2005/04/discovery/Bye", "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01/Bye"];
    let mut missing = versions.to_vec();
    while !missing.is_empty() {
        let frame = capture.find(PATIENCE, |frame| missing.iter().any(|words| holds(frame, words)))?;
        let frame = frame.unwrap_or_else(|| panic!("never heard: {missing:?}"));
        missing.retain(|words| !holds(&frame, words));
    }
    assert!(running.program.wait()?.success());
    Ok(())
}

/// SHA-256 of the certificate that answers at the web port, as another program sees it.
fn fingerprint(town: &Town) -> String {
    let line = format!("openssl s_client -connect {}:443 </dev/null | openssl x509 -noout -fingerprint -sha256", town.address());
    let seen = said(&town.screen, Command::new("sh").args(["-c", &line]));
    assert_eq!(seen.code, 0, "{seen:?}");
    seen.out.trim().split_once('=').unwrap().1.replace(':', "").to_lowercase()
}

#[test]
fn lab_a_search_tells_version_site_and_the_certificate_in_use() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("openssl", "openssl")])? else { return Ok(()) };
    let _running = Running::start(&town.server, &["discovery.site=North quay"])?;
    let address = town.address();
    let search = || signboard(&town.screen, &["discover", "--json", "--timeout", "2", &address]);
    let answer = found(search, |said| said.out.contains("\"role\""));
    let listed: serde_json::Value = serde_json::from_str(&answer.out)?;
    let version = signboard(&town.screen, &["--version"]).out;
    let one = &listed[0];
    assert_eq!(one["role"], "main", "{listed:#}");
    assert!(version.trim().ends_with(&format!(" {}", one["version"].as_str().unwrap())), "{version} {listed:#}");
    assert_eq!(one["site"], "North quay", "{listed:#}");
    assert_eq!(one["certificate"], fingerprint(&town), "{listed:#}");
    assert_eq!(one["control"], 7237, "{listed:#}");
    let people = found(|| signboard(&town.screen, &["discover", "--timeout", "2", &address]), |said| said.code == 0);
    assert!(people.out.contains("  site         North quay\n"), "{people:?}");
    Ok(())
}

#[test]
fn lab_the_server_is_announced_by_multicast_dns_unless_told_not_to() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    // Labels of a name have their lengths before them (RFC 1035, section 3.1); UDP 5353 is multicast DNS.
    let is_ours = |frame: &[u8]| {
        let is_dns = frame.get(36..38) == Some(&5353_u16.to_be_bytes()) || frame.get(56..58) == Some(&5353_u16.to_be_bytes());
        is_dns && frame.windows(16).any(|window| window == b"\x0a_signboard\x04_tcp")
    };
    for (setting, expected) in [("discovery.mdns=true", true), ("discovery.mdns=false", false)] {
        let capture = town.screen.capture("eth0")?;
        let _running = Running::start(&town.server, &[setting])?;
        // By then it has long said what it says unasked.
        assert!(finds(&town.screen));
        let patience = if expected { PATIENCE } else { std::time::Duration::from_millis(500) };
        assert_eq!(capture.find(patience, is_ours)?.is_some(), expected, "{setting}");
    }
    Ok(())
}
