//! Calling the other servers: always, from both sides, by all ways at once (`docs/protocols/replication.md`, section "On the wire").

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use domain::id::ServerId;
use domain::server::partners;
use futures::future::{FutureExt as _, select_all};
use futures::stream::{StreamExt as _, unfold};
use net::control::{Address, Dialer, JudgedAt, Link, Windows};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;

use super::session::{self, Ended, Ways};
use crate::app::App;
use crate::now::{now_ms, random};

/// The first wait after a failure; it doubles up to the last one, and each is drawn between nothing and itself.
const FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const LAST: Duration = Duration::from_secs(10);
/// The wait where dialling again cannot help before somebody does something.
const LONG: Duration = Duration::from_secs(60);
/// A session that lasted so long was a good one: the waits begin anew.
const GOOD: Duration = Duration::from_secs(10);
/// Between the addresses of one server.
const STAGGER: Duration = Duration::from_millis(250);

/// Waits between attempts.
struct Backoff(Duration);

impl Backoff {
    fn next(&mut self) -> Duration {
        let most = self.0;
        self.0 = (self.0 * 2).min(LAST);
        let drawn = f64::from(u32::from_be_bytes(random())) / f64::from(u32::MAX);
        most.mul_f64(drawn)
    }
}

/// Keeps a session with every partner until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    let mut state = app.core.watch();
    let mut kept: BTreeMap<ServerId, CancellationToken> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    loop {
        let wanted = wanted(&app);
        kept.retain(|server, gone| {
            let stays = wanted.contains(server);
            if !stays {
                gone.cancel();
            }
            stays
        });
        for server in wanted {
            kept.entry(server).or_insert_with(|| {
                let gone = stop.child_token();
                tasks.spawn(keep(app.clone(), server, gone.clone()));
                gone
            });
        }
        tokio::select! {
            () = stop.cancelled() => break,
            changed = state.changed() => if changed.is_err() { break },
            () = app.replication.nudge.notified() => {}
            Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
        }
        // A burst of changes is looked at once.
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(Duration::from_millis(200)) => {}
        }
        state.mark_unchanged();
    }
    tasks.shutdown().await;
}

/// The servers to be called: those of the state; while that has not come, the one that took this server in.
fn wanted(app: &App) -> Vec<ServerId> {
    let own = ServerId(app.core.server_id());
    let state = app.core.state();
    if state.servers.get(own).is_none() {
        return app.replication.own.membership().and_then(|joined| joined.main()).map(ServerId).into_iter().collect();
    }
    partners(&state, own)
}

/// Keeps a session with one server.
async fn keep(app: App, server: ServerId, gone: CancellationToken) {
    let mut backoff = Backoff(FIRST);
    let mut changes = app.replication.links.watch();
    loop {
        while app.replication.links.is_open(server) {
            tokio::select! {
                () = gone.cancelled() => return,
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
        let began = Instant::now();
        let ended = tokio::select! {
            () = gone.cancelled() => return,
            ended = attempt(&app, server) => ended,
        };
        if began.elapsed() >= GOOD && ended.was_open {
            backoff = Backoff(FIRST);
        }
        // That the other one's call came first is no failure.
        if !app.replication.links.is_open(server) {
            app.replication.links.failed(server, ended.why, now_ms());
        }
        let wait = if ended.passes { backoff.next() } else { LONG };
        tokio::select! {
            () = gone.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn attempt(app: &App, server: ServerId) -> Ended {
    let link = match dial(app, server, Windows::SERVERS).await {
        Ok(link) => link,
        Err(why) => return Ended { why, was_open: false, passes: true },
    };
    let (out, frames) = mpsc::unbounded_channel();
    let incoming = match link.replicate(UnboundedReceiverStream::new(frames)).await {
        Ok(incoming) => incoming,
        Err(error) => return Ended { why: error.to_string(), was_open: false, passes: true },
    };
    let ways = Ways { dialled: true, way: link.way().name().to_owned(), address: link.address().authority(link.way()) };
    // The link is held as long as its messages come.
    let incoming = unfold((incoming, link), |(mut incoming, link)| async move {
        match incoming.next().await {
            Ok(Some(frame)) => Some((Ok(frame), (incoming, link))),
            Ok(None) => None,
            Err(error) => Some((Err(error.to_string()), (incoming, link))),
        }
    });
    tokio::select! {
        ended = session::run(app.clone(), server, ways, incoming.boxed(), out) => ended,
        // Films go over a connection of their own, in both directions.
        never = crate::mirror::exchange(app, server, || dial(app, server, Windows::FILES)) => match never {},
    }
}

/// Where a server may answer: what it says itself, and what the token said.
fn addresses(app: &App, server: ServerId) -> Vec<Address> {
    let state = app.core.state();
    let told = state.servers.get(server).into_iter().flat_map(|server| &server.addresses).map(|address| Address {
        host: address.host.clone(),
        control_port: address.control_port,
        https_port: address.https_port,
        http_port: address.http_port,
    });
    let joined = app.replication.own.membership().filter(|joined| joined.main() == Some(server.0));
    let joined = joined.into_iter().flat_map(|joined| joined.servers).filter_map(|server| Address::told(&server));
    let mut all = Vec::new();
    for address in told.chain(joined) {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    all
}

/// A connection to a server, on the first address and way that answers as a server of this installation.
///
/// # Errors
/// What was tried, in words.
pub(super) async fn dial(app: &App, server: ServerId, windows: Windows) -> Result<Link, String> {
    let identity = app.replication.own.identity(app);
    let identity = identity.ok_or("this server has no certificate to show: its installation has no device authority")?;
    let dialer = Dialer { windows, ..Dialer::of(identity, JudgedAt::system()) };
    any(&dialer, Some(server), &addresses(app, server)).await
}

/// Races the addresses: of a server with several cards, some usually lie in networks that this one cannot reach. Where the server is known,
/// another one does not win: a name of the other computer may lead to this one, whose own ports are the quickest to answer.
pub(super) async fn any(dialer: &Dialer, server: Option<ServerId>, addresses: &[Address]) -> Result<Link, String> {
    let server = server.map(|server| server.0.to_string());
    let attempts = (0_u32..).zip(addresses).map(|(place, address)| {
        let (server, address) = (server.as_deref(), std::slice::from_ref(address));
        async move {
            tokio::time::sleep(STAGGER * place).await;
            let dialled = match server {
                Some(server) => dialer.dial_server(server, address).await,
                None => dialer.dial(address).await,
            };
            dialled.map_err(|report| report.to_string())
        }
        .boxed()
    });
    let mut running: Vec<_> = attempts.collect();
    let mut faults = Vec::new();
    while !running.is_empty() {
        let (ended, _, rest) = select_all(running).await;
        match ended {
            Ok(link) => return Ok(link),
            Err(fault) => faults.push(fault),
        }
        running = rest;
    }
    Err(match faults.is_empty() {
        true => "no address of this server is known: it says where it answers once it has been met".to_owned(),
        false => faults.join("\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_end_and_are_drawn() {
        let mut backoff = Backoff(FIRST);
        let waits: Vec<Duration> = (0..20).map(|_| backoff.next()).collect();
        assert!(waits.iter().all(|wait| *wait <= LAST));
        assert!(waits[0] <= FIRST && waits[10..].iter().any(|wait| *wait != waits[10]));
    }
}
