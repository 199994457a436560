//! Time between hosts on the default port, with programs that we did not write.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use lan::ntp::{PollRange, Quality, VirtualClock};
use net::time::{
    Clock, Listen, Mode, NtpServer, Queried, QueryError, Reading, Settings, SourceName, TimeService, TimeState, Timeline,
    Tracking, query,
};
use testkit::lab::{Host, Lab, Program};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const CHRONY: (&str, &str) = ("chronyd", "chrony");
const NTPDIG: (&str, &str) = ("ntpdig", "ntpsec-ntpdig");

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Keeps what a function makes alive inside a host until the test's process ends, and gives what it tells.
fn hold<T, U: Send + 'static>(host: &Host, make: impl FnOnce() -> (T, U) + Send + 'static) -> U {
    let (tell, told) = mpsc::channel();
    let _thread = host.spawn(move || {
        runtime().block_on(async {
            let (_held, telling) = make();
            tell.send(telling).unwrap();
            std::future::pending::<()>().await;
        });
    });
    told.recv_timeout(PATIENCE).unwrap()
}

/// A source of stratum 1 at the default port whose clock is known: so far ahead, and gaining.
fn known_source(host: &Host, ahead: f64, drift: f64) -> VirtualClock {
    hold(host, move || {
        let now = Reading::now();
        let mut truth = VirtualClock::new(now.raw, now.system.plus(ahead));
        truth.correct(now.raw, 0.0, drift);
        let state = TimeState { timeline: Timeline::Own(truth.clone()), quality: Quality::orphan(1, -23) };
        let (sender, receiver) = watch::channel(state);
        let server = NtpServer::bind(&Listen::everywhere(123), false, &receiver).unwrap();
        ((sender, server), truth)
    })
}

/// Our service with sources, answering at the default port.
fn service(host: &Host, sources: &[IpAddr]) -> Clock {
    let sources = sources.iter().map(|source| SourceName { host: source.to_string(), port: 123 }).collect();
    let listen = Some(Listen::everywhere(123));
    let settings = Settings { mode: Mode::Own, listen, sources, poll: PollRange::new(1, 4), ..Settings::default() };
    hold(host, move || {
        let service = TimeService::start(settings);
        assert!(service.server().unwrap().is_ok());
        let clock = service.clock();
        (service, clock)
    })
}

fn wait_until(mut clock: Clock, wanted: impl Fn(&TimeState) -> bool) {
    runtime().block_on(async {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !wanted(&clock.state()) {
                assert!(clock.changed().await, "the service stopped");
            }
        });
        assert!(waited.await.is_ok(), "still {:?}", clock.state());
    });
}

fn asked(from: &Host, server: IpAddr, patience: Duration) -> Result<Queried, QueryError> {
    from.enter(|| runtime().block_on(query(&server.to_string(), 123, patience)))
}

/// chronyd in the foreground. `-x` keeps it from ever touching the clock of the machine, which all hosts share.
fn chronyd(host: &Host, folder: &std::path::Path, lines: &str) -> anyhow::Result<Program> {
    let configuration = folder.join("chrony.conf");
    let pid = folder.join("pid");
    let orders = if lines.contains("cmdport") { "" } else { "cmdport 0\nbindcmdaddress /\n" };
    fs::write(&configuration, format!("{lines}\n{orders}pidfile {}\n", pid.display()))?;
    host.start(Command::new("chronyd").args(["-d", "-x", "-u", "root", "-f"]).arg(&configuration))
}

#[test]
fn lab_ntpdig_accepts_an_orphan_over_both_families() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[NTPDIG])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (server, screen) = (segment.host("server")?, segment.host("screen")?);
    wait_until(service(&server, &[]), |state| state.quality.is_synchronised());
    for address in [server.card().ipv4().to_string(), server.card().ipv6().to_string()] {
        let output = screen.run(Command::new("ntpdig").args(["-j", "-t", "20", &address]))?;
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("\"stratum\":10"), "{address}: {output:?}");
    }
    Ok(())
}

#[test]
fn lab_an_answer_comes_from_the_second_address_if_that_was_asked() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (server, screen) = (segment.host("server")?, segment.host("screen")?);
    server.card().add_address("192.0.2.7/24")?;
    screen.card().add_address("192.0.2.8/24")?;
    service(&server, &[]);
    // The socket of the query is connected: an answer from another address would not be heard.
    let queried = asked(&screen, "192.0.2.7".parse()?, PATIENCE)?;
    assert_eq!(queried.server, SocketAddr::from(([192, 0, 2, 7], 123)));
    Ok(())
}

#[test]
fn lab_chrony_follows_our_server() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[CHRONY])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (source, server, client) = (segment.host("source")?, segment.host("server")?, segment.host("client")?);
    known_source(&source, 3.0, 20e-6);
    wait_until(service(&server, &[source.card().ipv4().into()]), |state| state.quality.stratum == 2);
    let folder = tempfile::tempdir()?;
    for version in [4, 3] {
        let source = format!("server {} iburst version {version}", server.card().ipv4());
        let lines = [source, format!("pidfile {}", folder.path().join("pid").display())];
        let output = client.run(Command::new("chronyd").args(["-Q", "-x", "-t", "40", "-u", "root"]).args(lines))?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        let wrong =
            text.lines().find_map(|line| line.split("System clock wrong by ").nth(1)?.split(' ').next()?.parse::<f64>().ok());
        assert!(wrong.is_some_and(|wrong| (wrong - 3.0).abs() < 0.1), "version {version}: {text}");
    }
    Ok(())
}

#[test]
fn lab_we_follow_chrony() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[CHRONY])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (source, server) = (segment.host("source")?, segment.host("server")?);
    let folder = tempfile::tempdir()?;
    let _chrony = chronyd(&source, folder.path(), "local stratum 5\nallow")?;
    let clock = service(&server, &[source.card().ipv4().into()]);
    wait_until(clock.clone(), |state| state.quality.stratum == 6);
    let reading = Reading::now();
    let ahead = clock.at(reading).since(reading.system).abs();
    assert!(ahead < 0.1, "chrony serves the clock of this machine, and we are {ahead} s off");
    Ok(())
}

#[test]
fn lab_what_a_running_chrony_knows_is_understood() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[CHRONY])? else { return Ok(()) };
    // All hosts of a lab share the machine's files, and chronyc asks at this one first.
    if std::path::Path::new("/run/chrony/chronyd.sock").exists() {
        return testkit::skip("a chronyd of this machine would answer instead: stop it");
    }
    let segment = lab.segment()?;
    let (source, host) = (segment.host("source")?, segment.host("host")?);
    known_source(&source, 0.0, 0.0);
    let folder = tempfile::tempdir()?;
    let address = source.card().ipv4();
    // chronyc reaches the daemon of its own host over loopback.
    let lines = format!("server {address} iburst\ncmdport 323\nbindcmdaddress /\nbindcmdaddress 127.0.0.1");
    let _chrony = chronyd(&host, folder.path(), &lines)?;
    let ask = || host.enter(|| runtime().block_on(Tracking::ask()));
    let end = Instant::now() + PATIENCE;
    let quality = loop {
        if let Some(quality) = ask().and_then(|tracking| tracking.quality(Reading::now())) {
            break quality;
        }
        assert!(Instant::now() < end, "still {:?}", ask());
    };
    assert_eq!((quality.stratum, quality.reference_id.to_string()), (2, address.to_string()));
    assert!(quality.root_delay > 0.0 && quality.root_dispersion > 0.0 && quality.root_dispersion < 1.0, "{quality:?}");
    Ok(())
}

#[test]
fn lab_false_tickers_do_not_matter() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let hosts = [segment.host("liar")?, segment.host("one")?, segment.host("other")?];
    let truths = [known_source(&hosts[0], -50.0, 0.0), known_source(&hosts[1], 2.0, 0.0), known_source(&hosts[2], 2.0, 0.0)];
    let client = segment.host("client")?;
    let addresses = [hosts[0].card().ipv4().into(), hosts[1].card().ipv6().into(), hosts[2].card().ipv4().into()];
    let clock = service(&client, &addresses);
    wait_until(clock.clone(), |state| state.quality.stratum == 2);
    let reading = Reading::now();
    let error = clock.at(reading).since(truths[1].at(reading.raw)).abs();
    assert!(error < 0.1, "{error}");
    Ok(())
}

#[test]
fn lab_with_123_dropped_the_message_names_it() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (server, screen) = (segment.host("server")?, segment.host("screen")?);
    service(&server, &[]);
    let address = server.card().ipv4().into();
    assert!(asked(&screen, address, PATIENCE).is_ok());
    let filter = server.drop_incoming("udp dport 123")?;
    let error = asked(&screen, address, Duration::from_millis(300)).unwrap_err();
    assert!(error.to_string().contains("UDP port 123"), "{error}");
    assert!(filter.dropped()? > 0);
    drop(filter);
    assert!(asked(&screen, address, PATIENCE).is_ok());
    Ok(())
}
