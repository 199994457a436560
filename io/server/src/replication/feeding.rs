//! What goes beside the log of a session: notices to everybody, play records and events to the Main, how each server is, pieces of snapshots, and
//! wishes for magic packets.
//!
//! The receiver says up to which place it has a feed durably, and only then come the rows after it, one batch at a time. Nothing is
//! remembered between sessions but what both databases contain.

use std::collections::BTreeMap;
use std::time::Duration;

use control::v1::replication_frame::Frame as Message;
use control::v1::{ReplicationFed, ReplicationFrame, ReplicationOthers, ReplicationRows};
use domain::id::ServerId;
use domain::stamp::Actor;
use store::facts::{Facts, Feed, FeedPosition};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::hearsay::{self, Telling, read_condition, write_condition};
use super::overview::own_condition;
use super::session::Outbox;
use super::{calls, differing, queue, rows, snapshots};
use crate::app::App;
use crate::now::now_ms;

/// How often it is looked for new rows.
const LOOK: Duration = Duration::from_secs(1);
/// How often a server says how it is, and tries again what could not be stored, in looks.
const TELL: u32 = 5;
/// The most rows of a batch.
const MOST: u32 = 1_000;
/// A batch is closed when its texts take so many bytes.
const BYTES: usize = 512 * 1024;

/// What is heard.
pub(super) type Heard = mpsc::UnboundedReceiver<Said>;

/// Something that the session passes on.
#[derive(Debug)]
pub(super) enum Said {
    /// By the other side.
    Beside(Box<Message>),
    /// By the machine: both have the same changes, and not the same data.
    Differs,
}

/// The way of one feed to the other server.
#[derive(Debug, Default)]
struct Lane {
    /// What it has; none: it has not said, so it may not know feeds at all.
    place: Option<i64>,
    /// A batch is on its way.
    flying: bool,
}

struct Feeding {
    app: App,
    server: ServerId,
    /// As what the other server numbers.
    from: Actor,
    out: Outbox,
    lanes: BTreeMap<Feed, Lane>,
    /// What came and could not be stored: it is asked for again.
    failed: Vec<Feed>,
    telling: Telling,
}

/// Whether a message goes beside the log.
pub(super) fn is_beside(frame: &ReplicationFrame) -> bool {
    let beside = |message: &Message| {
        matches!(
            message,
            Message::Fed(_)
                | Message::Rows(_)
                | Message::Condition(_)
                | Message::Sums(_)
                | Message::Summands(_)
                | Message::Want(_)
                | Message::Piece(_)
                | Message::Others(_)
                | Message::Wake(_)
                | Message::Woken(_)
        )
    };
    frame.frame.as_ref().is_some_and(beside)
}

/// Feeds and is fed until nothing more can be heard.
pub(super) async fn run(app: App, from: Actor, out: Outbox, mut heard: Heard) {
    let server = ServerId(from.server);
    let lanes = Feed::ALL.map(|feed| (feed, Lane::default())).into();
    let mut feeding = Feeding { app, server, from, out, lanes, failed: Feed::ALL.to_vec(), telling: Telling::default() };
    feeding.app.replication.calls.begin(server, feeding.out.clone());
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked = 0_u32;
    loop {
        tokio::select! {
            message = heard.recv() => match message {
                Some(Said::Beside(message)) => feeding.hear(*message).await,
                Some(Said::Differs) => {
                    let sums = differing::sums(&feeding.app).await;
                    feeding.say_if(sums);
                }
                None => return feeding.app.replication.calls.end(server, &feeding.out),
            },
            _ = ticks.tick() => {
                if looked.is_multiple_of(TELL) {
                    feeding.ask().await;
                    feeding.tell().await;
                }
                looked = looked.wrapping_add(1);
            }
        }
        feeding.send().await;
    }
}

impl Feeding {
    fn facts(&self) -> &Facts {
        self.app.core.store().facts()
    }

    fn say(&self, message: Message) {
        // Nobody listens any more: the session ends by itself.
        let _ = self.out.send(ReplicationFrame { frame: Some(message) });
    }

    /// Says what is here of the feeds that are to go on.
    async fn ask(&mut self) {
        for feed in std::mem::take(&mut self.failed) {
            match self.facts().taken(self.from, feed).await {
                Ok(position) => self.say(Message::Fed(ReplicationFed { feed: feed.name().to_owned(), place: position.n })),
                Err(error) => {
                    tracing::warn!(%error, feed = feed.name(), "how far a feed is could not be read");
                    self.failed.push(feed);
                }
            }
        }
    }

    /// Says how this server is, and what it knows of others.
    async fn tell(&mut self) {
        let Ok(own) = own_condition(&self.app).await else { return };
        self.say(Message::Condition(write_condition(own)));
        let words = self.app.replication.links.words_for(self.server);
        if let Some(others) = self.telling.message(words) {
            self.say(Message::Others(others));
        }
    }

    /// Keeps what the other server says of others.
    fn told(&self, others: ReplicationOthers) {
        let own = ServerId(self.app.core.server_id());
        let links = &self.app.replication.links;
        let mut words = hearsay::read(others, now_ms(), |server| links.word(server));
        words.retain(|(server, _)| *server != own);
        links.told(self.server, words);
    }

    async fn hear(&mut self, message: Message) {
        match message {
            Message::Fed(fed) => {
                let Some(feed) = named(&fed.feed) else { return };
                self.lanes.insert(feed, Lane { place: Some(fed.place), flying: false });
                let before = self.facts().fed(self.server.0, feed).await.unwrap_or_default();
                let position = FeedPosition { n: fed.place, ..before };
                if position != before
                    && let Err(error) = self.facts().note_fed(self.server.0, feed, position).await
                {
                    tracing::warn!(%error, feed = feed.name(), "how far another server has a feed could not be noted");
                }
            }
            Message::Rows(rows) => {
                let Some(feed) = named(&rows.feed) else { return };
                let place = rows.place;
                match self.take(feed, rows).await {
                    Ok(()) => self.say(Message::Fed(ReplicationFed { feed: feed.name().to_owned(), place })),
                    Err(error) => {
                        tracing::warn!(%error, feed = feed.name(), server.id = %self.server, "rows of another server could not be stored");
                        self.failed.push(feed);
                    }
                }
            }
            Message::Condition(condition) => {
                self.app.replication.links.is_like(self.server, read_condition(condition));
            }
            Message::Others(others) => self.told(others),
            Message::Sums(sums) => {
                let answer = differing::summands(&self.app, sums).await;
                self.say_if(answer);
            }
            Message::Want(request) => {
                let app = self.app.clone();
                if let Ok(piece) = tokio::task::spawn_blocking(move || snapshots::piece(&app, request)).await {
                    self.say(Message::Piece(piece));
                }
            }
            Message::Piece(piece) => self.app.replication.pieces.came(self.server, piece),
            // It may have to wait for its turn.
            Message::Wake(wish) => drop(tokio::spawn(calls::obey(self.app.clone(), wish, self.out.clone()))),
            Message::Woken(woken) => self.app.replication.calls.answered(woken),
            Message::Summands(documents) => differing::name(&self.app, self.server, documents).await,
            _ => {}
        }
    }

    fn say_if(&self, message: Result<Option<Message>, store::Error>) {
        match message {
            Ok(Some(message)) => self.say(message),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, server.id = %self.server, "in what two servers differ could not be read"),
        }
    }

    /// Stores a batch. Rows that are garbled or of a newer version's kind are passed over.
    async fn take(&self, feed: Feed, rows: ReplicationRows) -> Result<(), store::Error> {
        let upto = FeedPosition { n: rows.place, dropped: rows.dropped };
        let facts = self.facts();
        match feed {
            Feed::Plays => facts.take_plays(self.from, upto, rows.plays.into_iter().filter_map(rows::read_play).collect()).await,
            Feed::Events => {
                facts.take_events(self.from, upto, rows.events.into_iter().filter_map(rows::read_event).collect()).await
            }
            Feed::Notices => {
                let state = self.app.core.state();
                // A server on which people only look finds nothing that others do not find.
                let counts = state.servers.get(self.server).is_none_or(|server| !server.read_only);
                let notices = rows.notices.into_iter().filter(|_| counts).filter_map(rows::read_notice);
                facts.take_notices(self.from, upto, &notices.collect::<Vec<_>>()).await
            }
        }
    }

    /// Whether the other server is to have a feed.
    fn is_for(&self, feed: Feed) -> bool {
        match feed {
            Feed::Notices => true,
            Feed::Events | Feed::Plays => queue::main(&self.app) == Some(self.server),
        }
    }

    /// Sends the next batch of each feed that waits for nothing.
    async fn send(&mut self) {
        for feed in Feed::ALL {
            let Some(Lane { place: Some(place), flying: false }) = self.lanes.get(&feed) else { continue };
            let place = *place;
            if !self.is_for(feed) {
                continue;
            }
            match self.next(feed, place).await {
                Ok(Some(rows)) => {
                    self.say(Message::Rows(rows));
                    self.lanes.insert(feed, Lane { place: Some(place), flying: true });
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, feed = feed.name(), "a feed could not be read"),
            }
        }
    }

    async fn next(&self, feed: Feed, after: i64) -> Result<Option<ReplicationRows>, store::Error> {
        let facts = self.facts();
        let mut message = ReplicationRows { feed: feed.name().to_owned(), place: after, ..ReplicationRows::default() };
        let mut bytes = 0;
        match feed {
            Feed::Plays => {
                for (place, play) in facts.plays_after(after, MOST).await? {
                    let row = rows::play(play);
                    bytes += row.detail.len();
                    (message.place, message.plays) = (place, pushed(message.plays, row));
                    if bytes > BYTES {
                        break;
                    }
                }
            }
            Feed::Events => {
                for (place, event) in facts.events_after(after, MOST).await? {
                    let row = rows::event(event);
                    bytes += row.text.len();
                    (message.place, message.events) = (place, pushed(message.events, row));
                    if bytes > BYTES {
                        break;
                    }
                }
            }
            Feed::Notices => {
                for noticed in facts.notices_after(after, MOST).await? {
                    let place = noticed.n;
                    let row = rows::notice(noticed);
                    bytes += row.value.as_ref().map_or(0, String::len);
                    (message.place, message.notices) = (place, pushed(message.notices, row));
                    if bytes > BYTES {
                        break;
                    }
                }
            }
        }
        if message.place == after {
            return Ok(None);
        }
        message.dropped = facts.fed(self.server.0, feed).await?.dropped;
        Ok(Some(message))
    }
}

fn pushed<T>(mut rows: Vec<T>, row: T) -> Vec<T> {
    rows.push(row);
    rows
}

fn named(name: &str) -> Option<Feed> {
    Feed::ALL.into_iter().find(|feed| feed.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_beside_the_log_is_told_from_what_the_machine_hears() {
        let frame = |message| ReplicationFrame { frame: Some(message) };
        assert!(is_beside(&frame(Message::Fed(ReplicationFed::default()))));
        assert!(is_beside(&frame(Message::Rows(ReplicationRows::default()))));
        assert!(!is_beside(&frame(Message::Credit(7))));
        assert!(!is_beside(&ReplicationFrame { frame: None }));
        assert_eq!(Feed::ALL.map(|feed| named(feed.name())), Feed::ALL.map(Some));
        assert_eq!(named("weather"), None);
    }
}
