//! One session (`docs/protocols/control.md`, section 4): messages through, a sign of life in both directions.

use std::time::Duration;

use control::v1::{self, from_viewer, to_viewer};
use net::control::{Link, LinkError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::{Connector, LinkEvent, Open, Visit};

/// Each side says something at least this often.
const SPEAK: Duration = Duration::from_secs(5);
/// A side that was silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(15);
/// After so long a session was a good one, and the next attempt comes soon.
const GOOD: Duration = Duration::from_secs(60);
/// How often it is looked at whether the certificate is to be renewed.
const LOOK: Duration = Duration::from_secs(3_600);

impl Connector {
    /// Opens a session and carries messages until it ends.
    pub(super) async fn converse(&self, link: Link) -> Visit {
        let begin = Instant::now();
        let (sender, mut incoming) = match timeout(SILENCE, link.session(self.hello())).await {
            Ok(Ok(session)) => session,
            Ok(Err(LinkError::Unauthenticated { .. })) => {
                return match self.renew(&link).await {
                    Ok(()) => Visit::After(Duration::ZERO),
                    Err(error) => self.refused(error).await,
                };
            }
            Ok(Err(error)) => return self.refused(error).await,
            Err(_) => {
                return self.refused(LinkError::Cut { why: "the server did not open the session in time".to_owned() }).await;
            }
        };
        let (say, mut said) = mpsc::unbounded_channel();
        self.tell(LinkEvent::Open(Box::new(Open::on(&link, say)))).await;
        let (mut heard, mut spoken, mut look) = (Instant::now(), Instant::now(), Instant::now() + LOOK);
        loop {
            tokio::select! {
                message = incoming.next() => {
                    heard = Instant::now();
                    match message {
                        Ok(Some(v1::ToViewer { message: Some(to_viewer::Message::Bye(bye)) })) => return self.parted(bye, begin).await,
                        Ok(Some(v1::ToViewer { message: Some(message) })) => self.tell(LinkEvent::Said(Box::new(message))).await,
                        // A message of a newer version.
                        Ok(Some(v1::ToViewer { message: None })) => {}
                        Ok(None) => return self.ended("the server ended the session", begin).await,
                        Err(LinkError::Denied { message }) => return self.revoked(message).await,
                        Err(error) => return self.ended(&error.to_string(), begin).await,
                    }
                }
                message = said.recv() => {
                    // The agent lets go of a session that it does not want any more.
                    let Some(message) = message else { return Visit::Again };
                    if !matches!(timeout(SILENCE, sender.send(message)).await, Ok(Ok(()))) {
                        return self.ended("the server takes no messages", begin).await;
                    }
                    spoken = Instant::now();
                }
                () = sleep_until(spoken + SPEAK) => {
                    let ping = v1::FromViewer { message: Some(from_viewer::Message::Ping(v1::Ping {})) };
                    if !matches!(timeout(SILENCE, sender.send(ping)).await, Ok(Ok(()))) {
                        return self.ended("the server takes no messages", begin).await;
                    }
                    spoken = Instant::now();
                }
                () = sleep_until(heard + SILENCE) => return self.ended("nothing was heard from the server for 15 s", begin).await,
                () = sleep_until(look) => {
                    look = Instant::now() + LOOK;
                    if self.is_renewal_due() {
                        // It is tried again at the next look; the session goes on meanwhile.
                        let _ = self.renew(&link).await;
                    }
                }
            }
        }
    }

    fn hello(&self) -> v1::Hello {
        let present = self.present.lock().clone();
        v1::Hello {
            protocol_min: 1,
            protocol_max: 1,
            features: present.features.clone(),
            slice: present.slice.map(|id| id.to_vec()).unwrap_or_default(),
            plan: present.plan.clone(),
            machine: Some(crate::host::machine(&present.output, present.size)),
            start: self.passport.lock().start().to_vec(),
        }
    }

    /// The server said good-bye.
    async fn parted(&self, bye: v1::Bye, begin: Instant) -> Visit {
        match bye.reason.as_str() {
            "revoked" => return self.revoked("The server has taken this viewer's place away.".to_owned()).await,
            "key_in_use" => {
                self.passport.lock().renew_key();
                let message =
                    "Another computer has the same identity, as after a disk was copied; this one enrols anew.".to_owned();
                self.tell(LinkEvent::Revoked { message }).await;
                return Visit::After(Duration::from_secs(1));
            }
            _ => {}
        }
        self.tell(LinkEvent::Closed { why: reason(&bye.reason) }).await;
        match bye.again_in {
            0 => kind(begin),
            seconds => Visit::After(Duration::from_secs(seconds.into()).mul_f64(0.5 + rand::random::<f64>())),
        }
    }

    async fn ended(&self, why: &str, begin: Instant) -> Visit {
        tracing::info!(why, "the session ended");
        self.tell(LinkEvent::Closed { why: why.to_owned() }).await;
        kind(begin)
    }
}

fn kind(begin: Instant) -> Visit {
    if begin.elapsed() >= GOOD { Visit::Fresh } else { Visit::Again }
}

/// A reason in words.
fn reason(code: &str) -> String {
    match code {
        "moved" => "the server moves to another port".to_owned(),
        "replaced" => "another session of this viewer has begun".to_owned(),
        "shutdown" => "the server is being stopped".to_owned(),
        "version" => "the server is too old or too new for this viewer; update the older of the two".to_owned(),
        other => format!("the server ended the session ({other})"),
    }
}
