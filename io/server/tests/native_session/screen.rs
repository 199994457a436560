//! A native viewer for tests: the real link, the real slice, and its own plan.

use std::time::Duration;

use control::plan::Plan;
use control::planner::{Material, plan};
use control::slice::Holding;
use control::slice::holding::Taken;
use control::v1;
use control::v1::from_viewer::Message as Say;
pub(crate) use control::v1::to_viewer::Message as Heard;
use domain::id::ViewerId;
use net::control::{Identity, Incoming, LinkError, Way};
use tokio::sync::mpsc;

use crate::caller::Caller;
use crate::device::{Device, connect};
use crate::server::Site;

/// How long a message may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A viewer that is connected.
pub(crate) struct Screen {
    pub(crate) device: Device,
    pub(crate) identity: Identity,
    pub(crate) holding: Holding,
    pub(crate) welcome: v1::Welcome,
    say: mpsc::Sender<v1::FromViewer>,
    heard: Incoming<v1::ToViewer>,
}

/// What a delta did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Led {
    pub(crate) from_nothing: bool,
    pub(crate) put: Vec<String>,
    pub(crate) gone: usize,
    pub(crate) urgent: bool,
}

impl Screen {
    /// A new machine that a person gives a new screen; it holds its slice.
    pub(crate) async fn paired(site: &Site, ada: &Caller, n: u8, name: &str) -> Self {
        let device = Device::new(n);
        let identity = device.pair(site, ada, name).await;
        let mut screen = Self::open(site, device, identity, Holding::default(), "").await;
        assert!(screen.led().await.from_nothing);
        screen
    }

    /// The machine opens a session with what it holds.
    pub(crate) async fn open(site: &Site, device: Device, identity: Identity, holding: Holding, plan: &str) -> Self {
        let hello = hello(&device, &holding, plan);
        let (say, mut heard) = connect(site, &identity, Way::Control).await.session(hello).await.unwrap();
        let Heard::Welcome(welcome) = next(&mut heard).await.unwrap().unwrap() else { panic!("no welcome") };
        Self { device, identity, holding, welcome, say, heard }
    }

    /// Hangs up and comes again.
    pub(crate) async fn again(self, site: &Site, plan: &str) -> Self {
        let Self { device, identity, holding, say, heard, .. } = self;
        drop((say, heard));
        Self::open(site, device, identity, holding, plan).await
    }

    pub(crate) fn viewer(&self) -> ViewerId {
        self.identity.viewer.parse().unwrap()
    }

    pub(crate) async fn say(&self, message: Say) {
        self.say.send(v1::FromViewer { message: Some(message) }).await.unwrap();
    }

    /// The next message besides pings.
    pub(crate) async fn hear(&mut self) -> Heard {
        self.end().await.unwrap().expect("the session goes on")
    }

    /// The next message besides pings; none when the server ended the session.
    pub(crate) async fn end(&mut self) -> Result<Option<Heard>, LinkError> {
        next(&mut self.heard).await
    }

    /// Takes the next delta, and says that it is stored.
    pub(crate) async fn led(&mut self) -> Led {
        let Heard::Slice(part) = self.hear().await else { panic!("no delta") };
        self.take(part).await
    }

    pub(crate) async fn take(&mut self, part: v1::SliceDelta) -> Led {
        let from_nothing = part.base.is_empty();
        let Taken::Applied { slice, put, gone, urgent } = self.holding.take(part) else { panic!("it does not fit") };
        self.say(Say::Applied(v1::SliceApplied { slice: slice.to_vec() })).await;
        Led { from_nothing, put: put.into_iter().map(|row| row.kind).collect(), gone: gone.len(), urgent }
    }

    /// The session is quiet: the next thing that comes is the answer to a question asked now.
    pub(crate) async fn is_quiet(&mut self) {
        self.say(Say::Time(v1::TimeRequest { t0: 1.5 })).await;
        let heard = self.hear().await;
        assert!(matches!(&heard, Heard::Time(reply) if reply.t0 == 1.5 && reply.t1 <= reply.t2), "{heard:?}");
    }

    /// The plan that it makes itself. What bodies say is read from the server's files, which tests of the client fetch.
    pub(crate) fn plan(&self, site: &Site) -> Plan {
        let body = |hash| site.app.bodies.facts(hash);
        let horizon_days = self.welcome.horizon_days;
        let material = Material { body: &body, fonts: site.app.fonts.list(), horizon_days };
        plan(&self.holding.rows(), self.viewer(), ::server::now::now_ms(), &material).unwrap()
    }

    /// The plan that the server would send to a browser there.
    pub(crate) fn servers_plan(&self, site: &Site) -> String {
        let (app, state) = (&site.app, site.app.core.state());
        app.plans.id(&state.rows, self.viewer(), ::server::now::now_ms(), &app.bodies, &app.fonts).unwrap()
    }

    /// Reports its plan as received and shown.
    pub(crate) async fn report(&self, plan: &str) {
        for state in [v1::PlanState::Received, v1::PlanState::Shown] {
            let report = v1::PlanReport { plan: plan.to_owned(), state: state.into(), at: 0, missing: Vec::new() };
            self.say(Say::Plan(report)).await;
        }
    }
}

pub(crate) fn hello(device: &Device, holding: &Holding, plan: &str) -> v1::Hello {
    v1::Hello {
        protocol_min: 1,
        protocol_max: 1,
        features: vec!["screenshot".to_owned()],
        slice: holding.slice().map(|id| id.to_vec()).unwrap_or_default(),
        plan: plan.to_owned(),
        machine: device.request.machine.clone(),
        start: device.request.start.clone(),
        ..v1::Hello::default()
    }
}

async fn next(heard: &mut Incoming<v1::ToViewer>) -> Result<Option<Heard>, LinkError> {
    loop {
        let message = tokio::time::timeout(PATIENCE, heard.next()).await.expect("nothing came for long")?;
        match message {
            Some(v1::ToViewer { message: Some(Heard::Ping(_)) }) => {}
            Some(message) => return Ok(Some(message.message.unwrap())),
            None => return Ok(None),
        }
    }
}
