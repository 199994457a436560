//! What the doctor says of things that are no port: multicast, and the machine's clock.

use std::process::Command;

use crate::running::{Diagnosis, Running, Town, said};

#[test]
fn lab_multicast_that_works_is_fine_and_dropped_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let running = Running::start(&town.server, &[])?;
    let doctor = || running.doctor(&town.server, &[]);
    let found = doctor();
    assert_eq!((found.verdict("multicast eth0"), found.code), ("fine", 0), "{found:?}");
    let text = found.text("multicast eth0");
    assert!(text.contains("IPv4") && text.contains("IPv6") && !text.contains("does not"), "{text}");

    let by_v4 = town.server.drop_outgoing("ip daddr 239.255.255.250")?;
    let found = doctor();
    assert_eq!(found.verdict("multicast eth0"), "fine", "one family is enough: {found:?}");
    let text = found.text("multicast eth0");
    assert!(text.contains("works on eth0 by IPv6.") && text.contains("It does not by IPv4"), "{text}");
    assert!(by_v4.dropped()? > 0);

    let by_v6 = town.server.drop_outgoing("ip6 daddr ff02::c")?;
    let found = doctor();
    assert_eq!((found.code, found.troubles()), (69, vec!["multicast eth0"]), "{found:?}");
    let text = found.text("multicast eth0");
    for part in ["Multicast does not work on eth0 (", "Let multicast through on it, or type the server's address at the screens."]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(by_v6.dropped()? > 0);

    drop((by_v4, by_v6));
    assert_eq!(doctor().verdict("multicast eth0"), "fine");
    Ok(())
}

#[test]
fn lab_the_clock_is_judged_by_who_keeps_it() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let running = Running::start(&town.server, &[])?;
    let found = running.doctor(&town.server, &[]);
    let (verdict, text) = (found.verdict("clock"), found.text("clock"));
    if text.contains("The clock is synchronised") {
        assert!(["fine", "note"].contains(&verdict) && text.contains("it is wrong by at most"), "{verdict}: {text}");
    } else {
        assert_eq!(verdict, "note", "{text}");
        assert!(
            text.contains("Nobody keeps this machine's clock.") && text.contains("name NTP servers in time.servers"),
            "{text}"
        );
    }
    Ok(())
}

#[test]
fn lab_a_clock_that_is_years_behind_is_trouble() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("faketime", "faketime")])? else { return Ok(()) };
    let data = tempfile::tempdir()?;
    let doctor = |time: &str| {
        let mut command = Command::new("faketime");
        command.args(["-m", "--exclude-monotonic", "-f", time, env!("CARGO_BIN_EXE_signboard"), "doctor", "--json", "--data"]);
        Diagnosis::of(&said(&town.server, command.arg(data.path())))
    };
    let found = doctor("@2001-02-03 04:05:06");
    assert_eq!((found.code, found.verdict("clock")), (69, "trouble"), "{found:?}");
    let text = found.text("clock");
    assert!(text.contains("years behind") && text.contains("check the battery of the board"), "{text}");
    assert_ne!(doctor("+1d").verdict("clock"), "trouble", "a day is not seen without asking somebody");
    Ok(())
}
