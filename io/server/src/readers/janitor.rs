//! The janitor: empties the trash, forgets old facts, and collects files that nothing refers to.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::cell::Hash;
use domain::id::{PlaylistId, PresentationId, UserId, ViewerId};
use domain::log::{Change, Edit};
use domain::noun::Noun;
use domain::state::State;

use crate::app::App;
use crate::now::now_ms;

/// How long things stay in the trash, in milliseconds: 30 days.
pub const TRASH_MS: i64 = 30 * 86_400_000;
/// How long a file that nothing refers to stays, in milliseconds: 7 days.
const FILE_MS: i64 = 7 * 86_400_000;
/// How long the log is kept at the Main, where it is the history of edits, in milliseconds: 30 days.
const LOG_AT_MAIN_MS: i64 = 30 * 86_400_000;
/// How long the log is kept elsewhere, in milliseconds: 7 days. Whoever lacks more gets the state.
const LOG_MS: i64 = 7 * 86_400_000;
/// How long notices are kept, in milliseconds: 90 days.
const NOTICE_MS: i64 = 90 * 86_400_000;
/// After so long a silence the log is no longer kept for a server, in milliseconds: 90 days.
const SILENCE_MS: i64 = 90 * 86_400_000;
/// The most documents removed in one change.
const MOST: usize = 1_000;
/// How often it looks.
const EVERY: Duration = Duration::from_secs(3_600);

/// Cleans once an hour, for ever.
pub async fn follow(app: App) {
    let mut due = tokio::time::interval(EVERY);
    loop {
        due.tick().await;
        if let Err(error) = clean(&app, now_ms()).await {
            tracing::error!(%error, "cleaning up failed");
        }
    }
}

/// Cleans once. `now` is Unix time in milliseconds.
///
/// # Errors
/// When the store does not take a change; the rest is left for next time.
pub async fn clean(app: &App, now: i64) -> Result<(), store::Error> {
    // Documents are removed by one server alone: the Main, which knows what the others still need.
    if app.core.has_duties() {
        let tasks = now - i64::from(app.config.facts.tasks_days) * 86_400_000;
        let purged = app.core.change_own(move |state| Ok((expired(state, now, tasks), ()))).await;
        if purged.is_err() {
            return Err(store::Error::Unavailable);
        }
    }
    clean_log(app, now).await?;
    let day = 86_400_000;
    let facts = app.core.store().facts();
    let before = |days: u32| now - i64::from(days) * day;
    crate::replication::bound(app, before(app.config.facts.plays_days), before(app.config.facts.events_days)).await?;
    facts.expire_plays(now - i64::from(app.config.facts.plays_days) * day).await?;
    facts.expire_events(now - i64::from(app.config.facts.events_days) * day).await?;
    facts.expire_audit(now - i64::from(app.config.facts.audit_days) * day).await?;
    facts.expire_alerts(now - i64::from(app.config.facts.alerts_days) * day).await?;
    facts.expire_task_runs(now - i64::from(app.config.facts.tasks_days) * day).await?;
    let age = Duration::from_secs(u64::from(app.config.facts.task_files_days) * 86_400);
    if let Err(error) = app.tasks.files.expire(age).await {
        tracing::warn!(%error, "old files of tasks could not be removed");
    }
    let pictures = now - i64::from(app.config.facts.task_files_days) * day;
    let state = app.core.state();
    app.screenshots.expire(pictures, move |viewer| state.rows.viewers.get(viewer).is_some()).await;
    facts.expire_sessions(now).await?;
    app.uploads.expire(now).await?;
    let files = app.core.store().media();
    let old: Vec<_> = files.list().await?.into_iter().filter(|file| now - file.stored > FILE_MS).collect();
    let needed = needed(app);
    for file in old {
        if !needed.contains(&file.hash) {
            files.remove(file.hash, now - FILE_MS).await?;
        }
    }
    Ok(())
}

/// Cuts the log, as far as the other servers have it, and forgets old notices.
async fn clean_log(app: &App, now: i64) -> Result<(), store::Error> {
    let store = app.core.store();
    let reason = "not heard of for 90 days: the log is not kept for it, and it gets the whole state when it comes back";
    for server in store.fence_silent_peers(now - SILENCE_MS, reason).await? {
        tracing::warn!(server.id = %server, "a server was not heard of for 90 days: the log is no longer kept for it");
    }
    let kept = if app.core.is_main() { LOG_AT_MAIN_MS } else { LOG_MS };
    let end = store.older_than(now - kept, now).await?;
    if end > 0 {
        store.trim_log(end).await?;
    }
    store.facts().expire_notices(now - NOTICE_MS).await
}

/// Deletes of what lay in the trash for too long, and of tasks that were over at `tasks`. What still depends on them goes with them or is
/// left alone by the rules of reading.
fn expired(state: &State, now: i64, tasks: i64) -> Vec<Edit> {
    fn of<T: Noun>(state: &State, now: i64, edits: &mut Vec<Edit>) {
        for (id, held) in T::table(state).iter() {
            let trashed = held.value.clone().trash().and_then(|cell| *cell);
            if trashed.is_some_and(|at| now - at > TRASH_MS) {
                edits.push(Edit { kind: T::SPEC.name.to_owned(), id: id.into(), change: Change::Delete });
            }
        }
    }
    let mut edits = Vec::new();
    of::<domain::schedule::Schedule>(state, now, &mut edits);
    of::<domain::media::Media>(state, now, &mut edits);
    of::<domain::presentation::Presentation>(state, now, &mut edits);
    of::<domain::playlist::Playlist>(state, now, &mut edits);
    of::<domain::folder::Folder>(state, now, &mut edits);
    of::<domain::viewer::Viewer>(state, now, &mut edits);
    of::<domain::group::Group>(state, now, &mut edits);
    of::<domain::user::User>(state, now, &mut edits);
    of::<domain::task::Task>(state, now, &mut edits);
    let over = state.tasks.iter().filter(|(_, held)| held.value.trashed_at.is_none() && held.value.is_over(tasks));
    edits.extend(over.map(|(id, _)| Edit { kind: "task".to_owned(), id: id.0, change: Change::Delete }));
    let going: BTreeSet<uuid::Uuid> = edits.iter().map(|edit| edit.id).collect();
    // Those whose parent went in an earlier round count too: a round removes no more than so many.
    let rows = &state.rows;
    let presentation = |id: PresentationId| going.contains(&id.0) || rows.presentations.get(id).is_none();
    let playlist = |id: PlaylistId| going.contains(&id.0) || rows.playlists.get(id).is_none();
    let user = |id: UserId| going.contains(&id.0) || state.users.get(id).is_none();
    let viewer = |id: ViewerId| going.contains(&id.0) || rows.viewers.get(id).is_none();
    let orphans = rows.revisions.iter().filter(|(_, r)| presentation(r.value.presentation)).map(|(id, _)| ("revision", id.0));
    let items = rows.items.iter().filter(|(_, item)| playlist(item.value.playlist)).map(|(id, _)| ("playlist_item", id.0));
    let grants = state.grants.iter().filter(|(_, grant)| user(grant.value.user)).map(|(id, _)| ("grant", id.0));
    let identities = state.identities.iter().filter(|(_, i)| user(i.value.user)).map(|(id, _)| ("identity", id.0));
    let cards = state.cards.iter().filter(|(_, card)| card.value.viewer.is_none_or(viewer)).map(|(id, _)| ("network_card", id.0));
    let more: Vec<_> = orphans.chain(items).chain(grants).chain(identities).chain(cards).collect();
    edits.extend(more.into_iter().map(|(kind, id)| Edit { kind: kind.to_owned(), id, change: Change::Delete }));
    edits.truncate(MOST);
    edits
}

/// Every file that something refers to: media, thumbnails, drafts, revisions, and what bodies name.
pub(crate) fn needed(app: &App) -> BTreeSet<Hash> {
    let state = app.core.state();
    let rows = &state.rows;
    let media = rows.media.iter().flat_map(|(_, held)| [Some(held.value.hash), held.value.thumbnail]);
    let drafts = rows.presentations.iter().map(|(_, held)| held.value.draft);
    let revisions = rows.revisions.iter().map(|(_, held)| Some(held.value.body));
    media.chain(drafts).chain(revisions).flatten().collect()
}
