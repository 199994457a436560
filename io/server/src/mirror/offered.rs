//! The files of a server that calls this one and cannot be called: it answers requests over its own call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use control::v1::{FileEnd, FilePart, FileRequest};
use futures::StreamExt as _;
use futures::stream::{BoxStream, unfold};
use parking_lot::Mutex;
use tokio::sync::mpsc;

/// Parts that may wait for the disk, for each file: 2 MiB.
const WAITING: usize = 8;

type Waiting = Arc<Mutex<BTreeMap<u64, mpsc::Sender<FilePart>>>>;

/// What another server offers. It ends with the call.
#[derive(Clone)]
pub(super) struct Offered {
    requests: mpsc::UnboundedSender<FileRequest>,
    waiting: Waiting,
    last: Arc<AtomicU64>,
}

/// A request under way; dropping it tells the other side that nobody waits.
struct Asked {
    call: u64,
    offered: Offered,
    parts: mpsc::Receiver<FilePart>,
    over: bool,
}

impl Offered {
    /// An offer, and the requests that are to be sent to the server that made it.
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<FileRequest>) {
        let (requests, outgoing) = mpsc::unbounded_channel();
        (Self { requests, waiting: Waiting::default(), last: Arc::default() }, outgoing)
    }

    /// Asks for a file, whose parts then come.
    ///
    /// # Errors
    /// If the server is gone.
    pub(super) async fn ask(&self, request: FileRequest) -> Result<BoxStream<'static, Result<FilePart, String>>, String> {
        let call = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, parts) = mpsc::channel(WAITING);
        self.waiting.lock().insert(call, sender);
        let asked = Asked { call, offered: self.clone(), parts, over: false };
        if self.requests.send(FileRequest { call, ..request }).is_err() {
            return Err("the server has gone".to_owned());
        }
        Ok(unfold(asked, |mut asked| async move {
            if asked.over {
                return None;
            }
            let Some(part) = asked.parts.recv().await else {
                asked.over = true;
                return Some((Err("the server has gone".to_owned()), asked));
            };
            asked.over = part.end() != FileEnd::NotYet;
            Some((Ok(part), asked))
        })
        .boxed())
    }

    /// A part has come. Waits while the disk is slower than the network; parts that nobody waits for are dropped.
    pub(super) async fn came(&self, part: FilePart) {
        let waiting = self.waiting.lock().get(&part.call).cloned();
        if let Some(waiting) = waiting {
            // Nobody waits for it any more: the other side is told already.
            let _ = waiting.send(part).await;
        }
    }

    /// The call has ended: whoever waits hears it.
    pub(super) fn end(&self) {
        self.waiting.lock().clear();
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.offered.waiting.lock().remove(&self.call);
        if !self.over {
            let _ = self.offered.requests.send(FileRequest { call: self.call, cancel: true, ..FileRequest::default() });
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn part(call: u64, bytes: &'static [u8], end: FileEnd) -> FilePart {
        FilePart { call, length: 3, bytes: Bytes::from_static(bytes), end: end.into(), ..FilePart::default() }
    }

    #[tokio::test]
    async fn requests_are_told_apart_and_those_given_up_are_called_off() {
        let (offered, mut requests) = Offered::new();
        let wish = FileRequest { hash: vec![1; 32], ..FileRequest::default() };
        let mut one = offered.ask(wish.clone()).await.unwrap();
        let two = offered.ask(wish).await.unwrap();
        let (first, second) = (requests.recv().await.unwrap().call, requests.recv().await.unwrap().call);
        assert_ne!(first, second);
        offered.came(part(second, b"xyz", FileEnd::NotYet)).await;
        offered.came(part(first, b"abc", FileEnd::NotYet)).await;
        offered.came(part(first, b"", FileEnd::Whole)).await;
        assert_eq!(one.next().await.unwrap().unwrap().bytes, Bytes::from_static(b"abc"));
        assert_eq!(one.next().await.unwrap().unwrap().end(), FileEnd::Whole);
        assert!(one.next().await.is_none());
        drop((one, two));
        let off = requests.recv().await.unwrap();
        assert_eq!((off.call, off.cancel), (second, true), "the one that was whole is not called off");
        assert!(requests.try_recv().is_err());
        offered.came(part(second, b"late", FileEnd::NotYet)).await;
    }

    #[tokio::test]
    async fn who_waits_hears_that_the_server_is_gone() {
        let (offered, requests) = Offered::new();
        let mut one = offered.ask(FileRequest::default()).await.unwrap();
        offered.end();
        assert!(one.next().await.unwrap().is_err());
        drop(requests);
        assert!(offered.ask(FileRequest::default()).await.is_err());
    }
}
