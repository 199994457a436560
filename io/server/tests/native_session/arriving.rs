//! Whether a change has arrived, as an editor asks it.

use serde_json::Value;

use crate::caller::Caller;
use crate::desk;
use crate::screen::{Heard, Screen};
use crate::server::Site;

async fn arrival(ada: &Caller, dot: &str) -> Value {
    let arrival = ada.get(&format!("/changes/{dot}")).await.ok();
    assert_eq!(arrival["viewers"].as_array().map(Vec::len), Some(1), "{arrival}");
    arrival["viewers"][0].clone()
}

#[tokio::test]
async fn a_change_has_arrived_once_the_plan_of_its_slice_is_shown() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut pier = Screen::paired(&site, &ada, 1, "Pier").await;
    let _quay = Screen::paired(&site, &ada, 2, "Quay").await;
    let shown = desk::presentation(&ada, "Ahoy").await;
    desk::schedule(&ada, &shown, &pier.identity.viewer).await;
    pier.led().await;
    let before = pier.plan(&site).id;
    pier.report(&before).await;
    pier.is_quiet().await;

    desk::edit(&ada, &shown, "Ahoy again").await;
    let dot = desk::publish(&ada, &shown).await;
    let told = arrival(&ada, &dot).await;
    assert_eq!((told["name"].as_str(), &told["received"], &told["online"]), (Some("Pier"), &Value::Null, &Value::Bool(true)));
    let status = ada.get("/viewers/status").await.ok();
    let own = status.as_array().unwrap().iter().find(|status| status["viewer"] == pier.identity.viewer.as_str()).unwrap();
    assert_eq!((own["machine"]["hostname"].as_str(), own["online"].as_bool()), (Some("player-1"), Some(true)));
    let Heard::Slice(part) = pier.hear().await else { panic!("no delta") };
    pier.report(&before).await;
    pier.is_quiet().await;
    assert_eq!(arrival(&ada, &dot).await["received"], Value::Null, "the plan of the slice before says nothing of this change");

    pier.take(part).await;
    let after = pier.plan(&site).id;
    assert_ne!(after, before);
    pier.report(&after).await;
    pier.is_quiet().await;
    let arrived = arrival(&ada, &dot).await;
    assert!(arrived["received"].is_i64() && arrived["shown"].is_i64(), "{arrived}");
    assert_eq!(site.app.live.status(pier.viewer()).plan.unwrap().id, after);
}
