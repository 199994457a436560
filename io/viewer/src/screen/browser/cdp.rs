//! The Chrome DevTools Protocol over a pipe: JSON objects, each ended by a zero byte.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::sync::{mpsc, oneshot};

/// The longest message that is taken, in bytes: a picture of a large screen.
const LONGEST: usize = 64 * 1024 * 1024;

/// Something that the browser tells by itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) method: String,
    pub(super) params: Value,
}

/// Why a command has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CdpError {
    /// The browser refuses; its words.
    #[error("{0}")]
    Refused(String),
    /// The pipe is closed.
    #[error("the browser is gone")]
    Gone,
}

type Answer = Result<Value, CdpError>;
/// Who waits for which answer; none once the pipe is closed.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Answer>>>>>;

/// A connection. Cheap to clone.
#[derive(Clone)]
pub(super) struct Cdp {
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Waiting,
    next: Arc<AtomicU64>,
}

impl Cdp {
    /// Speaks over these two ends; the receiver gets what the browser tells by itself and ends with the pipe.
    pub(super) fn over(
        writer: impl AsyncWrite + Send + Unpin + 'static,
        reader: impl AsyncRead + Send + Unpin + 'static,
    ) -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (outgoing, commands) = mpsc::unbounded_channel();
        let (events, told) = mpsc::unbounded_channel();
        let waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        tokio::spawn(write(writer, commands));
        tokio::spawn(read(reader, Arc::clone(&waiting), events));
        (Self { outgoing, waiting, next: Arc::new(AtomicU64::new(1)) }, told)
    }

    /// Sends a command, to a page's session or to the browser itself, and waits for its result, for as long as the browser lives.
    pub(super) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Answer {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, result) = oneshot::channel();
        match self.waiting.lock().as_mut() {
            Some(waiting) => waiting.insert(id, answer),
            None => return Err(CdpError::Gone),
        };
        let forget = Forget { waiting: &self.waiting, id };
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.outgoing.send(bytes).map_err(|_| CdpError::Gone)?;
        let result = result.await.unwrap_or(Err(CdpError::Gone));
        drop(forget);
        result
    }
}

/// Whoever gives up waiting leaves nothing behind.
struct Forget<'a> {
    waiting: &'a Waiting,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.lock().as_mut() {
            waiting.remove(&self.id);
        }
    }
}

async fn write(mut writer: impl AsyncWrite + Unpin, mut commands: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(bytes) = commands.recv().await {
        if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
            return;
        }
    }
}

async fn read(reader: impl AsyncRead + Unpin, waiting: Waiting, events: mpsc::UnboundedSender<Event>) {
    let mut reader = BufReader::with_capacity(64 * 1024, reader);
    let mut bytes = Vec::new();
    while next(&mut reader, &mut bytes).await {
        let Ok(mut message) = serde_json::from_slice::<Value>(&bytes) else { continue };
        bytes.clear();
        // A picture's memory is not kept for the next message.
        bytes.shrink_to(64 * 1024);
        if let Some(id) = message["id"].as_u64() {
            let Some(answer) = waiting.lock().as_mut().and_then(|waiting| waiting.remove(&id)) else { continue };
            let refused = message["error"]["message"].as_str().map(|words| CdpError::Refused(words.to_owned()));
            let _ = answer.send(refused.map_or_else(|| Ok(message["result"].take()), Err));
        } else if let Some(method) = message["method"].as_str().map(str::to_owned) {
            let _ = events.send(Event { method, params: message["params"].take() });
        }
    }
    // Whoever still waits learns that nothing will come.
    waiting.lock().take();
}

/// Reads one message without its zero byte. `false` at the end, or where it does not keep to the protocol.
async fn next(reader: &mut BufReader<impl AsyncRead + Unpin>, bytes: &mut Vec<u8>) -> bool {
    bytes.clear();
    loop {
        let Ok(chunk) = reader.fill_buf().await else { return false };
        if chunk.is_empty() || bytes.len() > LONGEST {
            return false;
        }
        if let Some(end) = chunk.iter().position(|byte| *byte == 0) {
            bytes.extend_from_slice(&chunk[..end]);
            reader.consume(end + 1);
            return true;
        }
        let all = chunk.len();
        bytes.extend_from_slice(chunk);
        reader.consume(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn answers_find_their_question_and_events_their_reader() {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read_half, write_half) = tokio::io::split(ours);
        let (cdp, mut events) = Cdp::over(write_half, read_half);
        let browser = tokio::spawn(async move {
            let mut theirs = theirs;
            let mut seen = Vec::new();
            while seen.iter().filter(|byte| **byte == 0).count() < 2 {
                let mut byte = [0];
                theirs.read_exact(&mut byte).await.unwrap();
                seen.push(byte[0]);
            }
            let asked: Vec<Value> = seen
                .split(|byte| *byte == 0)
                .filter(|one| !one.is_empty())
                .map(|one| serde_json::from_slice(one).unwrap())
                .collect();
            // Answered in the other order, with an event between.
            for text in [
                json!({ "id": asked[1]["id"], "error": { "message": "no such thing" } }).to_string(),
                json!({ "method": "Inspector.targetCrashed", "params": { "a": 1 } }).to_string(),
                json!({ "id": asked[0]["id"], "result": { "method": asked[0]["method"], "session": asked[0]["sessionId"] } })
                    .to_string(),
            ] {
                theirs.write_all(text.as_bytes()).await.unwrap();
                theirs.write_all(&[0]).await.unwrap();
            }
        });
        let (first, second) =
            tokio::join!(cdp.call(Some("s1"), "Page.enable", json!({})), cdp.call(None, "Nothing.here", json!({})));
        assert_eq!(first.unwrap(), json!({ "method": "Page.enable", "session": "s1" }));
        assert_eq!(second.unwrap_err(), CdpError::Refused("no such thing".into()));
        assert_eq!(events.recv().await.unwrap(), Event { method: "Inspector.targetCrashed".into(), params: json!({ "a": 1 }) });
        browser.await.unwrap();
        // The other end is gone: whoever waits is told, and so is whoever asks later.
        assert_eq!(events.recv().await, None);
        assert_eq!(cdp.call(None, "Browser.getVersion", json!({})).await.unwrap_err(), CdpError::Gone);
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let (ours, _theirs) = tokio::io::duplex(1 << 16);
        let (read_half, write_half) = tokio::io::split(ours);
        let (cdp, _events) = Cdp::over(write_half, read_half);
        let waited = tokio::time::timeout(std::time::Duration::from_millis(20), cdp.call(None, "Slow.one", json!({}))).await;
        assert!(waited.is_err());
        assert!(cdp.waiting.lock().as_ref().unwrap().is_empty());
    }
}
