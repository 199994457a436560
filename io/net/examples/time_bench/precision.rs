//! The error of our clock and of chrony's against a source whose time is known.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use lan::ntp::{Mode as PacketMode, Packet, PollRange, Quality, VirtualClock};
use net::time::{Clock, Listen, Mode, NtpServer, Reading, Settings, SourceName, TimeService, TimeState, Timeline};
use testkit::lab::{Host, Lab};
use tokio::sync::watch;

use crate::percentile;

/// The source's clock is 20 ms ahead at the start and gains 40 ppm.
const OFFSET: f64 = 0.020;
const DRIFT: f64 = 40e-6;

/// Seconds before the errors count: both clocks are set and know the drift roughly.
const WARM_UP: u64 = 60;

/// Poll exponents of both clients.
const POLL: (u8, u8) = (2, 4);

pub(crate) fn run(seconds: u64) -> anyhow::Result<()> {
    let lab = Lab::open()?.ok_or_else(|| anyhow::anyhow!("a lab needs root, ip and nft"))?;
    let segment = lab.segment()?;
    let (source, ours, theirs) = (segment.host("source")?, segment.host("ours")?, segment.host("theirs")?);

    let now = Reading::now();
    let mut truth = VirtualClock::new(now.raw, now.system.plus(OFFSET));
    truth.correct(now.raw, 0.0, DRIFT);
    let state = TimeState { timeline: Timeline::Own(truth.clone()), quality: Quality::orphan(1, -23) };
    hold(&source, move || {
        let (sender, receiver) = watch::channel(state);
        (sender, NtpServer::bind(&unlimited(), false, &receiver).unwrap())
    });

    let settings = Settings {
        mode: Mode::Own,
        listen: Some(unlimited()),
        sources: vec![SourceName { host: source.card().ipv4().to_string(), port: 123 }],
        poll: PollRange::new(POLL.0, POLL.1),
        ..Settings::default()
    };
    let (tell, told) = mpsc::channel();
    hold(&ours, move || {
        let service = TimeService::start(settings);
        tell.send(service.clock()).unwrap();
        service
    });
    let clock: Clock = told.recv()?;

    let folder = tempfile::tempdir()?;
    let (configuration, pid) = (folder.path().join("chrony.conf"), folder.path().join("pid"));
    let text = format!(
        "server {} iburst minpoll {} maxpoll {}\nmakestep 0.001 3\nallow\ncmdport 0\nbindcmdaddress /\npidfile {}\n",
        source.card().ipv4(),
        POLL.0,
        POLL.1,
        pid.display()
    );
    fs::write(&configuration, text)?;
    // Without -x chronyd would set this machine's clock.
    let _chrony = theirs.start(Command::new("chronyd").args(["-d", "-x", "-u", "root", "-f"]).arg(&configuration))?;

    let socket = source.enter(|| UdpSocket::bind("0.0.0.0:0"))?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    let (mut own, mut probed, mut chrony) = (Vec::new(), Vec::new(), Vec::new());
    for second in 0..WARM_UP + seconds {
        thread::sleep(Duration::from_secs(1));
        let probe = |host: &Host| probe(&socket, host.card().ipv4(), &truth);
        let (of_ours, of_theirs) = (probe(&ours), probe(&theirs));
        let reading = Reading::now();
        if second < WARM_UP {
            continue;
        }
        own.push(clock.at(reading).since(truth.at(reading.raw)).abs());
        probed.extend(of_ours.map(f64::abs));
        chrony.extend(of_theirs.map(f64::abs));
    }
    anyhow::ensure!(!probed.is_empty() && !chrony.is_empty(), "one of the two servers never answered as synchronised");
    println!("error bound stated by our clock: {:.1} us", clock.error_bound().unwrap_or(f64::NAN) * 1e6);
    for (name, errors) in [("ours_read", &mut own), ("ours_probed", &mut probed), ("chrony_probed", &mut chrony)] {
        let count = errors.len();
        for (label, share) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
            println!("{name}_{label} {:.1} us of {count}", percentile(errors, share) * 1e6);
        }
    }
    Ok(())
}

fn unlimited() -> Listen {
    Listen { addresses: vec![SocketAddr::from(([0, 0, 0, 0], 123))], limit: None }
}

/// Keeps what a function makes alive, in a runtime inside a host, until the program ends.
fn hold<T>(host: &Host, make: impl FnOnce() -> T + Send + 'static) {
    let _thread = host.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let _held = make();
            std::future::pending::<()>().await;
        });
    });
}

/// By how much a server is ahead of the truth: of eight questions the one that was answered fastest. Nothing while it is not synchronised.
fn probe(socket: &UdpSocket, server: Ipv4Addr, truth: &VirtualClock) -> Option<f64> {
    let mut best: Option<(f64, f64)> = None;
    for number in 1..=8 {
        let question = Packet::question(number + ((Reading::now().raw.nanos() as u64) << 4));
        let sent = Reading::now().raw;
        socket.send_to(&question.bytes(), (IpAddr::V4(server), 123)).ok()?;
        let mut room = [0; 128];
        let Ok((length, _)) = socket.recv_from(&mut room) else { continue };
        let arrived = Reading::now().raw;
        let Ok(answer) = Packet::read(&room[..length]) else { continue };
        if answer.mode != PacketMode::Server || answer.origin != question.transmit || answer.stratum != 2 {
            continue;
        }
        let near = truth.at(arrived);
        let (received, transmitted) = (answer.receive.near(near), answer.transmit.near(near));
        let delay = arrived.since(sent) - transmitted.since(received);
        let middle = truth.at(sent).plus(truth.at(arrived).since(truth.at(sent)) / 2.0);
        let offset = received.plus(transmitted.since(received) / 2.0).since(middle);
        if best.is_none_or(|(least, _)| delay < least) {
            best = Some((delay, offset));
        }
    }
    best.map(|(_, offset)| offset)
}
