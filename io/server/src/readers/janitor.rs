//! The janitor: empties the trash, forgets old facts, and collects files that nothing refers to.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::cell::Hash;
use domain::log::{Change, Edit};
use domain::noun::Noun;
use domain::state::State;

use crate::app::App;
use crate::now::now_ms;

/// How long things stay in the trash, in milliseconds: 30 days.
pub const TRASH_MS: i64 = 30 * 86_400_000;
/// How long a file that nothing refers to stays, in milliseconds: 7 days.
const FILE_MS: i64 = 7 * 86_400_000;
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
    let purged = app.core.change_own(move |state| Ok((expired(state, now), ()))).await;
    if purged.is_err() {
        return Err(store::Error::Unavailable);
    }
    let day = 86_400_000;
    let facts = app.core.store().facts();
    facts.expire_plays(now - i64::from(app.config.facts.plays_days) * day).await?;
    facts.expire_audit(now - i64::from(app.config.facts.audit_days) * day).await?;
    facts.expire_sessions(now).await?;
    let files = app.core.store().media();
    files.expire_partials(now - crate::ingest::uploads::LIFE_MS).await?;
    let old: Vec<_> = files.list().await?.into_iter().filter(|file| now - file.stored > FILE_MS).collect();
    let needed = needed(app);
    for file in old {
        if !needed.contains(&file.hash) {
            files.remove(file.hash).await?;
        }
    }
    Ok(())
}

/// Deletes of what lay in the trash for too long. What still depends on them goes with them or is left alone by the rules of reading.
fn expired(state: &State, now: i64) -> Vec<Edit> {
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
    let gone = |id: uuid::Uuid| edits.iter().any(|edit| edit.id == id);
    let orphans = state.rows.revisions.iter().filter(|(_, r)| gone(r.value.presentation.0)).map(|(id, _)| ("revision", id.0));
    let items = state.rows.items.iter().filter(|(_, item)| gone(item.value.playlist.0)).map(|(id, _)| ("playlist_item", id.0));
    let grants = state.grants.iter().filter(|(_, grant)| gone(grant.value.user.0)).map(|(id, _)| ("grant", id.0));
    let identities = state.identities.iter().filter(|(_, i)| gone(i.value.user.0)).map(|(id, _)| ("identity", id.0));
    let more: Vec<_> = orphans.chain(items).chain(grants).chain(identities).collect();
    edits.extend(more.into_iter().map(|(kind, id)| Edit { kind: kind.to_owned(), id, change: Change::Delete }));
    edits.truncate(MOST);
    edits
}

/// Every file that something refers to: media, thumbnails, drafts, revisions, and what bodies name.
fn needed(app: &App) -> BTreeSet<Hash> {
    let state = app.core.state();
    let rows = &state.rows;
    let media = rows.media.iter().flat_map(|(_, held)| [Some(held.value.hash), held.value.thumbnail]);
    let drafts = rows.presentations.iter().map(|(_, held)| held.value.draft);
    let revisions = rows.revisions.iter().map(|(_, held)| Some(held.value.body));
    media.chain(drafts).chain(revisions).flatten().collect()
}
