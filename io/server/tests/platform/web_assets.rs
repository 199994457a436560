//! The web apps inside the program, or the page that says that they are not built.

use server::files::web_routes;

use super::site::Site;

#[tokio::test]
async fn start_pages_answer_and_missing_scripts_do_not() {
    let site = Site::start(web_routes(), &[]).await;
    for path in ["/", "/screens/42", "/viewer/"] {
        let answer = site.client().get(site.http_url(path)).send().await.unwrap();
        assert!(matches!(answer.status().as_u16(), 200 | 503), "{path} {}", answer.status());
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8", "{path}");
    }
    for path in ["/_app/missing.js", "/viewer/missing.js", "/viewer/%2e%2e/%2e%2e/Cargo.toml", "/../Cargo.toml"] {
        let answer = site.client().get(site.http_url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let viewer = site.client().get(site.http_url("/viewer")).send().await.unwrap();
    assert_eq!((viewer.status().as_u16(), viewer.headers()["location"].to_str().unwrap()), (308, "/viewer/"));
    let posted = site.client().post(site.http_url("/screens")).send().await.unwrap();
    assert_eq!(posted.status(), 405);
}

#[tokio::test]
async fn a_page_that_the_client_has_is_not_sent_again() {
    let site = Site::start(web_routes(), &[]).await;
    let first = site.client().get(site.http_url("/")).header("accept-encoding", "br").send().await.unwrap();
    let Some(tag) = first.headers().get("etag").cloned() else {
        assert_eq!(first.status(), 503, "only the page that says \"not built\" has no tag");
        return;
    };
    let again = site.client().get(site.http_url("/")).header("accept-encoding", "br").header("if-none-match", tag);
    assert_eq!(again.send().await.unwrap().status(), 304);
}

#[tokio::test]
async fn what_is_text_is_sent_compressed_to_who_takes_it() {
    let site = Site::start(web_routes(), &[]).await;
    for path in ["/", "/viewer/"] {
        let answer = site.client().get(site.http_url(path)).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        let plain = site.client().get(site.http_url(path)).send().await.unwrap();
        assert_eq!(plain.headers().get("content-encoding"), None, "{path}");
    }
}
