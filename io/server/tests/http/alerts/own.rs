//! What the server raises of itself, and that people hear of it by mail.

use serde_json::json;

use super::mail::{MailServer, python};
use super::{impatient, open, until};
use crate::desk::png;
use crate::server::Site;
use crate::uploads::upload;

#[tokio::test]
async fn a_spoilt_file_is_told_by_mail_and_so_is_that_it_is_right_again() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (site, ada) = Site::set_up(&[]).await;
    impatient(&ada).await;
    let mut server = MailServer::start(&python, "none", folder.path(), folder.path()).await;
    let account = json!({"host": "127.0.0.1", "port": server.port, "security": "none", "sender": "signs@example.org"});
    ada.patch("/mail-account", &account).await.ok();
    let desk = json!({"name": "Desk", "address": {"mail": "desk@example.org"}, "kinds": ["spoilt"]});
    ada.make("/recipients", desk).await;
    let done = upload(&ada, "picture.png", &png(300, 200, [10, 200, 30]), None).await;
    let media = ada.get(&format!("/media/{}", done["media"].as_str().unwrap())).await.ok();
    let hash = media["hash"].as_str().unwrap();
    let path = site.data.path().join("media").join(&hash[..2]).join(&hash[2..4]).join(hash);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    ada.act("/servers/check-media").await.done();
    let alert = open(&ada, "spoilt").await;
    assert_eq!((&alert["viewer"], &alert["server"], &alert["numbers"]), (&json!(null), &json!(null), &json!({"files": 1})));
    let mail = server.line().await;
    assert!(mail.to_string().contains("The server has files that were spoilt on its disk"), "{mail}");

    bytes[middle] ^= 1;
    upload(&ada, "again.png", &bytes, None).await;
    until(&ada, "/alerts/open", |list| list["total"] == 0).await;
    let mail = server.line().await;
    assert!(mail.to_string().contains("Over: The server has files that were spoilt"), "{mail}");
}
