//! The system's clock is read and never set, as the system sees it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use lan::ntp::Quality;
use net::time::{Listen, Mode, NtpServer, Reading, Settings, SourceName, TimeService, TimeState, Timeline};
use testkit::strace::{available, trace};
use tokio::sync::watch;

const WATCHED: &str = "XTASK_TRACE_CLOCK";
/// Far off, so that there is something to step.
const AHEAD: f64 = 3_600.0;

#[test]
fn the_system_clock_is_read_and_never_set() {
    if !available().unwrap() {
        return;
    }
    let calls = ["clock_settime", "settimeofday", "clock_adjtime", "adjtimex"];
    let calls = trace(&calls, std::env::current_exe().unwrap(), |command| {
        command.args(["--ignored", "--exact", "services_to_be_watched"]).env(WATCHED, "1");
    });
    let calls = calls.unwrap();
    // The kernel is asked for its state, so the trace does see such calls.
    assert!(calls.iter().any(|call| call.name.ends_with("adjtimex") || call.name == "clock_adjtime"), "{calls:?}");
    for call in calls {
        let reads = matches!(call.name.as_str(), "adjtimex" | "clock_adjtime") && call.arguments.contains("{modes=0,");
        assert!(reads, "{} may set the clock: {}", call.name, call.arguments);
    }
}

/// A clock of our own that steps by an hour, and the system's.
#[tokio::test]
#[ignore = "started under strace by the test of this file"]
async fn services_to_be_watched() {
    if std::env::var_os(WATCHED).is_none() {
        return;
    }
    let now = Reading::now();
    let truth = lan::ntp::VirtualClock::new(now.raw, now.system.plus(AHEAD));
    let (_state, receiver) = watch::channel(TimeState { timeline: Timeline::Own(truth), quality: Quality::orphan(1, -23) });
    let listen = Listen { addresses: vec!["127.0.0.1:0".parse().unwrap()], limit: None };
    let source = NtpServer::bind(&listen, false, &receiver).unwrap();
    let sources = vec![SourceName { host: "127.0.0.1".to_owned(), port: source.addresses()[0].port() }];

    let own = TimeService::start(Settings { mode: Mode::Own, listen: Some(listen.clone()), sources, ..Settings::default() });
    let system = TimeService::start(Settings { mode: Mode::System, listen: Some(listen), ..Settings::default() });
    let (mut own, mut system) = (own.clock(), system.clock());
    let both = async {
        while own.state().quality.stratum != 2 || !system.state().quality.is_synchronised() {
            tokio::select! {
                is_there = own.changed() => assert!(is_there),
                is_there = system.changed() => assert!(is_there),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), both).await.unwrap();
    let reading = Reading::now();
    assert!((own.at(reading).since(reading.system) - AHEAD).abs() < 1.0, "the clock of our own was stepped");
    assert!((system.at(reading).since(reading.system)).abs() < 1e-6, "the system's was not");
}
