//! Taking connections from one listener.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pause when the process has no file or memory left for another connection.
const PAUSE: Duration = Duration::from_millis(200);
/// Silence after which the kernel asks whether the other end is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// What may lie in the kernel without having been sent. Left alone, the kernel takes 4 MiB for each connection, which
/// leave the processor's cache before they are sent, and which an answer to a later, more urgent request waits behind.
const UNSENT: u32 = 512 << 10;

/// What answers the connections of a listener.
pub(crate) trait Answer: Send + Sync + 'static {
    /// Answers one connection until it ends.
    fn answer(&self, stream: TcpStream, addr: SocketAddr) -> impl Future<Output = ()> + Send;
}

/// How many connections a listener may have, and how it ends.
pub(crate) struct Room {
    /// One for each connection.
    pub(crate) slots: Arc<Semaphore>,
    /// No further connections.
    pub(crate) stop: CancellationToken,
    /// Cuts those that there are.
    pub(crate) cut: CancellationToken,
    /// All connections.
    pub(crate) tasks: TaskTracker,
}

/// Takes connections until told to stop. Waits while all slots are in use.
pub(crate) async fn accept<A: Answer>(listener: TcpListener, answering: Arc<A>, room: Room) {
    loop {
        let slot = tokio::select! {
            () = room.stop.cancelled() => return,
            slot = Arc::clone(&room.slots).acquire_owned() => slot.expect("the semaphore is never closed"),
        };
        let accepted = tokio::select! {
            () = room.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, addr)) => {
                let (answering, cut) = (Arc::clone(&answering), room.cut.clone());
                room.tasks.spawn(async move {
                    tune(&stream);
                    tokio::select! {
                        () = cut.cancelled() => {}
                        () = answering.answer(stream, addr) => {}
                    }
                    drop(slot);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no further connection can be taken at the moment");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

fn tune(stream: &TcpStream) {
    let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE);
    let socket = SockRef::from(stream);
    let tuned = stream
        .set_nodelay(true)
        .and_then(|()| socket.set_tcp_keepalive(&keep_alive))
        .and_then(|()| socket.set_tcp_notsent_lowat(UNSENT));
    if let Err(error) = tuned {
        // The other end is gone already; reading will say so.
        tracing::debug!(%error, "a connection could not be tuned");
    }
}

/// Whether only the connection that was to be accepted is broken.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
