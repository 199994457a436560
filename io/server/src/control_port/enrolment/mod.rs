//! The service `Enrolment`: how a device gets, keeps and renews its place (`docs/protocols/control.md`, section 3).

mod answer;
mod introduction;
mod pace;

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use control::v1::{EnrolReply, EnrolRequest, RenewReply, RenewRequest};
use domain::document::Document;
use domain::enrolment::Enrolment as Settings;
use domain::id::{DeviceId, MembershipId, ViewerId};
use domain::intent::enrol::{NewIds, Newcomer, enrol, way};
use domain::log::{Change, Edit};
use domain::refusal::Refusal;
use domain::viewer::Device;
use futures::Stream;
use net::grpc::enrolment_server::Enrolment;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

pub use self::introduction::newcomer;

use self::answer::{Refused, approved, certificate, pending, refused};
use self::introduction::Introduction;
use self::pace::Pace;
use super::certificate_validity;
use super::csr::{Csr, DeviceKey};
use super::peer::{ControlPeer, Place, of_key};
use super::refused::Reason;
use crate::app::App;
use crate::auth::password;
use crate::now::{digest, new_id, now_ms};
use crate::session::pending::{self as waiting, Unwelcome, Waiting};

/// How often a waiting device is counted as still there, and its standing looked at again.
const LOOK: Duration = Duration::from_secs(10);

/// The service.
pub(super) struct Enrolling {
    app: App,
    pace: Arc<Pace>,
}

impl Enrolling {
    pub(super) fn new(app: App) -> Self {
        Self { app, pace: Arc::default() }
    }
}

/// Where a device stands once it has introduced itself.
enum Outcome {
    Approved(DeviceId, ViewerId),
    Waits(String, Arc<()>),
    Refused(Refused),
}

#[tonic::async_trait]
impl Enrolment for Enrolling {
    type EnrolStream = Pin<Box<dyn Stream<Item = Result<EnrolReply, Status>> + Send>>;

    async fn enrol(&self, request: Request<EnrolRequest>) -> Result<Response<Self::EnrolStream>, Status> {
        let from = peer(&request)?.addr;
        let (sender, replies) = mpsc::channel(1);
        match Introduction::read(request.into_inner()) {
            Ok(introduction) => {
                let key = introduction.csr.hash;
                if matches!(of_key(&self.app.core.state(), &key), Place::At(..)) {
                    self.keep_pace(key, from)?;
                }
                let app = self.app.clone();
                tokio::spawn(async move { answer(&app, introduction, from, &sender).await });
            }
            Err(text) => {
                let _ = sender.try_send(Ok(refused(&self.app, Refused::Malformed(text))));
            }
        }
        Ok(Response::new(Box::pin(ReceiverStream::new(replies))))
    }

    async fn renew(&self, request: Request<RenewRequest>) -> Result<Response<RenewReply>, Status> {
        let peer = peer(&request)?;
        let csr = Csr::read(&request.get_ref().csr).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let key = peer.key.ok_or_else(|| Status::unauthenticated("renewing needs the certificate that is to be renewed"))?;
        if key != csr.hash {
            return Err(Status::permission_denied("the request is for another key than the certificate: a new key enrols"));
        }
        let (device, viewer) = match of_key(&self.app.core.state(), &key) {
            Place::At(device, viewer) => (device, viewer),
            Place::Revoked(_) => return Err(Status::permission_denied("this device lost its place: enrol with a new key")),
            _ => return Err(Status::not_found("this server does not know the key: call Enrol with it")),
        };
        self.keep_pace(key, peer.addr)?;
        let certificate = issue(&self.app, device, viewer, &csr.key).await?;
        Ok(Response::new(RenewReply { certificate: Some(certificate) }))
    }
}

impl Enrolling {
    /// Whether one more certificate may be made for a key that has a place.
    fn keep_pace(&self, key: [u8; 32], from: SocketAddr) -> Result<(), Status> {
        self.pace.take(key, from.ip(), now_ms()).map_err(|seconds| {
            self.app.control.refusals.note(Reason::TooOften, from);
            Status::resource_exhausted(format!("certificates were asked for too often: come again in {seconds} s"))
        })
    }
}

fn peer<T>(request: &Request<T>) -> Result<ControlPeer, Status> {
    request.extensions().get::<ControlPeer>().copied().ok_or_else(|| Status::internal("the connection is not known"))
}

/// Says where the device stands, and again when a person has decided.
async fn answer(app: &App, introduction: Introduction, from: SocketAddr, sender: &mpsc::Sender<Result<EnrolReply, Status>>) {
    let (code, _open) = match decide(app, &introduction, from.ip()).await {
        Ok(Outcome::Waits(code, open)) => (code, open),
        Ok(Outcome::Approved(device, viewer)) => {
            let _ = sender.send(welcome(app, device, viewer, &introduction.csr.key).await).await;
            return;
        }
        Ok(Outcome::Refused(why)) => {
            let _ = sender.send(Ok(refused(app, why))).await;
            return;
        }
        Err(status) => {
            let _ = sender.send(Err(status)).await;
            return;
        }
    };
    if sender.send(Ok(pending(app, code))).await.is_err() {
        return;
    }
    let key = introduction.csr.hash;
    let device = DeviceId::of_key(&key);
    let stop = app.control.stopping();
    loop {
        let settled = app.pending.settled();
        tokio::pin!(settled);
        settled.as_mut().enable();
        // Looked at before the state: who is approved leaves those that wait only after that.
        let waits = app.pending.is_waiting(device);
        let last = match of_key(&app.core.state(), &key) {
            Place::At(device, viewer) => Some(welcome(app, device, viewer, &introduction.csr.key).await),
            Place::Revoked(_) => Some(Ok(refused(app, Refused::Revoked))),
            // Others of the same source came, and it gave up its place: its code counts no more.
            _ if !waits => Some(Ok(refused(app, Refused::Crowded))),
            _ => None,
        };
        if let Some(last) = last {
            let _ = sender.send(last).await;
            return;
        }
        app.pending.seen(device, None, now_ms());
        tokio::select! {
            () = settled => {}
            () = tokio::time::sleep(LOOK) => {}
            () = sender.closed() => return,
            () = stop.cancelled() => return,
        }
    }
}

/// Whether the device has a place, gets one without a person, waits for one, or is refused.
async fn decide(app: &App, introduction: &Introduction, from: IpAddr) -> Result<Outcome, Status> {
    let key = introduction.csr.hash;
    let id = DeviceId::of_key(&key);
    let state = app.core.state();
    match of_key(&state, &key) {
        Place::At(device, viewer) => {
            return Ok(match app.control.presence.is_elsewhere(device, &introduction.start).await {
                true => Outcome::Refused(Refused::KeyInUse),
                false => Outcome::Approved(device, viewer),
            });
        }
        Place::Revoked(_) => return Ok(Outcome::Refused(Refused::Revoked)),
        _ if state.devices.get(id).is_some() => return Ok(Outcome::Refused(Refused::KeyInUse)),
        _ => {}
    }
    let token = (!introduction.token.is_empty()).then(|| digest(&introduction.token));
    let demanded = Settings::of(&state).password_hash;
    let free = match (demanded.is_empty(), introduction.password.is_empty()) {
        (true, _) => true,
        (false, true) if token.is_some() => return Ok(Outcome::Refused(Refused::Password)),
        (false, true) => false,
        (false, false) => {
            if app.throttle.guess_at("viewer password", from, now_ms()).is_some() {
                return Ok(Outcome::Refused(Refused::TooManyGuesses));
            }
            if !password::verify(introduction.password.clone(), Some(demanded)).await {
                return Ok(Outcome::Refused(Refused::Password));
            }
            app.throttle.guessed_at("viewer password", from);
            true
        }
    };
    if free {
        match without_person(app, &introduction.newcomer, token).await? {
            Some(Ok(viewer)) => return Ok(Outcome::Approved(id, viewer)),
            Some(Err(why)) => return Ok(Outcome::Refused(why)),
            None => {}
        }
    }
    Ok(wait(app, introduction, from))
}

/// Gives the device a place if a way without a person is open. Decided in the writer's turn, so that a token counts once.
async fn without_person(
    app: &App,
    newcomer: &Newcomer,
    token: Option<String>,
) -> Result<Option<Result<ViewerId, Refused>>, Status> {
    let now = now_ms();
    match way(&app.core.state(), newcomer, token.as_deref(), now) {
        Ok(None) => return Ok(None),
        Ok(Some(_)) => {}
        Err(_) => return Ok(Some(Err(Refused::Token))),
    }
    let server = app.core.as_one_of_several();
    let ids = NewIds { viewer: ViewerId(new_id()), membership: MembershipId(new_id()), server };
    let newcomer = newcomer.clone();
    let made = app.core.change_own(move |state| {
        if let Some((_, device)) = state.device_by_key(&newcomer.key) {
            return Ok((Vec::new(), device.viewer.map(Ok)));
        }
        match way(state, &newcomer, token.as_deref(), now) {
            Ok(None) => Ok((Vec::new(), None)),
            Ok(Some(way)) => match enrol(state, &newcomer, way, ids, now) {
                Ok((viewer, edits)) => Ok((edits, Some(Ok(viewer)))),
                // The screen of a token went into the trash.
                Err(Refusal::Invalid { .. } | Refusal::NotFound { .. }) => Ok((Vec::new(), Some(Err(Refused::Token)))),
                Err(refusal) => Err(refusal),
            },
            Err(_) => Ok((Vec::new(), Some(Err(Refused::Token)))),
        }
    });
    let made = made.await.map_err(|error| Status::unavailable(error.into_body().message))?;
    let outcome = made.outcome.flatten();
    if matches!(outcome, Some(Ok(_))) {
        tracing::info!("a native viewer was approved without a person");
    }
    Ok(outcome)
}

/// Lets the device wait for a person.
fn wait(app: &App, introduction: &Introduction, from: IpAddr) -> Outcome {
    let open = Arc::new(());
    let now = now_ms();
    let visitor = Waiting {
        secret_hash: String::new(),
        code: String::new(),
        user_agent: introduction.newcomer.agent.clone(),
        screen: introduction.newcomer.screen,
        address: from,
        since: now,
        seen: now,
        native: Some(introduction.waiting(&open)),
    };
    match waiting::greet(app, DeviceId::of_key(&introduction.csr.hash), visitor) {
        Ok(code) => Outcome::Waits(code, open),
        Err(Unwelcome::Crowded) => Outcome::Refused(Refused::Crowded),
        Err(Unwelcome::WrongSecret | Unwelcome::KeyInUse) => Outcome::Refused(Refused::KeyInUse),
    }
}

async fn welcome(app: &App, device: DeviceId, viewer: ViewerId, key: &DeviceKey) -> Result<EnrolReply, Status> {
    Ok(approved(app, issue(app, device, viewer, key).await?))
}

/// Makes a certificate, and notes in the device's document when it ends.
async fn issue(app: &App, device: DeviceId, viewer: ViewerId, key: &DeviceKey) -> Result<control::v1::Certificate, Status> {
    let now = now_ms();
    let failed = |error: super::AuthorityError| {
        tracing::error!(%error, "a certificate could not be made");
        Status::internal("no certificate can be made at the moment: see the server's log")
    };
    let signer = app.control.authorities.signer(&app.core.state()).map_err(failed)?;
    let der = signer.device(device.0, key, now).map_err(failed)?;
    let until = certificate_validity(now).until;
    let noted = app.core.change_own(move |state| {
        let before = domain::noun::find::<Device>(state, device.0)?;
        let after = Device { certificate_until: Some(until), ..before.clone() };
        let edit = Edit { kind: Device::SPEC.name.to_owned(), id: device.0, change: Change::Update(after.changed_since(before)) };
        Ok((vec![edit], ()))
    });
    if noted.await.is_err() {
        // The certificate counts all the same: a full disk keeps nobody out.
        tracing::warn!(device.id = %device, "the end of a device's certificate could not be noted");
    }
    Ok(certificate(app, der, device, viewer))
}
