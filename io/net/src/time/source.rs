//! Asking one source: its name, its socket, its questions.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::ops::ControlFlow;
use std::time::Duration;

use lan::ntp::{Raw, Sending};
use tokio::net::lookup_host;
use tokio::time::{sleep, timeout};

use super::datagram::Datagrams;
use super::following::Shared;
use super::patience::Patience;
use super::reading::Reading;
use super::settings::SourceName;

/// Wait after a name that could not be resolved, doubling up to `LONGEST_WAIT`.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(64);

/// How long the resolver may take.
const RESOLVER_PATIENCE: Duration = Duration::from_secs(5);

/// Asks a source for as long as the task lives. Never gives up: a name may become known, an address may become reachable.
pub(super) async fn ask(name: SourceName, client_port: Option<u16>, shared: Shared) {
    let mut wait = SHORTEST_WAIT;
    let mut known: Option<(usize, IpAddr)> = None;
    loop {
        if let Some(address) = resolve(&name).await
            && let Ok(socket) = Datagrams::connected(address, client_port.unwrap_or(0)).await
        {
            wait = SHORTEST_WAIT;
            let raw = Reading::now().raw;
            let index = match known {
                None => shared.with(|follower| follower.add(address.ip(), raw)),
                Some((index, before)) => {
                    if before != address.ip() {
                        shared.with(|follower| follower.replace(index, address.ip(), raw));
                    }
                    index
                }
            };
            known = Some((index, address.ip()));
            if exchange(index, socket, &shared).await.is_break() {
                return;
            }
        }
        sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Asks until the source was silent for eight questions: its name may mean another address by then. Ends for good if the source refuses us.
async fn exchange(index: usize, mut socket: Datagrams, shared: &Shared) -> ControlFlow<()> {
    let mut silent = 0;
    loop {
        let now = Reading::now();
        match shared.with(|follower| follower.poll(index, now.raw, rand::random())) {
            Sending::Ended => return ControlFlow::Break(()),
            Sending::Send(question) => {
                silent += 1;
                if silent > 8 {
                    return ControlFlow::Continue(());
                }
                // Where it cannot be sent (no route), it was not answered: the reach register tells.
                if let Ok(sent) = socket.send(&question).await {
                    shared.with(|follower| follower.sent(index, sent));
                }
                shared.publish();
            }
            Sending::Wait(until) => {
                if receive(index, &mut socket, shared, until).await {
                    silent = 0;
                }
            }
        }
    }
}

/// Reads answers until a moment. Whether one was a sample.
async fn receive(index: usize, socket: &mut Datagrams, shared: &Shared, until: Raw) -> bool {
    let (mut is_heard, mut failing) = (false, Patience::default());
    loop {
        let patience = Reading::now().until(until);
        if patience.is_zero() || !matches!(timeout(patience, socket.readable()).await, Ok(Ok(()))) {
            return is_heard;
        }
        match socket.try_receive() {
            Ok(arrival) => {
                let heard = shared.with(|follower| follower.receive(index, socket.bytes(&arrival), arrival.at.raw));
                is_heard |= heard.is_ok();
                shared.publish();
                // A kiss may have moved the next question, so ask for it anew.
                if heard.is_err() {
                    return is_heard;
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // "Port unreachable" for an earlier question, most likely; the wait goes on.
            Err(_) => sleep(failing.failed().min(patience)).await,
        }
    }
}

/// The first address of a name. The order is the resolver's.
async fn resolve(name: &SourceName) -> Option<SocketAddr> {
    let mut found = timeout(RESOLVER_PATIENCE, lookup_host((name.host.as_str(), name.port))).await.ok()?.ok()?;
    found.next()
}
