//! The set-up link: once, for a day, and gone afterwards.

use serde_json::json;

use crate::server::{PASSWORD, Site};

fn wish(link: &str) -> serde_json::Value {
    json!({
        "link": link, "name": "Harbour", "language": "en", "zone": "Europe/Berlin",
        "login": "ada", "password": PASSWORD, "user_name": "Ada",
    })
}

#[tokio::test]
async fn before_set_up_everything_else_says_so() {
    let site = Site::empty(&[]).await;
    let anyone = site.stranger();
    assert_eq!(anyone.get("/setup").await.ok()["set_up"], false);
    for path in ["/viewers", "/session", "/audit", "/events", "/installation"] {
        anyone.get(path).await.refused(503, "not_set_up", "");
    }
    anyone.post("/session", &json!({"login": "ada", "password": PASSWORD})).await.refused(503, "not_set_up", "");
}

#[tokio::test]
async fn a_link_sets_up_once_and_only_while_it_counts() {
    let site = Site::empty(&[]).await;
    let anyone = site.stranger();
    let old = site.app.setup_link.renew(server::now::now_ms() - server::auth::setup_link::LIFE_MS);
    anyone.post("/setup", &wish(&old)).await.refused(410, "link_used", "");
    let first = site.link();
    let link = site.link();
    anyone.post("/setup", &wish(&first)).await.refused(410, "link_used", "");

    let mut bad = wish(&link);
    bad["password"] = json!("short");
    anyone.post("/setup", &bad).await.refused(422, "invalid", "password");
    let mut bad = wish(&link);
    bad["zone"] = json!("Europe/Atlantis");
    anyone.post("/setup", &bad).await.refused(422, "invalid", "zone");
    let mut bad = wish(&link);
    bad["public_address"] = json!("ftp://x");
    anyone.post("/setup", &bad).await.refused(422, "invalid", "public_address");

    let answer = anyone.post("/setup", &wish(&link)).await;
    assert_eq!(answer.created()["roles"], json!([{"role": "administrator", "scope": "all"}]));
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(anyone.get("/session").await.ok()["user"]["login"], "ada");
    assert_eq!(anyone.get("/setup").await.ok()["set_up"], true);
    site.stranger().post("/setup", &wish(&link)).await.refused(409, "already_set_up", "");
    let names: Vec<_> = anyone.get("/priorities?sort=rank").await.ok()["items"].as_array().unwrap().clone();
    assert_eq!(names.iter().map(|p| p["name"].as_str().unwrap()).collect::<Vec<_>>(), ["Low", "Normal", "High"]);
}

#[tokio::test]
async fn two_people_with_one_link_make_one_installation() {
    let site = Site::empty(&[]).await;
    let link = site.link();
    let (a, b) = (site.stranger(), site.stranger());
    let (first, second) = (wish(&link), json!({"login": "eve"}));
    let mut other = first.clone();
    other["login"] = second["login"].clone();
    let (one, two) = tokio::join!(a.post("/setup", &first), b.post("/setup", &other));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{} {}", one.text(), two.text());
    assert_eq!(site.app.core.state().users.iter().count(), 1);
}

#[tokio::test]
async fn wrong_links_are_throttled_and_a_right_one_never() {
    let site = Site::empty(&["web.trusted-proxies=127.0.0.1"]).await;
    let link = site.link();
    let stranger = site.stranger().with("x-forwarded-for", "192.0.2.7").with("x-forwarded-proto", "https");
    for _ in 0..5 {
        stranger.post("/setup", &wish("guess")).await.refused(410, "link_used", "");
    }
    let answer = stranger.post("/setup", &wish("guess")).await;
    answer.refused(429, "too_many", "");
    assert!(answer.header("retry-after").unwrap().parse::<u64>().unwrap() <= 60);
    let elsewhere = stranger.with("x-forwarded-for", "192.0.2.8");
    elsewhere.post("/setup", &wish("guess")).await.refused(410, "link_used", "");
    stranger.post("/setup", &wish(&link)).await.created();
}

#[tokio::test]
async fn what_was_set_up_survives_a_restart() {
    let (site, ada) = Site::set_up(&[]).await;
    let viewer = ada.make("/viewers", json!({"name": "Pier"})).await;
    drop(ada);
    let site = Site::on(site.stop().await, &[]).await;
    let ada = site.stranger().sign_in("ada", PASSWORD).await;
    assert_eq!(ada.get(&format!("/viewers/{viewer}")).await.ok()["name"], "Pier");
}
