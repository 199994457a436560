//! Play records: stored once, acknowledged when stored, found again.

use serde_json::{Value, json};

use crate::screen::Device;
use crate::server::Site;

fn record(n: u64, from: i64, media: &str) -> Value {
    json!({"n": n, "plan": "p", "item": format!("i{n}"), "media": media, "from": from, "until": from + 500, "complete": true})
}

#[tokio::test]
async fn records_are_acknowledged_once_stored_and_never_doubled() {
    let (site, ada) = Site::set_up(&[]).await;
    let device = Device::new(&site.base);
    let (mut session, viewer) = device.pair(&ada, "Pier").await;
    let media = "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f";
    let stream = "7d0a9a52-6f4c-4f0e-8f5a-d8f4a5c0b001";
    let batch = |numbers: std::ops::RangeInclusive<u64>| {
        let records: Vec<_> = numbers.map(|n| record(n, 1_000 * i64::try_from(n).unwrap(), media)).collect();
        json!({"type": "plays", "stream": stream, "records": records})
    };
    session.say(batch(1..=3)).await;
    assert_eq!(session.hear("plays_ack").await, json!({"type": "plays_ack", "stream": stream, "n": 3}));
    let mut session = {
        drop(session);
        device.connect(None).await
    };
    session.hear("welcome").await;
    session.say(batch(2..=5)).await;
    assert_eq!(session.hear("plays_ack").await["n"], 5);
    let all = ada.get(&format!("/plays?viewer={viewer}")).await.ok();
    let items: Vec<_> = all["items"].as_array().unwrap().iter().map(|play| play["item"].as_str().unwrap().to_owned()).collect();
    assert_eq!(items, ["i5", "i4", "i3", "i2", "i1"]);
    assert_eq!((&all["items"][0]["device"], &all["items"][0]["until"]), (&json!(device.id), &json!(5_500)));

    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let page = ada.get(&format!("/plays?limit=2{cursor}")).await.ok();
        seen += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, 5);
    let count = |query: String| {
        let ada = ada.clone();
        async move { ada.get(&format!("/plays?{query}")).await.ok()["items"].as_array().unwrap().len() }
    };
    assert_eq!(count("from=2000&until=4000".to_owned()).await, 2);
    assert_eq!(count(format!("content={media}")).await, 5);
    assert_eq!(count(format!("content={viewer}")).await, 0);
}

#[tokio::test]
async fn broken_records_are_refused_and_the_session_goes_on() {
    let (site, ada) = Site::set_up(&[]).await;
    let (mut session, _) = Device::new(&site.base).pair(&ada, "Pier").await;
    let stream = "7d0a9a52-6f4c-4f0e-8f5a-d8f4a5c0b001";
    let plays = |records: Value| json!({"type": "plays", "stream": stream, "records": records});
    let m = "0192e4a0-7c1e-7cc3-98c4-dc0c0c07398f";
    for bad in [json!([]), json!([record(2, 0, m), record(1, 0, m)]), json!([record(0, 0, m)])] {
        session.say(plays(bad)).await;
        assert_eq!(session.hear("error").await["code"], "plays");
    }
    session.say(json!({"type": "plays", "stream": "x", "records": 7})).await;
    assert_eq!(session.hear("error").await["code"], "malformed");
    let mut endless = record(1, 0, m);
    endless["from"] = json!(i64::MIN);
    endless["until"] = json!(i64::MAX);
    session.say(plays(json!([endless]))).await;
    assert_eq!(session.hear("plays_ack").await["n"], 1);
    assert_eq!(ada.get("/plays").await.ok()["items"][0]["until"], json!(i64::MAX));
}

#[tokio::test]
async fn screenshots_come_as_results_of_commands() {
    let (site, ada) = Site::set_up(&[]).await;
    let (mut session, viewer) = Device::new(&site.base).pair(&ada, "Pier").await;
    session.hear("plan").await;
    let path = format!("/viewers/{viewer}/screenshot");
    ada.get(&path).await.refused(404, "not_found", "");
    let command = tokio::spawn({
        let (ada, path) = (ada.clone(), format!("/viewers/{viewer}/commands"));
        async move { ada.post(&path, &json!({"kind": "screenshot"})).await.ok() }
    });
    let asked = session.hear("command").await["id"].clone();
    session.say(json!({"type": "result", "command": asked, "ok": true, "image": "data:image/jpeg;base64,/9j/4A=="})).await;
    assert_eq!(command.await.unwrap()["ok"], true);
    let picture = ada.get(&path).await;
    assert_eq!(
        (picture.status, picture.header("content-type"), &picture.bytes[..]),
        (200, Some("image/jpeg"), &[0xff, 0xd8, 0xff, 0xe0][..])
    );
}
