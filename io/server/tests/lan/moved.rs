//! Ports with other numbers: every output and every service follows.

use domain::firewall::Format;
use net::control::{Address, Dialer, JudgedAt, Trust};

use serde_json::Value;

use crate::desk::{Desk, on};
use crate::running::{PATIENCE, Running, Town, both, found, signboard};

const MOVED: [&str; 6] =
    ["control.port=7300", "web.http-port=8088", "web.https-port=8448", "time.port=1123", "discovery.port=3703", "time.mode=own"];
/// What is moved, with its old number.
const NUMBERS: [(&str, &str, &str); 5] =
    [("7300", "7237", "tcp"), ("8088", "80", "tcp"), ("8448", "443", "tcp"), ("1123", "123", "udp"), ("3703", "3702", "udp")];

/// Whether a number stands in a text as a word.
fn names(text: &str, number: &str) -> bool {
    text.split(|sign: char| !sign.is_ascii_digit()).any(|word| word == number)
}

/// The control port that a viewer is told which still knows the usual one.
fn told_port(town: &Town) -> Option<u16> {
    let address = Address { http_port: 8088, https_port: 8448, ..Address::usual(town.address()) };
    town.screen.enter(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let dialer = Dialer::unknown(Trust::First, JudgedAt::system());
        runtime.block_on(async { dialer.dial(&[address]).await.unwrap_or_else(|report| panic!("{report}")).control_port() })
    })
}

#[test]
fn lab_moved_ports_move_every_output() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("curl", "curl")])? else { return Ok(()) };
    let running = Running::start(&town.server, &MOVED)?;
    let set = MOVED.map(|setting| ["--set", setting]).concat();
    let with = |words: &[&'static str]| signboard(&town.server, &[words, &set].concat());
    for (format, _) in Format::ALL {
        let (inward, all) =
            (with(&["firewall", "--format", format]).out, with(&["firewall", "--outgoing", "--format", format]).out);
        for (new, old, _) in NUMBERS {
            assert!(names(&inward, new) && names(&all, new), "{new}\n{all}");
            // 443 is also the port of services outside.
            assert!(!names(&inward, old) && (old == "443" || !names(&all, old)), "{old}\n{all}");
        }
    }
    let ports = with(&["ports"]).out;
    for (number, ..) in NUMBERS {
        assert!(ports.lines().any(|line| line.starts_with(number) && line.contains("listening by us")), "{number}\n{ports}");
    }
    let page = with(&["ports", "--markdown"]).out;
    for (number, old, protocol) in NUMBERS {
        assert!(page.lines().any(|line| line.starts_with(&format!("| {number} | {protocol} |"))), "{number}\n{page}");
        // 443 is also the port of services outside.
        assert!(old == "443" || !page.lines().any(|line| line.starts_with(&format!("| {old} |"))), "{old}\n{page}");
    }
    let line = running.program.wait_for("/setup?link=", PATIENCE)?;
    assert!(line.contains(":8448/") || line.contains(":8088/"), "{line}");
    let link = line.split_once("link=").unwrap().1.trim().to_owned();
    let network = on(&town.server, async { Desk::set_up_at(8088, &link).await.get("/network").await });
    for (number, old, protocol) in NUMBERS {
        let number: u64 = number.parse()?;
        let is_row = |row: &&Value| row["number"] == number && row["protocol"] == protocol && row["who"] == "server";
        let row = network["ports"].as_array().unwrap().iter().find(is_row).unwrap_or_else(|| panic!("{number} {network:#}"));
        assert_eq!(row["state"], "listening", "{old} {row:#}");
    }
    let here = running.doctor(&town.server, &MOVED);
    for (number, _, protocol) in NUMBERS {
        assert_eq!(here.verdict(&format!("{number}/{protocol}")), "fine", "{here:?}");
    }

    town.server.nft(&with(&["firewall"]).out)?;
    let address = town.address();
    let code = |words: &[&str]| signboard(&town.screen, words).code;
    let time = both(|| code(&["time", "--server", &address, "--port", "1123"]), || code(&["time", "--server", &address]));
    assert_eq!(time, (0, 69), "the rules let only the new numbers in");
    assert_eq!(code(&["discover", "--timeout", "2"]), 69);
    let search = || signboard(&town.screen, &["discover", "--timeout", "2", "--port", "3703", "--json"]);
    let cards = found(search, |said| said.out.contains("\"control\"")).out;
    assert!(cards.contains("\"control\": 7300") || cards.contains("\"control\":7300"), "{cards}");
    assert_eq!(told_port(&town), Some(7300), "who knows the old number learns the new one through a web port");
    let there = town.doctor(&MOVED);
    for (number, _, protocol) in NUMBERS {
        assert_eq!(there.verdict(&format!("{number}/{protocol}")), "fine", "{there:?}");
    }
    assert!(town.answers("http", 8088) && town.answers("https", 8448));
    assert_eq!(there.code, 0, "{there:?}");
    Ok(())
}
