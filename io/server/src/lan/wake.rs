//! Waking the machines of screens (`docs/protocols/wake.md`).

use std::num::NonZeroU16;

use ::lan::wake::{MagicPacket, Password};
use domain::card::{Card, Mac};
use domain::id::ViewerId;
use domain::state::State;
use net::wake::{SendError, Wish, send_staggered};
use tokio::sync::oneshot;

use crate::config;

/// What is to be woken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The packets, one for each card.
    packets: Vec<MagicPacket>,
    /// Screens of which no card is known, so that nothing can wake them.
    pub(crate) without_card: Vec<ViewerId>,
    /// Screens that are called.
    pub(crate) called: Vec<ViewerId>,
}

impl Wanted {
    /// A card by its address alone.
    pub(crate) fn card(mac: Mac, password: Option<&[u8]>) -> Self {
        Self { packets: vec![packet(mac, password)], ..Self::default() }
    }

    /// Every card of these screens, in their order.
    pub(crate) fn viewers(state: &State, viewers: &[ViewerId]) -> Self {
        let mut wanted = Self::default();
        for viewer in viewers {
            let before = wanted.packets.len();
            wanted.packets.extend(state.cards_of(*viewer).map(|(_, card)| of_card(card)));
            let list = if wanted.packets.len() == before { &mut wanted.without_card } else { &mut wanted.called };
            list.push(*viewer);
        }
        wanted
    }

    /// How many cards are called.
    pub(crate) fn cards(&self) -> usize {
        self.packets.len()
    }

    /// Sends the packets, as many each second as the settings allow, and returns when the first one left. The rest follow by themselves.
    ///
    /// # Errors
    /// Why the first packet could not be sent by any way.
    pub(crate) async fn send(self, settings: &config::Wake) -> Result<(), SendError> {
        let per_second = NonZeroU16::new(settings.per_second).expect("the settings allow 1 to 1000");
        let wish = Wish { interface: Some(settings.interface.clone()).filter(|name| !name.is_empty()), ..Wish::default() };
        let (first, outcome) = oneshot::channel();
        let mut first = Some(first);
        if self.packets.is_empty() {
            return Ok(());
        }
        tokio::spawn(async move {
            let tell = |_, result: Result<_, SendError>| match (first.take(), result) {
                (Some(first), result) => drop(first.send(result.map(drop))),
                (None, Ok(_)) => metrics::counter!("signboard_wake_sent_total").increment(1),
                (None, Err(error)) => tracing::warn!(%error, "a magic packet could not be sent"),
            };
            send_staggered(&self.packets, per_second, &wish, tell).await;
        });
        outcome.await.unwrap_or(Ok(()))
    }
}

fn of_card(card: &Card) -> MagicPacket {
    packet(card.mac, card.secure_on.as_ref().map(domain::card::SecureOn::bytes))
}

fn packet(mac: Mac, password: Option<&[u8]>) -> MagicPacket {
    MagicPacket { target: mac.0, password: password.and_then(|bytes| Password::from_bytes(bytes).ok()) }
}
