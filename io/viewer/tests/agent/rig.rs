//! A viewer without a network: the test is its server and looks at its screen.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use control::v1::{self, from_viewer::Message, to_viewer};
use net::control::{Identity, Key};
use parking_lot::Mutex;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, PKCS_ECDSA_P256_SHA256};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use viewer::agent::{Agent, Board, Ending, Setting};
use viewer::album::Album;
use viewer::cache::Cache;
use viewer::clock::Timekeeper;
use viewer::config::Config;
use viewer::disk::{Disk, Local};
use viewer::identity::Passport;
use viewer::link::{LinkEvent, Open, Present};
use viewer::log::LastLines;
use viewer::screen::ScreenEvent;

use crate::house::{VIEWER, welcome};
use crate::stage::{Notes, Told};

const PATIENCE: Duration = Duration::from_secs(90);

/// A running viewer.
pub(crate) struct Rig {
    pub(crate) cache: Arc<Cache>,
    pub(crate) passport: Arc<Mutex<Passport>>,
    pub(crate) present: Arc<Mutex<Present>>,
    pub(crate) board: Board,
    pub(crate) album: Album,
    pub(crate) screen: mpsc::Sender<ScreenEvent>,
    events: mpsc::Sender<LinkEvent>,
    told: mpsc::UnboundedReceiver<Told>,
    said: Option<mpsc::UnboundedReceiver<v1::FromViewer>>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Ending>,
}

impl Rig {
    /// A viewer with this folder, which has a place from the first start on.
    pub(crate) fn start(data: &Path) -> Self {
        Self::with(data, Config::default())
    }

    pub(crate) fn with(data: &Path, config: Config) -> Self {
        Self::on(data, config, Arc::new(Local))
    }

    /// A viewer on another disk.
    pub(crate) fn on(data: &Path, config: Config, disk: Arc<dyn Disk>) -> Self {
        let cache = Arc::new(Cache::open(&data.join("cache"), disk.clone()).unwrap());
        let mut passport = Passport::open(data, disk.clone());
        if passport.identity().is_none() {
            let identity = granted(passport.key());
            // A disk that takes nothing does not matter as long as the program runs.
            let _ = passport.grant(identity);
        }
        let passport = Arc::new(Mutex::new(passport));
        let present = Arc::new(Mutex::new(Present::default()));
        let board = Board::default();
        let (notes, told) = mpsc::unbounded_channel();
        let album = Album::open(&data.join("pictures"), disk.clone());
        let setting = Setting {
            config,
            data: data.to_owned(),
            clock: Timekeeper::start(data, disk.clone()),
            disk,
            cache: cache.clone(),
            passport: passport.clone(),
            present: present.clone(),
            stage: Arc::new(Notes(notes)),
            album: album.clone(),
            lines: LastLines::default(),
            board: board.clone(),
        };
        let (events, heard) = mpsc::channel(16);
        let (screen, seen) = mpsc::channel(16);
        let (stop, stopped) = oneshot::channel::<()>();
        let agent = Agent::open(setting).unwrap();
        let running = tokio::spawn(agent.run(heard, seen, async {
            let _ = stopped.await;
        }));
        Self { cache, passport, present, board, album, screen, events, told, said: None, stop: Some(stop), running }
    }

    /// The server opens a session and says its welcome.
    pub(crate) async fn connect(&mut self) {
        let (say, said) = mpsc::unbounded_channel();
        self.said = Some(said);
        let open = Open { say, host: "127.0.0.1".to_owned(), way: "control", files: Box::new(|_| None) };
        self.event(LinkEvent::Open(Box::new(open))).await;
        self.say(to_viewer::Message::Welcome(welcome())).await;
    }

    pub(crate) async fn say(&self, message: to_viewer::Message) {
        self.event(LinkEvent::Said(Box::new(message))).await;
    }

    pub(crate) async fn event(&self, event: LinkEvent) {
        self.events.send(event).await.unwrap();
    }

    /// The first message that `pick` takes; others are passed over.
    pub(crate) async fn hears<T>(&mut self, mut pick: impl FnMut(Message) -> Option<T>) -> T {
        let said = self.said.as_mut().expect("connected");
        let hearing = async {
            loop {
                let message = said.recv().await.expect("the session is open").message.unwrap();
                if let Some(found) = pick(message) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, hearing).await.expect("the viewer says it in time")
    }

    /// The first thing told to the screen that `pick` takes; others are passed over.
    pub(crate) async fn sees<T>(&mut self, mut pick: impl FnMut(Told) -> Option<T>) -> T {
        let told = &mut self.told;
        let seeing = async {
            loop {
                if let Some(found) = pick(told.recv().await.expect("the viewer runs")) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, seeing).await.expect("the screen is told in time")
    }

    /// The next plan that the screen is told, and whether it is urgent.
    pub(crate) async fn plan(&mut self) -> (String, bool) {
        let shown = |told| if let Told::Show(plan, urgent) = told { Some((plan.id.clone(), urgent)) } else { None };
        self.sees(shown).await
    }

    /// What the screen was told until now.
    pub(crate) fn told_so_far(&mut self) -> Vec<Told> {
        std::iter::from_fn(|| self.told.try_recv().ok()).collect()
    }

    /// Ends it as a power cut would: nobody says good-bye.
    pub(crate) async fn cut_power(self) {
        self.running.abort();
        let _ = self.running.await;
    }

    /// Ends it as the service manager would.
    pub(crate) async fn stop(mut self) -> Ending {
        drop(self.stop.take());
        self.ending().await
    }

    /// How it ends by itself.
    pub(crate) async fn ending(self) -> Ending {
        tokio::time::timeout(PATIENCE, self.running).await.expect("it ends in time").unwrap()
    }
}

/// A place at the house's viewer.
fn granted(key: &Key) -> Identity {
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8().as_slice().into(), &PKCS_ECDSA_P256_SHA256).unwrap();
    let issuer = CertifiedIssuer::self_signed(CertificateParams::default(), KeyPair::generate().unwrap()).unwrap();
    let certificate = CertificateParams::default().signed_by(&pair, &issuer).unwrap();
    let granted = v1::Certificate {
        certificate: certificate.der().to_vec(),
        authorities: vec![issuer.der().to_vec()],
        device: "device".into(),
        viewer: VIEWER.to_string(),
        installation: "installation".into(),
    };
    Identity::new(key.clone(), &granted).unwrap()
}
