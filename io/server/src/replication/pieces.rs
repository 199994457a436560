//! Snapshots within a session, piece by piece: for a server that can be called and cannot dial, so that the one connection between the two is
//! enough, whoever dialled it.

use std::collections::BTreeMap;
use std::time::Duration;

use control::v1::replication_frame::Frame as Message;
use control::v1::{ReplicationFrame, SnapshotPiece, SnapshotRequest};
use domain::id::ServerId;
use parking_lot::Mutex;
use replica::session::SnapshotOffer;
use tokio::sync::mpsc;

use super::session::Outbox;

/// How long a piece may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who waits for pieces of which server.
#[derive(Debug, Default)]
pub(super) struct Pieces(Mutex<BTreeMap<ServerId, mpsc::UnboundedSender<SnapshotPiece>>>);

/// Hands on what comes, until it is dropped.
struct Waiting<'a> {
    pieces: &'a Pieces,
    server: ServerId,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.pieces.0.lock().remove(&self.server);
    }
}

impl Pieces {
    /// A piece has come. If nobody waits for it any more, it is dropped.
    pub(super) fn came(&self, server: ServerId, piece: SnapshotPiece) {
        if let Some(waiting) = self.0.lock().get(&server) {
            // Nobody reads any more: dropped as well.
            let _ = waiting.send(piece);
        }
    }

    /// Asks for what is missing of an offer from `have` on, one piece after another, and hands each to `write`.
    ///
    /// # Errors
    /// In words: the file is no longer there, nothing came, or it could not be written.
    pub(super) async fn fetch(
        &self,
        server: ServerId,
        out: &Outbox,
        (offer, mut have): (&SnapshotOffer, u64),
        mut write: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let (sender, mut pieces) = mpsc::unbounded_channel();
        self.0.lock().insert(server, sender);
        let _waiting = Waiting { pieces: self, server };
        while have < offer.bytes {
            let want = SnapshotRequest { hash: offer.hash.to_vec(), offset: have };
            // If the session has ended, nothing comes.
            let _ = out.send(ReplicationFrame { frame: Some(Message::Want(want)) });
            let silent = || "no piece of the state's file came within 30 s".to_owned();
            let piece = tokio::time::timeout(PATIENCE, right(&mut pieces, offer, have)).await.map_err(|_| silent())?;
            let piece = piece.ok_or_else(silent)?;
            if piece.bytes.is_empty() {
                return Err("the file of the state is no longer there: it is made anew with the next session".to_owned());
            }
            write(&piece.bytes)?;
            have += piece.bytes.len() as u64;
        }
        Ok(())
    }
}

/// The next piece that was asked for; what an earlier session asked for is passed over.
async fn right(pieces: &mut mpsc::UnboundedReceiver<SnapshotPiece>, offer: &SnapshotOffer, offset: u64) -> Option<SnapshotPiece> {
    loop {
        let piece = pieces.recv().await?;
        if piece.hash == offer.hash && piece.offset == offset {
            return Some(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::stamp::VersionVector;
    use uuid::Uuid;

    use super::*;

    fn offer() -> SnapshotOffer {
        SnapshotOffer { hash: [7; 32], bytes: 10, rows: 1, vector: VersionVector::default() }
    }

    #[tokio::test]
    async fn what_is_missing_is_asked_for_piece_by_piece() {
        let (pieces, server, offer) = (Pieces::default(), ServerId(Uuid::from_u128(1)), offer());
        let (out, mut asked) = mpsc::unbounded_channel();
        let mut written = Vec::new();
        let fetched = pieces.fetch(server, &out, (&offer, 2), |bytes| {
            written.extend_from_slice(bytes);
            Ok(())
        });
        let answered = async {
            let mut offsets = Vec::new();
            while offsets.len() < 3 {
                let Some(ReplicationFrame { frame: Some(Message::Want(want)) }) = asked.recv().await else { panic!() };
                let left = 10 - want.offset;
                let bytes = vec![want.offset as u8; left.min(3) as usize];
                // Of an earlier session, and of nobody's business.
                pieces.came(server, SnapshotPiece { hash: vec![7; 32], offset: 0, bytes: vec![0; 9] });
                pieces.came(ServerId(Uuid::from_u128(2)), SnapshotPiece::default());
                offsets.push(want.offset);
                pieces.came(server, SnapshotPiece { hash: want.hash, offset: want.offset, bytes });
            }
            offsets
        };
        let (fetched, offsets) = tokio::join!(fetched, answered);
        assert_eq!((fetched, offsets), (Ok(()), vec![2, 5, 8]));
        assert_eq!(written, [2, 2, 2, 5, 5, 5, 8, 8]);
        assert!(pieces.0.lock().is_empty(), "nobody waits any more");
    }

    #[tokio::test]
    async fn a_file_that_is_gone_ends_it() {
        let (pieces, server, offer) = (Pieces::default(), ServerId(Uuid::from_u128(1)), offer());
        let (out, mut asked) = mpsc::unbounded_channel();
        let fetched = pieces.fetch(server, &out, (&offer, 0), |_| Ok(()));
        let answered = async {
            asked.recv().await.unwrap();
            pieces.came(server, SnapshotPiece { hash: vec![7; 32], ..SnapshotPiece::default() });
        };
        let (fetched, ()) = tokio::join!(fetched, answered);
        assert!(fetched.unwrap_err().contains("no longer there"));
    }
}
