//! Two servers in one process: joining over the API, and the state as a file where the log no longer reaches back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::server::{PASSWORD, Site};

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Both answer on loopback only, which is not announced by itself.
const HERE: &[&str] = &["replication.addresses=127.0.0.1", "discovery.enabled=false"];

async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let end = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < end, "{what} within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// How the one other server stands to this caller's.
async fn other(caller: &Caller) -> Value {
    caller.get("/servers/overview").await.ok()["servers"][1].clone()
}

async fn token(ada: &Caller) -> String {
    ada.post("/server-tokens", &json!({"name": "Pier"})).await.created()["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_server_gets_the_state_where_the_log_was_cut_and_then_what_follows() {
    let (main, ada) = Site::set_up(HERE).await;
    for n in 0..20 {
        ada.make("/viewers", json!({"name": format!("Screen {n}")})).await;
    }
    let store = main.app.core.store();
    store.trim_log(main.app.core.end()).await.unwrap();
    assert!(!store.floor().await.unwrap().is_empty(), "the log was cut");

    let sub = Site::empty(HERE).await;
    let anyone = sub.stranger();
    let refused = anyone.post("/setup/join", &json!({"link": "wrong", "token": token(&ada).await})).await;
    refused.refused(410, "link_used", "");
    let wish = json!({"link": sub.link(), "token": token(&ada).await});
    assert_eq!(anyone.post("/setup/join", &wish).await.ok()["installation"], "Harbour");
    until("the state has come", || async { anyone.get("/setup").await.ok()["set_up"] == true }).await;
    let bob = sub.stranger().sign_in("ada", PASSWORD).await;
    until("nothing is pending", || async {
        let (here, there) = (other(&ada).await, other(&bob).await);
        [here, there].iter().all(|seen| seen["state"] == "connected" && seen["pending_out"] == 0 && seen["pending_in"] == 0)
    })
    .await;
    assert_eq!(bob.get("/viewers").await.ok()["total"], 20);

    bob.make("/viewers", json!({"name": "From Pier"})).await;
    until("it is shown on the Main", || async { ada.get("/viewers").await.ok()["total"] == 21 }).await;
    until("both have the same", || async {
        let (here, there) = (store.standing(), sub.app.core.store().standing());
        here.position.vector == there.position.vector && here.digest == there.digest
    })
    .await;
    sub.stop().await;
    until("the goodbye is heard", || async { other(&ada).await["state"] == "not_connected" }).await;
    main.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_taken_out_is_cut_and_refused() {
    let (main, ada) = Site::set_up(HERE).await;
    let sub = Site::empty(HERE).await;
    let wish = json!({"link": sub.link(), "token": token(&ada).await});
    sub.stranger().post("/setup/join", &wish).await.ok();
    until("they are connected", || async { other(&ada).await["state"] == "connected" }).await;
    let (own, pier) = (ada.get("/servers/overview").await.ok()["own"].clone(), other(&ada).await["id"].clone());
    ada.act(&format!("/servers/{}/retire", own.as_str().unwrap())).await.refused(422, "invalid", "id");
    assert_eq!(ada.act(&format!("/servers/{}/retire", pier.as_str().unwrap())).await.status, 204);
    assert_eq!(other(&ada).await["state"], "retired");
    until("the session has ended", || async {
        let id = domain::id::ServerId(pier.as_str().unwrap().parse().unwrap());
        !main.app.replication.links.is_open(id)
    })
    .await;
    let bob = sub.stranger().sign_in("ada", PASSWORD).await;
    bob.make("/viewers", json!({"name": "Alone"})).await;
    until("Pier knows, or was told", || async {
        let seen = bob.get("/servers/overview").await.ok()["servers"].clone();
        let told = seen[1]["why"].as_str().is_some_and(|why| why.contains("taken out") || why.contains("was retired"));
        seen[0]["retired_at"].is_i64() || told
    })
    .await;
    assert_eq!(ada.get("/viewers").await.ok()["total"], 0, "nothing of it comes any more");
    sub.stop().await;
    main.stop().await;
}
