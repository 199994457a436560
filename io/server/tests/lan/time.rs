//! UDP 123, asked by ntpdig and by `signboard time`.

use std::process::Command;

use crate::running::{Running, Town, both, said, signboard, until};

const NTPDIG: (&str, &str) = ("ntpdig", "ntpsec-ntpdig");

/// Whether ntpdig takes the server's time, and at which stratum.
fn ntpdig(town: &Town) -> Option<String> {
    let heard = said(&town.screen, Command::new("ntpdig").args(["-t", "1", &town.address()]));
    let stratum =
        heard.out.split_whitespace().find_map(|word| word.strip_prefix('s').filter(|digits| digits.parse::<u8>().is_ok()));
    stratum.filter(|_| heard.code == 0).map(str::to_owned)
}

#[test]
fn lab_port_123_answers_ntpdig_and_dropped_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[NTPDIG])? else { return Ok(()) };
    let _running = Running::start(&town.server, &["time.mode=own"])?;
    until("ntpdig takes the time", || ntpdig(&town).as_deref() == Some("10"));
    let address = town.address();
    let asked = signboard(&town.screen, &["time", "--server", &address]);
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(asked.out.contains("stratum          10") && asked.out.contains("answers          4 of 4"), "{asked:?}");

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
    assert_eq!(signboard(&town.screen, &["discover", "--timeout", "2"]).code, 0, "the rest goes on");
    Ok(())
}
