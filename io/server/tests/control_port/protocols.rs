//! HTTP/1.1, HTTP/2 and gRPC on one port, and what programs may ask with a token.

use std::sync::Arc;

use net::control::{Identity, Way};
use reqwest::{StatusCode, Version};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::device::{Device, connect};
use crate::server::Site;

/// A client that trusts the installation's authority, with the device's certificate if there is one.
pub(crate) fn client(site: &Site, identity: Option<&Identity>, alpn: &[u8]) -> reqwest::Client {
    let mut roots = RootCertStore::empty();
    let signer = site.app.control.authorities.signer(&site.app.core.state()).unwrap();
    roots.add(signer.certificate.clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        Some(identity) => {
            let key = PrivateKeyDer::Pkcs8(identity.key.pkcs8().into());
            builder.with_client_auth_cert(vec![CertificateDer::from(identity.certificate.clone())], key).unwrap()
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![alpn.to_vec()];
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(config).build().unwrap()
}

fn url(site: &Site, path: &str) -> String {
    format!("https://127.0.0.1:{}{path}", site.app.control.ports().control)
}

#[tokio::test]
async fn programs_use_the_api_by_token_over_both_versions_of_http() {
    let (site, ada) = Site::set_up(&[]).await;
    let token = ada.token("observer").await;
    for (alpn, version) in [(b"http/1.1".as_slice(), Version::HTTP_11), (b"h2".as_slice(), Version::HTTP_2)] {
        let client = client(&site, None, alpn);
        let answer = client.get(url(&site, "/api/v1/installation")).bearer_auth(&token).send().await.unwrap();
        assert_eq!((answer.status(), answer.version()), (StatusCode::OK, version));
        for (request, status) in [
            (client.get(url(&site, "/api/v1/installation")), 401),
            (client.get(url(&site, "/api/v1/installation")).bearer_auth("sb_wrong"), 401),
            (client.get(url(&site, "/api/v1/setup")), 401),
            (client.get(url(&site, "/api/v1/users")).bearer_auth(&token), 200),
            (client.post(url(&site, "/api/v1/groups")).bearer_auth(&token).json(&serde_json::json!({"name": "a"})), 403),
            (client.get(url(&site, "/healthz")), 200),
            (client.get(url(&site, "/metrics")), 404),
            (client.get(url(&site, "/")), 404),
            (client.get(url(&site, "/tunnel")), 404),
        ] {
            let answer = request.send().await.unwrap();
            let address = answer.url().path().to_owned();
            assert_eq!(answer.status().as_u16(), status, "{address}");
        }
    }
}

#[tokio::test]
async fn reflection_answers_devices_and_programs_only() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let token = ada.token("observer").await;
    let path = url(&site, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    // One message: list_services (field 7) of everything.
    let question = vec![0, 0, 0, 0, 2, 0x3a, 0];
    let ask = |client: reqwest::Client, token: Option<String>| {
        let request =
            client.post(&path).header("content-type", "application/grpc").header("te", "trailers").body(question.clone());
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    let stranger = ask(client(&site, None, b"h2"), None).send().await.unwrap();
    assert_eq!(stranger.headers()["grpc-status"], "16");
    let wrong = ask(client(&site, None, b"h2"), Some("sb_wrong".into())).send().await.unwrap();
    assert_eq!(wrong.headers()["grpc-status"], "16");
    for (client, token) in [(client(&site, None, b"h2"), Some(token)), (client(&site, Some(&identity), b"h2"), None)] {
        let answer = ask(client, token).send().await.unwrap().bytes().await.unwrap();
        let text = String::from_utf8_lossy(&answer);
        for service in ["signboard.v1.Enrolment", "signboard.v1.ViewerSession", "grpc.health.v1.Health"] {
            assert!(text.contains(service), "{text}");
        }
    }
}

#[tokio::test]
async fn an_unknown_service_is_said_to_be_unknown() {
    let (site, _ada) = Site::set_up(&[]).await;
    let request =
        client(&site, None, b"h2").post(url(&site, "/signboard.v9.Nothing/Do")).header("content-type", "application/grpc");
    assert_eq!(request.send().await.unwrap().headers()["grpc-status"], "12");
}

#[tokio::test]
async fn files_are_given_to_devices_whole_and_in_ranges() {
    let (site, ada) = Site::set_up(&[]).await;
    let identity = Device::new(1).pair(&site, &ada, "Pier").await;
    let font = site.app.fonts.list()[0].clone();
    let path = format!("/media/{}", font.hash);
    let whole = client(&site, Some(&identity), b"h2").get(url(&site, &path)).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(blake3::hash(&whole).to_hex().as_str(), font.hash.to_string());

    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    let hash = blake3::hash(&bytes);
    let place = site.app.core.store().media().path(domain::cell::Hash(*hash.as_bytes()));
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(&place, &bytes).unwrap();
    let path = format!("/media/{}", hash.to_hex());
    let stranger = client(&site, None, b"h2").get(url(&site, &path)).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    for alpn in [b"h2".as_slice(), b"http/1.1"] {
        let request = client(&site, Some(&identity), alpn).get(url(&site, &path)).header("range", "bytes=99990-");
        let part = request.send().await.unwrap();
        assert_eq!(part.status(), 206);
        assert_eq!(part.bytes().await.unwrap(), &bytes[99_990..]);
    }
    // At the web ports by what the session gives out, for as long as it lasts.
    let capability = site.app.control.capabilities.issue(identity.device.parse().unwrap());
    let at_web = |text: &str| site.stranger().with("authorization", &format!("Bearer {text}"));
    let address = format!("{}{path}", site.base);
    assert_eq!(at_web(capability.text()).get(&address).await.bytes, bytes);
    let text = capability.text().to_owned();
    assert_eq!(at_web(&text[1..]).get(&address).await.status, 401);
    drop(capability);
    assert_eq!(at_web(&text).get(&address).await.status, 401);
    let capability = site.app.control.capabilities.issue(identity.device.parse().unwrap());
    connect(&site, &identity, Way::Control).await.health().await.unwrap();
    ada.act(&format!("/devices/{}/revoke", identity.device)).await.done();
    assert_eq!(at_web(capability.text()).get(&address).await.status, 401, "revoked devices get nothing more");
}
