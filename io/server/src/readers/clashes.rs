//! What no server alone would have let come about: two documents of one name, references to what another server had deleted. All servers
//! find the same (`replica::view`), and people are told.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use domain::document::Document;
use domain::folder::Folder;
use domain::group::Group;
use domain::noun::{self, Noun, any};
use domain::priority::Priority;
use domain::stamp::Dot;
use domain::state::State;
use domain::user::User;
use domain::viewer::Viewer;
use replica::view::{Claim, dangling, shown};
use replica::{Notice, NoticeKind};
use serde_json::Value;
use store::Published;
use store::facts::{NoticeFilter, Noticed};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::app::App;
use crate::now::now_ms;

/// Entries come in batches: so long they are gathered.
const GATHERED: Duration = Duration::from_millis(300);
/// The most open notices that are looked through.
const MOST: u32 = 500;

/// Follows the log for ever.
pub async fn follow(app: App) {
    let mut entries = app.core.subscribe();
    let own = app.core.server_id();
    // What came while the program did not run was not looked at.
    let mut found = Found { names: app.core.state().servers.len() > 1, ..Found::default() };
    loop {
        if (found.names || found.others || !found.gone.is_empty())
            && let Err(error) = tell(&app, std::mem::take(&mut found)).await
        {
            tracing::error!(%error, "names that two documents have could not be looked for");
        }
        match entries.recv().await {
            Ok(entry) => found.note(&app.core.state(), own, &entry),
            // After the state was taken in from another server this is what happens.
            Err(broadcast::error::RecvError::Lagged(_)) => found.names = true,
            Err(broadcast::error::RecvError::Closed) => return,
        }
        tokio::time::sleep(GATHERED).await;
        loop {
            match entries.try_recv() {
                Ok(entry) => found.note(&app.core.state(), own, &entry),
                Err(broadcast::error::TryRecvError::Lagged(_)) => found.names = true,
                Err(_) => break,
            }
        }
    }
}

/// What the latest entries may have brought about.
#[derive(Debug, Default)]
struct Found {
    /// Names may have come twice.
    names: bool,
    /// Something changed: that may have ended what there was.
    others: bool,
    /// References into nothing, and since when.
    gone: Vec<(Notice, Value)>,
}

impl Found {
    fn note(&mut self, state: &State, own: Uuid, published: &Arc<Published>) {
        self.others = true;
        if published.entry.dot.actor.server == own {
            return;
        }
        for change in &published.changes {
            let Some(row) = &change.after else { continue };
            self.names |= NAMED.iter().any(|(kind, cell)| {
                let written = row.cells.get(*cell).is_some_and(|cell| cell.stamp.dot == published.entry.dot);
                let restored = row.cells.get("trashed_at").is_some_and(|cell| cell.stamp.dot == published.entry.dot);
                *kind == change.kind && (written || restored)
            });
            let cells = row.cells.iter().filter(|(_, cell)| cell.stamp.dot == published.entry.dot);
            let cells = cells.map(|(name, cell)| (name.clone(), cell.value.clone())).collect();
            let there = |kind: &str, id: Uuid| any::is_there(state, kind, id);
            for dangling in dangling(&change.kind, change.id, &cells, &there) {
                let what = NoticeKind::TargetGone;
                let notice = Notice::new(what, &change.kind, change.id, dangling.reference.cell, published.entry.dot);
                self.gone.push((notice, serde_json::json!({ dangling.target_kind: dangling.target })));
            }
        }
    }
}

/// Kinds whose names differ, each with the cell.
const NAMED: [(&str, &str); 5] = [
    (Folder::SPEC.name, "name"),
    (Group::SPEC.name, "name"),
    (Priority::SPEC.name, "name"),
    (User::SPEC.name, "login"),
    (Viewer::SPEC.name, "name"),
];

/// All documents that another one's name keeps from their own: with the name by which they are told apart.
fn doubles(state: &State) -> Vec<(Notice, Value)> {
    fn of<T: Noun>(state: &State, cell: &str, all: &mut Vec<(Notice, Value)>, text: impl Fn(&T) -> (String, String)) {
        let live = T::table(state).iter().filter(|(_, held)| !noun::is_trashed(&held.value));
        let live: Vec<(Uuid, Dot, (String, String))> =
            live.map(|(id, held)| (id.into(), held.birth, text(&held.value))).collect();
        let claim = |(id, _, (scope, name)): &'_ (Uuid, Dot, (String, String))| (*id, scope.clone(), name.clone());
        let claims: Vec<_> = live.iter().map(claim).collect();
        let names = shown(claims.iter().map(|(id, scope, name)| Claim { id: *id, scope, name, granted: false }));
        for (id, birth, _) in live {
            if let Some(name) = names.get(&id) {
                let notice = Notice::new(NoticeKind::TwoNames, T::SPEC.name, id, cell, birth);
                all.push((notice, Value::from(name.clone())));
            }
        }
    }
    let mut all = Vec::new();
    let anywhere = |name: &String| (String::new(), name.clone());
    of::<Folder>(state, "name", &mut all, |folder| {
        (folder.parent.map_or_else(String::new, |parent| parent.0.to_string()), folder.name.clone())
    });
    of::<Group>(state, "name", &mut all, |group| anywhere(&group.name));
    of::<Priority>(state, "name", &mut all, |priority| anywhere(&priority.name));
    of::<User>(state, "login", &mut all, |user| anywhere(&user.login));
    of::<Viewer>(state, "name", &mut all, |viewer| anywhere(&viewer.name));
    all
}

/// Adds the notices of what there is, and ends those of what is no more.
async fn tell(app: &App, found: Found) -> Result<(), store::Error> {
    let facts = app.core.store().facts();
    let filter = NoticeFilter { open: true, ..NoticeFilter::default() };
    let open = facts.list_notices(&filter, None, MOST).await?;
    let open: Vec<_> = open
        .into_iter()
        .map(|noticed| noticed.notice)
        .filter(|notice| matches!(notice.what, NoticeKind::TwoNames | NoticeKind::TargetGone))
        .collect();
    if !found.names && found.gone.is_empty() && open.is_empty() {
        return Ok(());
    }
    let state = app.core.state();
    let look = found.names || open.iter().any(|notice| notice.what == NoticeKind::TwoNames);
    let names = match look {
        true => tokio::task::spawn_blocking(move || doubles(&state)).await.map_err(|_| store::Error::Unavailable)?,
        false => Vec::new(),
    };
    let state = app.core.state();
    let there: BTreeSet<Uuid> = names.iter().map(|(notice, _)| notice.id).collect();
    let is_over = |notice: &Notice| match notice.what {
        NoticeKind::TwoNames => !there.contains(&notice.id),
        NoticeKind::TargetGone => !refers_to_nothing(&state, notice),
        _ => false,
    };
    let (now, over) = (now_ms(), open.iter().filter(|notice| is_over(notice)).collect::<Vec<_>>());
    for notice in over {
        facts.resolve_notice(notice.id, None, now).await?;
    }
    let known: BTreeSet<Uuid> = open.iter().map(|notice| notice.id).collect();
    let new = names.into_iter().chain(found.gone).filter(|(notice, _)| !known.contains(&notice.id));
    let new: Vec<_> = new.map(|(notice, value)| Noticed::new(notice, now, Some(value))).collect();
    if !new.is_empty() {
        facts.add_notices(&new).await?;
    }
    Ok(())
}

/// Whether the cell still names what is gone.
fn refers_to_nothing(state: &State, notice: &Notice) -> bool {
    let Some(value) = any::cell(state, &notice.kind, notice.document, &notice.cell) else { return false };
    let there = |kind: &str, id: Uuid| any::is_there(state, kind, id);
    !dangling(&notice.kind, notice.document, &[(notice.cell.clone(), value)].into(), &there).is_empty()
}

#[cfg(test)]
mod tests {
    use domain::log::{Cell, Row};
    use domain::stamp::{Actor, Stamp};
    use serde_json::json;

    use super::*;

    fn row(seq: u64, cells: &[(&str, Value)]) -> Row {
        let birth = Dot { actor: Actor { server: Uuid::from_u128(77), incarnation: 1 }, seq };
        let stamp = Stamp { dot: birth, ..Stamp::default() };
        let cell = |(name, value): &(&str, Value)| ((*name).to_owned(), Cell { stamp, value: value.clone() });
        Row { birth, cells: cells.iter().map(cell).collect() }
    }

    #[test]
    fn the_younger_of_two_is_told_of_and_those_in_the_trash_are_not() {
        let mut state = State::default();
        let mut put = |kind: &str, id: u128, cells: &[(&str, Value)]| {
            state.put(kind, Uuid::from_u128(id), Some(row(u64::try_from(id).unwrap(), cells)));
        };
        put("viewer", 1, &[("name", json!("Lobby"))]);
        put("viewer", 2, &[("name", json!("LOBBY"))]);
        put("viewer", 3, &[("name", json!("lobby")), ("trashed_at", json!(5))]);
        put("folder", 4, &[("name", json!("Films"))]);
        put("folder", 5, &[("name", json!("Films")), ("parent", json!(Uuid::from_u128(4)))]);
        put("user", 6, &[("login", json!("ada")), ("name", json!("Ada"))]);
        put("user", 7, &[("login", json!("Ada")), ("name", json!("Ada"))]);
        let found = doubles(&state);
        let seen: Vec<_> =
            found.iter().map(|(notice, name)| (notice.kind.as_str(), notice.document.as_u128(), name.clone())).collect();
        assert_eq!(seen, [("user", 7, json!("Ada~2")), ("viewer", 2, json!("LOBBY~2"))]);
        let again: Vec<Uuid> = doubles(&state).iter().map(|(notice, _)| notice.id).collect();
        assert_eq!(again, found.iter().map(|(notice, _)| notice.id).collect::<Vec<_>>(), "every server makes the same ids");
    }

    #[test]
    fn a_reference_of_another_server_to_what_is_gone_is_found_and_ends() {
        let (mut state, playlist, media) = (State::default(), Uuid::from_u128(8), Uuid::from_u128(9));
        state.put("playlist", playlist, Some(row(1, &[("name", json!("Loop"))])));
        let item = row(2, &[("playlist", json!(playlist)), ("content", json!({"media": media}))]);
        let dot = item.birth;
        state.put("playlist_item", Uuid::from_u128(10), Some(item.clone()));
        let change =
            domain::commit::RowChange { kind: "playlist_item".into(), id: Uuid::from_u128(10), before: None, after: Some(item) };
        let entry = domain::log::Entry {
            dot,
            hlc: domain::stamp::Hlc::default(),
            deps: domain::stamp::VersionVector::default(),
            ops: Vec::new(),
            author: None,
            request: None,
            schema: 1,
            epoch: 0,
        };
        let published = Arc::new(Published { lpos: 1, entry, changes: vec![change] });
        let mut found = Found::default();
        found.note(&state, dot.actor.server, &published);
        assert!(found.gone.is_empty(), "this server refuses such a reference when a person makes it");
        found.note(&state, Uuid::from_u128(1), &published);
        let [(notice, value)] = found.gone.as_slice() else { panic!("{found:?}") };
        assert_eq!((notice.what, notice.cell.as_str(), notice.loser), (NoticeKind::TargetGone, "content", dot));
        assert_eq!(*value, json!({"media": media}));
        assert!(refers_to_nothing(&state, notice));
        state.put("media", media, Some(row(3, &[("name", json!("Film"))])));
        assert!(!refers_to_nothing(&state, notice));
    }
}
