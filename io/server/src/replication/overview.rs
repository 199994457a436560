//! How the servers stand to this one.

use api::server::{MissingFiles, ServerState, ServerView, ServersView};
use domain::id::ServerId;
use domain::lead::role_of;
use domain::server::{Server, ServerRole, partners};
use domain::stamp::VersionVector;
use domain::table::Held;
use replica::pending::Pending;
use replica::session::{Ends, Mode};

use super::hearsay::Word;
use super::links::{Condition, Meeting};
use super::mending::fork_of;
use super::{queue, soundness};
use crate::app::App;
use crate::http::error::Error;
use crate::mirror::Progress;
use crate::now::now_ms;

/// What a server says of itself that has heard of it.
const TAKEN_OUT: &str = "This server was taken out of the installation: the others refuse it. To take the machine in again, start it with an empty data folder and a new token.";

/// All servers, this one first, then by name.
///
/// # Errors
/// If the store cannot be read.
pub async fn overview(app: &App) -> Result<ServersView, Error> {
    let state = app.core.state();
    let own = ServerId(app.core.server_id());
    let paired = partners(&state, own);
    let mut servers = Vec::new();
    for (id, held) in state.servers.iter() {
        servers.push(view(app, own, id, held, paired.contains(&id)).await?);
    }
    servers.sort_by_key(|server| {
        (server.state != ServerState::Own, server.retired_at.is_some(), server.name.to_lowercase(), server.id)
    });
    let membership = app.replication.own.membership().filter(|_| state.servers.get(own).is_none());
    let why = membership.as_ref().and_then(|joined| joined.main());
    let why = why.map(|main| app.replication.links.meeting(ServerId(main)).why_not).unwrap_or_default();
    let main = app.core.lead().map(|lead| lead.server);
    let here = state.servers.get(own).filter(|here| !here.read_only && here.retired_at.is_none());
    let may_lead = here.is_some() && main != Some(own);
    let waits_for_lost = app.core.store().standing().forked.is_some();
    Ok(ServersView {
        own,
        joining: membership.is_some(),
        why,
        main,
        may_lead,
        waits_for_lost,
        servers,
        missing: missing(&app.mirror.progress()),
        check: app.mirror.check.view(app),
        succession: super::succession(app),
    })
}

async fn view(app: &App, own: ServerId, id: ServerId, held: &Held<Server>, paired: bool) -> Result<ServerView, Error> {
    let server = &held.value;
    let meeting = app.replication.links.meeting(id);
    let store = app.core.store();
    let word = app.replication.links.word(id);
    let acked = has(app, id, word.as_ref());
    let (pending_out, oldest_out_at) = match id == own || server.retired_at.is_some() {
        true => (Some(0), None),
        false => {
            let pending = store.pending(&acked).await.map_err(Error::unavailable)?;
            let oldest = store.oldest_missing(&acked).await.map_err(Error::unavailable)?;
            (ops(pending), oldest)
        }
    };
    let heard = || word.as_ref().and_then(|word| word.condition.clone()).filter(|_| meeting.session.is_none());
    let condition = if id == own { Some(own_condition(app).await?) } else { heard().or_else(|| meeting.condition.clone()) };
    let (state, why) = standing(app, own, id, server, paired, &meeting);
    let why = with_damage(why, condition.as_ref());
    let lead = app.core.lead();
    let session = meeting.session.as_ref();
    let status = session.map(|session| &session.status);
    let line = app.mirror.lines.of(id);
    let ((receive_limit, send_limit), (files_received, files_sent)) = (line.limits(), line.passed());
    Ok(ServerView {
        id,
        version_tag: held.version.tag(),
        name: server.name.clone(),
        role: role_of(lead, id, server),
        promoted_at: server.promoted_at,
        led_before: (server.epoch > 0 || server.role == ServerRole::Main) && lead.is_some_and(|lead| lead.server != id),
        parent: server.parent,
        read_only: server.read_only,
        version: server.version.clone(),
        addresses: server.addresses.clone(),
        joined_at: server.joined_at,
        retired_at: server.retired_at,
        state,
        why,
        fork: fork_of(&meeting).is_some(),
        pending_out,
        oldest_out_at,
        pending_in: match status {
            _ if id == own => Some(0),
            Some(status) => ops(status.incoming),
            None => word.as_ref().map(|word| word.ends.beyond(&Ends::of(&store.standing().position))).or(meeting.last_incoming),
        },
        last_seen: Some(word.as_ref().map_or(0, |word| word.heard_at).max(meeting.last_seen)).filter(|at| *at != 0),
        way: session.map(|session| session.way.clone()),
        address: session.map(|session| session.address.clone()),
        since: session.map(|session| session.since),
        clock_offset_ms: status.and_then(|status| status.clock_offset_ms),
        round_trip_ms: status.and_then(|status| status.round_trip_ms),
        free_disk: status.and_then(|status| status.free_disk),
        files_missing: condition.as_ref().map(|condition| condition.files_missing),
        bytes_missing: condition.as_ref().map(|condition| condition.bytes_missing),
        records_waiting: condition.as_ref().map(|condition| condition.records_waiting),
        records_dropped: condition.as_ref().map(|condition| condition.records_dropped),
        site: server.site.clone(),
        keeps: server.keeps,
        zone: server.zone.clone(),
        limits: server.limits.clone(),
        receive_limit,
        send_limit,
        files_received,
        files_sent,
    })
}

/// What a server has, as it said itself or as others heard it.
pub(super) fn has(app: &App, id: ServerId, word: Option<&Word>) -> VersionVector {
    let mut acked = app.core.store().peer(id.0).map(|peer| peer.acked).unwrap_or_default();
    if let Some(word) = word {
        word.ends.vector().iter().for_each(|dot| acked.raise(dot));
    }
    acked
}

/// How this server is.
pub(super) async fn own_condition(app: &App) -> Result<Condition, Error> {
    let files = app.mirror.progress();
    let queue = queue::standing(app).await.map_err(Error::unavailable)?;
    Ok(Condition {
        files_missing: files.files as u64,
        bytes_missing: files.bytes,
        records_waiting: queue.waiting,
        records_dropped: queue.dropped,
        damage: app.replication.soundness.damage(),
    })
}

/// What is wrong with a server besides its sessions is said whether there is one or not.
fn with_damage(why: String, condition: Option<&Condition>) -> String {
    let damage = condition.and_then(|condition| condition.damage.as_deref()).map(soundness::in_words);
    let lines = damage.into_iter().chain(Some(why).filter(|why| !why.is_empty()));
    lines.collect::<Vec<_>>().join("\n")
}

fn missing(progress: &Progress) -> MissingFiles {
    let count = |files: usize| u64::try_from(files).unwrap_or(u64::MAX);
    let why = progress.failing.iter().map(|(hash, why)| format!("{hash}: {why}")).collect();
    MissingFiles { files: count(progress.files), bytes: progress.bytes, needed: count(progress.needed), why }
}

fn ops(pending: Pending) -> Option<u64> {
    match pending {
        Pending::Ops(ops) => Some(ops),
        Pending::Resync => None,
    }
}

fn standing(app: &App, own: ServerId, id: ServerId, server: &Server, paired: bool, meeting: &Meeting) -> (ServerState, String) {
    let alarms = app.replication.alarms.of(id, now_ms());
    if id == own {
        let out = server.retired_at.map(|_| TAKEN_OUT.to_owned());
        return (ServerState::Own, out.unwrap_or(alarms));
    }
    if server.retired_at.is_some() {
        return (ServerState::Retired, String::new());
    }
    let Some(session) = &meeting.session else {
        return match paired {
            true if meeting.why_not.is_empty() => (ServerState::NotConnected, "It is being called.".to_owned()),
            true => (ServerState::NotConnected, meeting.why_not.clone()),
            false => (ServerState::Indirect, String::new()),
        };
    };
    if let Some(hold) = &session.status.hold {
        return (ServerState::Held, hold.to_string());
    }
    if let Some(Mode::Hold(hold)) = &session.status.their_mode {
        return (ServerState::Held, format!("The other server says: {hold}"));
    }
    (ServerState::Connected, alarms)
}
