//! A viewer follows what changes, and nobody is told what does not concern it.

use serde_json::json;

use crate::desk;
use crate::screen::Screen;
use crate::server::Site;

#[tokio::test]
async fn a_viewer_makes_the_servers_plan_and_follows_it() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    assert_eq!((pier.welcome.name.as_str(), pier.welcome.installation.as_str()), ("Pier", "Harbour"));
    assert_eq!((pier.welcome.protocol, pier.welcome.viewer.as_str()), (1, pier.identity.viewer.as_str()));
    assert!(pier.welcome.servers.iter().all(|server| server.control_port == u32::from(site.app.control.ports().control)));
    assert_eq!(pier.plan(&site).id, pier.servers_plan(&site));

    let shown = desk::presentation(&ada, "Ahoy").await;
    pier.is_quiet().await;
    desk::schedule(&ada, &shown, &pier.identity.viewer).await;
    let led = pier.led().await;
    assert_eq!((led.put.as_slice(), led.gone), (["presentation", "revision", "schedule"].map(str::to_owned).as_slice(), 0));
    assert_eq!(pier.plan(&site).id, pier.servers_plan(&site));
    assert_eq!(pier.plan(&site).bodies.len(), 1);

    desk::edit(&ada, &shown, "Ahoy again").await;
    let version = ada.get(&format!("/presentations/{shown}")).await.header("etag").unwrap().to_owned();
    ada.with("if-match", &version).patch(&format!("/presentations/{shown}"), &json!({"name": "Greeting"})).await.ok();
    pier.is_quiet().await;
    desk::publish(&ada, &shown).await;
    let led = pier.led().await;
    assert_eq!((led.put.len(), led.gone, led.urgent), (2, 1, false), "the new revision for the old one, and the head: {led:?}");
    assert_eq!(pier.plan(&site).id, pier.servers_plan(&site));
}

#[tokio::test]
async fn what_is_taken_down_is_urgent_and_only_where_it_stood() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let mut quay = Screen::paired(&site, &ada, 2, "Quay").await;
    let shown = desk::presentation(&ada, "Ahoy").await;
    let row = desk::schedule(&ada, &shown, &pier.identity.viewer).await;
    pier.led().await;
    quay.is_quiet().await;
    let told = ada.delete(&format!("/schedules/{row}")).await.cleared();
    assert_eq!(told["told"][0]["name"], "Pier");
    let led = pier.led().await;
    assert!(led.urgent && led.put.is_empty() && led.gone == 3, "{led:?}");
    quay.is_quiet().await;
}

#[tokio::test]
async fn a_new_name_and_new_limits_are_told() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let path = format!("/viewers/{}", pier.identity.viewer);
    let version = ada.get(&path).await.header("etag").unwrap().to_owned();
    ada.with("if-match", &version).patch(&path, &json!({"name": "Pier 4"})).await.ok();
    let crate::screen::Heard::Welcome(welcome) = pier.hear().await else { panic!("no welcome") };
    assert_eq!(welcome.name, "Pier 4");
    assert_eq!(pier.led().await.put, ["viewer"]);
    ada.make("/download-rules", json!({"destination": {"viewer": pier.identity.viewer}, "bytes_per_second": 1_000_000})).await;
    let crate::screen::Heard::Welcome(welcome) = pier.hear().await else { panic!("no welcome") };
    assert_eq!(welcome.download.unwrap().bytes_per_second, 1_000_000);
    pier.is_quiet().await;
}
