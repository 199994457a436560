//! What monitors ask: whether the server lives, and whether it can do its work.

use crate::server::Site;

#[tokio::test]
async fn whoever_asks_hears_whether_the_server_lives_and_is_ready() {
    let site = Site::empty(&[]).await;
    let monitor = site.stranger();
    let (lives, ready) = (format!("{}/healthz", site.base), format!("{}/readyz", site.base));
    for (path, text) in [(&lives, "ok\n"), (&ready, "ready\n")] {
        let answer = monitor.get(path).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, text));
    }
    site.app.core.close().await;
    monitor.get(&ready).await.refused(503, "unavailable", "");
    assert_eq!(monitor.get(&lives).await.status, 200, "a restart would not bring the database back");
}
