//! One simulated viewer from its start to its end.

use std::sync::Arc;
use std::time::Duration;

use control::slice::holding::Holding;
use net::control::{Dialer, Identity, JudgedAt, Windows};
use tokio::time::sleep;

use super::Fleet;
use super::session::{End, Session};
use super::tally::Tally;

/// The first wait before a viewer comes again (`docs/protocols/control.md` section 4).
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A viewer.
pub(super) struct Viewer {
    fleet: Arc<Fleet>,
    number: usize,
    start: [u8; 16],
    holding: Holding,
}

impl Viewer {
    pub(super) fn new(fleet: Arc<Fleet>, number: usize) -> Self {
        Self { fleet, number, start: crate::now::random(), holding: Holding::default() }
    }

    /// Enrols, and has one session after the other, for ever.
    pub(super) async fn run(mut self) {
        let identity = self.enrolled().await;
        let mut wait = FIRST_WAIT;
        loop {
            let welcomed = match self.session(&identity).await {
                End::Bye { again_in: Some(again_in), .. } => {
                    wait = again_in;
                    true
                }
                End::Bye { reason, again_in: None } => {
                    self.fleet.tally.fault(format!("bye: {reason}"));
                    true
                }
                End::Cut { why, welcomed } => {
                    self.fleet.tally.fault(why);
                    welcomed
                }
            };
            sleep(varied(wait)).await;
            wait = if welcomed { FIRST_WAIT } else { (wait * 2).min(LONGEST_WAIT) };
        }
    }

    async fn enrolled(&self) -> Identity {
        let mut wait = FIRST_WAIT;
        loop {
            match self.fleet.enrol(self.number, &self.start).await {
                Ok(identity) => {
                    Tally::one(&self.fleet.tally.enrolled);
                    return identity;
                }
                Err(why) => {
                    Tally::one(&self.fleet.tally.not_enrolled);
                    self.fleet.tally.fault(format!("enrolment: {why}"));
                }
            }
            sleep(varied(wait)).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    async fn session(&mut self, identity: &Identity) -> End {
        let turn = self.fleet.handshakes.acquire().await.expect("the semaphore is never closed");
        let dialer = Dialer {
            windows: Windows { stream: 64 * 1024, connection: 64 * 1024 },
            ..Dialer::of(identity.clone(), JudgedAt::system())
        };
        let link = match dialer.dial(std::slice::from_ref(&self.fleet.settings.address)).await {
            Ok(link) => link,
            Err(report) => return End::Cut { why: format!("no connection: {report}"), welcomed: false },
        };
        // The settings of TLS are not needed once they are in use.
        drop(dialer);
        self.holding.begin();
        match Session::open(&self.fleet, self.number, &self.start, &link, &mut self.holding).await {
            Ok(session) => session.run(turn, link).await,
            Err(error) => End::Cut { why: format!("no session: {error}"), welcomed: false },
        }
    }
}

/// A wait, varied by half.
fn varied(wait: Duration) -> Duration {
    wait.mul_f64(0.5 + rand::random::<f64>())
}
