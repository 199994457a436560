//! What `signboard firewall` prints for a server, loaded by the firewalls themselves: what should pass passes, and the rest does not.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use domain::firewall::Role;
use testkit::lab::{Host, Lab};

use crate::running::{Running, Town, found, said, signboard};

/// How long a connection that nothing drops may take on a busy machine, and for how long a dropped one is tried: the first try counts.
const BRIEF: Duration = Duration::from_millis(900);

/// Whether a connection by TCP comes about.
fn connects(from: &Host, to: &Host, port: u16) -> bool {
    let address = SocketAddr::new(to.card().ipv4().into(), port);
    from.enter(|| TcpStream::connect_timeout(&address, BRIEF)).is_ok()
}

fn listen(host: &Host, port: u16) -> TcpListener {
    host.enter(|| TcpListener::bind(("0.0.0.0", port))).unwrap()
}

/// Every inbound row passes, 8081 does not.
fn inbound(town: &Town) {
    for (scheme, port) in [("http", 80), ("https", 443)] {
        assert!(town.answers(scheme, port), "{port}");
    }
    assert!(connects(&town.screen, &town.server, 7237));
    assert!(!connects(&town.screen, &town.server, 8081));
    let address = town.address();
    std::thread::scope(|scope| {
        let run = |words: Vec<&'static str>, host: bool| {
            let (screen, address) = (&town.screen, address.as_str());
            let words = [words, if host { vec![address] } else { Vec::new() }].concat();
            scope.spawn(move || found(|| signboard(screen, &words), |said| said.code == 0))
        };
        let time = run(vec!["time", "--server"], true);
        let multicast = run(vec!["discover", "--timeout", "2"], false);
        let by_name = run(vec!["discover", "--timeout", "2"], true);
        let (time, multicast, by_name) = (time.join().unwrap(), multicast.join().unwrap(), by_name.join().unwrap());
        assert_eq!(time.code, 0, "{time:?}");
        assert!(multicast.out.contains("heard by     multicast"), "{multicast:?}");
        assert!(by_name.out.contains("direct question"), "{by_name:?}");
    });
}

/// What the server calls passes, 8082 does not.
fn outbound(town: &Town, other: &Host) -> anyhow::Result<()> {
    for port in [80, 443, 4525] {
        assert!(connects(&town.server, other, port), "{port}");
    }
    assert!(!connects(&town.server, other, 8082));
    let capture = other.capture("eth0")?;
    let sent = signboard(&town.server, &["wake", "00:11:22:aa:bb:cc"]);
    assert!(sent.code == 0 && sent.out.contains("was called on UDP 9 and 7"), "{sent:?}");
    for port in [9_u16, 7] {
        let is_it = |frame: &[u8]| frame.len() == 144 && frame[36..38] == port.to_be_bytes();
        assert!(capture.find(Duration::from_secs(10), is_it)?.is_some(), "{port}");
    }
    Ok(())
}

fn judged(format: &str, programs: &[(&str, &str)], load: impl Fn(&Host, &str)) -> anyhow::Result<()> {
    let needed = [&[("curl", "curl")], programs].concat();
    let Some(town) = Town::open(&needed)? else { return Ok(()) };
    let other = town.segment.host("other")?;
    let _running = Running::start(&town.server, &["time.mode=own"])?;
    let _open = listen(&town.server, 8081);
    let _others = [80, 443, 4525, 8082].map(|port| listen(&other, port));
    assert!(connects(&town.screen, &town.server, 8081) && connects(&town.server, &other, 8082), "before there are rules");
    let rules =
        |words: &[&str]| signboard(&town.server, &[&["firewall", "--role", "server", "--format", format], words].concat()).out;
    load(&town.server, &rules(&[]));
    inbound(&town);
    assert!(connects(&town.server, &other, 8082), "outgoing traffic is as free as before");
    load(&town.server, &rules(&["--outgoing"]));
    inbound(&town);
    outbound(&town, &other)
}

#[test]
fn lab_nftables_takes_the_rules_of_a_server() -> anyhow::Result<()> {
    judged("nftables", &[], |host, rules| host.nft(rules).unwrap())
}

#[test]
fn lab_iptables_takes_the_rules_of_a_server() -> anyhow::Result<()> {
    judged("iptables", &[("iptables", "iptables"), ("ip6tables", "iptables")], |host, rules| {
        let loaded = said(host, Command::new("sh").args(["-e", "-c", rules]));
        assert_eq!(loaded.code, 0, "{loaded:?}\n{rules}");
    })
}

/// The rules of every role, with outgoing traffic open and narrow.
fn of_every_role(host: &Host, format: &str) -> Vec<(&'static str, bool, String)> {
    let each = Role::ALL.into_iter().flat_map(|(role, _)| [(role, false), (role, true)]);
    each.map(|(role, is_narrow)| {
        let more: &[&str] = if is_narrow { &["--outgoing"] } else { &[] };
        let printed = signboard(host, &[&["firewall", "--role", role, "--format", format], more].concat());
        assert_eq!(printed.code, 0, "{printed:?}");
        (role, is_narrow, printed.out)
    })
    .collect()
}

/// A script in which each line that calls `program` calls something harmless instead. Nothing else is in it.
fn with_stand_in(rules: &str, program: &str, harmless: &str) -> String {
    let line = |line: &str| match line.strip_prefix(program) {
        Some(words) => format!("{harmless}{words}\n"),
        None => {
            assert!(line.starts_with('#'), "{line}");
            String::new()
        }
    };
    rules.lines().map(line).collect()
}

#[test]
fn lab_nftables_takes_the_rules_of_every_role() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let host = lab.segment()?.host("host")?;
    for (role, is_narrow, rules) in of_every_role(&host, "nftables") {
        host.nft(&rules)?;
        let loaded = said(&host, Command::new("nft").args(["list", "ruleset"])).out;
        let has = |words: &str| loaded.lines().any(|line| line.trim_start().starts_with(words));
        assert!(has(if role == "viewer" { "udp sport 3702" } else { "tcp dport 7237" }), "{role} {is_narrow}\n{loaded}");
        assert_eq!(loaded.contains("hook output"), is_narrow, "{role}\n{loaded}");
        host.nft("flush ruleset")?;
    }
    Ok(())
}

#[test]
fn lab_ufw_takes_the_rules_of_every_role() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("ufw", "ufw")])? else { return Ok(()) };
    let host = lab.segment()?.host("host")?;
    for (role, is_narrow, rules) in of_every_role(&host, "ufw") {
        // It reads the rules, says what it would load, and changes nothing.
        let script = with_stand_in(&rules, "ufw ", "ufw --dry-run ");
        let read = said(&host, Command::new("sh").args(["-e", "-c", &script]));
        assert!(read.code == 0 && !read.out.contains("ERROR") && read.err.is_empty(), "{role} {is_narrow}: {read:?}\n{rules}");
        let has = |words: &str| read.out.contains(words);
        let inward = if role == "viewer" { "input -p udp --sport 3702 -j ACCEPT" } else { "input -p tcp --dport 7237 -j ACCEPT" };
        assert!(has(&format!("-A ufw-user-{inward}")), "{role}: {read:?}");
        assert_eq!(has("-A ufw-user-output -p udp --dport 53 -j ACCEPT"), is_narrow, "{role}: {read:?}");
    }
    Ok(())
}

#[test]
fn lab_firewalld_takes_the_rules_of_every_role() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("firewall-offline-cmd", "firewalld")])? else { return Ok(()) };
    let host = lab.segment()?.host("host")?;
    for (role, is_narrow, rules) in of_every_role(&host, "firewalld") {
        // It takes seconds for outgoing rules, which come from the same table: one server and the viewer are enough.
        if is_narrow == matches!(role, "sub" | "backup") {
            continue;
        }
        let folder = tempfile::tempdir()?;
        // Its own reader without its daemon: what is permanent lies in files, and there is nothing to reload.
        let settings = folder.path().join("settings");
        fs::create_dir(&settings)?;
        fs::copy("/etc/firewalld/firewalld.conf", settings.join("firewalld.conf"))?;
        let offline = format!("firewall-offline-cmd --system-config {} ", settings.display());
        let script = with_stand_in(
            &rules.replace("firewall-cmd --reload", "firewall-cmd --permanent --check-config"),
            "firewall-cmd --permanent ",
            &offline,
        );
        let read = said(&host, Command::new("sh").args(["-e", "-c", &script]));
        assert_eq!(read.code, 0, "{role} {is_narrow}: {read:?}\n{rules}");
        let written = |file: &str| fs::read_to_string(settings.join(file)).unwrap_or_default();
        let zone = written("zones/public.xml");
        let rule = if role == "viewer" {
            r#"<source-port port="3702" protocol="udp"/>"#
        } else {
            r#"<port port="7237" protocol="tcp"/>"#
        };
        assert!(zone.contains(rule), "{role}: {zone}\n{read:?}");
        let direct = written("direct.xml");
        assert_eq!(direct.contains("--dport 53 -j ACCEPT") && direct.contains("-j DROP"), is_narrow, "{role}: {direct}");
    }
    Ok(())
}
