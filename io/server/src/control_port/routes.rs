//! What answers on the control port: gRPC services, the HTTP API for programs, and files for devices.

use std::convert::Infallible;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use net::grpc::enrolment_server::EnrolmentServer;
use tonic::server::NamedService;
use tower::{Service, ServiceExt as _};

use super::enrolment::Enrolling;
use super::guard;
use crate::app::App;
use crate::http::{BASE, api_router, files};

/// The longest message that is taken from somebody without a place, in bytes. Of those there may be thousands, each with several calls, and
/// a message that comes slowly lies in memory until it is whole.
const MAX_FROM_STRANGER: usize = 32 << 10;

/// The descriptors that reflection answers from, besides its own.
const DESCRIPTORS: [&[u8]; 2] = [control::v1::DESCRIPTORS, tonic_health::pb::FILE_DESCRIPTOR_SET];

/// Everything that answers on the control port.
pub(super) fn routes(app: App) -> Router {
    let enrolment = EnrolmentServer::new(Enrolling::new(app.clone())).max_decoding_message_size(MAX_FROM_STRANGER);
    // Joining needs no certificate, sessions one of a server: the service looks itself.
    let replication = crate::replication::service(app.clone());
    let servers = mount(mount(Router::new(), replication), crate::mirror::service(app.clone()));
    let strangers = mount(mount(servers, enrolment), health()).route("/healthz", get(|| async { "ok\n" }));
    let both = DESCRIPTORS.into_iter().fold((reflection(), reflection()), |(new, old), set| {
        (new.register_encoded_file_descriptor_set(set), old.register_encoded_file_descriptor_set(set))
    });
    let reflected = "the descriptors were made by the compiler of these protocols";
    let reflected = mount(mount(Router::new(), both.0.build_v1().expect(reflected)), both.1.build_v1alpha().expect(reflected))
        .layer(from_fn_with_state(app.clone(), guard::devices_and_programs));
    let sessions =
        mount(Router::new(), crate::session::native::service(app.clone())).layer(from_fn_with_state(app.clone(), guard::devices));
    let programs = Router::new().nest(BASE, api_router(app.clone())).layer(from_fn_with_state(app.clone(), guard::programs));
    let media = Router::new().route("/media/{hash}", get(files::by_hash)).with_state(app);
    strangers.merge(reflected).merge(sessions).merge(programs).merge(media).fallback(guard::nothing)
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
}

/// The health of every service (grpc.health.v1): a server that answers at all can serve them.
fn health() -> tonic_health::pb::health_server::HealthServer<impl tonic_health::pb::health_server::Health> {
    let reporter = tonic_health::server::HealthReporter::new();
    let service = tonic_health::server::HealthService::from_health_reporter(reporter.clone());
    tokio::spawn(async move {
        use tonic_health::ServingStatus::Serving;
        for name in ["signboard.v1.Enrolment", "signboard.v1.Replication", "signboard.v1.ViewerSession"] {
            reporter.set_service_status(name, Serving).await;
        }
    });
    tonic_health::pb::health_server::HealthServer::new(service).max_decoding_message_size(MAX_FROM_STRANGER)
}

/// A gRPC service at its path.
fn mount<S>(router: Router, service: S) -> Router
where
    S: Service<http::Request<tonic::body::Body>, Error = Infallible> + NamedService + Clone + Send + Sync + 'static,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    let path = format!("/{}/{{*rest}}", S::NAME);
    router.route_service(&path, service.map_request(|request: axum::extract::Request| request.map(tonic::body::Body::new)))
}
