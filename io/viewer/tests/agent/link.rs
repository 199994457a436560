//! The way to a server whose answers the test gives: what a viewer does for years without anybody near.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use control::v1::{self, enrol_reply::Standing, to_viewer::Message};
use net::control::Identity;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tonic::Status;
use viewer::clock::Timekeeper;
use viewer::config;
use viewer::disk::{Disk, Local};
use viewer::identity::Passport;
use viewer::link::{Connector, Course, LinkEvent, Open, Present};
use viewer::memory::Memory;

use crate::authority::{DAY, now};
use crate::port::{Call, Port};

/// A connector that knows where the port is.
struct Way {
    passport: Arc<Mutex<Passport>>,
    events: mpsc::Receiver<LinkEvent>,
    /// The session; it ends when it is let go of.
    open: Option<Box<Open>>,
    running: JoinHandle<()>,
}

impl Way {
    fn to(port: &Port, data: &Path) -> Self {
        let disk: Arc<dyn Disk> = Arc::new(Local);
        let memory = Memory::of(data, disk.clone());
        let servers = vec![v1::Server {
            host: port.address.host.clone(),
            control_port: port.address.control_port.into(),
            ..v1::Server::default()
        }];
        memory.store_surroundings(&v1::Welcome { servers, ..v1::Welcome::default() }).unwrap();
        let passport = Arc::new(Mutex::new(Passport::open(data, disk.clone())));
        let (events, told) = mpsc::channel(64);
        let connector = Connector {
            settings: config::Server { discovery: false, ..config::Server::default() },
            fingerprint: None,
            proxy: None,
            passport: passport.clone(),
            memory,
            clock: Timekeeper::start(data, disk),
            present: Arc::new(Mutex::new(Present::default())),
            course: Course::default(),
            events,
        };
        Self { passport, events: told, open: None, running: tokio::spawn(connector.run()) }
    }

    /// The first event that `pick` takes; others are passed over.
    async fn event<T>(&mut self, what: &str, pick: impl Fn(LinkEvent) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(found) = pick(self.events.recv().await.expect("the connector runs")) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap_or_else(|_| panic!("{what}"))
    }

    async fn opened(&mut self) {
        let open = self.event("a session is open", |event| if let LinkEvent::Open(open) = event { Some(open) } else { None });
        self.open = Some(open.await);
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Gives a viewer a place, with a certificate that is valid between these Unix seconds.
fn place(port: &Port, data: &Path, validity: std::ops::Range<i64>) -> Vec<u8> {
    let mut passport = Passport::open(data, Arc::new(Local));
    let granted = port.authority.grant(&passport.key().request(), validity);
    passport.grant(Identity::new(passport.key().clone(), &granted).unwrap()).unwrap();
    granted.certificate
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_time_that_was_stored_keeps_no_viewer_away() {
    let (mut port, data) = (Port::open().await, tempfile::tempdir().unwrap());
    place(&port, data.path(), now() - DAY..now() + 60 * DAY);
    std::fs::write(data.path().join("time"), "3155760000").unwrap();
    let mut way = Way::to(&port, data.path());
    // By that time its certificate has ended, so it asks for another; whatever it hears, it comes.
    if let Call::Renew(request, answer) = port.call().await {
        let _ = answer.send(Ok(port.authority.grant(&request.csr, now()..now() + 90 * DAY)));
        port.welcome().await;
    }
    way.opened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_renewal_the_new_certificate_is_used() {
    let (mut port, data) = (Port::open().await, tempfile::tempdir().unwrap());
    // Two thirds of its life end in some seconds.
    let old = place(&port, data.path(), now() - 1_990..now() + 1_010);
    let mut way = Way::to(&port, data.path());
    let (first, _session) = port.welcome().await;
    assert_eq!(first, old);
    way.opened().await;
    let Call::Renew(request, answer) = port.call().await else { panic!("it does not renew its certificate") };
    let granted = port.authority.grant(&request.csr, now()..now() + 90 * DAY);
    answer.send(Ok(granted.clone())).expect("it waits");
    let (second, _next) = port.welcome().await;
    assert!(second == granted.certificate, "files are asked for with the certificate of the session's connection");
    way.opened().await;

    // One that is due at the start is renewed before the session.
    drop(way);
    place(&port, data.path(), now() - 3_000..now() + 500);
    let mut way = Way::to(&port, data.path());
    let Call::Renew(request, answer) = port.call().await else { panic!("it does not renew its certificate") };
    let granted = port.authority.grant(&request.csr, now()..now() + 90 * DAY);
    answer.send(Ok(granted.clone())).expect("it waits");
    let (third, _last) = port.welcome().await;
    assert!(third == granted.certificate);
    way.opened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_forgot_a_viewer_is_asked_for_a_place_with_the_same_key() {
    let (mut port, data) = (Port::open().await, tempfile::tempdir().unwrap());
    place(&port, data.path(), now() - DAY..now() + 60 * DAY);
    let mut way = Way::to(&port, data.path());
    let key = way.passport.lock().key().clone();
    let (_, answer) = port.session().await;
    let _ = answer.send(Err(Status::unauthenticated("this server does not know the key: call Renew or Enrol")));
    let Call::Renew(_, answer) = port.call().await else { panic!("it does not ask for a certificate") };
    let _ = answer.send(Err(Status::not_found("this server does not know the key: call Enrol with it")));
    let Call::Enrol(request, answer) = port.call().await else { panic!("it does not enrol") };
    assert!(way.passport.lock().identity().is_some(), "what is here plays on");
    let granted = port.authority.grant(&request.csr, now()..now() + 90 * DAY);
    assert!(Identity::new(key, &granted).is_ok(), "the key is the same");
    answer.send(Ok(Standing::Approved(granted))).expect("it waits");
    port.welcome().await;
    way.opened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_in_use_is_replaced_ever_more_slowly() {
    let (mut port, data) = (Port::open().await, tempfile::tempdir().unwrap());
    let _way = Way::to(&port, data.path());
    let (mut begin, mut keys) = (None, Vec::new());
    for _ in 0..4 {
        let Call::Enrol(request, answer) = port.call().await else { panic!("it does not enrol") };
        begin.get_or_insert_with(Instant::now);
        keys.push(request.csr);
        let refused = v1::Refused { code: "key_in_use".into(), message: "no".into() };
        let _ = answer.send(Ok(Standing::Refused(refused)));
    }
    // At the least 0.5 s, 1 s and 2 s lie between.
    assert!(begin.unwrap().elapsed() >= Duration::from_millis(3_500), "{:?}", begin.unwrap().elapsed());
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_is_told_to_stay_away_does() {
    let (mut port, data) = (Port::open().await, tempfile::tempdir().unwrap());
    place(&port, data.path(), now() - DAY..now() + 60 * DAY);
    let mut way = Way::to(&port, data.path());
    let (_, say) = port.welcome().await;
    way.opened().await;
    let told = Instant::now();
    say.send(Message::Bye(v1::Bye { reason: "shutdown".into(), again_in: 6 })).unwrap();
    way.event("the session ends", |event| matches!(event, LinkEvent::Closed { .. }).then_some(())).await;
    port.welcome().await;
    assert!(told.elapsed() >= Duration::from_secs(3), "{:?}", told.elapsed());
    way.opened().await;
}
