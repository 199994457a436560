//! Two servers in one process: joining over the API, and the state as a file where the log no longer reaches back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::now::now_ms;
use server::readers::janitor::clean;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_have_and_is_old_leaves_the_log_and_a_silent_server_keeps_nothing() {
    let (main, ada) = Site::set_up(HERE).await;
    let sub = Site::empty(HERE).await;
    let wish = json!({"link": sub.link(), "token": token(&ada).await});
    sub.stranger().post("/setup/join", &wish).await.ok();
    until("they are connected", || async { other(&ada).await["state"] == "connected" }).await;
    ada.make("/viewers", json!({"name": "Both have it"})).await;
    until("nothing is pending", || async { other(&ada).await["pending_out"] == 0 }).await;
    let day = 86_400_000;
    let store = main.app.core.store();
    let first = async || store.read_log(0, 1).await.unwrap()[0].lpos;
    clean(&main.app, now_ms() + 29 * day).await.unwrap();
    assert_eq!(first().await, 1, "it is the history of edits");
    // In so many days everybody's sitting has ended.
    let ada = main.stranger().sign_in("ada", PASSWORD).await;
    sub.stop().await;
    until("the goodbye is heard", || async { other(&ada).await["state"] == "not_connected" }).await;
    let had = main.app.core.end();
    for name in ["Pier lacks it", "And this"] {
        ada.make("/viewers", json!({"name": name})).await;
    }
    clean(&main.app, now_ms() + 31 * day).await.unwrap();
    assert!((2..=had + 1).contains(&first().await), "what Pier lacks is kept for it");
    // The audit trail reads the log too.
    until("Pier was silent for too long", || async {
        clean(&main.app, now_ms() + 100 * day).await.unwrap();
        first().await == main.app.core.end()
    })
    .await;
    main.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_server_shows_all_makes_nothing_and_does_not_lead() {
    let (main, ada) = Site::set_up(HERE).await;
    let alone = ada.post("/servers/promote", &json!({})).await;
    alone.refused(409, "in_use", "");
    ada.act("/servers/go-on").await.refused(409, "nothing_to_decide", "");
    ada.act(&format!("/servers/{}/rebuild-from", uuid::Uuid::nil())).await.refused(409, "nothing_to_decide", "");
    ada.make("/viewers", json!({"name": "Gate"})).await;
    let sub = Site::empty(HERE).await;
    let wish = json!({"name": "Window", "read_only": true});
    let token = ada.post("/server-tokens", &wish).await.created()["token"].clone();
    sub.stranger().post("/setup/join", &json!({"link": sub.link(), "token": token})).await.ok();
    until("the state has come", || async { sub.stranger().get("/setup").await.ok()["set_up"] == true }).await;
    let bob = sub.stranger().sign_in("ada", PASSWORD).await;
    assert_eq!(bob.get("/viewers").await.ok()["total"], 1);
    let end = sub.app.core.end();
    bob.post("/viewers", &json!({"name": "Here"})).await.refused(403, "read_only_server", "");
    bob.post("/servers/promote", &json!({})).await.refused(403, "read_only_server", "");
    assert_eq!(bob.get("/servers/overview").await.ok()["may_lead"], false);
    // Nor does the server itself write anything.
    clean(&sub.app, now_ms()).await.unwrap();
    ada.make("/viewers", json!({"name": "Quay"})).await;
    until("changes go on coming", || async { bob.get("/viewers").await.ok()["total"] == 2 }).await;
    let own = sub.app.core.server_id();
    let log = sub.app.core.store().read_log(end, 100).await.unwrap();
    assert!(log.iter().all(|logged| logged.entry.dot.actor.server != own), "{log:?}");
    sub.stop().await;
    main.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_may_be_let_edit_on_a_read_only_server_and_the_other_way_it_says_what_to_do() {
    let (main, ada) = Site::set_up(HERE).await;
    let sub = Site::empty(HERE).await;
    let token = ada.post("/server-tokens", &json!({"name": "Window", "read_only": true})).await.created()["token"].clone();
    sub.stranger().post("/setup/join", &json!({"link": sub.link(), "token": token})).await.ok();
    until("the state has come", || async { sub.stranger().get("/setup").await.ok()["set_up"] == true }).await;
    let bob = sub.stranger().sign_in("ada", PASSWORD).await;
    let path = format!("/servers/{}", sub.app.core.server_id());
    // It cannot free itself.
    bob.patch(&path, &json!({"read_only": false})).await.refused(403, "read_only_server", "");
    assert_eq!(ada.patch(&path, &json!({"read_only": false})).await.ok()["read_only"], false);
    until("it knows so", || async { bob.get(&path).await.ok()["read_only"] == false }).await;
    bob.make("/viewers", json!({"name": "Made at the window"})).await;
    until("what is made there arrives", || async { ada.get("/viewers").await.ok()["total"] == 1 }).await;
    let refused = ada.patch(&path, &json!({"read_only": true})).await;
    let said = refused.refused(422, "invalid", "read_only")["message"].to_string();
    assert!(said.contains("Window") && said.contains("join anew by a token"), "{said}");
    sub.stop().await;
    main.stop().await;
}
