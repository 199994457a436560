//! Asking one server how far off this host's clock is: `signboard time --server HOST`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use lan::ntp::{Leap, Mode, Packet, ReferenceId};
use thiserror::Error;
use tokio::net::lookup_host;
use tokio::time::{Instant, sleep, timeout_at};

use super::datagram::Datagrams;
use super::reading::Reading;

/// Questions of one query; the fastest answer counts.
const QUESTIONS: u32 = 4;

/// Pause between two questions.
const PAUSE: Duration = Duration::from_millis(200);

/// What a server answered. Seconds where nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Queried {
    /// The address that answered.
    pub server: SocketAddr,
    /// By how much the server is ahead of this host's system clock.
    pub offset: f64,
    /// Round trip; the offset is wrong by at most half of it.
    pub delay: f64,
    /// Stratum as on the wire: 0 is not synchronised or a kiss.
    pub stratum: u8,
    /// Where the server has its time from.
    pub reference_id: ReferenceId,
    /// Root delay.
    pub root_delay: f64,
    /// Root dispersion.
    pub root_dispersion: f64,
    /// Leap indicator; [`Leap::Unknown`] is not synchronised.
    pub leap: Leap,
    /// NTP version of the answer.
    pub version: u8,
    /// Questions answered of those asked.
    pub answered: u32,
    /// Questions asked.
    pub asked: u32,
}

impl Queried {
    /// Whether the server claims to know the time.
    #[must_use]
    pub fn is_synchronised(&self) -> bool {
        self.leap != Leap::Unknown && (1..16).contains(&self.stratum)
    }

    /// How far from the server's primary clock this host's clock may be at most.
    #[must_use]
    pub fn error_bound(&self) -> f64 {
        self.offset.abs() + self.delay / 2.0 + self.root_delay / 2.0 + self.root_dispersion
    }
}

/// Why a server could not be asked.
#[derive(Debug, Error)]
pub enum QueryError {
    /// The name means no address.
    #[error("`{host}` is not known as the name of a host: {source}; give its address, or see to its name")]
    Name {
        /// The name.
        host: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// The socket failed.
    #[error("cannot ask {server}: {source}")]
    Socket {
        /// The address.
        server: SocketAddr,
        /// What the kernel says.
        source: io::Error,
    },
    /// No answer came.
    #[error("{server} did not answer by NTP; check that it serves time and that nothing between drops UDP port {}", server.port())]
    Silent {
        /// The address.
        server: SocketAddr,
    },
}

/// Asks a server four times. Its addresses are tried in the resolver's order until one answers, each for `patience`.
///
/// # Errors
///
/// If the name is unknown, or nothing answers.
pub async fn query(host: &str, port: u16, patience: Duration) -> Result<Queried, QueryError> {
    let unknown = |source| QueryError::Name { host: host.to_owned(), source };
    let addresses: Vec<SocketAddr> = lookup_host((host, port)).await.map_err(unknown)?.collect();
    let mut failure = unknown(io::Error::other("it has no addresses"));
    for server in addresses {
        match ask(server, patience).await {
            Ok(Some(queried)) => return Ok(queried),
            Ok(None) => failure = QueryError::Silent { server },
            Err(source) => failure = QueryError::Socket { server, source },
        }
    }
    Err(failure)
}

async fn ask(server: SocketAddr, patience: Duration) -> io::Result<Option<Queried>> {
    let mut socket = Datagrams::connected(server, 0).await?;
    let mut best: Option<Queried> = None;
    let mut answered = 0;
    for asked in 1..=QUESTIONS {
        let question = Packet::question(rand::random::<u64>().max(1));
        let before = Reading::now();
        let answer = match socket.send(&question.bytes()).await {
            Ok(raw) => {
                let sent = Reading { raw, system: before.system.plus(raw.since(before.raw)) };
                answer(&mut socket, server, &question, sent, Instant::now() + patience).await
            }
            // "Port unreachable" of the question before.
            Err(_) => None,
        };
        answered += u32::from(answer.is_some());
        let total = |queried: Queried| Queried { answered, asked, ..queried };
        best = match (best, answer) {
            (Some(best), Some(new)) if new.delay < best.delay => Some(total(new)),
            (Some(best), _) => Some(total(best)),
            (None, answer) => answer.map(total),
        };
        // A server that is silent at first is given all its patience once, not four times.
        if best.is_none() && asked == 2 || best.as_ref().is_some_and(|best| best.stratum == 0) {
            break;
        }
        if asked < QUESTIONS {
            sleep(PAUSE).await;
        }
    }
    Ok(best)
}

/// The answer to a question, if it comes in time. Others are passed over.
async fn answer(socket: &mut Datagrams, server: SocketAddr, question: &Packet, sent: Reading, until: Instant) -> Option<Queried> {
    loop {
        timeout_at(until, socket.readable()).await.ok()?.ok()?;
        let Ok(arrival) = socket.try_receive() else { continue };
        let Ok(answer) = Packet::read(socket.bytes(&arrival)) else { continue };
        if answer.mode != Mode::Server || answer.origin != question.transmit {
            continue;
        }
        let trip = arrival.at.raw.since(sent.raw);
        let (received, transmitted) = (answer.receive.near(sent.system), answer.transmit.near(sent.system));
        let held = transmitted.since(received);
        return Some(Queried {
            server,
            offset: received.plus(held / 2.0).since(sent.system.plus(trip / 2.0)),
            delay: (trip - held).max(0.0),
            stratum: answer.stratum,
            reference_id: answer.reference_id,
            root_delay: answer.root_delay.seconds(),
            root_dispersion: answer.root_dispersion.seconds(),
            leap: answer.leap,
            version: answer.version,
            answered: 0,
            asked: 0,
        });
    }
}
