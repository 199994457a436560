//! Publishing, taking back, and publishing an earlier revision again.

use crate::body::Body;
use crate::cell::Hash;
use crate::id::{PresentationId, RevisionId, UserId};
use crate::log::Edit;
use crate::noun::{alter, create, find, update};
use crate::presentation::{Presentation, Revision};
use crate::refusal::Refusal;
use crate::state::State;

/// Makes a revision of the draft, and lets the head follow. What is published already stays: then there are no edits.
///
/// `body` is the draft's content, `revision` a new id. Returns the revision that is the head afterwards.
///
/// # Errors
/// [`Refusal`] when there is no such presentation, it is in the trash, its draft changed meanwhile, or has no pages.
pub fn publish(
    state: &State,
    presentation: PresentationId,
    (hash, body): (Hash, &Body),
    revision: RevisionId,
    (user, now_ms): (Option<UserId>, i64),
) -> Result<(RevisionId, Vec<Edit>), Refusal> {
    let before = find::<Presentation>(state, presentation.0)?;
    if before.trashed_at.is_some() {
        return Err(Refusal::InUse("the presentation is in the trash: restore it first".to_owned()));
    }
    if before.draft != Some(hash) {
        return Err(Refusal::VersionConflict { version: before.draft.map_or_else(String::new, |draft| draft.to_string()) });
    }
    let head = before.head.and_then(|id| Some((id, state.rows.revisions.get(id)?)));
    if let Some((id, _)) = head.filter(|(_, head)| head.body == hash) {
        return Ok((id, Vec::new()));
    }
    let document = Revision {
        presentation,
        parent: before.head,
        body: hash,
        canvas: body.size(),
        pages: body.summaries(),
        media: body.media(),
        published_by: user,
        published_at: now_ms,
    };
    let made = create(state, revision.0, &document)?;
    let after = Presentation { head: Some(revision), ..before.clone() };
    Ok((revision, [Some(made), update(state, presentation.0, &after)?].into_iter().flatten().collect()))
}

/// Takes the head away, so that no row shows the presentation.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn unpublish(state: &State, presentation: PresentationId) -> Result<Vec<Edit>, Refusal> {
    let after = Presentation { head: None, ..find::<Presentation>(state, presentation.0)?.clone() };
    Ok(alter(state, presentation.0, &after)?.into_iter().collect())
}

/// Publishes an earlier revision again; the draft becomes it too.
///
/// # Errors
/// [`Refusal`] when there is no such revision of this presentation.
pub fn revert(state: &State, presentation: PresentationId, revision: RevisionId) -> Result<Vec<Edit>, Refusal> {
    let before = find::<Presentation>(state, presentation.0)?;
    let earlier = find::<Revision>(state, revision.0)?;
    if earlier.presentation != presentation {
        return Err(Refusal::invalid("revision", "this revision belongs to another presentation"));
    }
    let after = Presentation { head: Some(revision), draft: Some(earlier.body), ..before.clone() };
    Ok(update(state, presentation.0, &after)?.into_iter().collect())
}
