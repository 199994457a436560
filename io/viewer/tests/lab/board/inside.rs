//! What happens on the board: this is its first program, and looks at what the host cannot see.

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use net::wake::{WakeFlag, read_flag, set_flag};
use testkit::lab::board::inside;

/// The name of the test below.
pub(super) const TEST: &str = "board::inside::on_the_board";

const CLOCK: &str = "/sys/class/rtc/rtc0/since_epoch";
const ALARM: &str = "/sys/class/rtc/rtc0/wakealarm";
/// What the kernel tells of the clock, for people.
const STATE: &str = "/proc/driver/rtc";
/// An alarm that is as near as this is waited for asleep, in seconds.
const NEAR: i64 = 12 * 3600;
/// How long before the alarm the clock is put to, in seconds: the computer must be asleep by then, on a busy machine too.
const NAP: i64 = 12;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

#[test]
#[ignore = "runs on the board that the other test starts"]
fn on_the_board() {
    if !inside::is_here() {
        return;
    }
    inside::open().unwrap();
    for (card, others) in [("eth0", ""), ("eth1", "u")] {
        flag(card, others);
    }
    say("FLAGS ARE SET");
    let mut viewer = Command::new("/bin/signboard-viewer");
    let mut viewer = viewer.args(["--data", "/data", "run"]).env("PATH", "/bin").spawn().unwrap();
    say("VIEWER RUNS");
    let rings = alarms();
    let woke = sleep_until(rings);
    // One of the two forgets while its power is off, as many do: the flag has to be set at each start.
    assert_eq!((read_flag("eth0").unwrap(), read_flag("eth1").unwrap()), (WakeFlag::On, WakeFlag::Off));
    flag("eth1", "u");
    say(&format!("WOKE {woke}"));
    // The host pulls the plug.
    let ended = viewer.wait();
    panic!("the viewer ended: {ended:?}");
}

/// Sets and clears the flag of a card with the program ethtool and with ours, which must agree. `others` are reasons to wake that stay.
fn flag(card: &str, others: &str) {
    let both = format!("{others}g");
    let others = if others.is_empty() { "d" } else { others };
    assert_eq!((shown(card), read_flag(card).unwrap()), ("d".to_owned(), WakeFlag::Off), "as it comes");
    done("ethtool", &["-s", card, "wol", others]);
    set_flag(card, true).unwrap();
    assert_eq!((shown(card), read_flag(card).unwrap()), (both.clone(), WakeFlag::On));
    done("ethtool", &["-s", card, "wol", others]);
    assert_eq!((shown(card).as_str(), read_flag(card).unwrap()), (others, WakeFlag::Off));
    done("ethtool", &["-s", card, "wol", &both]);
    assert_eq!(read_flag(card).unwrap(), WakeFlag::On);
    set_flag(card, false).unwrap();
    assert_eq!((shown(card).as_str(), read_flag(card).unwrap()), (others, WakeFlag::Off));
    set_flag(card, true).unwrap();
    assert_eq!((shown(card), read_flag(card).unwrap()), (both, WakeFlag::On));
}

/// What ethtool shows of a card's reasons to wake.
fn shown(card: &str) -> String {
    let text = done("ethtool", &[card]);
    let line = text.lines().find_map(|line| line.trim().strip_prefix("Wake-on: "));
    line.unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Tells of each alarm that the viewer sets, until one is near.
fn alarms() -> i64 {
    let (mut last, mut number) = (0, 0);
    loop {
        // The file is empty while there is none.
        let rings = fs::read_to_string(ALARM).unwrap().trim().parse().unwrap_or(0);
        let now = clock();
        if rings != 0 && rings != last {
            number += 1;
            say(&format!("ALARM {number} {rings} {now}"));
            assert!(fs::read_to_string(STATE).unwrap().lines().any(|line| line.replace(['\t', ' '], "") == "alarm_IRQ:yes"));
            if rings - now < NEAR {
                return rings;
            }
        }
        last = rings;
        thread::sleep(LOOK);
    }
}

/// Puts the clock to shortly before the alarm, as if the night had passed, and suspends to memory. Nothing but the alarm wakes it. Returns
/// when it was awake, by its clock.
fn sleep_until(rings: i64) -> i64 {
    let evening = Timestamp::from_second(rings - NAP).unwrap().strftime("%Y-%m-%d %H:%M:%S").to_string();
    done("hwclock", &["--set", "--date", &evening, "--utc", "--noadjfile"]);
    assert_eq!(fs::read_to_string(ALARM).unwrap().trim(), rings.to_string(), "the alarm stays");
    say("SLEEPS");
    fs::write("/sys/power/state", "mem").unwrap();
    let at = clock();
    let log = done("dmesg", &[]);
    assert!(log.contains("Waking up from system sleep state S3"), "{log}");
    at
}

fn clock() -> i64 {
    fs::read_to_string(CLOCK).unwrap().trim().parse().unwrap()
}

fn done(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).env("PATH", "/bin").output().unwrap();
    assert!(output.status.success(), "{program} {words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn say(line: &str) {
    let mut console = std::io::stdout().lock();
    writeln!(console, "{line}").unwrap();
}
