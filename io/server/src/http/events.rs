//! Live events: Server-Sent Events from the log, with resume.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use api::event::{ChangeAction, ChangeEvent, LiveEvent};
use axum::extract::State as Extract;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::log::{Action as LogAction, Entry};
use domain::permission::{Action, Caller, Object, may};
use domain::state::State;
use futures::stream;
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::SignedIn;
use super::error::Result;
use super::exposed::Exposed;
use crate::app::App;
use crate::core::{Core, Memory};

/// The most entries that a resumed stream catches up with; beyond it starts anew.
const CATCH_UP: u32 = 1_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// What goes to all streams besides the log.
#[derive(Clone, Debug)]
pub struct LiveFeed {
    sender: broadcast::Sender<Arc<LiveEvent>>,
    stop: CancellationToken,
}

impl LiveFeed {
    /// A feed that ends all streams with this token.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self { sender: broadcast::Sender::new(256), stop }
    }

    async fn ended(&self) {
        self.stop.cancelled().await;
    }
}

struct Feed {
    app: App,
    caller: SignedIn,
    ready: VecDeque<Event>,
    entries: broadcast::Receiver<Arc<store::Published>>,
    live: broadcast::Receiver<Arc<LiveEvent>>,
    /// Everything up to here was sent.
    sent: i64,
}

/// Live events: `change`, `live` and `resync`.
#[utoipa::path(get, path = "/events", operation_id = "follow_events", tag = "events", params(("Last-Event-ID" = Option<String>, Header)), responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn events(Extract(app): Extract<App>, caller: SignedIn, headers: HeaderMap) -> Result<Response> {
    let (entries, live) = (app.core.subscribe(), app.feed.sender.subscribe());
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    // The place comes first, so that a stream that breaks before its first event can resume too.
    let place = format!("{}:{}", app.core.incarnation(), app.core.end());
    let mut ready = VecDeque::new();
    let mut sent = 0;
    if let Some(last) = last {
        match missed(&app, last).await {
            Some(logged) => {
                for logged in logged {
                    sent = logged.lpos;
                    ready.extend(change_events(&app.core, &app.core.state(), caller.caller, logged.lpos, &logged.entry));
                }
            }
            None => ready.push_back(Event::default().id(place.clone()).event("resync").data("{}")),
        }
    }
    let hello = Event::default().retry(Duration::from_secs(2));
    // Before a backlog the place would be told too early.
    ready.push_front(if ready.is_empty() { hello.id(place).comment("hello") } else { hello.comment("hello") });
    let feed = Feed { app, caller, ready, entries, live, sent };
    let stream = stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok::<_, Infallible>(event), feed))
    });
    let mut response =
        Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)).text("still here")).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// The entries after the last event that a browser saw; none if it is not one of ours or too long ago.
async fn missed(app: &App, last: &str) -> Option<Vec<store::Logged>> {
    let (incarnation, lpos) = last.split_once(':')?;
    let lpos: i64 = lpos.parse().ok()?;
    if incarnation.parse() != Ok(app.core.incarnation()) || lpos > app.core.end() {
        return None;
    }
    let logged = app.core.store().read_log(lpos, CATCH_UP).await.ok()?;
    // Without an entry the end moves when the state of another server is joined.
    let whole = match logged.first() {
        Some(first) => first.lpos == lpos + 1 && logged.len() < CATCH_UP as usize,
        None => lpos == app.core.end(),
    };
    whole.then_some(logged)
}

impl Feed {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            tokio::select! {
                () = self.app.feed.ended() => return None,
                entry = self.entries.recv() => match entry {
                    Ok(published) if published.lpos > self.sent => {
                        if !self.still_signed_in().await {
                            return None;
                        }
                        let state = self.app.core.state();
                        self.ready.extend(change_events(&self.app.core, &state, self.caller.caller, published.lpos, &published.entry));
                    }
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => self.ready.push_back(Event::default().event("resync").data("{}")),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                live = self.live.recv() => match live {
                    Ok(_) if !self.still_signed_in().await => return None,
                    Ok(live) => self.ready.extend(live_event(&self.app, self.caller.caller, &live)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            }
        }
    }
}

impl Feed {
    /// Whether the session or token that opened the stream still counts.
    async fn still_signed_in(&self) -> bool {
        self.caller.still_counts(&self.app).await
    }
}

/// One event per changed document that the caller may see. All but the last carry no id, so that resuming repeats whole entries.
fn change_events(core: &Core, state: &Arc<Memory>, caller: Caller, lpos: i64, entry: &Entry) -> Vec<Event> {
    let visible = entry.ops.iter().filter(|op| visible(state, caller, &op.kind, op.id));
    let mut events: Vec<Event> = visible
        .map(|op| {
            let action = match op.action {
                LogAction::Ins(_) => ChangeAction::Insert,
                LogAction::Set(_) => ChangeAction::Update,
                LogAction::Del => ChangeAction::Delete,
            };
            let change =
                ChangeEvent { kind: op.kind.clone(), id: op.id, dot: entry.dot.to_string(), author: entry.author, action };
            Event::default().event("change").json_data(change).expect("events are plain data")
        })
        .collect();
    let id = format!("{}:{lpos}", core.incarnation());
    match events.pop() {
        Some(last) => events.push(last.id(id)),
        None => events.push(Event::default().id(id).comment("nothing for you")),
    }
    events
}

/// Whether the caller may hear of a document. Of one that is gone, everybody who may see anything hears.
fn visible(state: &State, caller: Caller, kind: &str, id: Uuid) -> bool {
    fn sees<T: Exposed>(state: &State, caller: Caller, id: Uuid) -> bool {
        let document = T::table(state).get(T::Id::from(id));
        document.map_or_else(
            || may(state, caller, Action::See, Object::Shared),
            |document| super::noun::sees(state, caller, document, id),
        )
    }
    use domain::document::Document;
    macro_rules! by_kind {
        ($($kind:ty)*) => {
            match kind {
                $(k if k == <$kind>::SPEC.name => sees::<$kind>(state, caller, id),)*
                "installation" | "alert_rules" => may(state, caller, Action::See, Object::Shared),
                _ => may(state, caller, Action::See, Object::System),
            }
        };
    }
    by_kind! {
        domain::folder::Folder domain::media::Media domain::presentation::Presentation domain::presentation::Revision
        domain::playlist::Playlist domain::playlist::PlaylistItem domain::viewer::Viewer domain::viewer::Device
        domain::card::Card
        domain::alert::OnHours domain::download::DownloadRule domain::notify::Recipient domain::viewer_settings::ViewerSettings
        domain::group::Group domain::group::Membership domain::schedule::Schedule domain::priority::Priority
        domain::task::Task domain::user::User domain::user::Grant domain::user::Suspension domain::user::Token
    }
}

fn live_event(app: &App, caller: Caller, live: &LiveEvent) -> Option<Event> {
    let state = &app.core.state();
    let viewers = live.viewers.iter().copied().filter(|id| may(state, caller, Action::See, Object::Viewer((*id).into())));
    let uploads = live.uploads.iter().copied().filter(|id| app.uploads.owner(*id) == Some(caller.user));
    let tasks = live.tasks.iter().copied().filter(|id| visible(state, caller, "task", *id));
    let pending = live.pending && may(state, caller, Action::Administer, Object::System);
    let alerts = live.alerts && may(state, caller, Action::See, Object::Shared);
    let event = LiveEvent { viewers: viewers.collect(), uploads: uploads.collect(), tasks: tasks.collect(), pending, alerts };
    let empty = event.viewers.is_empty() && event.uploads.is_empty() && event.tasks.is_empty() && !event.pending && !event.alerts;
    (!empty).then(|| Event::default().event("live").json_data(event).expect("events are plain data"))
}

/// Gathers what changed outside the log and tells all streams, at most once a second.
pub async fn feed(app: App) {
    let mut pending = app.pending.edition();
    loop {
        let mut alerts = false;
        tokio::select! {
            () = app.alerts.wake.notified() => alerts = true,
            () = app.live.wake.notified() => {}
            () = app.uploads.wake.notified() => {}
            () = app.tasks.news.notified() => {}
        }
        let now_pending = app.pending.edition();
        let event = LiveEvent {
            viewers: app.live.take_changed().into_iter().map(|id| id.0).collect(),
            uploads: app.uploads.take_changed(),
            tasks: app.tasks.take_changed().into_iter().map(|id| id.0).collect(),
            pending: now_pending != pending,
            alerts,
        };
        pending = now_pending;
        let _ = app.feed.sender.send(Arc::new(event));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
