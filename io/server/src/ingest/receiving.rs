//! One request's bytes on their way to the disk.

use bytes::Bytes;
use http::StatusCode;
use store::media::PartialWriter;

use super::checksum::Checksum;
use super::uploads::store_error;
use crate::http::error::{Error, Result};

/// One request's bytes on their way to the disk.
pub struct Receiving {
    writer: PartialWriter,
    held_back: Option<(Checksum, Vec<Bytes>)>,
}

impl Receiving {
    /// Bytes for this upload, with a promised checksum or without.
    pub(super) fn new(writer: PartialWriter, checksum: Option<Checksum>) -> Self {
        Self { writer, held_back: checksum.map(|checksum| (checksum, Vec::new())) }
    }

    /// Takes bytes. With a promised checksum they are held back until it is known to hold.
    ///
    /// # Errors
    /// 409 when more come than were announced; 413 when more come than can be held back.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        const HELD: usize = 64 * 1024 * 1024;
        let Some((checksum, held)) = &mut self.held_back else {
            return self.writer.write(bytes).await.map_err(store_error);
        };
        checksum.update(&bytes);
        held.push(bytes);
        if held.iter().map(Bytes::len).sum::<usize>() > HELD {
            let text = format!("with a checksum at most {HELD} bytes fit into one request: send smaller parts");
            return Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text));
        }
        Ok(())
    }

    /// Makes what came durable, and returns the new offset.
    ///
    /// # Errors
    /// 460 when the checksum does not hold; then nothing of this request counts.
    pub async fn finish(mut self) -> Result<u64> {
        if let Some((checksum, held)) = self.held_back.take() {
            if !checksum.holds() {
                let status = StatusCode::from_u16(460).expect("460 is a status");
                return Err(Error::new(
                    status,
                    "upload.checksum",
                    "the bytes do not have the promised checksum: send them again",
                ));
            }
            for bytes in held {
                self.writer.write(bytes).await.map_err(store_error)?;
            }
        }
        self.writer.commit().await.map_err(store_error)
    }
}
