//! Time over loopback, with ports that need no right.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::SocketAddr;
use std::time::Duration;

use lan::ntp::{DropReason, Leap, Packet, PollRange, Quality, VirtualClock};
use net::time::{
    Clock, Listen, Mode, NtpServer, QueryError, Reading, Settings, SourceName, TimeService, TimeState, Timeline, query,
};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::timeout;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A source whose clock is known: so far ahead of the system's, and gaining.
struct Known {
    truth: VirtualClock,
    server: NtpServer,
    _state: watch::Sender<TimeState>,
}

impl Known {
    fn start(ahead: f64, drift: f64) -> Self {
        let now = Reading::now();
        let mut truth = VirtualClock::new(now.raw, now.system.plus(ahead));
        truth.correct(now.raw, 0.0, drift);
        let quality = Quality::orphan(1, -23);
        let (state, receiver) = watch::channel(TimeState { timeline: Timeline::Own(truth.clone()), quality });
        let server = NtpServer::bind(&listen(), false, &receiver).unwrap();
        Self { truth, server, _state: state }
    }

    fn name(&self) -> SourceName {
        SourceName { host: "127.0.0.1".to_owned(), port: self.server.addresses()[0].port() }
    }
}

fn listen() -> Listen {
    Listen { addresses: vec!["127.0.0.1:0".parse().unwrap()], limit: None }
}

fn own(sources: Vec<SourceName>) -> Settings {
    Settings { mode: Mode::Own, sources, poll: PollRange::new(1, 4), ..Settings::default() }
}

async fn wait_until(clock: &mut Clock, wanted: impl Fn(&TimeState) -> bool) {
    timeout(PATIENCE, async {
        while !wanted(&clock.state()) {
            assert!(clock.changed().await, "the service stopped");
        }
    })
    .await
    .unwrap_or_else(|_| panic!("still {:?}", clock.state()));
}

fn address(service: &TimeService) -> SocketAddr {
    service.server().unwrap().unwrap().addresses()[0]
}

#[tokio::test]
async fn a_known_source_is_followed_and_served_on() {
    let source = Known::start(3_600.0, 100e-6);
    let service = TimeService::start(Settings { listen: Some(listen()), ..own(vec![source.name()]) });
    let mut clock = service.clock();
    wait_until(&mut clock, |state| state.quality.stratum == 2).await;
    let reading = Reading::now();
    let error = clock.at(reading).since(source.truth.at(reading.raw)).abs();
    let bound = clock.error_bound().unwrap();
    assert!(error <= bound && bound < 0.5, "error {error}, bound {bound}");
    assert!(service.status().sources[0].is_selected);

    let queried = query("127.0.0.1", address(&service).port(), PATIENCE).await.unwrap();
    assert_eq!((queried.stratum, queried.leap, queried.reference_id.to_string().as_str()), (2, Leap::None, "127.0.0.1"));
    assert!((queried.offset - 3_600.0).abs() < 0.5 && queried.is_synchronised(), "{queried:?}");
    assert!(service.status().counters.answered >= 4);
}

#[tokio::test]
async fn an_orphan_is_accepted_and_stratum_0_is_honest() {
    let service = TimeService::start(Settings { listen: Some(listen()), ..own(Vec::new()) });
    wait_until(&mut service.clock(), |state| state.quality.is_synchronised()).await;
    let queried = query("127.0.0.1", address(&service).port(), PATIENCE).await.unwrap();
    assert_eq!((queried.stratum, queried.is_synchronised()), (10, true));
    assert_eq!(service.clock().error_bound(), None, "nobody knows the error of an orphan");

    let honest = TimeService::start(Settings { listen: Some(listen()), orphan_stratum: 0, ..own(Vec::new()) });
    let queried = query("127.0.0.1", address(&honest).port(), PATIENCE).await.unwrap();
    assert_eq!((queried.stratum, queried.leap, queried.is_synchronised()), (0, Leap::Unknown, false));
}

#[tokio::test]
async fn the_system_clock_is_served_with_what_is_known_of_it() {
    for mode in [Mode::System, Mode::Auto] {
        let service = TimeService::start(Settings { mode, listen: Some(listen()), ..Settings::default() });
        wait_until(&mut service.clock(), |state| state.quality.is_synchronised()).await;
        let status = service.status();
        assert_eq!(status.state.timeline, Timeline::System);
        let known = status.system.unwrap();
        let stratum = known.quality().map_or(10, |quality| quality.stratum);
        let queried = query("127.0.0.1", address(&service).port(), PATIENCE).await.unwrap();
        assert_eq!(queried.stratum, stratum, "{known:?}");
        assert!(queried.offset.abs() < 0.5, "the same clock on both ends: {queried:?}");
    }
}

#[tokio::test]
async fn a_taken_port_stops_nothing_else() {
    let taken = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let source = Known::start(1.0, 0.0);
    let here = Listen { addresses: vec![taken.local_addr().unwrap()], limit: None };
    let service = TimeService::start(Settings { listen: Some(here), ..own(vec![source.name()]) });
    let Some(Err(error)) = service.server() else { panic!("the port was free") };
    assert!(error.is_taken() && error.address == taken.local_addr().unwrap(), "{error}");
    wait_until(&mut service.clock(), |state| state.quality.stratum == 2).await;
}

#[tokio::test]
async fn questions_may_leave_from_the_served_port() {
    let source = Known::start(5.0, 0.0);
    let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let here = Listen { addresses: vec![free], limit: None };
    let settings = Settings { listen: Some(here), client_port: Some(free.port()), ..own(vec![source.name()]) };
    let service = TimeService::start(settings);
    wait_until(&mut service.clock(), |state| state.quality.stratum == 2).await;
    let queried = query("127.0.0.1", free.port(), PATIENCE).await.unwrap();
    assert_eq!(queried.stratum, 2, "the server hears its own questions, not the answers to the client");
}

#[tokio::test]
async fn bad_datagrams_are_counted_and_not_answered() {
    let source = Known::start(0.0, 0.0);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.connect(source.server.addresses()[0]).await.unwrap();
    let question = Packet::question(7).bytes();
    let with_first = |first: u8| {
        let mut bytes = question;
        bytes[0] = first;
        bytes.to_vec()
    };
    for bad in [
        vec![0x23; 10],
        vec![0x16; 12],
        with_first(0x17),
        with_first(0x24),
        with_first(0x0b),
        [question.as_slice(), &[1; 9]].concat(),
    ] {
        socket.send(&bad).await.unwrap();
    }
    socket.send(&[question.as_slice(), &[1; 20]].concat()).await.unwrap();
    let mut room = [0; 256];
    let length = timeout(PATIENCE, socket.recv(&mut room)).await.unwrap().unwrap();
    assert_eq!((length, room[0] & 7), (48, 4), "the last question has a MAC, and is the only one with an answer");
    let counters = source.server.counters();
    let dropped = [DropReason::Short, DropReason::Control, DropReason::Mode, DropReason::Version, DropReason::Tail];
    assert_eq!(dropped.map(|reason| counters.dropped(reason)), [1, 2, 1, 1, 1]);
}

#[tokio::test]
async fn a_silent_server_is_named() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let error = query("127.0.0.1", port, Duration::from_millis(100)).await.unwrap_err();
    assert!(matches!(error, QueryError::Silent { .. }) && error.to_string().contains(&format!("UDP port {port}")), "{error}");
    let error = query("no-such-host.invalid", 123, PATIENCE).await.unwrap_err();
    assert!(error.to_string().contains("no-such-host.invalid"), "{error}");
}
