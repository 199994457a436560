//! The page `/trust`: how people come to trust the server's own web authority.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

use super::key_files::pem;
use crate::listen::{Peer, requested_host};

const PAGE: &str = include_str!("trust.html");
const PAGE_WITHOUT_AUTHORITY: &str = include_str!("trust_foreign.html");
/// The pages load nothing and run no script.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'";

/// The certificate of the own authority; none while a foreign one is in use.
#[derive(Clone, Debug, Default)]
pub struct Trust(Arc<RwLock<Option<CertificateDer<'static>>>>);

impl Trust {
    pub(super) fn set(&self, authority: Option<CertificateDer<'static>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = authority;
    }

    /// The certificate, DER.
    #[must_use]
    pub fn der(&self) -> Option<CertificateDer<'static>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The certificate, PEM.
    #[must_use]
    pub fn pem(&self) -> Option<String> {
        self.der().map(|der| pem("CERTIFICATE", &der))
    }

    /// SHA-256 of the certificate, as browsers show it: pairs of capital hexadecimal digits with colons.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let digest = Sha256::digest(self.der()?);
        Some(digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":"))
    }

    /// `GET /trust`, `/trust/ca.crt` and `/trust/ca.pem`.
    pub(super) fn routes(&self) -> Router {
        Router::new()
            .route("/trust", get(page))
            .route("/trust/ca.crt", get(certificate_der))
            .route("/trust/ca.pem", get(certificate_pem))
            .with_state(self.clone())
    }
}

async fn page(State(trust): State<Trust>, peer: Option<Extension<Peer>>, uri: Uri, headers: HeaderMap) -> Response {
    let scheme = if peer.is_some_and(|Extension(peer)| peer.tls) { "https" } else { "http" };
    let host = requested_host(&headers, &uri);
    let html = match trust.fingerprint() {
        Some(fingerprint) => {
            let address = host.map_or_else(String::new, |host| format!("{scheme}://{host}/trust"));
            PAGE.replace("{{fingerprint}}", &wrapped(&fingerprint))
                .replace("{{address}}", &escaped(&address))
                .replace("{{qr}}", &qr(&address))
        }
        None => PAGE_WITHOUT_AUTHORITY.to_owned(),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, html).into_response()
}

async fn certificate_der(State(trust): State<Trust>) -> Response {
    download(trust.der().map(|der| der.to_vec()), "application/x-x509-ca-cert", "signboard-ca.crt")
}

async fn certificate_pem(State(trust): State<Trust>) -> Response {
    download(trust.pem().map(String::into_bytes), "application/x-pem-file", "signboard-ca.pem")
}

fn download(content: Option<Vec<u8>>, kind: &'static str, name: &str) -> Response {
    let Some(content) = content else {
        return (StatusCode::NOT_FOUND, "This server uses a certificate of another authority.\n").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, content).into_response()
}

/// The address as a QR code; nothing where it is too long for one.
fn qr(address: &str) -> String {
    let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::M) else {
        return String::new();
    };
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .dark_color(svg::Color("#10151c"))
        .light_color(svg::Color("#ffffff"))
        .build();
    // Within HTML the XML declaration would be shown.
    image.find("<svg").map_or_else(String::new, |start| image[start..].to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Four lines of eight pairs, to be read aloud and compared.
fn wrapped(fingerprint: &str) -> String {
    let pairs: Vec<&str> = fingerprint.split(':').collect();
    pairs.chunks(8).map(|line| line.join(":")).collect::<Vec<_>>().join("\n")
}
