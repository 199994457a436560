//! People are told by mail, through a mail server that others wrote (aiosmtpd).

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::{impatient, incomplete, until};
use crate::server::Site;

/// A running mail server; it ends when it is dropped.
pub(super) struct MailServer {
    pub(super) port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

/// A Python that has aiosmtpd: `XTASK_TEST_PYTHON`, the one below `target/venv`, or the system's; none with a word about it.
pub(super) fn python() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    let chosen = std::env::var_os("XTASK_TEST_PYTHON").map(PathBuf::from);
    let has = |python: &PathBuf| {
        let asked = std::process::Command::new(python).args(["-c", "import aiosmtpd"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    let found = [chosen, Some(target), Some("python3".into())].into_iter().flatten().find(has);
    if found.is_none() {
        testkit::skip("no aiosmtpd: python3 -m venv target/venv; target/venv/bin/pip install aiosmtpd==1.4.6").unwrap();
    }
    found
}

impl MailServer {
    pub(super) async fn start(python: &Path, protection: &str, certificate: &Path, key: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/alerts/smtp.py");
        let mut command = Command::new(python);
        command.arg(script).arg(protection).arg(certificate).arg(key).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { port: 0, lines, _child: child };
        server.port = server.line().await["port"].as_u64().unwrap().try_into().unwrap();
        server
    }

    pub(super) async fn line(&mut self) -> Value {
        let line = tokio::time::timeout(super::PATIENCE, self.lines.next_line()).await.expect("no mail came for long");
        serde_json::from_str(&line.unwrap().expect("the mail server ended")).unwrap()
    }
}

/// An authority with a certificate for localhost, in a folder: paths of certificate and key, and the authority in PEM form.
fn certificate(folder: &Path) -> (PathBuf, PathBuf, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let authority_certificate = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::from_params(&authority, &authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let paths = (folder.join("mail.pem"), folder.join("mail.key"));
    std::fs::write(&paths.0, leaf.pem()).unwrap();
    std::fs::write(&paths.1, key.serialize_pem()).unwrap();
    (paths.0, paths.1, authority_certificate.pem())
}

#[tokio::test]
async fn people_are_told_by_one_mail_of_all_that_happened_within_a_moment() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    // Long enough that all of them fall into it, whatever the machine does.
    ada.patch("/alert-rules", &json!({"pace": {"gather_s": 12}})).await.ok();
    let mut server = MailServer::start(&python, "none", folder.path(), folder.path()).await;
    let account = json!({"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "signs@example.org"});
    ada.patch("/mail-account", &account).await.ok();
    ada.make("/recipients", json!({"name": "Desk", "address": {"mail": "desk@example.org"}})).await;
    let mut screens = Vec::new();
    for name in ["Pier", "Hall", "Café"] {
        screens.push(incomplete(&site.base, &ada, name).await);
    }
    until(&ada, "/alerts/open", |list| list["total"] == 3).await;
    let mut mails = vec![server.line().await];
    let lines = |mails: &[Value]| {
        mails.iter().map(|mail| mail["data"].as_str().unwrap().matches("cannot complete").count()).sum::<usize>()
    };
    while lines(&mails) < 3 {
        mails.push(server.line().await);
    }
    assert!(mails.len() <= 2, "they were raised within two rounds: {mails:?}");
    let first = &mails[0];
    assert_eq!((&first["from"], &first["to"]), (&json!("signs@example.org"), &json!(["desk@example.org"])));
    let data = first["data"].as_str().unwrap();
    for part in [
        "From: \"Signboard Harbour\" <signs@example.org>",
        "To: desk@example.org",
        "Subject: Signboard:",
        "Message-ID: <",
        "/alerts",
        "CET  ",
    ] {
        assert!(data.contains(part), "{part} is missing: {data}");
    }
    drop(screens);
}

#[tokio::test]
async fn mail_servers_are_verified_and_signed_in_to() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key, authority) = certificate(folder.path());
    let (_site, ada) = Site::set_up(&[]).await;
    let desk = ada.make("/recipients", json!({"name": "Desk", "address": {"mail": "desk@example.org"}})).await;
    let test = async |recipient: &str| ada.post("/notify/test", &json!({"recipient": recipient})).await.ok();
    let said = test(&desk).await;
    assert_eq!((&said["ok"], &said["text"]), (&json!(false), &json!("no mail account is set up: give the mail server first")));
    for protection in ["starttls", "tls"] {
        let mut server = MailServer::start(&python, protection, &certificate, &key).await;
        let account = json!({
            "host": "localhost", "port": server.port, "security": protection, "sender": "signs@example.org",
            "user": "signs", "password": "open sesame 42", "authority": authority,
        });
        let stored = ada.patch("/mail-account", &account).await;
        assert_eq!((&stored.ok()["has_password"], stored.text().contains("sesame")), (&json!(true), false));
        let said = test(&desk).await;
        assert_eq!((&said["ok"], &said["text"]), (&json!(true), &json!("250 taken to heart")), "{protection}: {said}");
        let mail = server.line().await;
        assert_eq!((&mail["user"], &mail["tls"]), (&json!("signs"), &json!(true)), "{protection}");
        assert!(mail["data"].as_str().unwrap().contains("This is a test"), "{mail}");

        for (wrong, text) in [
            (json!({"authority": ""}), "certificate"),
            (json!({"password": "guess"}), "535"),
            (json!({"host": "127.0.0.1"}), "certificate"),
        ] {
            ada.patch("/mail-account", &account).await.ok();
            ada.patch("/mail-account", &wrong).await.ok();
            let said = test(&desk).await;
            assert_eq!(said["ok"], false, "{protection} {wrong}: {said}");
            assert!(said["text"].as_str().unwrap().contains(text), "{protection} {wrong}: {said}");
        }
        ada.patch("/mail-account", &account).await.ok();
        let nobody = json!({"name": format!("Nobody {protection}"), "address": {"mail": "nobody@example.org"}});
        let said = test(&ada.make("/recipients", nobody).await).await;
        assert!(said["text"].as_str().unwrap().contains("there is nobody"), "{said}");
    }
}
