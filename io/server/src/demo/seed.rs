//! Making the demo installation, by the same functions that people use.

use std::collections::BTreeMap;

use api::people::SetUpRequest;
use domain::body::Body;
use domain::content::{Content, Destination};
use domain::group::{Group, Member, Membership};
use domain::id::{PresentationId, RevisionId};
use domain::intent::publish::publish;
use domain::log::Edit;
use domain::noun::{self, Noun};
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::Presentation;
use domain::refusal::Refusal;
use domain::schedule::{Recurrence, Schedule, Weekly, When, Window};
use domain::viewer::Viewer;
use uuid::Uuid;

use super::plan::{self, Demo};
use super::{LOGIN, Secrets};
use crate::app::App;
use crate::http::error::Error;
use crate::ingest::note::Note;
use crate::now::{new_id, now_ms};

/// Documents by the key that the demo's data gives them.
type Keys = BTreeMap<(&'static str, String), Uuid>;

/// Fills an installation that is not set up.
///
/// # Errors
/// What went wrong, in the words of the API.
pub async fn seed(app: &App, secrets: &Secrets, address: &str) -> Result<(), Error> {
    let demo = plan::demo();
    let request = SetUpRequest {
        link: String::new(),
        name: demo.installation.name.clone(),
        language: demo.installation.language.clone(),
        zone: demo.installation.zone.clone(),
        public_address: address.to_owned(),
        login: LOGIN.to_owned(),
        password: secrets.password.clone(),
        user_name: "Demo administrator".to_owned(),
    };
    let user = crate::http::setup::perform(app, request).await?;
    let mut keys = Keys::new();
    for folder in &demo.folders {
        let document = domain::folder::Folder { name: folder.name.clone(), made_at: now_ms(), ..Default::default() };
        make(app, &mut keys, "folder", &folder.key, document).await?;
    }
    for media in &demo.media {
        let stored = app.core.store().media().put(plan::file(&media.file)).await.map_err(Error::unavailable)?;
        let folder = media.folder.as_ref().and_then(|key| keys.get(&("folder", key.clone()))).map(|id| (*id).into());
        let note = Note { filename: media.file.clone(), name: media.name.clone(), folder, user };
        match crate::ingest::record::record(app, crate::now::new_id(), &stored, &note).await {
            Ok(id) => drop(keys.insert(("media", media.key.clone()), id.0)),
            Err(error) => {
                tracing::warn!(file = %media.file, error = %error.into_body().message, "the demo goes without this file")
            }
        }
    }
    presentations(app, &demo, &mut keys).await?;
    playlists(app, &demo, &mut keys).await?;
    screens(app, &demo, &mut keys).await?;
    schedules(app, &demo, &keys).await
}

async fn make<T: Noun>(app: &App, keys: &mut Keys, kind: &'static str, key: &str, document: T) -> Result<Uuid, Error> {
    let id = new_id();
    app.core.change_own(move |state| Ok((vec![noun::create(state, id, &document)?], ()))).await?;
    keys.insert((kind, key.to_owned()), id);
    Ok(id)
}

async fn presentations(app: &App, demo: &Demo, keys: &mut Keys) -> Result<(), Error> {
    for wish in &demo.presentations {
        let mut value = wish.body.clone();
        name_media(&mut value, keys);
        let body = Body::parse(&value.to_string()).map_err(|error| Error::invalid(wish.key.clone(), error.to_string()))?;
        let hash = app.bodies.put(&body).await?;
        let folder = wish.folder.as_ref().and_then(|key| keys.get(&("folder", key.clone()))).map(|id| (*id).into());
        let document =
            Presentation { name: wish.name.clone(), folder, draft: Some(hash), made_at: now_ms(), ..Presentation::default() };
        let id = make(app, keys, "presentation", &wish.key, document).await?;
        app.core
            .change_own(move |state| {
                let (_, edits) = publish(state, PresentationId(id), (hash, &body), RevisionId(new_id()), (None, now_ms()))?;
                Ok((edits, ()))
            })
            .await?;
    }
    Ok(())
}

/// Replaces the keys of media by their ids; elements whose media is not here are left out.
fn name_media(value: &mut serde_json::Value, keys: &Keys) {
    let pages = value.get_mut("pages").and_then(|pages| pages.as_array_mut());
    for page in pages.into_iter().flatten() {
        let Some(elements) = page.get_mut("elements").and_then(|elements| elements.as_array_mut()) else { continue };
        elements.retain_mut(|element| {
            let Some(key) = element.get("media").and_then(|media| media.as_str()) else { return true };
            let Some(id) = keys.get(&("media", key.to_owned())) else { return false };
            element["media"] = id.to_string().into();
            true
        });
    }
}

fn content(keys: &Keys, wish: &BTreeMap<String, String>) -> Option<Content> {
    let (kind, key) = wish.iter().next()?;
    let get = |kind: &'static str| keys.get(&(kind, key.clone())).copied();
    match kind.as_str() {
        "media" => get("media").map(|id| Content::Media(id.into())),
        "playlist" => get("playlist").map(|id| Content::Playlist(id.into())),
        "presentation" => get("presentation").map(|id| Content::Presentation(id.into())),
        _ => None,
    }
}

async fn playlists(app: &App, demo: &Demo, keys: &mut Keys) -> Result<(), Error> {
    for wish in &demo.playlists {
        let folder = wish.folder.as_ref().and_then(|key| keys.get(&("folder", key.clone()))).map(|id| (*id).into());
        let document =
            Playlist { name: wish.name.clone(), folder, shuffle: wish.shuffle, made_at: now_ms(), ..Playlist::default() };
        let id = make(app, keys, "playlist", &wish.key, document).await?;
        for entry in &wish.items {
            let Some(content) = content(keys, &entry.content) else { continue };
            let item = PlaylistItem { content: Some(content), duration_ms: entry.duration_ms, ..PlaylistItem::default() };
            let place = domain::intent::insert_item::Place::Last;
            app.core
                .change_own(move |state| {
                    let edit = domain::intent::insert_item::insert(state, id.into(), new_id().into(), item, place)?;
                    Ok((vec![edit], ()))
                })
                .await?;
        }
    }
    Ok(())
}

async fn screens(app: &App, demo: &Demo, keys: &mut Keys) -> Result<(), Error> {
    let mut members: Vec<Membership> = Vec::new();
    for wish in &demo.groups {
        let group =
            make(app, keys, "group", &wish.key, Group { name: wish.name.clone(), made_at: now_ms(), ..Group::default() }).await?;
        if let Some(outer) = wish.parent.as_ref().and_then(|key| keys.get(&("group", key.clone()))) {
            members.push(Membership { group: (*outer).into(), member: Some(Member::Group(group.into())) });
        }
    }
    for wish in &demo.viewers {
        let rotation = wish
            .rotation
            .try_into()
            .map_err(|error: domain::viewer::RotationError| Error::invalid("rotation", error.to_string()))?;
        let (name, location) = (wish.name.clone(), wish.location.clone());
        let viewer =
            make(app, keys, "viewer", &wish.key, Viewer { name, location, rotation, made_at: now_ms(), ..Viewer::default() })
                .await?;
        let groups = wish.groups.iter().filter_map(|key| keys.get(&("group", key.clone())));
        members.extend(groups.map(|group| Membership { group: (*group).into(), member: Some(Member::Viewer(viewer.into())) }));
    }
    let change = move |state: &domain::state::State| {
        let edits: Result<Vec<Edit>, Refusal> = members.iter().map(|member| noun::create(state, new_id(), member)).collect();
        Ok((edits?, ()))
    };
    app.core.change_own(change).await?;
    let fallback = demo.playlists.first().and_then(|playlist| keys.get(&("playlist", playlist.key.clone())));
    let fallback = fallback.map(|id| Content::Playlist((*id).into()));
    app.core
        .change_own(move |state| {
            let id = domain::installation::INSTALLATION;
            let after = domain::installation::Installation { fallback, ..state.rows.installation() };
            Ok((noun::update(state, id, &after)?.into_iter().collect(), ()))
        })
        .await?;
    Ok(())
}

async fn schedules(app: &App, demo: &Demo, keys: &Keys) -> Result<(), Error> {
    let state = app.core.state();
    for wish in &demo.schedules {
        let destination = match &wish.destination {
            plan::Destination::All(plan::All::All) => Some(Destination::All),
            plan::Destination::One(one) => one.iter().next().and_then(|(kind, key)| match kind.as_str() {
                "viewer" => keys.get(&("viewer", key.clone())).map(|id| Destination::Viewer((*id).into())),
                "group" => keys.get(&("group", key.clone())).map(|id| Destination::Group((*id).into())),
                _ => None,
            }),
        };
        let level =
            state.rows.priorities.iter().find(|(_, p)| p.value.name.eq_ignore_ascii_case(&wish.priority)).map(|(id, _)| id);
        let weekly = wish.weekly.as_ref();
        let recurrence = weekly
            .map(|w| Recurrence::Weekly(Weekly { every: 1, days: w.days, window: Some(Window { start: w.start, end: w.end }) }));
        let row = Schedule {
            name: wish.name.clone(),
            content: content(keys, &wish.content),
            destination,
            when: When { from: wish.from, until: wish.until, zone: None, recurrence },
            priority: level,
            made_at: now_ms(),
            ..Schedule::default()
        };
        app.core.change_own(move |state| Ok((vec![noun::create(state, new_id(), &row)?], ()))).await?;
    }
    Ok(())
}
