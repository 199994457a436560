//! Coming again costs only what changed, whatever the server remembers.

use control::v1;
use control::v1::from_viewer::Message as Say;

use crate::desk;
use crate::screen::{Heard, Screen};
use crate::server::Site;

#[tokio::test]
async fn a_viewer_that_has_everything_is_sent_nothing() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let mut pier = pier.again(&site, "").await;
    pier.is_quiet().await;
    assert_eq!(site.app.hub.len(), 1);
}

#[tokio::test]
async fn what_changed_meanwhile_comes_as_a_delta_and_is_urgent_if_it_was() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let viewer = pier.identity.viewer.clone();
    let shown = desk::presentation(&ada, "Ahoy").await;
    let row = desk::schedule(&ada, &shown, &viewer).await;
    let mut pier = pier.again(&site, "").await;
    let led = pier.led().await;
    assert!(!led.from_nothing && !led.urgent && led.put.len() == 3, "{led:?}");
    drop(ada.delete(&format!("/schedules/{row}")).await.cleared());
    // Whether the delta came before the viewer hung up or comes now, what was taken away leaves at once.
    let mut pier = pier.again(&site, "").await;
    let led = pier.led().await;
    assert!(led.urgent && led.gone == 3, "{led:?}");
}

#[tokio::test]
async fn after_a_restart_of_the_server_an_inventory_says_what_is_lacking() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let Screen { device, identity, holding, .. } = pier;
    let shown = desk::presentation(&ada, "Ahoy").await;
    desk::schedule(&ada, &shown, &identity.viewer).await;
    let data = site.stop().await;
    let site = Site::on(data, &[]).await;
    let mut pier = Screen::open(&site, device, identity, holding, "").await;
    let asked = pier.hear().await;
    assert!(matches!(asked, Heard::InventoryWanted(_)), "{asked:?}");
    pier.say(Say::Inventory(pier.holding.inventory())).await;
    let led = pier.led().await;
    assert!(!led.from_nothing && !led.urgent && led.put.len() == 3 && led.gone == 0, "{led:?}");
    assert_eq!(pier.plan(&site).id, pier.servers_plan(&site));

    let plan = pier.plan(&site).id;
    let Screen { device, identity, holding, .. } = pier;
    let site = Site::on(site.stop().await, &[]).await;
    let mut pier = Screen::open(&site, device, identity, holding, &plan).await;
    pier.is_quiet().await;
    let status = site.app.live.status(pier.viewer());
    assert_eq!(status.plan.unwrap().id, plan, "it is known at once what it plays");
}

#[tokio::test]
async fn what_was_taken_down_before_a_restart_of_the_server_leaves_at_once() {
    let (site, ada) = Site::set_up(&[]).await;
    let pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let shown = desk::presentation(&ada, "Ahoy").await;
    let row = desk::schedule(&ada, &shown, &pier.identity.viewer).await;
    let mut pier = pier.again(&site, "").await;
    assert_eq!(pier.led().await.put.len(), 3);
    let Screen { device, identity, holding, .. } = pier;
    drop(ada.delete(&format!("/schedules/{row}")).await.cleared());
    let site = Site::on(site.stop().await, &[]).await;
    let mut pier = Screen::open(&site, device, identity, holding, "").await;
    let asked = pier.hear().await;
    assert!(matches!(asked, Heard::InventoryWanted(_)), "{asked:?}");
    pier.say(Say::Inventory(pier.holding.inventory())).await;
    let led = pier.led().await;
    assert!(led.urgent && led.gone == 3, "{led:?}");
}

#[tokio::test]
async fn a_viewer_that_lost_its_rows_says_so_and_gets_them_again() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    pier.say(Say::Inventory(v1::Inventory::default())).await;
    assert!(pier.led().await.from_nothing);
    let broken = v1::RowVersion { kind: "viewer".into(), id: vec![1; 3], version: vec![1; 16] };
    pier.say(Say::Inventory(v1::Inventory { rows: vec![broken] })).await;
    let heard = pier.hear().await;
    assert!(matches!(&heard, Heard::Error(error) if error.code == "inventory" && error.message.contains("give 16")), "{heard:?}");
    pier.is_quiet().await;
}
