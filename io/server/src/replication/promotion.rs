//! A server becomes the Main: at once, or by a switch in which the present Main hands over in order.
//!
//! The switch is two changes of one document. The server that takes over writes that it asks; the Main sends everything that it has, and then
//! itself writes who leads next. Nobody has that entry without all that the Main wrote before it, and there are never two Mains.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use api::server::Promoted;
use domain::id::ServerId;
use domain::intent::promote as decide;
use domain::lead::lead_with;
use domain::stamp::VersionVector;
use domain::state::State;
use http::StatusCode;
use replica::pending::Pending;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::core::{Change, Made};
use crate::http::error::Error;
use crate::now::now_ms;

/// How long a planned switch may take.
const SWITCH: Duration = Duration::from_secs(30);
/// How often the Main looks whether all has arrived.
const LOOK: Duration = Duration::from_millis(50);

/// Makes this server the Main, whatever the present one does.
///
/// # Errors
/// The refusal as an answer.
pub async fn promote(app: &App, change: Change) -> Result<(Made<()>, Promoted), Error> {
    let (own, heard, now) = (own(app), app.core.store().heard_lead(), now_ms());
    let voted = app.core.store().vote().term;
    let decide = move |state: &State| Ok((decide::promote(state, own, heard, voted, now)?, ()));
    let made = app.core.change_lead(change, decide).await?;
    Ok((made, promoted(app)))
}

/// Lets the Main hand over to this server, in order.
///
/// # Errors
/// The refusal as an answer; 409 where the Main is not connected; 504 where it does not hand over in time, and stays the Main.
pub async fn switch(app: &App, change: Change) -> Result<(Made<()>, Promoted), Error> {
    let (own, heard, now) = (own(app), app.core.store().heard_lead(), now_ms());
    reachable(app, own)?;
    let mut state = app.core.watch();
    let made = app.core.change_lead(change, move |state: &State| Ok((decide::ask(state, own, heard, now)?, ()))).await?;
    let leads = |state: &State| lead_with(state, heard).is_some_and(|lead| lead.server == own);
    let handed_over = timeout(SWITCH, state.wait_for(|state| leads(state))).await.is_ok_and(|outcome| outcome.is_ok());
    if !handed_over {
        withdraw(app).await?;
        // It may have come while the question was taken back.
        if !leads(&app.core.state()) {
            let text = "the Main did not hand over within 30 s, and stays the Main: see what it waits for on its page Servers and in its log";
            return Err(Error::new(StatusCode::GATEWAY_TIMEOUT, "not_handed_over", text));
        }
    }
    Ok((made, promoted(app)))
}

fn own(app: &App) -> ServerId {
    ServerId(app.core.server_id())
}

fn promoted(app: &App) -> Promoted {
    let lead = app.core.lead().unwrap_or_default();
    Promoted { main: lead.server, epoch: lead.number }
}

/// Whether the Main can be asked.
fn reachable(app: &App, own: ServerId) -> Result<(), Error> {
    let Some(lead) = app.core.lead().filter(|lead| lead.server != own) else { return Ok(()) };
    let meeting = app.replication.links.meeting(lead.server);
    let why = match &meeting.session {
        Some(session) => match &session.status.hold {
            None => return Ok(()),
            Some(hold) => hold.to_string(),
        },
        None => meeting.why_not.clone(),
    };
    let state = app.core.state();
    let name = state.servers.get(lead.server).map_or_else(|| lead.server.to_string(), |main| main.name.clone());
    let text = format!(
        "{name}, the Main, cannot be asked to hand over, so that a planned switch is not possible. Connect the two and try again; if it does not come back, promote without a plan. {why}"
    );
    Err(Error::new(StatusCode::CONFLICT, "main_not_reached", text.trim_end()))
}

/// Takes back that this server asks.
async fn withdraw(app: &App) -> Result<(), Error> {
    let own = own(app);
    app.core.change_lead(Change::default(), move |state: &State| Ok((decide::withdraw(state, own), ()))).await.map(drop)
}

/// The questions of servers, each with the time that its server wrote, as the Main remembers them.
struct Asking(BTreeMap<(ServerId, i64), Option<Since>>);

/// When a question was first seen, and what was here then: all of it must have arrived there.
struct Since {
    at: Instant,
    before: VersionVector,
}

impl Asking {
    /// Nobody waits any more for what was asked before the start.
    fn stale(state: &State) -> Self {
        Self(asked(state).map(|one| (one, None)).collect())
    }

    fn look(&mut self, app: &App) {
        let now: BTreeSet<_> = asked(&app.core.state()).collect();
        self.0.retain(|one, _| now.contains(one));
        for one in now {
            let since = || Since { at: Instant::now(), before: app.core.store().standing().position.vector.clone() };
            self.0.entry(one).or_insert_with(|| Some(since()));
        }
    }

    fn live(&self) -> impl Iterator<Item = (ServerId, &Since)> {
        let known = self.0.iter().filter_map(|((server, _), since)| Some((*server, since.as_ref()?)));
        known.filter(|(_, since)| since.at.elapsed() < SWITCH)
    }

    fn any_live(&self) -> bool {
        self.live().next().is_some()
    }

    fn ready(&self, app: &App) -> Option<ServerId> {
        self.live().find(|(server, since)| has_all(app, *server, &since.before)).map(|(server, _)| server)
    }
}

/// Hands over to servers that ask, as long as this one leads, until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    // What was asked before this start is over: nobody waits for it any more.
    if withdraw(&app).await.is_err() {
        tracing::warn!("that this server asked to be the Main could not be taken back");
    }
    let mut state = app.core.watch();
    let mut asking = Asking::stale(&app.core.state());
    loop {
        asking.look(&app);
        let waits = app.core.has_duties() && asking.any_live();
        if let Some(server) = asking.ready(&app).filter(|_| waits) {
            hand_over(&app, server).await;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK), if waits => {}
            changed = state.changed() => if changed.is_err() { return },
        }
    }
}

/// The servers that ask, each with the time that it wrote.
fn asked(state: &State) -> impl Iterator<Item = (ServerId, i64)> {
    state.servers.iter().filter_map(|(id, held)| Some((id, held.value.asked_main_at?)))
}

/// Whether a connected server has all of `before`, and this one all that it has: it may have taken its question back.
fn has_all(app: &App, server: ServerId, before: &VersionVector) -> bool {
    let meeting = app.replication.links.meeting(server);
    let session = meeting.session.filter(|session| session.status.hold.is_none());
    let nothing_comes = session.is_some_and(|session| session.status.incoming == Pending::Ops(0));
    nothing_comes && app.core.store().peer(server.0).is_some_and(|peer| peer.acked.covers_all(before))
}

async fn hand_over(app: &App, to: ServerId) {
    let (own, heard, now) = (own(app), app.core.store().heard_lead(), now_ms());
    let made =
        app.core.change_lead(Change::default(), move |state: &State| Ok((decide::hand_over(state, own, to, heard, now)?, ())));
    match made.await {
        Ok(_) => tracing::info!(server.id = %to, "this server handed over: another one is the Main now"),
        Err(error) => {
            let why = error.into_body().message;
            tracing::error!(server.id = %to, why, "this server could not hand over");
        }
    }
}
