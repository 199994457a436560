//! Waking the machines of screens (`docs/protocols/wake.md`).

use std::sync::Arc;
use std::time::Duration;

use ::lan::wake::{MagicPacket, Password};
use domain::card::Card;
use domain::id::ViewerId;
use domain::state::State;
use net::wake::{SendError, Way, Wish, send};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::app::App;
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
    /// Every card of these screens, in their order.
    pub(crate) fn viewers(state: &State, viewers: &[ViewerId]) -> Self {
        let mut wanted = Self::default();
        for viewer in viewers {
            let before = wanted.packets.len();
            wanted.packets.extend(state.cards_of(*viewer).map(|(_, card)| packet(card)));
            let list = if wanted.packets.len() == before { &mut wanted.without_card } else { &mut wanted.called };
            list.push(*viewer);
        }
        wanted
    }

    /// How many cards are called.
    pub(crate) fn cards(&self) -> usize {
        self.packets.len()
    }

    /// Sends the packets at the server's pace, and returns when the first one left. The rest follow by themselves.
    ///
    /// # Errors
    /// Why the first packet could not be sent by any way.
    pub(crate) async fn send(self, settings: &config::Wake, pace: &Pace) -> Result<(), SendError> {
        let wish = Wish { interface: Some(settings.interface.clone()).filter(|name| !name.is_empty()), ..Wish::default() };
        let mut packets = self.packets.into_iter();
        let Some(first) = packets.next() else { return Ok(()) };
        pace.wait(settings.per_second).await;
        send(&first, &wish)?;
        metrics::counter!("signboard_wake_sent_total").increment(1);
        let (pace, per_second) = (pace.clone(), settings.per_second);
        tokio::spawn(async move {
            for packet in packets {
                pace.wait(per_second).await;
                match send(&packet, &wish) {
                    Ok(_) => metrics::counter!("signboard_wake_sent_total").increment(1),
                    Err(error) => tracing::warn!(%error, "a magic packet could not be sent"),
                }
            }
        });
        Ok(())
    }
}

/// When the next magic packet may leave. All calls share it, so that many of them trip no fuse either.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace(Arc<Mutex<Option<Instant>>>);

impl Pace {
    /// Waits for a turn, of which there are `per_second` (1 to 1000) each second. Those who wait get theirs in the order of asking.
    pub(crate) async fn wait(&self, per_second: u16) {
        let mut next = self.0.lock().await;
        if let Some(next) = *next {
            sleep_until(next).await;
        }
        *next = Some(Instant::now() + Duration::from_secs(1) / u32::from(per_second.max(1)));
    }
}

/// Calls one card from this server at its pace: by which ways that went, as the end of a sentence.
///
/// # Errors
/// Why it could not be called by any way.
pub(crate) async fn call(app: &App, packet: &MagicPacket) -> Result<String, SendError> {
    app.lan.pace.wait(app.config.wake.per_second).await;
    let interface = Some(app.config.wake.interface.clone()).filter(|name| !name.is_empty());
    let ways = send(packet, &Wish { interface, ..Wish::default() })?;
    metrics::counter!("signboard_wake_sent_total").increment(1);
    Ok(by_ways(&ways))
}

/// On which ports and interfaces a card was called.
fn by_ways(ways: &[Way]) -> String {
    let went = || ways.iter().filter(|way| way.outcome.is_ok());
    let mut ports: Vec<u16> = went().filter_map(|way| way.to.map(|to| to.port())).collect();
    let mut interfaces: Vec<&str> = went().map(|way| way.interface.as_str()).collect();
    ports.sort_unstable_by(|a, b| b.cmp(a));
    ports.dedup();
    interfaces.sort_unstable();
    interfaces.dedup();
    let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
    let by = if ports.is_empty() { "by an Ethernet frame".to_owned() } else { format!("on UDP {}", ports.join(" and ")) };
    format!("{by} over {}", interfaces.join(", "))
}

/// The packet that wakes a card.
pub(crate) fn packet(card: &Card) -> MagicPacket {
    let password = card.secure_on.as_ref().and_then(|password| Password::from_bytes(password.bytes()).ok());
    MagicPacket { target: card.mac.0, password }
}
