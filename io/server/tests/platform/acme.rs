//! Certificates of an authority that speaks ACME, against a small one that checks what a real one checks.

use std::time::Duration;

use server::listen;
use server::tls::Pace;
use tempfile::TempDir;
use testkit::acme::AcmeServer;

use super::site::{Site, client, config, peer_app};

const PATIENCE: Duration = Duration::from_secs(60);

fn settings(authority: &AcmeServer) -> [String; 5] {
    [
        "web.tls=acme".to_owned(),
        "web.names=signage.example.org,www.example.org".to_owned(),
        "web.acme-contact=operator@example.org".to_owned(),
        format!("web.acme-directory={}", authority.directory()),
        format!("web.acme-ca-file={}", authority.root_file().display()),
    ]
}

/// A server and an authority that fetches challenges from its HTTP port.
async fn start(data: TempDir, mode: &str, refusing: bool) -> (Site, AcmeServer) {
    let bound = listen::bind(&config(&data, &[mode])).unwrap();
    let authority = AcmeServer::start(bound.http_port().unwrap()).await.unwrap();
    authority.set_refusing(refusing);
    let site = restart(bound, data, &authority, mode).await;
    (site, authority)
}

async fn restart(bound: listen::Bound, data: TempDir, authority: &AcmeServer, mode: &str) -> Site {
    at(Pace::default(), bound, data, authority, mode).await
}

async fn at(pace: Pace, bound: listen::Bound, data: TempDir, authority: &AcmeServer, mode: &str) -> Site {
    let settings = settings(authority);
    let mut settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    settings.push(mode);
    let config = config(&data, &settings);
    Site::at(pace, bound, peer_app(), data, &config).await
}

/// Waits until a certificate of the authority is in use.
async fn exchanged(site: &Site) {
    let mut current = site.tls.resolver.watch();
    let is_foreign = |_: &std::sync::Arc<rustls::sign::CertifiedKey>| site.tls.trust.der().is_none();
    tokio::time::timeout(PATIENCE, current.wait_for(is_foreign)).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_obtained_and_kept() {
    let (site, authority) = start(tempfile::tempdir().unwrap(), "web.http-mode=redirect", false).await;
    exchanged(&site).await;
    let root = std::fs::read(authority.root_file()).unwrap();
    let named = client(&root).resolve("signage.example.org", site.https).build().unwrap();
    let url = format!("https://signage.example.org:{}/peer", site.https.port());
    assert_eq!(named.get(&url).send().await.unwrap().status(), 200);
    assert_eq!((authority.accounts(), authority.issued()), (1, 1));

    // A second start uses what it kept and asks for nothing.
    let first = site.tls.resolver.watch().borrow().cert.clone();
    let data = TempDir::new().unwrap();
    copy(&site.data, &data);
    site.stop(Duration::from_secs(5)).await;
    let bound = listen::bind(&config(&data, &[])).unwrap();
    let site = restart(bound, data, &authority, "web.http-mode=serve").await;
    assert_eq!(site.tls.resolver.watch().borrow().cert, first);
    assert_eq!((authority.accounts(), authority.issued()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_keeps_the_certificate_in_use_and_says_so() {
    let (site, authority) = start(tempfile::tempdir().unwrap(), "web.http-mode=serve", true).await;
    let mut trouble = site.tls.resolver.trouble();
    let said = tokio::time::timeout(PATIENCE, trouble.wait_for(Option::is_some)).await.unwrap().unwrap().clone().unwrap();
    assert!(said.contains("too many orders for today") && said.contains(&authority.directory()), "{said}");
    let answer = site.client().get(site.https_url("/peer")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "the own authority serves meanwhile");
    assert_eq!(authority.issued(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_order_is_tried_again() {
    let data = tempfile::tempdir().unwrap();
    let bound = listen::bind(&config(&data, &[])).unwrap();
    let authority = AcmeServer::start(bound.http_port().unwrap()).await.unwrap();
    authority.set_refusing(true);
    let short = Duration::from_millis(20);
    let pace = Pace { retry: short, retry_most: short, ..Pace::default() };
    let site = at(pace, bound, data, &authority, "web.http-mode=serve").await;
    let mut trouble = site.tls.resolver.trouble();
    tokio::time::timeout(PATIENCE, trouble.wait_for(Option::is_some)).await.unwrap().unwrap();
    authority.set_refusing(false);
    exchanged(&site).await;
    tokio::time::timeout(PATIENCE, trouble.wait_for(Option::is_none)).await.unwrap().unwrap();
    assert_eq!((authority.accounts(), authority.issued()), (1, 1), "the account of the first attempt is used again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_the_authority_cannot_fetch_is_named() {
    let data = tempfile::tempdir().unwrap();
    let bound = listen::bind(&config(&data, &[])).unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let authority = AcmeServer::start(closed).await.unwrap();
    let site = restart(bound, data, &authority, "web.http-mode=serve").await;
    let mut trouble = site.tls.resolver.trouble();
    let said = tokio::time::timeout(PATIENCE, trouble.wait_for(Option::is_some)).await.unwrap().unwrap().clone().unwrap();
    assert!(said.contains("signage.example.org could not be reached"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ageing_certificate_is_renewed() {
    let data = tempfile::tempdir().unwrap();
    let bound = listen::bind(&config(&data, &[])).unwrap();
    let authority = AcmeServer::start(bound.http_port().unwrap()).await.unwrap();
    // Two thirds of three seconds: the renewal is due two seconds after the first certificate.
    authority.set_validity(Duration::from_secs(3));
    let site = restart(bound, data, &authority, "web.http-mode=serve").await;
    let mut current = site.tls.resolver.watch();
    tokio::time::timeout(PATIENCE, async {
        while authority.issued() < 2 {
            current.changed().await.unwrap();
        }
    })
    .await
    .unwrap();
    assert_eq!(authority.accounts(), 1);
}

fn copy(from: &TempDir, to: &TempDir) {
    let status = std::process::Command::new("cp").arg("-a").arg(from.path().join("tls")).arg(to.path()).status();
    assert!(status.unwrap().success());
}
