//! The service `Files` (`docs/protocols/replication.md`, section "Files"), and this server's side of it towards servers that it calls.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use control::v1::{FileEnd, FilePart, FileRequest};
use domain::id::ServerId;
use futures::{Stream, StreamExt as _};
use net::control::Link;
use net::grpc::files_server::{Files, FilesServer};
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, UnboundedReceiverStream};
use tonic::{Request, Response, Status, Streaming};

use super::giving::{Giver, Giving};
use super::offered::Offered;
use super::source::Source;
use crate::app::App;
use crate::control_port::ControlPeer;
use crate::now::now_ms;

/// Parts that may wait for the network: 1 MiB.
const WAITING: usize = 4;
/// How long is waited before a connection for files is opened again.
const AGAIN: Duration = Duration::from_secs(5);

/// The service.
pub(crate) struct Service {
    app: App,
}

/// The service, to be mounted where requests carry a [`ControlPeer`].
#[must_use]
pub(crate) fn service(app: App) -> FilesServer<Service> {
    FilesServer::new(Service { app })
}

type Out<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Service {
    fn server<T>(&self, request: &Request<T>) -> Result<ServerId, Status> {
        let peer = request.extensions().get::<ControlPeer>().copied();
        peer.ok_or_else(|| Status::internal("the connection is not known"))?.server(&self.app, now_ms())
    }
}

#[tonic::async_trait]
impl Files for Service {
    type GetStream = Out<FilePart>;
    type OfferStream = Out<FileRequest>;

    async fn get(&self, request: Request<FileRequest>) -> Result<Response<Self::GetStream>, Status> {
        let giving = giving(&self.app, self.server(&request)?);
        let request = request.into_inner();
        let (out, parts) = mpsc::channel(WAITING);
        tokio::task::spawn_blocking(move || {
            let fault = |end| match end {
                FileEnd::Missing => Some(Status::not_found("this file is not on this server")),
                FileEnd::Fault => Some(Status::data_loss("this file cannot be read")),
                FileEnd::NotNow => Some(Status::resource_exhausted("at this hour only what is urgent is sent")),
                FileEnd::NotYet | FileEnd::Whole => None,
            };
            giving.give(&request, |part| match fault(part.end()) {
                Some(status) => out.blocking_send(Err(status)).is_ok(),
                None => part.end() == FileEnd::Whole || out.blocking_send(Ok(part)).is_ok(),
            });
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(parts))))
    }

    async fn offer(&self, request: Request<Streaming<FilePart>>) -> Result<Response<Self::OfferStream>, Status> {
        let server = self.server(&request)?;
        let (offered, requests) = Offered::new();
        let app = self.app.clone();
        tokio::spawn(async move {
            let _offer = app.mirror.sources.offer(server, Source::Called(offered.clone()));
            let mut parts = request.into_inner();
            while let Ok(Some(part)) = parts.message().await {
                offered.came(part).await;
            }
            offered.end();
        });
        Ok(Response::new(Box::pin(UnboundedReceiverStream::new(requests).map(Ok))))
    }
}

fn giving(app: &App, server: ServerId) -> Giving {
    Giving { files: app.core.store().media().clone(), line: app.mirror.lines.of(server), spoilt: app.mirror.check.reports() }
}

/// Gives and takes files over connections of its own to a server with which this one opened a session. Runs until it is dropped.
///
/// `dial` opens a connection to it.
pub(crate) async fn exchange<D: Future<Output = Result<Link, String>>>(
    app: &App,
    server: ServerId,
    dial: impl Fn() -> D,
) -> Infallible {
    loop {
        match dial().await {
            Ok(link) => over(app, server, link).await,
            Err(why) => tracing::debug!(server.id = %server, why, "no connection for files"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Until the connection ends.
async fn over(app: &App, server: ServerId, link: Link) {
    let (out, parts) = mpsc::channel(WAITING);
    let mut requests = match link.offer_files(ReceiverStream::new(parts)).await {
        Ok(requests) => requests,
        Err(error) => {
            tracing::info!(server.id = %server, %error, "a server does not take the offer of files");
            return;
        }
    };
    let _offer = app.mirror.sources.offer(server, Source::Dialled(link));
    let mut giver = Giver::new(giving(app, server), out);
    while let Ok(Some(request)) = requests.next().await {
        giver.asked(request);
    }
}
