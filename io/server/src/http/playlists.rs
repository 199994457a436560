//! Entries of playlists.

use api::envelope::Resource;
use api::presentation::{MoveItem, NewItem};
use axum::extract::State as Extract;
use axum::response::Response;
use domain::id::{PlaylistId, PlaylistItemId};
use domain::intent::insert_item::{Place, insert, move_to};
use domain::noun::Noun;
use domain::permission::Action;
use domain::playlist::{Playlist, PlaylistItem};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::Result;
use super::extract::{Body, Id, RequestId};
use super::noun::{allow, answer_now, visible_refusal};
use crate::app::App;
use crate::core::Change;
use crate::now::new_id;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add_item)).routes(routes!(move_item))
}

/// Adds an entry to a playlist.
#[utoipa::path(post, path = "/playlists/{id}/items", tag = "playlists", params(("id" = uuid::Uuid, Path)), request_body = NewItem, responses((status = 201, body = Resource<PlaylistItem>)))]
async fn add_item(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    RequestId(request): RequestId,
    Body(wish): Body<NewItem>,
) -> Result<Response> {
    let (who, item_id) = (caller.caller, PlaylistItemId(new_id()));
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let playlist = &visible_refusal::<Playlist>(state, who, id)?.value;
            allow(state, who, Action::Edit, playlist.object(state, id))?;
            let place = match wish.after {
                None => Place::Last,
                Some(None) => Place::First,
                Some(Some(item)) => Place::After(item),
            };
            let item = PlaylistItem {
                content: Some(wish.content),
                duration_ms: wish.duration_ms,
                validity: wish.validity,
                ..PlaylistItem::default()
            };
            Ok((vec![insert(state, PlaylistId(id), item_id, item, place)?], item_id))
        })
        .await?;
    let item = made.outcome.map(|id| id.0).or_else(|| made.made("playlist_item")).unwrap_or(item_id.0);
    let mut response = answer_now::<PlaylistItem>(&app, item, StatusCode::CREATED)?;
    made.sign(&mut response);
    Ok(response)
}

/// Moves an entry within its playlist.
#[utoipa::path(post, path = "/playlist-items/{id}/move", tag = "playlist-items", params(("id" = uuid::Uuid, Path)), request_body = MoveItem, responses((status = 200, body = Resource<PlaylistItem>)))]
async fn move_item(
    Extract(app): Extract<App>,
    caller: SignedIn,
    Id(id): Id,
    RequestId(request): RequestId,
    Body(wish): Body<MoveItem>,
) -> Result<Response> {
    let who = caller.caller;
    let made = app
        .core
        .change(Change { author: Some(who.user.0), request }, move |state| {
            let item = &visible_refusal::<PlaylistItem>(state, who, id)?.value;
            allow(state, who, Action::Edit, item.object(state, id))?;
            let place = wish.after.map_or(Place::First, Place::After);
            Ok((move_to(state, PlaylistItemId(id), place)?.into_iter().collect(), ()))
        })
        .await?;
    let mut response = answer_now::<PlaylistItem>(&app, id, StatusCode::OK)?;
    made.sign(&mut response);
    Ok(response)
}
