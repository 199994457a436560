//! Hearing magic packets for this machine's own cards, so that people know before it sleeps whether it could be woken
//! (`docs/protocols/wake.md`, section 4).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use control::hearing::CardFlag;
use control::v1;
use lan::wake::Mac;
use net::wake::{Listener, OwnCard, Refused, WakeFlag, own_cards, read_flag};
use tokio::sync::{Mutex, oneshot};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::Outcome;
use crate::host::written;

/// Listens when it is told to. Who listens later takes the place of who listened before.
#[derive(Debug, Default)]
pub struct Ear {
    /// The ports can be had once.
    turn: Arc<Mutex<()>>,
    /// Whoever listens ends with this value.
    held: Option<oneshot::Sender<()>>,
}

impl Ear {
    /// Listens for so long. `tell` is called as soon as it does, and again with each packet that is new. Await it within a tokio runtime.
    pub fn listen(
        &mut self,
        command: Uuid,
        patience: Duration,
        tell: impl Fn(v1::WakeHearing) + Send + 'static,
    ) -> impl Future<Output = Outcome> + Send + 'static {
        let (held, let_go) = oneshot::channel();
        self.held = Some(held);
        let turn = self.turn.clone();
        async move {
            let _turn = turn.lock().await;
            hear(command, patience, let_go, tell).await
        }
    }
}

async fn hear(command: Uuid, patience: Duration, mut let_go: oneshot::Receiver<()>, tell: impl Fn(v1::WakeHearing)) -> Outcome {
    // The kernel is asked for each card's flag, which may take a moment.
    let cards = match tokio::task::spawn_blocking(own_cards).await {
        Ok(Ok(cards)) => cards,
        Ok(Err(error)) => return Outcome::failed("cards", format!("The network cards cannot be read: {error}.")),
        Err(error) => return Outcome::failed("cards", format!("The network cards cannot be read: {error}.")),
    };
    let flags = tokio::task::spawn_blocking({
        let cards = cards.clone();
        move || cards.iter().map(|card| flag(&card.interface)).collect::<Vec<_>>()
    });
    let flags = flags.await.unwrap_or_default();
    let mut listener = match Listener::open(cards.iter().map(|card| card.mac).collect()) {
        Ok(listener) => listener,
        Err(error) => {
            let remedy = "see \"Waking\" in docs/operations/viewer.md for the right to these ports";
            return Outcome::failed("ports", format!("{error}; {remedy}."));
        }
    };
    let mut heard: BTreeSet<(Mac, u16)> = BTreeSet::new();
    tell(told(command, &listener, &cards, &flags, &heard));
    let end = Instant::now() + patience;
    let outcome = loop {
        tokio::select! {
            packet = listener.next() => match packet {
                Ok(packet) => {
                    if heard.insert((packet.packet.target, packet.port)) {
                        tell(told(command, &listener, &cards, &flags, &heard));
                    }
                }
                Err(error) => break Outcome::failed("ports", format!("The ports cannot be read any more: {error}.")),
            },
            () = sleep_until(end) => break Outcome::done(""),
            _ = &mut let_go => break Outcome::failed("replaced", "Somebody else listens now."),
        }
    };
    listener.close().await;
    outcome
}

fn flag(interface: &str) -> CardFlag {
    match read_flag(interface) {
        Ok(WakeFlag::On) => CardFlag::On,
        Ok(WakeFlag::Off) => CardFlag::Off,
        Ok(WakeFlag::Unsupported) => CardFlag::Unsupported,
        Err(error) => {
            tracing::info!(%error, "whether a network card wakes this machine is not known");
            CardFlag::Unknown
        }
    }
}

fn told(
    command: Uuid,
    listener: &Listener,
    cards: &[OwnCard],
    flags: &[CardFlag],
    heard: &BTreeSet<(Mac, u16)>,
) -> v1::WakeHearing {
    let refused = |refused: &Refused| format!("UDP {} of {}: {}", refused.address.port(), refused.address.ip(), refused.error);
    let card = |(place, card): (usize, &OwnCard)| v1::WakeCard {
        mac: written(&card.mac),
        interface: card.interface.clone(),
        flag: flags.get(place).copied().unwrap_or_default().name().to_owned(),
        heard: heard.iter().filter(|(mac, _)| *mac == card.mac).map(|(_, port)| u32::from(*port)).collect(),
    };
    v1::WakeHearing {
        command: command.as_bytes().to_vec(),
        listening: listener.ports().iter().map(|port| u32::from(*port)).collect(),
        refused: listener.refused().iter().map(refused).collect(),
        cards: cards.iter().enumerate().map(card).collect(),
    }
}
