//! Verified downloads.

use std::io;
use std::path::Path;

use bytes::{Bytes, BytesMut};
use thiserror::Error;

use super::media::{Media, MediaFault};
use super::pace::Pace;
use super::part::Part;

/// Bytes that are gathered before they are written.
const BLOCK: usize = 128 * 1024;

/// One file to be fetched. Nothing stands at `place` before all of it is there, right and on disk.
#[derive(Debug)]
pub struct Fetch<'a> {
    /// Where from.
    pub media: &'a Media,
    /// How fast, together with all that share it.
    pub pace: &'a Pace,
    /// BLAKE3 of the file.
    pub hash: blake3::Hash,
    /// Its length in bytes.
    pub bytes: u64,
    /// Where its first bytes lie until it is whole; another `Fetch` goes on from there. On the file system of `place`.
    pub partial: &'a Path,
    /// Where it belongs.
    pub place: &'a Path,
}

impl Fetch<'_> {
    /// Fetches what is missing, verifies the whole, and gives it its name. `arrived` hears how many bytes are there, from time to time.
    /// May be dropped at any time; what has arrived stays in `partial`.
    ///
    /// # Errors
    /// If more cannot be had now, the disk refuses, or what came is not the file: then nothing of it is kept.
    pub async fn run(self, mut arrived: impl FnMut(u64)) -> Result<(), FetchFault> {
        let mut part = Part::open(self.partial, self.bytes).await?;
        arrived(part.length());
        while part.length() < self.bytes {
            let mut piece = match self.media.open(&self.hash, part.length()).await {
                Err(MediaFault::TooFar) => return self.wrong(part).await,
                piece => piece?,
            };
            if piece.length() != self.bytes {
                return self.wrong(part).await;
            }
            if piece.from() == 0 && part.length() > 0 {
                part.empty().await?;
            }
            let before = part.length();
            let mut block = BytesMut::new();
            while let Some(bytes) = piece.next().await? {
                self.pace.take(bytes.len()).await;
                block.extend_from_slice(&bytes);
                if part.length() + block.len() as u64 > self.bytes {
                    return self.wrong(part).await;
                }
                if block.len() >= BLOCK {
                    part.append(block.split().freeze()).await?;
                    arrived(part.length());
                }
            }
            part.append(Bytes::from(block)).await?;
            arrived(part.length());
            // Asking again at once for what does not come would go on for ever.
            if part.length() == before {
                return Err(MediaFault::Strange.into());
            }
        }
        if part.hash() != self.hash {
            return self.wrong(part).await;
        }
        part.finish(self.place).await?;
        Ok(())
    }

    async fn wrong(&self, part: Part) -> Result<(), FetchFault> {
        part.discard().await?;
        Err(FetchFault::Corrupt)
    }
}

/// Why a file was not fetched.
#[derive(Debug, Error)]
pub enum FetchFault {
    /// What came has another length or hash. It was thrown away.
    #[error("what the server sent is not the file that was asked for; it was thrown away, and is fetched again")]
    Corrupt,
    /// The disk refuses.
    #[error("the file cannot be stored ({0}); see to the disk of the cache")]
    Disk(#[from] io::Error),
    /// The server, or the way to it.
    #[error(transparent)]
    Media(#[from] MediaFault),
}
