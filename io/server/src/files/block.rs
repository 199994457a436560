//! Memory for parts of files, used again and again.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

/// Bytes of one block: small enough that the blocks of some connections stay in the processor's cache between reading
/// and sending.
pub(super) const BLOCK: usize = 128 * 1024;
/// Most blocks that are kept for later.
const KEPT: usize = 128;

static FREE: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());

/// A block to read into; its memory goes back when it, or the [`Bytes`] made of it, is dropped.
#[derive(Debug)]
pub(super) struct Block {
    memory: Box<[u8]>,
    filled: usize,
}

impl Block {
    /// A kept block or a new one.
    pub(super) fn take() -> Self {
        let kept = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { memory: kept.unwrap_or_else(|| vec![0; BLOCK].into_boxed_slice()), filled: 0 }
    }

    /// The first `count` bytes for writing, at most [`BLOCK`].
    pub(super) fn space(&mut self, count: usize) -> &mut [u8] {
        &mut self.memory[..count.min(BLOCK)]
    }

    /// The first `count` bytes as something to send.
    pub(super) fn filled(mut self, count: usize) -> Bytes {
        self.filled = count.min(BLOCK);
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.memory[..self.filled]
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.memory);
        let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT {
            free.push(memory);
        }
    }
}
