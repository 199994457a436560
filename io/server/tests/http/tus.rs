//! The client that the admin uses, tus-js-client, against the real server.

use std::process::Stdio;

use serde_json::json;

use crate::server::Site;

#[tokio::test]
async fn tus_js_client_resumes_a_large_file_after_an_abort() {
    let (site, ada) = Site::set_up(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("noise.mp4");
    let mut ffmpeg = std::process::Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", "nullsrc=s=640x360:r=25:d=8,noise=alls=100:allf=t"]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-qp", "14", "-pix_fmt", "yuv420p"]).arg(&film);
    assert!(ffmpeg.status().unwrap().success());
    let bytes = std::fs::metadata(&film).unwrap().len();
    assert!(bytes > 30_000_000, "{bytes}");

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/resume.mjs");
    let token = ada.token("editor").await;
    let mut node = tokio::process::Command::new("node");
    node.arg(script).arg(format!("{}/api/v1/uploads", site.base)).arg(token).arg(&film);
    let output = node.stdin(Stdio::null()).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    let resumed = report["resumed_at"].as_u64().unwrap();
    assert!(resumed > 0 && resumed < bytes, "{report}");

    loop {
        let state = ada.get(report["url"].as_str().unwrap()).await.ok();
        if state["state"] == "done" {
            let media = ada.get(&format!("/media/{}", state["media"].as_str().unwrap())).await.ok();
            assert_eq!(
                (&media["bytes"], &media["duration_ms"], &media["name"]),
                (&json!(bytes), &json!(8_000), &json!("noise.mp4"))
            );
            let sum = tokio::process::Command::new("sha256sum").arg(&film).output().await.unwrap();
            assert!(String::from_utf8(sum.stdout).unwrap().starts_with(media["sha256"].as_str().unwrap()));
            return;
        }
        assert_ne!(state["state"], "refused", "{state}");
        tokio::task::yield_now().await;
    }
}
