//! Magic packets by another server: asked for by one that does not stand in the segment, sent by one that may.

use std::collections::BTreeMap;
use std::time::Duration;

use control::v1::replication_frame::Frame as Message;
use control::v1::{ReplicationFrame, ReplicationWake, ReplicationWoken};
use domain::id::ServerId;
use lan::wake::{MagicPacket, Password};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::session::Outbox;
use crate::app::App;
use crate::lan::wake::call;
use crate::now::new_id;

/// How long another server may take to say that it called.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which servers can be asked, and what they were asked.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    ways: Mutex<BTreeMap<ServerId, Outbox>>,
    open: Mutex<BTreeMap<Uuid, oneshot::Sender<ReplicationWoken>>>,
}

/// A question; when it is dropped nobody waits for its answer any more.
struct Question<'a> {
    calls: &'a Calls,
    id: Uuid,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.calls.open.lock().remove(&self.id);
    }
}

impl Calls {
    /// This way leads to a server; a later one takes its place.
    pub(super) fn begin(&self, server: ServerId, out: Outbox) {
        self.ways.lock().insert(server, out);
    }

    /// This way leads there no more.
    pub(super) fn end(&self, server: ServerId, out: &Outbox) {
        let mut ways = self.ways.lock();
        if ways.get(&server).is_some_and(|way| way.same_channel(out)) {
            ways.remove(&server);
        }
    }

    /// Servers that can be asked.
    pub(crate) fn reachable(&self) -> Vec<ServerId> {
        self.ways.lock().keys().copied().collect()
    }

    /// Has another server call a network card: by which ways it did.
    ///
    /// # Errors
    /// Why it did not, as the end of a sentence.
    pub(crate) async fn ask(&self, server: ServerId, packet: &MagicPacket) -> Result<String, String> {
        let question = Question { calls: self, id: new_id() };
        let (sender, answer) = oneshot::channel();
        self.open.lock().insert(question.id, sender);
        let secure_on = packet.password.as_ref().map(|password| password.as_bytes().to_vec()).unwrap_or_default();
        let wish = ReplicationWake { id: question.id.as_bytes().to_vec(), mac: packet.target.to_vec(), secure_on };
        let said = match self.ways.lock().get(&server) {
            Some(way) => way.send(ReplicationFrame { frame: Some(Message::Wake(wish)) }).is_ok(),
            None => false,
        };
        if !said {
            return Err("it is not connected".to_owned());
        }
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(ReplicationWoken { sent: true, text, .. })) => Ok(text),
            Ok(Ok(ReplicationWoken { text, .. })) => Err(text),
            Ok(Err(_)) | Err(_) => Err(format!("it did not say within {} s whether it called", PATIENCE.as_secs())),
        }
    }

    /// Another server answers. What nobody waits for is dropped.
    pub(super) fn answered(&self, woken: ReplicationWoken) {
        let question = Uuid::from_slice(&woken.id).ok().and_then(|id| self.open.lock().remove(&id));
        if let Some(question) = question {
            let _ = question.send(woken);
        }
    }
}

/// Does what another server wants, and says what became of it.
pub(super) async fn obey(app: App, wish: ReplicationWake, out: Outbox) {
    let called = match packet(&wish) {
        Some(packet) => call(&app, &packet).await.map_err(|error| error.to_string()),
        None => Err("the wish names no network card".to_owned()),
    };
    let sent = called.is_ok();
    let text = called.unwrap_or_else(|why| why);
    // Whoever asked may be gone.
    let _ = out.send(ReplicationFrame { frame: Some(Message::Woken(ReplicationWoken { id: wish.id, sent, text })) });
}

fn packet(wish: &ReplicationWake) -> Option<MagicPacket> {
    let target = wish.mac.as_slice().try_into().ok()?;
    let password = match wish.secure_on.as_slice() {
        [] => None,
        bytes => Some(Password::from_bytes(bytes).ok()?),
    };
    Some(MagicPacket { target, password })
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    const MAC: [u8; 6] = [0, 0x11, 0x22, 0xaa, 0xbb, 0xcc];

    #[tokio::test]
    async fn a_server_is_asked_over_its_last_way_and_its_answer_counts() {
        let (calls, server) = (Calls::default(), ServerId(Uuid::from_u128(7)));
        let packet = MagicPacket { target: MAC, password: Password::from_bytes(&[1, 2, 3, 4]).ok() };
        assert!(calls.ask(server, &packet).await.unwrap_err().contains("not connected"));

        let (old, _gone) = mpsc::unbounded_channel();
        let (way, mut heard) = mpsc::unbounded_channel();
        calls.begin(server, old.clone());
        calls.begin(server, way);
        calls.end(server, &old);
        assert_eq!(calls.reachable(), [server]);
        let answer = async {
            let Some(ReplicationFrame { frame: Some(Message::Wake(wish)) }) = heard.recv().await else { panic!("no wish") };
            assert_eq!((wish.mac.as_slice(), wish.secure_on.as_slice()), (MAC.as_slice(), [1, 2, 3, 4].as_slice()));
            assert_eq!(super::packet(&wish).unwrap().target, MAC);
            calls.answered(ReplicationWoken { id: vec![3], sent: true, text: "to nobody".to_owned() });
            calls.answered(ReplicationWoken { id: wish.id, sent: true, text: "on UDP 9".to_owned() });
        };
        let (called, ()) = tokio::join!(calls.ask(server, &packet), answer);
        assert_eq!(called, Ok("on UDP 9".to_owned()));
        assert!(calls.open.lock().is_empty());
    }

    #[test]
    fn a_wish_without_a_card_is_none() {
        let wish = |mac: &[u8], secure_on: &[u8]| {
            packet(&ReplicationWake { id: Vec::new(), mac: mac.to_vec(), secure_on: secure_on.to_vec() }).is_some()
        };
        assert!(wish(&MAC, &[]) && wish(&MAC, &[1; 6]));
        assert!(!wish(&MAC[..5], &[]) && !wish(&MAC, &[1; 5]));
    }
}
