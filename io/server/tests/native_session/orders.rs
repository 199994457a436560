//! Orders, and what is reported about them.

use std::collections::BTreeMap;

use control::order::{Order, OrderKind, Report};
use control::v1;
use control::v1::CommandState;
use control::v1::from_viewer::Message as Say;
use serde_json::json;
use uuid::Uuid;

use crate::screen::{Heard, Screen};
use crate::server::Site;

async fn ordered(screen: &mut Screen) -> v1::Command {
    match screen.hear().await {
        Heard::Command(command) => command,
        other => panic!("not an order: {other:?}"),
    }
}

async fn report(screen: &Screen, id: &[u8], state: CommandState, code: &str, text: &str) {
    let report = v1::CommandReport { id: id.to_vec(), state: state.into(), progress: 50, text: text.into(), code: code.into() };
    screen.say(Say::Command(report)).await;
}

#[tokio::test]
async fn a_person_tells_a_screen_to_do_something_and_hears_how_it_went() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let path = format!("/viewers/{}/commands", pier.identity.viewer);
    let identify = {
        let (ada, path) = (ada.with("accept", "*/*"), path.clone());
        tokio::spawn(async move { ada.post(&path, &json!({"kind": "identify"})).await.ok() })
    };
    let command = ordered(&mut pier).await;
    assert_eq!((command.kind.as_str(), command.seconds), ("identify", 20));
    assert!(command.expires > ::server::now::now_ms());
    report(&pier, &command.id, CommandState::Started, "", "").await;
    report(&pier, &command.id, CommandState::Done, "", "Shown in large print.").await;
    let outcome = identify.await.unwrap();
    assert_eq!((outcome["ok"].as_bool(), outcome["text"].as_str()), (Some(true), Some("Shown in large print.")));

    let screenshot = {
        let (ada, path) = (ada.with("accept", "*/*"), path.clone());
        tokio::spawn(async move { ada.post(&path, &json!({"kind": "screenshot"})).await.ok() })
    };
    let command = ordered(&mut pier).await;
    let picture = [[0xff, 0xd8, 0xff].as_slice(), &[7; 300_000]].concat();
    for (n, chunk) in picture.chunks(262_144).enumerate() {
        let offset = n as u64 * 262_144;
        let last = offset as usize + chunk.len() == picture.len();
        let (name, mime) = ("screen.jpg".to_owned(), "image/jpeg".to_owned());
        let part = v1::Attachment { command: command.id.clone(), name, mime, offset, bytes: chunk.to_vec(), last };
        pier.say(Say::Attachment(part)).await;
    }
    report(&pier, &command.id, CommandState::Done, "", "").await;
    assert_eq!(screenshot.await.unwrap()["ok"], true);
    let shot = ada.get(&format!("/viewers/{}/screenshot", pier.identity.viewer)).await;
    assert_eq!((shot.status, shot.header("content-type"), &shot.bytes), (200, Some("image/jpeg"), &picture));
    let kept = ada.get(&format!("/viewers/{}/screenshots", pier.identity.viewer)).await.ok();
    assert_eq!(kept.as_array().unwrap().len(), 1, "once, however many heard of it");
}

#[tokio::test]
async fn reports_find_whoever_asked_in_a_later_session_too() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let id = Uuid::from_u128(77);
    let arguments = BTreeMap::from([("key".to_owned(), "display.power".to_owned()), ("value".to_owned(), "cec".to_owned())]);
    let order = Order { id, kind: OrderKind::SetSetting, seconds: None, arguments: arguments.clone(), expires: None };
    let mut reports = site.app.hub.reports(id);
    assert!(site.app.hub.order(pier.viewer(), order.clone()));
    let command = ordered(&mut pier).await;
    assert_eq!((command.arguments, command.expires, command.seconds), (arguments, 0, 0));
    report(&pier, &command.id, CommandState::Running, "", "Half.").await;
    assert_eq!(reports.recv().await, Some(Report::Running { percent: 50, text: "Half.".into() }));
    let session = site.app.hub.session_at(pier.viewer());
    let mut pier = pier.again(&site, "").await;
    assert_ne!(site.app.hub.session_at(pier.viewer()), session);
    assert!(site.app.hub.order(pier.viewer(), order));
    assert_eq!(ordered(&mut pier).await.id, id.as_bytes());
    report(&pier, id.as_bytes(), CommandState::Failed, "not_allowed", "commands.allow does not name it").await;
    let failed = Report::Failed { code: "not_allowed".into(), text: "commands.allow does not name it".into() };
    assert_eq!(reports.recv().await, Some(failed));
    assert_eq!(reports.recv().await, None, "nothing follows");
    report(&pier, id.as_bytes(), CommandState::Done, "", "").await;
    pier.is_quiet().await;
}
