//! What the server counts about itself.

use server::metrics::Metrics;

use super::site::Site;

#[tokio::test]
async fn the_text_names_memory_uptime_and_version() {
    let metrics = Metrics::install().unwrap();
    metrics::counter!("signboard_test_total").increment(2);
    let site = Site::start(metrics.routes(), &[]).await;
    let answer = site.client().get(site.http_url("/metrics")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text().await.unwrap();
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {text}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    assert!(value("process_resident_memory_bytes") > 1e6);
    assert!(value("process_uptime_seconds") >= 0.0);
    assert!(value("process_open_fds") > 3.0);
    assert!((value("signboard_test_total") - 2.0).abs() < f64::EPSILON);
    assert!(text.contains(&format!("signboard_info{{version=\"{}\"}} 1", server::cli::version())), "{text}");
}
