//! The service `Replication` (`docs/protocols/replication.md`, section "On the wire").

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use control::v1::{JoinReply, JoinRequest, ReplicationFrame, SnapshotPart, SnapshotRequest};
use domain::id::ServerId;
use futures::{Stream, StreamExt as _};
use net::control::LONGEST_FRAME;
use net::grpc::replication_server::{Replication, ReplicationServer};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::session::{self, Ways};
use super::snapshots;
use crate::app::App;
use crate::control_port::ControlPeer;
use crate::now::now_ms;

/// So many may try to join at a time; each try takes [`GUESS`], so that tokens cannot be guessed in any number.
const JOINING: usize = 4;
/// How long an answer to a wrong token takes.
const GUESS: Duration = Duration::from_secs(1);

/// The service.
pub(crate) struct Service {
    app: App,
    joining: Arc<Semaphore>,
}

/// The service, to be mounted where requests carry a [`ControlPeer`].
#[must_use]
pub(crate) fn service(app: App) -> ReplicationServer<Service> {
    let service = Service { app, joining: Arc::new(Semaphore::new(JOINING)) };
    ReplicationServer::new(service).max_decoding_message_size(LONGEST_FRAME).max_encoding_message_size(LONGEST_FRAME)
}

impl Service {
    fn server<T>(&self, request: &Request<T>) -> Result<(ServerId, ControlPeer), Status> {
        let peer = request.extensions().get::<ControlPeer>().copied();
        let peer = peer.ok_or_else(|| Status::internal("the connection is not known"))?;
        Ok((peer.server(&self.app, now_ms())?, peer))
    }
}

type Out<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Replication for Service {
    type SessionStream = Out<ReplicationFrame>;
    type SnapshotStream = Out<SnapshotPart>;

    async fn join(&self, request: Request<JoinRequest>) -> Result<Response<JoinReply>, Status> {
        let busy = || Status::resource_exhausted("too many servers try to join at the same time: try again");
        let _turn = self.joining.try_acquire().map_err(|_| busy())?;
        match super::admitting::admit(&self.app, request.into_inner()).await {
            Ok(reply) => Ok(Response::new(reply)),
            Err(status) => {
                tracing::warn!(message = status.message(), "a server that wanted to join was refused");
                tokio::time::sleep(GUESS).await;
                Err(status)
            }
        }
    }

    async fn session(&self, request: Request<Streaming<ReplicationFrame>>) -> Result<Response<Self::SessionStream>, Status> {
        let (server, peer) = self.server(&request)?;
        let incoming = request.into_inner().map(|frame| frame.map_err(|status| status.message().to_owned())).boxed();
        let (out, frames) = mpsc::unbounded_channel();
        let ways = Ways { dialled: false, way: "called".to_owned(), address: peer.addr.to_string() };
        tokio::spawn(session::run(self.app.clone(), server, ways, incoming, out));
        Ok(Response::new(Box::pin(UnboundedReceiverStream::new(frames).map(Ok))))
    }

    async fn snapshot(&self, request: Request<SnapshotRequest>) -> Result<Response<Self::SnapshotStream>, Status> {
        self.server(&request)?;
        let parts = snapshots::send(&self.app, request.get_ref()).await?;
        Ok(Response::new(Box::pin(parts)))
    }
}
