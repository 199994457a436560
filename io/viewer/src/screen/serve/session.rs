//! The player's session: the viewer's side of `docs/protocols/viewer-session.md` where the server would be.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use control::message::{FromServer, FromViewer, MAX_FROM_VIEWER, SUBPROTOCOL, StatusError};
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Served;
use crate::screen::contract::ScreenEvent;

/// Something is said at least this often.
const TALK: Duration = Duration::from_secs(5);
/// After so long a silence the page is given up.
const SILENCE: Duration = Duration::from_secs(15);

/// A page asks for its session.
pub(super) async fn open(State(served): State<Arc<Served>>, upgrade: WebSocketUpgrade) -> Response {
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(MAX_FROM_VIEWER);
    upgrade.on_upgrade(move |socket| run(served, socket))
}

async fn run(served: Arc<Served>, mut socket: WebSocket) {
    let Ok(Some(Ok(Message::Text(first)))) = timeout(SILENCE, socket.recv()).await else { return };
    if !matches!(serde_json::from_str(&first), Ok(FromViewer::Hello(_))) {
        return;
    }
    let (id, mut outgoing) = served.stage.enter((served.clock)());
    let mut talk = interval(TALK);
    talk.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        let sent = tokio::select! {
            message = outgoing.recv() => match message {
                Some(message) => socket.send(Message::Text(message.into())).await,
                // Another page came.
                None => break,
            },
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(message))) => match served.hear(&message).await {
                        Some(answer) => socket.send(Message::Text(answer.into())).await,
                        None => Ok(()),
                    },
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                    Some(Ok(_)) => Ok(()),
                }
            }
            _ = talk.tick() => {
                if heard.elapsed() > SILENCE {
                    break;
                }
                socket.send(Message::Text(text(&FromServer::Ping).into())).await
            }
        };
        if sent.is_err() {
            break;
        }
    }
    served.stage.leave(id);
}

impl Served {
    /// Takes what the player says; the answer, where there is one.
    async fn hear(&self, message: &str) -> Option<String> {
        self.stage.spoke();
        let now = (self.clock)();
        let value: Value = serde_json::from_str(message).ok()?;
        let frames = value["frames_dropped"].as_u64().unwrap_or(0);
        let event = match serde_json::from_value(value) {
            Ok(FromViewer::Received { plan }) => {
                self.stage.in_force(&plan);
                ScreenEvent::Received { plan }
            }
            Ok(FromViewer::Shown { plan, at }) => {
                self.stage.in_force(&plan);
                ScreenEvent::Shown { plan, at }
            }
            Ok(FromViewer::Incomplete { plan, missing }) => ScreenEvent::Incomplete { plan, missing },
            Ok(FromViewer::Plays { stream, records }) => {
                let last = records.last()?.n;
                let records: Vec<_> = records.into_iter().filter(|record| self.stage.is_new_play(stream, record.n)).collect();
                if !records.is_empty() {
                    self.tell(ScreenEvent::Plays(records)).await;
                }
                return Some(text(&FromServer::PlaysAck { stream, n: last }));
            }
            Ok(FromViewer::Status(status)) => {
                if let Some(plan) = &status.plan {
                    self.stage.in_force(plan);
                }
                let frames_dropped = self.stage.status(status.slot.as_ref(), frames);
                for error in status.errors {
                    self.tell(ScreenEvent::Trouble(error)).await;
                }
                ScreenEvent::Status { plan: status.plan, slot: status.slot, sound: status.sound, frames_dropped }
            }
            Ok(FromViewer::Time { t0 }) => return Some(text(&FromServer::Time { t0, t1: now, t2: (self.clock)() })),
            Ok(FromViewer::Result { ok: false, text, .. }) => {
                let text = text.unwrap_or_else(|| "The player did not do what it was told.".to_owned());
                ScreenEvent::Trouble(StatusError { code: "player.command".to_owned(), text, at: now })
            }
            Ok(FromViewer::Hello(_) | FromViewer::Ping | FromViewer::Result { .. } | FromViewer::Unknown) => return None,
            Err(error) => ScreenEvent::Trouble(StatusError {
                code: "player.unreadable".to_owned(),
                text: format!("The player said what cannot be read: {error}."),
                at: now,
            }),
        };
        self.tell(event).await;
        None
    }

    /// A viewer that is stopping reads no more.
    async fn tell(&self, event: ScreenEvent) {
        let _ = self.events.send(event).await;
    }
}

fn text(message: &FromServer) -> String {
    serde_json::to_string(message).expect("messages are plain data")
}
