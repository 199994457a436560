//! What a server asks of another one (`docs/protocols/replication.md`, section "On the wire").

use control::v1::{JoinReply, JoinRequest, ReplicationFrame, SnapshotPart, SnapshotRequest};
use futures::Stream;

use super::fault::LinkError;
use super::link::{Incoming, Link};
use crate::grpc::replication_client::ReplicationClient;

/// The longest message between servers, in bytes: entries have up to 4 MiB.
pub const LONGEST_FRAME: usize = 8 << 20;

impl Link {
    /// Asks to be taken into the installation.
    ///
    /// # Errors
    /// [`LinkError::Refused`] with the server's sentence if the token does not count; else if the server does not answer.
    pub async fn join(&self, request: JoinRequest) -> Result<JoinReply, LinkError> {
        let mut client = ReplicationClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.join(request).await.map_err(|status| self.wire.fault(&status))?;
        Ok(answer.into_inner())
    }

    /// Opens a session that says what `outgoing` brings, a hello first.
    ///
    /// # Errors
    /// [`LinkError::Denied`] if this server was taken out; else if no session begins.
    pub async fn replicate(
        &self,
        outgoing: impl Stream<Item = ReplicationFrame> + Send + 'static,
    ) -> Result<Incoming<ReplicationFrame>, LinkError> {
        let mut client = ReplicationClient::with_origin(self.wire.clone(), self.origin())
            .max_encoding_message_size(LONGEST_FRAME)
            .max_decoding_message_size(LONGEST_FRAME);
        let answer = client.session(outgoing).await.map_err(|status| self.wire.fault(&status))?;
        Ok(Incoming::new(answer.into_inner(), self.wire.clone()))
    }

    /// Fetches a snapshot from an offset on.
    ///
    /// # Errors
    /// [`LinkError::Refused`] if it is no longer there; else if it does not begin to come.
    pub async fn snapshot(&self, request: SnapshotRequest) -> Result<Incoming<SnapshotPart>, LinkError> {
        let mut client = ReplicationClient::with_origin(self.wire.clone(), self.origin());
        let answer = client.snapshot(request).await.map_err(|status| self.wire.fault(&status))?;
        Ok(Incoming::new(answer.into_inner(), self.wire.clone()))
    }
}
