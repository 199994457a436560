//! The HTTP API and everything else that answers on the web ports. One file per noun.

pub mod alerts;
pub mod caller;
pub mod changes;
mod crossing;
pub mod cursor;
pub mod describe;
pub mod devices;
pub mod enrolment;
pub mod error;
pub mod events;
pub mod exposed;
pub mod extract;
pub mod facts;
pub mod files;
pub mod installation;
pub mod list;
pub mod local;
pub mod network;
pub mod notices;
pub mod notify;
pub mod noun;
pub mod origin;
pub mod playlists;
pub mod presentations;
pub mod schedules;
mod screenshots;
pub mod servers;
pub mod setup;
pub mod signin;
mod single;
pub mod tasks;
pub mod tokens;
pub mod trash;
pub mod tunnel;
pub mod uploads;
pub mod users;
pub mod viewers;
pub mod voters;
pub mod wake;
pub mod why;

use axum::Json;
use axum::Router;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use error::Error;

/// Base path of the API.
pub const BASE: &str = "/api/v1";

/// What browsers may load: only what we serve; pages are framed only by ourselves.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data: blob:; \
     style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss: blob:; worker-src 'self' blob:; \
     frame-ancestors 'self'; base-uri 'self'; form-action 'self'";

/// The API with its description.
fn api() -> OpenApiRouter<App> {
    use domain::alert::OnHours;
    use domain::card::Card;
    use domain::download::DownloadRule;
    use domain::folder::Folder;
    use domain::group::{Group, Membership};
    use domain::media::Media;
    use domain::notify::Recipient;
    use domain::playlist::{Playlist, PlaylistItem};
    use domain::presentation::{Presentation, Revision};
    use domain::priority::Priority;
    use domain::schedule::Schedule;
    use domain::task::Task;
    use domain::user::{Grant, Suspension, Token, User};
    use domain::viewer::{Device, Viewer};
    use domain::viewer_settings::ViewerSettings;

    let info =
        InfoBuilder::new().title("Signboard").version("1").description(Some("Digital signage: see docs/protocols/http-api.md."));
    let mut description = OpenApiBuilder::new().info(info.build()).build();
    description.openapi = utoipa::openapi::OpenApiVersion::Version31;
    OpenApiRouter::with_openapi(description)
        .merge(describe::routes::<Folder>())
        .merge(describe::routes::<Media>())
        .merge(describe::routes::<Presentation>())
        .merge(describe::routes::<Revision>())
        .merge(describe::routes::<Playlist>())
        .merge(describe::routes::<PlaylistItem>())
        .merge(describe::routes::<Viewer>())
        .merge(describe::routes::<Device>())
        .merge(describe::routes::<Card>())
        .merge(describe::routes::<domain::enrolment::EnrolmentToken>())
        .merge(describe::routes::<domain::enrolment::ExpectedDevice>())
        .merge(describe::routes::<Group>())
        .merge(describe::routes::<Membership>())
        .merge(describe::routes::<Schedule>())
        .merge(describe::routes::<Priority>())
        .merge(describe::routes::<User>())
        .merge(describe::routes::<Grant>())
        .merge(describe::routes::<Suspension>())
        .merge(describe::routes::<Token>())
        .merge(describe::routes::<Task>())
        .merge(setup::routes())
        .merge(signin::routes())
        .merge(installation::routes())
        .merge(presentations::routes())
        .merge(playlists::routes())
        .merge(viewers::routes())
        .merge(screenshots::routes())
        .merge(devices::routes())
        .merge(enrolment::routes())
        .merge(schedules::routes())
        .merge(network::routes())
        .merge(describe::routes::<domain::server::Server>())
        .merge(servers::routes())
        .merge(voters::routes())
        .merge(notices::routes())
        .merge(wake::routes())
        .merge(tasks::routes())
        .merge(why::routes())
        .merge(users::routes())
        .merge(tokens::routes())
        .merge(uploads::routes())
        .merge(describe::routes::<OnHours>())
        .merge(describe::routes::<DownloadRule>())
        .merge(describe::routes::<ViewerSettings>())
        .merge(describe::routes::<Recipient>())
        .merge(alerts::routes())
        .merge(notify::routes())
        .merge(facts::routes())
        .merge(changes::routes())
        .merge(files::routes())
        .merge(events::routes())
        .routes(routes!(description_json))
}

/// The API's description.
#[must_use]
pub fn openapi() -> OpenApi {
    let nested = OpenApiRouter::<App>::new().nest(BASE, api());
    let (_, mut nested) = nested.split_for_parts();
    let own = api().into_openapi();
    nested.info = own.info;
    nested.openapi = own.openapi;
    describe::name_operations(&mut nested);
    describe::add_errors(&mut nested);
    nested
}

/// The API's description as JSON text.
#[must_use]
pub fn openapi_json() -> String {
    let mut text = openapi().to_pretty_json().expect("descriptions are plain data");
    text.push('\n');
    text
}

/// The description of this API.
#[utoipa::path(get, path = "/openapi.json", tag = "api", responses((status = 200, body = serde_json::Value)))]
async fn description_json() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json()).into_response()
}

/// The calls of the API, below [`BASE`].
pub(crate) fn api_router(app: App) -> Router {
    let (api, _) = api().split_for_parts();
    api.fallback(no_such_call).method_not_allowed_fallback(wrong_method).with_state(app)
}

/// Everything that answers on the web ports.
pub fn router(app: App, metrics: Router) -> Router {
    let api = api_router(app.clone());
    let header = |name, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Router::new()
        .route("/healthz", axum::routing::get(|| async { "ok\n" }))
        .route("/readyz", axum::routing::get(ready))
        .route("/media/{hash}", axum::routing::get(files::by_hash))
        .route(::net::control::tunnel::PATH, axum::routing::get(tunnel::open))
        .with_state(app.clone())
        .nest(BASE, api)
        .merge(metrics)
        .merge(crate::files::web_routes())
        .layer(axum::middleware::from_fn_with_state(app, crossing::answer))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "same-origin"))
        .layer(header(header::CONTENT_SECURITY_POLICY, POLICY))
}

async fn ready(Extract(app): Extract<App>) -> Response {
    match app.core.store().facts().session(&[0], 0).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => Error::unavailable(error).into_response(),
    }
}

async fn no_such_call() -> Error {
    Error::not_found("there is no such call: see /api/v1/openapi.json")
}

async fn wrong_method() -> Error {
    Error::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not take this method: see /api/v1/openapi.json",
    )
}

/// A change whose answer is only its address.
fn done<T>(made: &crate::core::Made<T>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    made.sign(&mut response);
    response
}

/// A change with an answer.
fn answer<T, V: serde::Serialize>(made: &crate::core::Made<T>, status: StatusCode, value: &V) -> Response {
    let mut response = (status, Json(value)).into_response();
    made.sign(&mut response);
    response
}
