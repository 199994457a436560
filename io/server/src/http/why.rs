//! Why something is on a screen: `explain` in the words of the API.

use api::schedule::{CandidateView, ItemView, PlayingView, SlotView, WhyView};
use axum::Json;
use axum::extract::State as Extract;
use domain::content::Content;
use domain::id::{ScheduleId, ViewerId};
use domain::schedule::Schedule;
use domain::state::State;
use domain::timetable::{Candidate, Playing, Show, Slot, Target, Verdict, Why, explain};
use domain::viewer::Viewer;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::Result;
use super::extract::{Id, Query};
use super::noun::visible;
use crate::app::App;
use crate::now::now_ms;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(why))
}

/// At which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Moment {
    /// Unix milliseconds; absent = now.
    at: Option<i64>,
}

/// Why something is on a screen at a time.
#[utoipa::path(get, path = "/viewers/{id}/why", tag = "viewers", params(("id" = uuid::Uuid, Path), Moment), responses((status = 200, body = WhyView)))]
async fn why(Extract(app): Extract<App>, caller: SignedIn, Id(id): Id, Query(moment): Query<Moment>) -> Result<Json<WhyView>> {
    let state = app.core.state();
    visible::<Viewer>(&state, caller.caller, id)?;
    let at = moment.at.unwrap_or_else(now_ms);
    let target = Target::screen(ViewerId(id));
    let why = explain(&state.rows, &target, at);
    let sentence = why.sentence(&state.rows, &target);
    let playing = playing_view(&state, &why);
    let candidates = why.candidates.iter().map(|candidate| candidate_view(&state, candidate)).collect();
    Ok(Json(WhyView { at, sentence, playing, candidates }))
}

/// A slot in the words of the API.
pub(super) fn slot_view(state: &State, slot: &Slot) -> SlotView {
    let row = slot.playing.row();
    let content = match row {
        Some(row) => state.rows.schedules.get(row).and_then(|row| row.content),
        None => slot.program.items.first().and_then(|item| item.play.content),
    };
    let name = match slot.playing {
        Playing::Row(row) => row_name(state, row),
        Playing::Fallback => content.map_or_else(String::new, |content| content_name(state, content)),
        Playing::Standby => String::new(),
    };
    SlotView { from: slot.from, until: slot.until, anchor: slot.anchor, row, name, content, emergency: slot.emergency }
}

/// The row's own name, or its content's.
pub(super) fn row_name(state: &State, id: ScheduleId) -> String {
    let row = state.rows.schedules.get(id);
    match row {
        Some(row) if !row.name.is_empty() => row.name.clone(),
        Some(Schedule { content: Some(content), .. }) => content_name(state, *content),
        _ => String::new(),
    }
}

/// What the content is called.
pub(super) fn content_name(state: &State, content: Content) -> String {
    let rows = &state.rows;
    let name = match content {
        Content::Media(id) => rows.media.get(id).map(|media| media.name.clone()),
        Content::Playlist(id) => rows.playlists.get(id).map(|playlist| playlist.name.clone()),
        Content::Presentation(id) => rows.presentations.get(id).map(|presentation| presentation.name.clone()),
        Content::Revision(id) => {
            let presentation = rows.revisions.get(id).map(|revision| revision.presentation);
            presentation.and_then(|id| rows.presentations.get(id)).map(|presentation| presentation.name.clone())
        }
    };
    name.unwrap_or_default()
}

fn playing_view(state: &State, why: &Why) -> PlayingView {
    let kind = match why.playing {
        Playing::Row(_) => "row",
        Playing::Fallback => "fallback",
        Playing::Standby => "standby",
    };
    let row = why.playing.row();
    let content = match row {
        Some(row) => state.rows.schedules.get(row).and_then(|row| row.content),
        None => why.program.items.first().and_then(|item| item.play.content),
    };
    let name = match row {
        Some(row) => row_name(state, row),
        None => content.map_or_else(String::new, |content| content_name(state, content)),
    };
    let item = why.position.and_then(|position| {
        let item = why.program.items.get(position.index)?;
        let (media, page) = match &item.show {
            Show::Page { page, .. } => (None, Some(page.clone())),
            Show::Image { media } | Show::Video { media } => (Some(*media), None),
            Show::Standby => (None, None),
        };
        Some(ItemView {
            id: item.id.clone(),
            index: position.index as u64,
            of: why.program.items.len() as u64,
            offset_ms: position.offset_ms,
            duration_ms: item.duration_ms,
            media,
            page,
            revision: item.play.revision,
        })
    });
    PlayingView { kind: kind.to_owned(), row, name, content, until: why.until, item }
}

fn candidate_view(state: &State, candidate: &Candidate) -> CandidateView {
    let row = state.rows.schedules.get(candidate.row).cloned().unwrap_or_default();
    let (verdict, text, by, next) = match candidate.verdict {
        Verdict::Plays => ("plays", "it is on the screen".to_owned(), None, None),
        Verdict::CoveredBy(by) => ("covered", format!("{} covers it", row_name(state, by)), Some(by), None),
        Verdict::NotNow { next } => ("not_now", "it is not its time".to_owned(), None, Some(next)),
        Verdict::Ended => ("ended", "its time is over".to_owned(), None, None),
        Verdict::NothingToPlay(nothing) => ("nothing_to_play", nothing.to_string(), None, None),
    };
    let revision = match row.content {
        Some(Content::Presentation(id)) => state.rows.presentations.get(id).and_then(|presentation| presentation.head),
        Some(Content::Revision(id)) => Some(id),
        _ => None,
    };
    let revision = revision.and_then(|id| state.rows.revisions.get(id));
    CandidateView {
        row: candidate.row,
        name: row_name(state, candidate.row),
        verdict: verdict.to_owned(),
        text,
        by,
        next,
        path: candidate.path.clone(),
        priority: candidate.priority.and_then(|id| state.rows.priorities.get(id)).map(|priority| priority.name.clone()),
        emergency: candidate.emergency,
        made_by: row.made_by,
        made_at: row.made_at,
        published_by: revision.and_then(|revision| revision.published_by),
        published_at: revision.map(|revision| revision.published_at),
    }
}
