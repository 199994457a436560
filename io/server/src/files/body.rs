//! A part of a file as the body of an answer.

use std::fs::File;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

use super::block::{BLOCK, Block};
use super::open::{read_cached, read_waiting};

/// Reads block by block, as fast as the other end takes them.
#[derive(Debug)]
pub(super) struct FileBody {
    file: Arc<File>,
    offset: u64,
    left: u64,
    /// The most bytes in one frame.
    piece: usize,
    /// A block that a thread is reading from the disk.
    waiting: Option<JoinHandle<io::Result<Bytes>>>,
}

impl FileBody {
    /// `length` bytes from `offset` on, all of which must be within the file, in pieces of at most `piece` bytes.
    pub(super) fn new(file: Arc<File>, offset: u64, length: u64, piece: usize) -> Self {
        Self { file, offset, left: length, piece: piece.clamp(1, BLOCK), waiting: None }
    }

    fn advance(&mut self, bytes: Bytes) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let count = bytes.len() as u64;
        self.offset += count;
        self.left -= count;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        if self.waiting.is_none() {
            let wanted = usize::try_from(self.left).unwrap_or(BLOCK).min(self.piece);
            let mut block = Block::take();
            if let Some(count) = read_cached(&self.file, self.offset, block.space(wanted)) {
                return self.advance(block.filled(count));
            }
            let (file, offset) = (Arc::clone(&self.file), self.offset);
            self.waiting = Some(tokio::task::spawn_blocking(move || {
                let count = read_waiting(&file, offset, block.space(wanted))?;
                Ok(block.filled(count))
            }));
        }
        let Some(waiting) = self.waiting.as_mut() else {
            return Poll::Pending;
        };
        let read = ready!(Pin::new(waiting).poll(cx));
        self.waiting = None;
        match read {
            Ok(Ok(bytes)) => self.advance(bytes),
            Ok(Err(error)) => Poll::Ready(Some(Err(error))),
            Err(_) => Poll::Ready(Some(Err(io::Error::other("the server stops")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
