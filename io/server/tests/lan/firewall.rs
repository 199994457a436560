//! What `signboard firewall` prints for a server, loaded by the firewalls themselves: what should pass passes, and the rest does not.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use testkit::lab::Host;

use crate::running::{Running, Town, said, signboard};

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
            scope.spawn(move || signboard(screen, &[words, if host { vec![address] } else { Vec::new() }].concat()))
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
