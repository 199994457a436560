//! UDP 123, asked by ntpdig and by `signboard time`.

use std::net::UdpSocket;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::running::{Running, Town, both, finds, said, signboard, until};

const NTPDIG: (&str, &str) = ("ntpdig", "ntpsec-ntpdig");

/// Whether ntpdig takes the server's time, and at which stratum.
fn ntpdig(town: &Town) -> Option<String> {
    let heard = said(&town.screen, Command::new("ntpdig").args(["-t", "1", &town.address()]));
    let stratum =
        heard.out.split_whitespace().find_map(|word| word.strip_prefix('s').filter(|digits| digits.parse::<u8>().is_ok()));
    stratum.filter(|_| heard.code == 0).map(str::to_owned)
}

/// A question by NTP (RFC 5905 section 7.3), version 4.
const QUESTION: [u8; 48] = {
    let mut question = [0; 48];
    question[0] = 4 << 3 | 3;
    question
};

/// Sends so many questions at once, and gives the answers that come.
fn answers(town: &Town, count: usize) -> Vec<[u8; 48]> {
    let socket = town.screen.enter(|| UdpSocket::bind("0.0.0.0:0")).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    for _ in 0..count {
        socket.send_to(&QUESTION, (town.server.card().ipv4(), 123)).unwrap();
    }
    let mut room = [0_u8; 64];
    let heard = std::iter::repeat_with(|| socket.recv(&mut room).map(|length| room[..length].to_vec()));
    let heard = heard.take(count).take_while(Result::is_ok).map(|answer| answer.unwrap().try_into());
    heard.map(|answer| answer.expect("an answer has 48 bytes")).collect()
}

/// Whether an answer with the time comes to a question.
fn is_synchronised(town: &Town) -> bool {
    matches!(answers(town, 1).as_slice(), [answer] if answer[0] & 7 == 4 && (1..16).contains(&answer[1]))
}

/// The milliseconds behind a name.
fn value(lines: &str, name: &str) -> Option<f64> {
    let rest = lines.lines().find_map(|line| line.strip_prefix(&format!("  {name:<16} ")))?;
    rest.split_once(" ms")?.0.parse().ok()
}

#[expect(clippy::print_stdout, reason = "a figure for those who look")]
#[test]
fn lab_port_123_answers_ntpdig_and_dropped_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[NTPDIG])? else { return Ok(()) };
    let started = Instant::now();
    let _running = Running::start(&town.server, &["time.mode=own"])?;
    let ready = started.elapsed();
    until("the server gives out its time", || is_synchronised(&town));
    let first = started.elapsed();
    println!("ready {} ms after the start, first NTP answer with the time {} ms after it", ready.as_millis(), first.as_millis());
    until("ntpdig takes the time", || ntpdig(&town).as_deref() == Some("10"));
    let address = town.address();
    let asked = signboard(&town.screen, &["time", "--server", &address]);
    assert_eq!(asked.code, 0, "{asked:?}");
    for part in ["  stratum          10\n", "  answers          4 of 4\n"] {
        assert!(asked.out.contains(part), "{part}\n{asked:?}");
    }
    for name in ["offset", "delay", "root delay", "root dispersion", "error at most"] {
        let number = value(&asked.out, name).unwrap_or_else(|| panic!("{name}\n{asked:?}"));
        // Hosts of a lab have one clock.
        assert!(number.abs() < 5_000.0 && (number >= 0.0 || name == "offset"), "{name} {number}\n{asked:?}");
    }

    let filter = town.server.drop_incoming("udp dport 123")?;
    let ask = || signboard(&town.screen, &["time", "--server", &address]);
    let ((theirs, asked), found) = both(|| both(|| ntpdig(&town), ask), || town.doctor(&[]));
    assert_eq!(theirs, None);
    assert_eq!(asked.code, 69, "{asked:?}");
    assert!(asked.err.contains("did not answer by NTP") && asked.err.contains("drops UDP port 123"), "{asked:?}");
    assert!(filter.dropped()? > 0);
    assert_eq!((found.code, found.troubles()), (69, vec!["123/udp"]), "{found:?}");
    let text = found.text("123/udp");
    assert!(text.contains("gives out no time on UDP 123") && text.contains("Let UDP 123 through to the server"), "{text}");
    drop(filter);
    assert_eq!(ntpdig(&town).as_deref(), Some("10"));
    Ok(())
}

#[test]
fn lab_a_screen_that_may_not_ask_the_time_is_told_so() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let _running = Running::start(&town.server, &["time.mode=own"])?;
    let filter = town.screen.drop_outgoing("udp dport 123")?;
    let address = town.address();
    let (asked, found) = both(|| signboard(&town.screen, &["time", "--server", &address]), || town.doctor(&[]));
    assert_eq!(asked.code, 69, "{asked:?}");
    assert!(asked.err.contains("nothing between drops UDP port 123"), "{asked:?}");
    assert!(filter.dropped()? > 0);
    assert_eq!(found.troubles(), ["123/udp"], "{found:?}");
    assert!(finds(&town.screen), "the rest goes on");
    Ok(())
}

#[test]
fn lab_a_server_whose_sources_are_silent_is_honest_and_then_an_orphan() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[NTPDIG])? else { return Ok(()) };
    // Nobody has this address.
    let _running = Running::start(&town.server, &["time.mode=own", "time.servers=10.77.1.250"])?;
    let mut first = Vec::new();
    until("the server answers", || {
        first = answers(&town, 1);
        !first.is_empty()
    });
    let since = Instant::now();
    // Leap indicator 3, and stratum 0: not synchronised. A machine that was very busy at the start may have let the five seconds pass.
    let waits = first[0][1] == 0;
    assert!(!waits || first[0][0] >> 6 == 3, "{first:?}");
    until("it gives out its own time", || is_synchronised(&town));
    let took = since.elapsed();
    assert!(took < Duration::from_secs(7), "five seconds from the start, and some for a busy machine: {took:?}");
    assert_eq!(ntpdig(&town).as_deref(), Some("10"));
    Ok(())
}

#[test]
fn lab_who_asks_too_often_is_told_so_once() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let _running = Running::start(&town.server, &["time.mode=own", "time.rate-limit=1"])?;
    until("the server gives out its time", || is_synchronised(&town));
    let heard = answers(&town, 200);
    let (kisses, times): (Vec<&[u8; 48]>, Vec<&[u8; 48]>) = heard.iter().partition(|answer| answer[1] == 0);
    assert_eq!(kisses.iter().map(|kiss| &kiss[12..16]).collect::<Vec<_>>(), [b"RATE"], "one in eight seconds");
    // 64 at once and one more each second; the questions before have used some.
    assert!((32..=80).contains(&times.len()), "{} answers with the time", times.len());
    let patient = town.segment.host("patient")?;
    let asked = signboard(&patient, &["time", "--server", &town.address()]);
    assert_eq!(asked.code, 0, "others are not kept waiting: {asked:?}");
    Ok(())
}
