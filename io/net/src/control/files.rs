//! Files of another server (`docs/protocols/replication.md`, section "Files").

use control::v1::{FilePart, FileRequest};
use futures::Stream;

use super::fault::LinkError;
use super::link::{Incoming, Link};
use crate::grpc::files_client::FilesClient;

impl Link {
    /// Asks for a file, whose parts then come. The bytes are not verified.
    ///
    /// # Errors
    /// [`LinkError::Refused`] with `NOT_FOUND` if the server does not have it; else if it does not begin to come.
    pub async fn file(&self, request: FileRequest) -> Result<Incoming<FilePart>, LinkError> {
        let mut client = FilesClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.get(request).await.map_err(|status| self.wire.fault(&status))?;
        Ok(Incoming::new(answer.into_inner(), self.wire.clone()))
    }

    /// Offers files: what the server wants comes in, and `outgoing` brings it.
    ///
    /// # Errors
    /// If the server does not take the offer.
    pub async fn offer_files(
        &self,
        outgoing: impl Stream<Item = FilePart> + Send + 'static,
    ) -> Result<Incoming<FileRequest>, LinkError> {
        let mut client = FilesClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.offer(outgoing).await.map_err(|status| self.wire.fault(&status))?;
        Ok(Incoming::new(answer.into_inner(), self.wire.clone()))
    }
}
