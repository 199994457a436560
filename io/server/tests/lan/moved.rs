//! Ports with other numbers: every output and every service follows.

use domain::firewall::Format;
use net::control::{Address, Dialer, JudgedAt, Trust};

use crate::running::{Running, Town, both, signboard};

const MOVED: [&str; 4] = ["control.port=7300", "time.port=1123", "discovery.port=3703", "time.mode=own"];

/// Whether a number stands in a text as a word.
fn names(text: &str, number: &str) -> bool {
    text.split(|sign: char| !sign.is_ascii_digit()).any(|word| word == number)
}

/// The control port that a viewer is told which still knows the usual one.
fn told_port(town: &Town) -> Option<u16> {
    let address = Address::usual(town.address());
    town.screen.enter(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dialer = Dialer::unknown(Trust::First, JudgedAt::system());
        runtime.block_on(async { dialer.dial(&[address]).await.unwrap_or_else(|report| panic!("{report}")).control_port() })
    })
}

#[test]
fn lab_moved_ports_move_every_output() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let running = Running::start(&town.server, &MOVED)?;
    let set = MOVED.map(|setting| ["--set", setting]).concat();
    let with = |words: &[&'static str]| signboard(&town.server, &[words, &set].concat());
    for (format, _) in Format::ALL {
        let rules = with(&["firewall", "--outgoing", "--format", format]).out;
        assert!(["7300", "1123", "3703"].iter().all(|number| names(&rules, number)), "{rules}");
        assert!(!["7237", "123", "3702"].iter().any(|number| names(&rules, number)), "{rules}");
    }
    let ports = with(&["ports"]).out;
    for (number, state) in [("7300", "listening by us"), ("1123", "listening by us"), ("3703", "listening by us")] {
        assert!(ports.lines().any(|line| line.starts_with(number) && line.contains(state)), "{number}\n{ports}");
    }
    let here = running.doctor(&town.server, &MOVED);
    assert_eq!(
        (here.verdict("7300/tcp"), here.verdict("1123/udp"), here.verdict("3703/udp")),
        ("fine", "fine", "fine"),
        "{here:?}"
    );

    town.server.nft(&with(&["firewall"]).out)?;
    let address = town.address();
    let code = |words: &[&str]| signboard(&town.screen, words).code;
    let time = both(|| code(&["time", "--server", &address, "--port", "1123"]), || code(&["time", "--server", &address]));
    assert_eq!(time, (0, 69), "the rules let only the new numbers in");
    let search = both(|| code(&["discover", "--timeout", "2", "--port", "3703"]), || code(&["discover", "--timeout", "2"]));
    assert_eq!(search, (0, 69));
    let cards = signboard(&town.screen, &["discover", "--timeout", "2", "--port", "3703", "--json"]).out;
    assert!(cards.contains("\"control\": 7300") || cards.contains("\"control\":7300"), "{cards}");
    assert_eq!(told_port(&town), Some(7300), "who knows the old number learns the new one through a web port");
    let there = town.doctor(&MOVED);
    assert_eq!(there.verdict("7300/tcp"), "fine", "{there:?}");
    assert_eq!((there.verdict("1123/udp"), there.verdict("3703/udp")), ("fine", "fine"), "{there:?}");
    assert_eq!(there.code, 0, "{there:?}");
    Ok(())
}
