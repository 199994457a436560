//! The own web authority: trust, constraints, versions, renewal.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::site::{Site, peer_app};

/// A TLS connection to the server that trusts its own authority.
pub(crate) async fn connect(
    site: &Site,
    protocols: &[&[u8]],
    versions: &[&'static SupportedProtocolVersion],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(site.tls.trust.der().unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let stream = TcpStream::connect(site.https).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("127.0.0.1").unwrap(), stream).await
}

#[tokio::test]
async fn both_versions_and_both_protocols_are_spoken() {
    let site = Site::start(peer_app(), &[]).await;
    for (versions, protocols, version, protocol) in [
        (&[&rustls::version::TLS13], &[&b"h2"[..], b"http/1.1"][..], rustls::ProtocolVersion::TLSv1_3, &b"h2"[..]),
        (&[&rustls::version::TLS12], &[b"http/1.1"], rustls::ProtocolVersion::TLSv1_2, b"http/1.1"),
        (&[&rustls::version::TLS12], &[b"h2"], rustls::ProtocolVersion::TLSv1_2, b"h2"),
    ] {
        let stream = connect(&site, protocols, versions).await.unwrap();
        let connection = stream.get_ref().1;
        assert_eq!(connection.protocol_version(), Some(version));
        assert_eq!(connection.alpn_protocol(), Some(protocol));
    }
    let answer = site.client().get(site.https_url("/peer")).send().await.unwrap();
    assert_eq!(answer.version(), http::Version::HTTP_2);
    let one = super::site::client(site.tls.trust.pem().unwrap().as_bytes()).http1_only().build().unwrap();
    assert_eq!(one.get(site.https_url("/peer")).send().await.unwrap().version(), http::Version::HTTP_11);
}

#[tokio::test]
async fn who_does_not_trust_the_authority_is_not_fooled() {
    let site = Site::start(peer_app(), &[]).await;
    let stranger = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    assert!(stranger.get(site.https_url("/")).send().await.is_err());
    let host = format!("https://localhost:{}/", site.https.port());
    assert_eq!(site.client().get(host).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_authority_may_sign_for_this_server_only() {
    let site = Site::start(peer_app(), &["web.names=signage.example.org"]).await;
    let folder = site.data.path().join("tls");
    let authority = std::fs::read_to_string(folder.join("web-ca.pem")).unwrap();
    let key = rcgen::KeyPair::from_pem(&std::fs::read_to_string(folder.join("web-ca-key.pem")).unwrap()).unwrap();
    let issuer = rcgen::Issuer::from_ca_cert_pem(&authority, key).unwrap();
    for (name, permitted) in
        [("signage.example.org", true), ("bank.example.org", false), ("localhost", true), ("10.11.12.13", false)]
    {
        let key = rcgen::KeyPair::generate().unwrap();
        let forged = rcgen::CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        assert_eq!(is_trusted(&authority, forged.der(), name), permitted, "{name}");
    }
}

fn is_trusted(authority: &str, certificate: &CertificateDer<'_>, name: &str) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(name).unwrap();
    use rustls::client::danger::ServerCertVerifier as _;
    verifier.verify_server_cert(certificate, &[], &name, &[], rustls::pki_types::UnixTime::now()).is_ok()
}

#[tokio::test]
async fn keys_are_for_their_owner_only_and_the_authority_lasts() {
    let site = Site::start(peer_app(), &[]).await;
    let folder = site.data.path().join("tls");
    assert_eq!(std::fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    for name in ["web-ca.pem", "web-ca-key.pem", "web.pem", "web-key.pem"] {
        assert_eq!(std::fs::metadata(folder.join(name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
    let der = site.tls.trust.der().unwrap();
    let (_, authority) = X509Certificate::from_der(&der).unwrap();
    let years = Duration::from_secs(9 * 365 * 86_400);
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(authority.validity().not_after.timestamp().unsigned_abs());
    assert!(end > SystemTime::now() + years);
}

#[tokio::test]
async fn a_second_start_keeps_authority_and_certificate() {
    let data = tempfile::tempdir().unwrap();
    let config = super::site::config(&data, &[]);
    let start = async |config| {
        let stop = tokio_util::sync::CancellationToken::new();
        let tls = server::tls::start(config, stop.clone()).await.unwrap();
        stop.cancel();
        (tls.trust.fingerprint().unwrap(), tls.resolver.watch().borrow().cert.clone())
    };
    let first = start(&config).await;
    assert_eq!(start(&config).await, first);

    // A new name needs a new certificate, and an authority that may sign for it.
    let named = super::site::config(&data, &["web.names=signage.example.org"]);
    let second = start(&named).await;
    assert_ne!(second, first);
    // Fewer names need a new certificate, but the authority stays.
    let third = start(&config).await;
    assert_eq!(third.0, second.0);
    assert_ne!(third.1, second.1);
}

#[tokio::test]
async fn the_page_offers_the_certificate_with_its_fingerprint_and_a_code() {
    let site = Site::start(peer_app(), &[]).await;
    let page = site.client().get(site.http_url("/trust")).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    let fingerprint = site.tls.trust.fingerprint().unwrap();
    assert_eq!(fingerprint.len(), 32 * 3 - 1);
    assert!(page.contains(&fingerprint[..23]) && page.contains("<svg") && page.contains(&site.http_url("/trust")), "{page}");
    assert!(!page.contains("{{"), "a place was not filled in");
    let secure = site.client().get(site.https_url("/trust")).send().await.unwrap().text().await.unwrap();
    assert!(secure.contains(&site.https_url("/trust")), "{secure}");

    let der = site.client().get(site.https_url("/trust/ca.crt")).send().await.unwrap();
    assert_eq!(der.headers()["content-type"], "application/x-x509-ca-cert");
    assert_eq!(der.bytes().await.unwrap(), site.tls.trust.der().unwrap().to_vec());
    let pem = site.client().get(site.http_url("/trust/ca.pem")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(CertificateDer::from_pem_slice(&pem).unwrap(), site.tls.trust.der().unwrap());
}

#[tokio::test]
async fn a_hostile_host_field_does_not_reach_the_page() {
    let site = Site::start(peer_app(), &[]).await;
    let request = site.client().get(site.http_url("/trust")).header("host", "x\"><script>alert(1)</script>");
    let answer = request.send().await.unwrap();
    assert!(!answer.text().await.unwrap().contains("<script>"));
}
