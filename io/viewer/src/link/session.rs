//! One session (`docs/protocols/control.md`, section 4): messages through, a sign of life in both directions.

use std::sync::Arc;
use std::time::Duration;

use control::native::{PROTOCOL_MAX, PROTOCOL_MIN};
use control::v1::{self, from_viewer, to_viewer};
use net::control::{Address, Link, LinkError};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::homeward::{Homeward, Stay};
use super::{Connector, LinkEvent, Open, Visit};

/// Each side says something at least this often.
const SPEAK: Duration = Duration::from_secs(5);
/// A side that was silent for so long is gone.
pub(super) const SILENCE: Duration = Duration::from_secs(15);
/// After so long a session was a good one, and the next attempt comes soon.
const GOOD: Duration = Duration::from_secs(60);
/// A session that lasted for less may have been one that the server breaks.
const SETTLED: Duration = Duration::from_secs(5);
/// How often it is looked at whether the certificate is to be renewed, at least.
const LOOK: Duration = Duration::from_secs(3_600);
/// Nobody is told to stay away for longer, in seconds.
const LONGEST_AWAY: u32 = 300;

impl Connector {
    /// Opens a session and carries messages until it ends. A link that is `worn` has a certificate that was replaced since.
    pub(super) async fn converse(&self, link: Link, worn: bool) -> Visit {
        let begin = Instant::now();
        let (sender, mut incoming) = match timeout(SILENCE, link.session(self.hello())).await {
            Ok(Ok(session)) => session,
            Ok(Err(LinkError::Unauthenticated { .. })) => {
                return match self.renew(&link).await {
                    Ok(()) => Visit::Granted,
                    Err(error) => self.not_renewed(&link, error).await,
                };
            }
            Ok(Err(error)) => return self.refused(error).await,
            Err(_) => {
                return self.refused(LinkError::Cut { why: "the server did not open the session in time".to_owned() }).await;
            }
        };
        let (say, mut said) = mpsc::unbounded_channel();
        self.tell(LinkEvent::Open(Box::new(Open::on(&link, say)))).await;
        let mut stay = Stay::default();
        let (mut heard, mut spoken, mut look) = (Instant::now(), Instant::now(), Instant::now() + self.next_look());
        loop {
            tokio::select! {
                message = incoming.next() => {
                    heard = Instant::now();
                    match message {
                        Ok(Some(v1::ToViewer { message: Some(to_viewer::Message::Bye(bye)) })) => return self.parted(bye, begin).await,
                        Ok(Some(v1::ToViewer { message: Some(message) })) => {
                            if let to_viewer::Message::Welcome(welcome) = &message {
                                self.note_server(&link, welcome);
                                stay.welcomed(welcome, |addresses| self.homeward(addresses));
                            }
                            self.tell(LinkEvent::Said(Box::new(message))).await;
                        }
                        // A message of a newer version.
                        Ok(Some(v1::ToViewer { message: None })) => {}
                        Ok(None) => return self.ended("the server ended the session", begin, &stay).await,
                        Err(LinkError::Denied { message }) => return self.revoked(message, kind(begin)).await,
                        Err(error) => return self.ended(&error.to_string(), begin, &stay).await,
                    }
                }
                message = said.recv() => {
                    // The agent lets go of a session that it does not want any more.
                    let Some(message) = message else { return Visit::Again };
                    if !matches!(timeout(SILENCE, sender.send(message)).await, Ok(Ok(()))) {
                        return self.ended("the server takes no messages", begin, &stay).await;
                    }
                    spoken = Instant::now();
                }
                () = sleep_until(spoken + SPEAK) => {
                    let ping = v1::FromViewer { message: Some(from_viewer::Message::Ping(v1::Ping {})) };
                    if !matches!(timeout(SILENCE, sender.send(ping)).await, Ok(Ok(()))) {
                        return self.ended("the server takes no messages", begin, &stay).await;
                    }
                    spoken = Instant::now();
                }
                () = sleep_until(heard + SILENCE) => {
                    self.course.avoid(link.address());
                    return self.ended("nothing was heard from the server for 15 s", begin, &stay).await;
                }
                () = stay.over() => {
                    self.tell(LinkEvent::Closed { why: "the screen returns to the server that it belongs to".to_owned() }).await;
                    return Visit::After(Duration::ZERO);
                }
                () = sleep_until(look) => {
                    // Files are asked for with the certificate of this link, and it ends. What plays does not notice.
                    if worn || (self.is_renewal_due() && self.renew(&link).await.is_ok()) {
                        self.tell(LinkEvent::Closed { why: "the certificate was renewed, and a session with the new one follows".to_owned() }).await;
                        return Visit::After(Duration::ZERO);
                    }
                    // What failed is tried again at the next look; the session goes on meanwhile.
                    look = Instant::now() + self.next_look();
                }
            }
        }
    }

    /// When to look at the certificate: when it is due, somewhat later for each of many that were made together.
    fn next_look(&self) -> Duration {
        let left = self.until_renewal().and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        let third = self
            .passport
            .lock()
            .identity()
            .map(|identity| identity.expires_at().as_secs().abs_diff(identity.renew_at().as_secs()));
        let spread = Duration::from_secs(third.unwrap_or(0)) / 300;
        match left {
            Some(left) if !left.is_zero() => (left + spread.mul_f64(rand::random())).min(LOOK),
            _ => LOOK,
        }
    }

    fn hello(&self) -> v1::Hello {
        let present = self.present.lock().clone();
        v1::Hello {
            protocol_min: PROTOCOL_MIN,
            protocol_max: PROTOCOL_MAX,
            features: present.features.clone(),
            slice: present.slice.map(|id| id.to_vec()).unwrap_or_default(),
            plan: present.plan.clone(),
            machine: Some(crate::host::machine(&present.output, present.size)),
            start: self.passport.lock().start().to_vec(),
            epoch: self.memory.raise_epoch(u64::try_from(self.clock.now() / 1_000).unwrap_or(0)),
            position: present.position,
        }
    }

    /// The server said good-bye.
    async fn parted(&self, bye: v1::Bye, begin: Instant) -> Visit {
        let gone = match bye.reason.as_str() {
            "revoked" => Some("The server has taken this viewer's place away."),
            "key_in_use" => Some("Another computer has the same identity, as after a disk was copied; this one enrols anew."),
            _ => None,
        };
        if let Some(message) = gone {
            return self.revoked(message.to_owned(), kind(begin)).await;
        }
        self.tell(LinkEvent::Closed { why: reason(&bye.reason) }).await;
        away(bye.again_in, rand::random()).map_or_else(|| kind(begin), Visit::After)
    }

    async fn ended(&self, why: &str, begin: Instant, stay: &Stay) -> Visit {
        tracing::info!(why, "the session ended");
        self.tell(LinkEvent::Closed { why: why.to_owned() }).await;
        let is_brief = begin.elapsed() < SETTLED;
        if stay.has_others() && self.course.may_hurry(is_brief) { Visit::Next } else { kind(begin) }
    }

    /// The way back from a server that stands in.
    fn homeward(&self, addresses: Vec<Address>) -> Homeward {
        Homeward {
            dialer: self.dialer(),
            addresses,
            present: Arc::clone(&self.present),
            after: Duration::from_secs(self.settings.return_after_s),
            within: Duration::from_secs(self.settings.return_within_s),
        }
    }
}

fn kind(begin: Instant) -> Visit {
    if begin.elapsed() >= GOOD { Visit::Fresh } else { Visit::Again }
}

/// How long the server wants a viewer to stay away, varied by half so that those whom it told the same do not come together; none where it says nothing.
/// `chance` is a random number between 0 and 1.
fn away(again_in: u32, chance: f64) -> Option<Duration> {
    let wait = Duration::from_secs(again_in.min(LONGEST_AWAY).into());
    (!wait.is_zero()).then(|| wait.mul_f64(0.5 + chance.clamp(0.0, 1.0)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_keep_viewers_away_for_a_while_and_not_for_ever() {
        assert_eq!(away(0, 0.5), None);
        let seconds = |again_in, chance| away(again_in, chance).unwrap().as_secs();
        assert_eq!((seconds(10, 0.0), seconds(10, 0.5), seconds(10, 1.0)), (5, 10, 15));
        assert_eq!((seconds(u32::MAX, 0.0), seconds(u32::MAX, 1.0)), (150, 450));
    }
}
