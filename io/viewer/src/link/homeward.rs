//! The way back to the server that this viewer belongs to, while another one serves it: that server must have been well for a while and know all that the
//! viewer's slice was made from; and many viewers return one after the other.

use std::sync::Arc;
use std::time::Duration;

use control::v1;
use net::control::{Address, Dialer, LinkError};
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tonic::Code;

use super::Present;
use super::order::{Choice, choices};

/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Somebody has moved the screen: of many, each follows within so long.
const MOVED: Duration = Duration::from_secs(5);

/// How a viewer returns.
pub(super) struct Homeward {
    pub(super) dialer: Dialer,
    pub(super) addresses: Vec<Address>,
    pub(super) present: Arc<Mutex<Present>>,
    /// For how long the server must have been well.
    pub(super) after: Duration,
    /// Over how long returns are spread.
    pub(super) within: Duration,
}

impl Homeward {
    /// Ends when it is time to go.
    async fn wait(self) {
        let pause = (self.after / 10).clamp(Duration::from_millis(250), Duration::from_secs(30));
        loop {
            sleep(pause.mul_f64(rand::random())).await;
            let mut well_since = None;
            loop {
                match self.is_well().await {
                    true if well_since.get_or_insert_with(Instant::now).elapsed() >= self.after => break,
                    true => {}
                    false => well_since = None,
                }
                sleep(pause).await;
            }
            sleep(self.within.mul_f64(rand::random())).await;
            if self.is_well().await {
                return;
            }
        }
    }

    /// Whether the server could serve this viewer now.
    async fn is_well(&self) -> bool {
        let look = async {
            let link = self.dialer.dial_servers([self.addresses.as_slice()]).await.ok()?;
            let position = self.present.lock().position.clone();
            match link.look(position).await {
                Ok(reply) => Some(reply.covers),
                // An older server does not know the question.
                Err(LinkError::Refused { code: Code::Unimplemented, .. }) => Some(link.health().await.is_ok()),
                Err(_) => None,
            }
        };
        timeout(PATIENCE, look).await.ok().flatten().unwrap_or(false)
    }
}

/// What a session knows of the servers of its viewer.
#[derive(Default)]
pub(super) struct Stay {
    servers: Vec<Choice>,
    here: String,
    going: Option<JoinHandle<()>>,
}

impl Stay {
    /// The server said its welcome, perhaps once more. `homeward` is asked where this is not the server that the viewer belongs to.
    pub(super) fn welcomed(&mut self, welcome: &v1::Welcome, homeward: impl FnOnce(Vec<Address>) -> Homeward) {
        let servers = choices(&welcome.servers);
        if (&servers, &welcome.server) == (&self.servers, &self.here) {
            return;
        }
        let home = servers.first().filter(|home| !home.id.is_empty() && !welcome.server.is_empty() && home.id != welcome.server);
        let was_home = self.servers.first().is_some_and(|before| before.id == welcome.server);
        let is_moved = self.servers.first().zip(home).is_some_and(|(before, home)| before.id != home.id);
        if let Some(going) = self.going.take() {
            going.abort();
        }
        if let Some(home) = home {
            let mut homeward = homeward(home.addresses.clone());
            if is_moved || was_home {
                (homeward.after, homeward.within) = (Duration::ZERO, homeward.within.min(MOVED));
            }
            self.going = Some(tokio::spawn(homeward.wait()));
        }
        (self.servers, self.here) = (servers, welcome.server.clone());
    }

    /// Whether there are other servers to go to.
    pub(super) fn has_others(&self) -> bool {
        self.servers.len() > 1
    }

    /// Ends when it is time to go to another server. May be dropped and called again.
    pub(super) async fn over(&mut self) {
        match &mut self.going {
            Some(going) => _ = going.await,
            None => core::future::pending().await,
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        if let Some(going) = &self.going {
            going.abort();
        }
    }
}
