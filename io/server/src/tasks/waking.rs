//! Waking the machine of one screen: who calls it, what was tried, and whether the screen is back.

use std::collections::BTreeSet;
use std::time::Duration;

use control::order::{Order, OrderKind, Report};
use domain::card::Mac;
use domain::id::{ServerId, ViewerId};
use domain::state::State;
use domain::task::{Report as Progress, RunState, TaskKind};
use lan::wake::MagicPacket;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Tasks;
use super::segment::{Caller, Segment, callers};
use crate::app::App;
use crate::lan::wake::packet;
use crate::now::{new_id, now_ms};

/// How long a screen that is to call may take to say that it did.
pub(super) const CALLER_PATIENCE: Duration = Duration::from_secs(10);
/// How often a test looks whether the screen is back.
const LOOK: Duration = Duration::from_millis(250);

/// Who will call which network cards.
pub(crate) struct Plan {
    pub(super) viewer: ViewerId,
    pub(super) name: String,
    cards: Vec<CardToCall>,
    callers: Vec<(Caller, String)>,
}

struct CardToCall {
    mac: Mac,
    packet: MagicPacket,
    secure_on: Option<String>,
}

/// What was tried.
pub(crate) struct Tried {
    /// Each call as a sentence.
    pub(crate) words: Vec<String>,
    /// Whether anything went out.
    pub(crate) is_sent: bool,
}

impl Plan {
    /// Who can call a screen's network cards now.
    pub(crate) fn of(app: &App, state: &State, viewer: ViewerId) -> Self {
        let name_of = |id: ViewerId| state.rows.viewers.get(id).map(|viewer| viewer.name.clone()).unwrap_or_default();
        let cards = state.cards_of(viewer).map(|(_, card)| CardToCall {
            mac: card.mac,
            packet: packet(card),
            secure_on: card.secure_on.clone().map(String::from),
        });
        // Only native viewers tell of their machine, and only they can call.
        let machine = |id: ViewerId| app.live.status(id).machine;
        let awake = app.hub.online().into_iter().filter(|id| *id != viewer);
        let screens = awake.filter_map(|id| Some((Caller::Viewer(id), segments(&machine(id)?.addresses))));
        let others = app.replication.calls.reachable().into_iter().filter_map(|id| {
            let addresses = state.servers.get(id)?.addresses.iter();
            Some((Caller::Server(id), addresses.filter_map(|address| Segment::of(&address.host)).collect()))
        });
        let all: Vec<_> = others.chain(screens).collect();
        let own = machine(viewer).map(|machine| segments(&machine.addresses)).unwrap_or_default();
        let callers = callers(&own, &server_segments(), &all);
        let name_of_caller = |caller| match caller {
            Caller::Server(id) => state.servers.get(id).map(|server| server.name.clone()).unwrap_or_default(),
            Caller::Viewer(id) => name_of(id),
        };
        Self {
            viewer,
            name: name_of(viewer),
            cards: cards.collect(),
            callers: callers.into_iter().map(|caller| (caller, name_of_caller(caller))).collect(),
        }
    }

    /// Whether no network card is known, so that nothing can wake it.
    pub(crate) fn is_empty(&self) -> bool {
        self.cards.is_empty()
    }

    /// The addresses of the cards that are called.
    pub(super) fn macs(&self) -> Vec<Mac> {
        self.cards.iter().map(|card| card.mac).collect()
    }

    /// What would be sent, and by whom; one line each.
    pub(crate) fn words(&self) -> Vec<String> {
        let cards = self.cards.iter().map(|card| {
            let password = if card.secure_on.is_some() { " with its SecureOn password" } else { "" };
            format!("a magic packet to {}{password}", card.mac)
        });
        let server = "by the server, on UDP 9 and 7 over its interfaces".to_owned();
        let callers = self.callers.iter().map(|(caller, name)| match caller {
            Caller::Server(_) => format!("by the server {name:?}, in its segment"),
            Caller::Viewer(_) => format!("by the screen {name:?}, in its segment"),
        });
        cards.chain([server]).chain(callers).collect()
    }

    /// Sends everything: the server at its pace, the others at the same time.
    pub(crate) async fn send(&self, app: &App) -> Tried {
        let mut orders = JoinSet::new();
        for (caller, name) in &self.callers {
            for card in &self.cards {
                match *caller {
                    Caller::Server(server) => orders.spawn(call_from(app.clone(), server, name.clone(), card.packet)),
                    Caller::Viewer(screen) => {
                        orders.spawn(call_by(app.clone(), screen, name.clone(), card.mac, card.secure_on.clone()))
                    }
                };
            }
        }
        let mut tried = Tried { words: Vec::new(), is_sent: false };
        for card in &self.cards {
            match crate::lan::wake::call(app, &card.packet).await {
                Ok(ways) => {
                    tried.is_sent = true;
                    tried.words.push(format!("the server called {} {ways}", card.mac));
                }
                Err(error) => tried.words.push(format!("the server could not call {}: {error}", card.mac)),
            }
        }
        while let Some(called) = orders.join_next().await {
            let (is_sent, words) = called.unwrap_or((false, "a screen could not be asked to call".to_owned()));
            tried.is_sent |= is_sent;
            tried.words.push(words);
        }
        tried
    }

    /// Calls the machine. One that sleeps is waited for, one that is awake is asked what arrives. Whether all is well, and what was tried.
    pub(crate) async fn test(&self, app: &App) -> (bool, String) {
        if self.can_listen(app) {
            return self.hear(app).await;
        }
        let begin = tokio::time::Instant::now();
        let was_there = app.hub.is_online(self.viewer);
        let tried = self.send(app).await;
        let mut out: Vec<String> = tried.words.iter().map(|words| format!("  {words}")).collect();
        let patience = Duration::from_secs(app.config.wake.patience_seconds.into());
        while tried.is_sent && !app.hub.is_online(self.viewer) && begin.elapsed() < patience {
            tokio::time::sleep(LOOK).await;
        }
        let (is_back, seconds) = (app.hub.is_online(self.viewer), begin.elapsed().as_secs());
        out.push(match (was_there, is_back, tried.is_sent) {
            (true, true, _) => format!("{} was connected all the time: switch its machine off and test again.", self.name),
            (false, true, _) => format!("{} woke: it is connected {seconds} s after the call.", self.name),
            (_, false, true) => format!(
                "{}: no answer within {seconds} s. Look whether its network card may wake the machine (its firmware's settings, and \
                 `ethtool`), and whether one of those who called stands in its segment.",
                self.name
            ),
            (_, false, false) => format!("{}: nothing was sent.", self.name),
        });
        (is_back, out.join("\n"))
    }
}

fn segments(addresses: &[String]) -> BTreeSet<Segment> {
    addresses.iter().filter_map(|text| Segment::of(text)).collect()
}

/// The segments in which the server stands.
fn server_segments() -> BTreeSet<Segment> {
    let interfaces = net::interfaces::served().unwrap_or_default();
    let addresses = interfaces.into_iter().flat_map(|interface| interface.link.addresses);
    addresses.filter_map(|(address, prefix)| Segment::around(address, Some(prefix))).collect()
}

/// Lets another server call a card.
async fn call_from(app: App, server: ServerId, name: String, packet: MagicPacket) -> (bool, String) {
    let mac = Mac(packet.target);
    match app.replication.calls.ask(server, &packet).await {
        Ok(ways) => (true, format!("the server {name:?} called {mac} {ways}")),
        Err(why) => (false, format!("the server {name:?} could not call {mac}: {why}")),
    }
}

/// Lets an awake screen call a card.
async fn call_by(app: App, caller: ViewerId, name: String, mac: Mac, secure_on: Option<String>) -> (bool, String) {
    let id = new_id();
    let mut reports = app.hub.reports(id);
    let secure_on = secure_on.map(|password| ("secure_on".to_owned(), password));
    let arguments = [("mac".to_owned(), mac.to_string())].into_iter().chain(secure_on).collect();
    let expires = now_ms() + i64::try_from(CALLER_PATIENCE.as_millis()).unwrap_or(0);
    let order = Order { id, kind: OrderKind::Wake, seconds: None, arguments, expires: Some(expires) };
    if !app.hub.order(caller, order) {
        return (false, format!("the screen {name:?} could not be asked to call {mac}"));
    }
    let heard = tokio::time::timeout(CALLER_PATIENCE, async {
        loop {
            match reports.recv().await? {
                Report::Done { .. } => return Some(Ok(())),
                Report::Failed { text, .. } => return Some(Err(text)),
                Report::Attachment(_) | Report::Hearing(_) | Report::Running { .. } | Report::Started => {}
            }
        }
    });
    match heard.await {
        Ok(Some(Ok(()))) => (true, format!("the screen {name:?} called {mac} in its segment")),
        Ok(Some(Err(text))) => (false, format!("the screen {name:?} could not call {mac}: {text}")),
        Ok(None) | Err(_) => (false, format!("the screen {name:?} did not say whether it called {mac}")),
    }
}

impl Tasks {
    /// Wakes whom a run is to wake, and ends the runs of those who are back or late. Returns when the next one is late.
    pub(super) fn wake_up(&self, app: &App, helpers: &mut JoinSet<()>, now: i64) -> Option<i64> {
        let patience = i64::from(app.config.wake.patience_seconds) * 1_000;
        let mut open = self.open.lock();
        let mut next = None;
        for (id, entry) in open.iter_mut().filter(|(_, entry)| entry.run.kind == TaskKind::Wake && !entry.run.state.is_final()) {
            let run = &mut entry.run;
            let is_back = app.hub.is_online(run.viewer);
            match run.started {
                None if is_back => run.woken(true, "it was awake already: nothing was sent", now),
                None if entry.busy => continue,
                None => {
                    entry.busy = true;
                    helpers.spawn(call(app.clone(), *id));
                    continue;
                }
                Some(started) if is_back => run.woken(true, &format!("back {} s after the call", (now - started) / 1_000), now),
                Some(started) if now >= started + patience => {
                    run.woken(false, &format!("not back {} s after the call", patience / 1_000), now);
                }
                Some(started) => {
                    next = next.into_iter().chain([started + patience]).min();
                    continue;
                }
            }
            entry.dirty = true;
            self.changed.lock().insert(entry.run.task);
        }
        next
    }
}

/// Calls the machine of a run.
async fn call(app: App, id: Uuid) {
    let tasks = &app.tasks;
    let Some(viewer) = tasks.open.lock().get(&id).map(|entry| entry.run.viewer) else { return };
    let plan = Plan::of(&app, &app.core.state(), viewer);
    let end = |code: &str, text: &str| {
        let failed = Progress::Failed { code: code.to_owned(), text: text.to_owned() };
        tasks.change(id, |run| run.report(failed, now_ms()));
    };
    if plan.is_empty() {
        return end("no_card", "no network card of this screen is known: add its hardware address");
    }
    tasks.change(id, |run| run.report(Progress::Started, now_ms()));
    let tried = plan.send(&app).await;
    tasks.change(id, |run| {
        // It may be back already.
        run.tried = tried.words;
        run.state != RunState::Cancelled
    });
    if !tried.is_sent {
        end("not_sent", "nothing could be sent: see what was tried");
    }
}
