//! Signing in and out, patience with guesses, and what a cookie alone may not do.

use serde_json::json;

use crate::server::{PASSWORD, Site};

#[tokio::test]
async fn wrong_names_and_passwords_get_the_same_answer() {
    let (site, _) = Site::set_up(&[]).await;
    let wrong = |login: &str, password: &str| json!({"login": login, "password": password});
    let a = site.stranger().post("/session", &wrong("ada", "not the right one")).await;
    let b = site.stranger().post("/session", &wrong("nobody", "not the right one")).await;
    assert_eq!(a.refused(401, "sign_in_failed", ""), b.refused(401, "sign_in_failed", ""));
    assert!(site.stranger().post("/session", &wrong("ADA", PASSWORD)).await.status == 200, "names count regardless of case");
    site.stranger().post("/session", &json!({"login": "ada"})).await.refused(422, "invalid", "password");
    site.stranger().post("/session", &json!({"login": "ada", "password": PASSWORD, "x": 1})).await.refused(422, "invalid", "x");
}

#[tokio::test]
async fn the_owner_of_the_data_folder_gives_a_new_password() {
    let (site, ada) = Site::set_up(&[]).await;
    let reset = |name: &'static str| {
        let data = site.data.path().to_owned();
        tokio::task::spawn_blocking(move || {
            let mut signboard = std::process::Command::new(env!("CARGO_BIN_EXE_signboard"));
            signboard.args(["user", "reset", name, "--data"]).arg(data).output().unwrap()
        })
    };
    let output = reset("nobody").await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(66), "{said}");
    assert!(said.contains("\"nobody\"") && said.contains("ada"), "{said}");

    let output = reset("ada").await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let password = said.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(ada.get("/users").await.status, 401, "sessions from before have ended");
    let old = json!({"login": "ada", "password": PASSWORD});
    site.stranger().post("/session", &old).await.refused(401, "sign_in_failed", "");
    let back = site.stranger().sign_in("ada", &password).await;
    assert_eq!(back.get("/users").await.status, 200, "{said}");
}

#[tokio::test]
async fn five_failures_make_everybody_wait_and_parallel_guesses_do_not_help() {
    let (site, _) = Site::set_up(&[]).await;
    let guesses = (0..12).map(|n| {
        let guesser = site.stranger();
        async move { guesser.post("/session", &json!({"login": "ada", "password": format!("guess number {n}")})).await.status }
    });
    let statuses = futures::future::join_all(guesses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 5, "{statuses:?}");
    let answer = site.stranger().post("/session", &json!({"login": "ada", "password": PASSWORD})).await;
    answer.refused(429, "too_many", "");
    let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test]
async fn successful_sign_ins_never_throttle() {
    let (site, _) = Site::set_up(&[]).await;
    for _ in 0..8 {
        site.stranger().sign_in("ada", PASSWORD).await;
    }
}

#[tokio::test]
async fn changes_by_cookie_need_the_csrf_token() {
    let (site, ada) = Site::set_up(&[]).await;
    let mut bare = ada.clone();
    bare.headers.clear();
    bare.get("/viewers").await.ok();
    bare.post("/viewers", &json!({"name": "Pier"})).await.refused(403, "csrf", "");
    bare.with("x-csrf-token", "0000").delete("/session").await.refused(403, "csrf", "");
    let other = site.stranger().sign_in("ada", PASSWORD).await;
    let foreign = other.headers["x-csrf-token"].to_str().unwrap();
    bare.with("x-csrf-token", foreign).post("/viewers", &json!({"name": "Pier"})).await.refused(403, "csrf", "");
    assert!(ada.ids("/viewers").await.is_empty());
}

#[tokio::test]
async fn pages_of_other_sites_cannot_sign_anybody_in() {
    let (site, ada) = Site::set_up(&[]).await;
    let wish = json!({"login": "ada", "password": PASSWORD}).to_string();
    let post = |name: &'static str, value: String, kind: &'static str| {
        let (caller, body) = (site.stranger(), wish.clone());
        let request = caller.request(reqwest::Method::POST, "/session").header("content-type", kind).header(name, value);
        async move { caller.send(request.body(body)).await }
    };
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx"] {
        post("x-nothing", String::new(), kind).await.refused(415, "media_type", "Content-Type");
    }
    post("x-nothing", String::new(), "Application/JSON; charset=utf-8").await.ok();
    for (name, value) in [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        post(name, value.to_owned(), "application/json").await.refused(403, "cross_site", "");
    }
    post("origin", site.base.clone(), "application/json").await.ok();
    post("sec-fetch-site", "same-origin".to_owned(), "application/json").await.ok();

    let patch = ada.request(reqwest::Method::PATCH, "/installation").body("{}");
    ada.send(patch).await.refused(415, "media_type", "Content-Type");
    ada.patch("/installation", &json!({"name": "Quay"})).await.ok();
}

#[tokio::test]
async fn signing_out_ends_this_session_only() {
    let (site, ada) = Site::set_up(&[]).await;
    let other = site.stranger().sign_in("ada", PASSWORD).await;
    let answer = ada.delete("/session").await;
    answer.done();
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    ada.get("/session").await.refused(401, "sign_in_required", "");
    other.get("/session").await.ok();
}

#[tokio::test]
async fn passwords_over_readable_connections_are_refused() {
    let proxied = ["web.trusted-proxies=127.0.0.1"];
    let (site, _) = {
        let site = Site::empty(&proxied).await;
        let safe = site.stranger().with("x-forwarded-for", "192.0.2.7").with("x-forwarded-proto", "https");
        let ada = safe.set_up(&site.link()).await;
        (site, ada)
    };
    let sign_in = json!({"login": "ada", "password": PASSWORD});
    let plain = site.stranger().with("x-forwarded-for", "192.0.2.7").with("x-forwarded-proto", "http");
    plain.post("/session", &sign_in).await.refused(403, "plain_sign_in", "");
    let safe = plain.with("x-forwarded-proto", "https");
    let answer = safe.post("/session", &sign_in).await;
    answer.ok();
    assert!(answer.header("set-cookie").unwrap().ends_with("; Secure"));
    let forged = plain.with("x-forwarded-for", "127.0.0.1, 192.0.2.7");
    forged.post("/session", &sign_in).await.refused(403, "plain_sign_in", "");

    let (site, _) = Site::set_up(&[]).await;
    let claims = site.stranger().with("x-forwarded-for", "192.0.2.7").with("x-forwarded-proto", "http");
    claims.post("/session", &sign_in).await.ok();
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let (site, ada) = Site::set_up(&[]).await;
    let other = site.stranger().sign_in("ada", PASSWORD).await;
    let id = ada.get("/session").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let path = format!("/users/{id}/password");
    ada.put(&path, &json!({"password": "quite another one", "present": "wrong"})).await.refused(422, "invalid", "present");
    ada.put(&path, &json!({"password": "short", "present": PASSWORD})).await.refused(422, "invalid", "password");
    ada.put(&path, &json!({"password": "quite another one", "present": PASSWORD})).await.done();
    ada.get("/session").await.ok();
    other.get("/session").await.refused(401, "sign_in_required", "");
    site.stranger().sign_in("ada", "quite another one").await;
}

#[tokio::test]
async fn a_stolen_session_cannot_guess_the_password() {
    let (_site, ada) = Site::set_up(&[]).await;
    let id = ada.get("/session").await.ok()["user"]["id"].as_str().unwrap().to_owned();
    let path = format!("/users/{id}/password");
    for _ in 0..5 {
        ada.put(&path, &json!({"password": "mine from now on", "present": "guess"})).await.refused(422, "invalid", "present");
    }
    ada.put(&path, &json!({"password": "mine from now on", "present": PASSWORD})).await.refused(429, "too_many", "");
}

#[tokio::test]
async fn suspended_and_deleted_people_are_out_at_once() {
    let (site, ada) = Site::set_up(&[]).await;
    let bob = site.person(&ada, "bob", &[("editor", json!("all"))]).await;
    let id = bob.get("/session").await.ok()["user"]["id"].clone();
    let suspension = ada.make("/suspensions", json!({"subject": id})).await;
    bob.get("/viewers").await.refused(401, "sign_in_required", "");
    let sign_in = json!({"login": "bob", "password": PASSWORD});
    site.stranger().post("/session", &sign_in).await.refused(401, "sign_in_failed", "");
    ada.delete(&format!("/suspensions/{suspension}")).await.done();
    bob.get("/viewers").await.ok();
    ada.delete(&format!("/users/{}", id.as_str().unwrap())).await.done();
    bob.get("/viewers").await.refused(401, "sign_in_required", "");
    site.stranger().post("/session", &sign_in).await.refused(401, "sign_in_failed", "");
}
