//! What the server tells is done once.

use control::v1::{self, Command, CommandState, from_viewer::Message, to_viewer::Message as Said};
use uuid::Uuid;
use viewer::agent::Ending;
use viewer::config::{self, Config};

use crate::rig::Rig;
use crate::stage::Told;

fn command(n: u128, kind: &str, arguments: &[(&str, &str)]) -> Said {
    let arguments = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let id = Uuid::from_u128(n).as_bytes().to_vec();
    Said::Command(Command { id, kind: kind.to_owned(), arguments, ..Command::default() })
}

/// What stands in a black box: the three pictures are those that the screen has kept.
const BLACK_BOX: [&str; 11] = [
    "viewer.log",
    "settings.toml",
    "server-settings.json",
    "system.txt",
    "state.json",
    "last-states.jsonl",
    "plan.json",
    "last-screenshots/60000.jpg",
    "last-screenshots/120000.jpg",
    "last-screenshots/180000.jpg",
    "screenshot.jpg",
];

/// The names in a tar file (POSIX.1-1988, ustar: blocks of 512 bytes, the name first in each header, the length as octal digits at 124).
fn names(mut tar: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    while tar.first().is_some_and(|byte| *byte != 0) {
        let text = |from: usize, to: usize| String::from_utf8_lossy(&tar[from..to]).trim_end_matches('\0').to_owned();
        names.push(text(0, 100).strip_prefix("black-box/").unwrap().to_owned());
        let length = usize::from_str_radix(&text(124, 135), 8).unwrap();
        tar = &tar[512 + length.div_ceil(512) * 512..];
    }
    names
}

/// The last report about a command, with the states before it.
async fn outcome(rig: &mut Rig, n: u128) -> (Vec<CommandState>, v1::CommandReport) {
    let mut states = Vec::new();
    loop {
        let report = rig.hears(|m| if let Message::Command(report) = m { Some(report) } else { None }).await;
        // Reports about other commands are not about this one.
        if report.id != Uuid::from_u128(n).as_bytes() {
            continue;
        }
        states.push(report.state());
        if matches!(report.state(), CommandState::Done | CommandState::Failed) {
            return (states, report);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_comes_twice_is_done_once_also_over_a_power_cut() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    rig.say(command(1, "identify", &[])).await;
    assert_eq!(outcome(&mut rig, 1).await.0, [CommandState::Started, CommandState::Done]);
    let named = rig.sees(|told| if let Told::Identify(name, seconds) = told { Some((name, seconds)) } else { None }).await;
    assert_eq!(named, ("Gate 4".to_owned(), 10));
    rig.say(command(1, "identify", &[])).await;
    assert_eq!(outcome(&mut rig, 1).await.0, [CommandState::Done], "it is reported again");
    rig.cut_power().await;
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    rig.say(command(1, "identify", &[])).await;
    assert_eq!(outcome(&mut rig, 1).await.0, [CommandState::Done]);
    assert!(rig.told_so_far().iter().all(|told| !matches!(told, Told::Identify(..))));
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_logs_and_the_black_box_come_as_files() {
    let data = tempfile::tempdir().unwrap();
    let config = Config { server: config::Server { token: "canary".to_owned(), ..Default::default() }, ..Config::default() };
    let rig = Rig::with(data.path(), config.clone());
    (1..=3).for_each(|n| rig.album.keep(n * 60_000, &[0xd8; 1_000]));
    // What stood there before a power cut is in the black box after it.
    rig.cut_power().await;
    let mut rig = Rig::with(data.path(), config);
    rig.connect().await;
    for (n, kind, name, least) in [
        (1, "screenshot", "screenshot.jpg", 300_000),
        (2, "black_box", "black-box.tar", 300_000),
        (3, "fetch_logs", "viewer.log", 0),
    ] {
        rig.say(command(n, kind, &[])).await;
        let bytes = file(&mut rig, n, name).await;
        assert!(bytes.len() >= least, "{kind}");
        assert!(!bytes.windows(6).any(|six| six == b"canary"), "{kind} holds a secret");
        if kind == "black_box" {
            assert_eq!(names(&bytes), BLACK_BOX);
        }
        assert_eq!(outcome(&mut rig, n).await.1.state(), CommandState::Done);
        // The session broke, and neither file nor report arrived: the server asks again, and gets both.
        rig.connect().await;
        rig.say(command(n, kind, &[])).await;
        assert!(file(&mut rig, n, name).await.len() >= least, "{kind}");
        assert_eq!(outcome(&mut rig, n).await.1.state(), CommandState::Done);
    }
}

/// The file that a command brings.
async fn file(rig: &mut Rig, n: u128, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let part = rig.hears(|m| if let Message::Attachment(part) = m { Some(part) } else { None }).await;
        assert_eq!(
            (part.name.as_str(), part.offset, part.command.as_slice()),
            (name, bytes.len() as u64, &Uuid::from_u128(n).as_bytes()[..])
        );
        assert!(part.bytes.len() <= 256 * 1024);
        bytes.extend(part.bytes);
        if part.last {
            return bytes;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machine_is_touched_only_where_its_own_settings_allow_it() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    for (n, kind) in [(1, "reboot"), (2, "shut_down"), (3, "set_setting")] {
        rig.say(command(n, kind, &[("key", "display.volume"), ("value", "40")])).await;
        let (states, report) = outcome(&mut rig, n).await;
        assert_eq!((states, report.code.as_str()), (vec![CommandState::Failed], "not_allowed"), "{kind}");
    }
    assert!(!data.path().join(config::OWN_FILE).exists());
    rig.say(command(4, "sing", &[])).await;
    assert_eq!(outcome(&mut rig, 4).await.1.code, "not_supported");
    rig.cut_power().await;

    let allow = vec!["set_setting".to_owned()];
    let mut rig = Rig::with(data.path(), Config { commands: config::Commands { allow }, ..Config::default() });
    rig.connect().await;
    rig.say(command(5, "set_setting", &[("key", "display.nonsense"), ("value", "40")])).await;
    assert_eq!(outcome(&mut rig, 5).await.1.code, "setting");
    rig.say(command(6, "set_setting", &[("key", "display.volume"), ("value", "40")])).await;
    assert_eq!(outcome(&mut rig, 6).await.1.state(), CommandState::Done);
    assert_eq!(rig.ending().await, Ending::Restart);
    assert!(std::fs::read_to_string(data.path().join(config::OWN_FILE)).unwrap().contains("volume = 40"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_is_remembered_as_done_before_it_happens() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    rig.say(command(1, "restart", &[])).await;
    assert_eq!(rig.ending().await, Ending::Restart);
    let mut rig = Rig::start(data.path());
    rig.connect().await;
    // The report was lost: the command comes again, and nothing restarts.
    rig.say(command(1, "restart", &[])).await;
    assert_eq!(outcome(&mut rig, 1).await.0, [CommandState::Done]);
    assert_eq!(rig.stop().await, Ending::Stop);
}
