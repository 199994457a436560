//! Certificates that the operator puts in place.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use server::cli::Exit;
use server::tls::Pace;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::site::{Site, client, config, peer_app};

/// Writes a self-signed certificate for loopback; the PEM text of the certificate.
fn write(folder: &TempDir, key_for_certificate: &KeyPair, key_for_file: &KeyPair) -> String {
    let names = ["127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().self_signed(key_for_certificate).unwrap().pem();
    fs::write(folder.path().join("cert.pem"), &certificate).unwrap();
    fs::write(folder.path().join("key.pem"), key_for_file.serialize_pem()).unwrap();
    fs::set_permissions(folder.path().join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    certificate
}

fn settings(folder: &TempDir) -> [String; 3] {
    [
        "web.tls=files".to_owned(),
        format!("web.cert-file={}", folder.path().join("cert.pem").display()),
        format!("web.key-file={}", folder.path().join("key.pem").display()),
    ]
}

#[tokio::test]
async fn the_operators_certificate_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = write(&folder, &key, &key);
    let site = Site::start(peer_app(), &settings(&folder).each_ref().map(String::as_str)).await;
    let client = client(certificate.as_bytes()).build().unwrap();
    assert_eq!(client.get(site.https_url("/")).send().await.unwrap().status(), 200);
    let missing = client.get(site.https_url("/trust/ca.crt")).send().await.unwrap();
    assert_eq!(missing.status(), 404, "a foreign authority is not ours to offer");
    let page = client.get(site.https_url("/trust")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Nothing to do here"));
}

#[tokio::test]
async fn a_key_of_another_certificate_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, &KeyPair::generate().unwrap(), &KeyPair::generate().unwrap());
    let data = tempfile::tempdir().unwrap();
    let config = config(&data, &settings(&folder).each_ref().map(String::as_str));
    let failure = server::tls::start(&config, CancellationToken::new()).await.map(drop).unwrap_err();
    assert_eq!(failure.exit, Exit::Config);
    assert!(failure.sentence.contains("does not belong to the certificate"), "{failure}");
}

#[tokio::test]
async fn a_changed_file_is_used_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    write(&folder, &key, &key);
    let data = tempfile::tempdir().unwrap();
    let config = config(&data, &settings(&folder).each_ref().map(String::as_str));
    let stop = CancellationToken::new();
    let tls = server::tls::start(&config, stop.clone()).await.unwrap();
    let (mut current, mut trouble) = (tls.resolver.watch(), tls.resolver.trouble());
    let first = current.borrow_and_update().cert.clone();

    fs::write(folder.path().join("cert.pem"), "not a certificate").unwrap();
    tls.resolver.look_again();
    trouble.changed().await.unwrap();
    assert!(trouble.borrow_and_update().as_ref().unwrap().contains("not PEM"));
    assert_eq!(current.borrow_and_update().cert, first, "the old certificate stays");

    let next = KeyPair::generate().unwrap();
    write(&folder, &next, &next);
    tls.resolver.look_again();
    current.changed().await.unwrap();
    assert_ne!(current.borrow().cert, first);
    assert_eq!(*trouble.borrow_and_update(), None);
    stop.cancel();
}

#[tokio::test]
async fn changed_files_are_read_again_within_a_minute_without_being_asked() {
    assert!(Pace::default().files <= Duration::from_secs(60));
    let folder = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    write(&folder, &key, &key);
    let data = tempfile::tempdir().unwrap();
    let config = config(&data, &settings(&folder).each_ref().map(String::as_str));
    let stop = CancellationToken::new();
    let pace = Pace { files: Duration::from_millis(5), ..Pace::default() };
    let tls = server::tls::start_at(pace, &config, stop.clone()).await.unwrap();
    let mut current = tls.resolver.watch();
    let first = current.borrow_and_update().cert.clone();
    let next = KeyPair::generate().unwrap();
    write(&folder, &next, &next);
    tokio::time::timeout(Duration::from_secs(60), current.changed()).await.unwrap().unwrap();
    assert_ne!(current.borrow().cert, first);
    stop.cancel();
}
