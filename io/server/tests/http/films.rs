//! Films are looked at by ffprobe and ffmpeg as children: exact facts for those that browsers play, a reason for the others.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::server::Site;
use crate::uploads::upload;

/// A file that ffmpeg makes of this input.
fn film(folder: &Path, name: &str, arguments: &[&str]) -> Vec<u8> {
    let path = folder.join(name);
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]).args(arguments).arg(&path);
    assert!(ffmpeg.status().unwrap().success(), "{name}");
    std::fs::read(path).unwrap()
}

const PICTURES: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2.48"];
const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2.48"];

async fn media(ada: &Caller, outcome: &Value) -> Value {
    assert_eq!(outcome["state"], "done", "{outcome}");
    ada.get(&format!("/media/{}", outcome["media"].as_str().unwrap())).await.ok()
}

#[tokio::test]
async fn films_that_browsers_play_get_exact_facts() {
    let (_site, ada) = Site::set_up(&[]).await;
    let folder = tempfile::tempdir().unwrap();
    let h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest"];
    let arguments: Vec<_> = PICTURES.iter().chain(&SOUND).chain(&h264).copied().collect();
    let outcome = upload(&ada, "film.mp4", &film(folder.path(), "film.mp4", &arguments), None).await;
    let found = media(&ada, &outcome).await;
    assert_eq!((&found["mime"], &found["width"], &found["height"]), (&json!("video/mp4"), &json!(320), &json!(180)));
    assert_eq!((&found["duration_ms"], &found["has_audio"]), (&json!(2_480), &json!(true)));
    let thumbnail = ada.get(&format!("/media/{}/thumbnail", found["id"].as_str().unwrap())).await;
    let bytes = ada.get(&format!("{}{}", ada.base, thumbnail.header("location").unwrap())).await.bytes;
    let picture = image::load_from_memory(&bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (320, 180));

    let arguments: Vec<_> = PICTURES.iter().chain(&["-c:v", "libvpx", "-b:v", "300k"]).copied().collect();
    let outcome = upload(&ada, "film.webm", &film(folder.path(), "film.webm", &arguments), None).await;
    let found = media(&ada, &outcome).await;
    assert_eq!(
        (&found["mime"], &found["duration_ms"], &found["has_audio"]),
        (&json!("video/webm"), &json!(2_480), &json!(false))
    );

    let source = folder.path().join("film.mp4");
    let turned = ["-i", source.to_str().unwrap(), "-c", "copy", "-metadata:s:v", "rotate=90"];
    let outcome = upload(&ada, "turned.mp4", &film(folder.path(), "turned.mp4", &turned), None).await;
    let found = media(&ada, &outcome).await;
    assert_eq!((&found["width"], &found["height"]), (&json!(180), &json!(320)));
}

#[tokio::test]
async fn films_that_browsers_do_not_play_are_refused_with_a_reason() {
    let (_site, ada) = Site::set_up(&["limits.video-seconds=2"]).await;
    let folder = tempfile::tempdir().unwrap();
    let with = |more: &[&'static str]| -> Vec<&str> { PICTURES.iter().chain(more).copied().collect() };
    let short = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=1"];
    let whole = film(folder.path(), "whole.mp4", &[&short[..], &["-c:v", "libx264", "-pix_fmt", "yuv420p"]].concat());
    let cases: [(&str, Vec<u8>, &str, &str); 6] = [
        (
            "hevc.mp4",
            film(
                folder.path(),
                "hevc.mp4",
                &[&short[..], &["-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1"]].concat(),
            ),
            "invalid",
            "hevc",
        ),
        ("mpeg2.mp4", film(folder.path(), "mpeg2.mp4", &[&short[..], &["-c:v", "mpeg2video"]].concat()), "invalid", "mpeg2video"),
        ("sound.mp4", film(folder.path(), "sound.mp4", &[&SOUND[..], &["-c:a", "aac"]].concat()), "invalid", "no pictures"),
        (
            "long.mp4",
            film(folder.path(), "long.mp4", &with(&["-c:v", "libx264", "-pix_fmt", "yuv420p"])),
            "invalid",
            "limits.video-seconds",
        ),
        ("cut.mp4", whole[..whole.len() / 3].to_vec(), "invalid", "broken"),
        ("film.avi", film(folder.path(), "film.avi", &[&short[..], &["-c:v", "mpeg4"]].concat()), "media_type", "MP4 and WebM"),
    ];
    for (name, bytes, code, part) in cases {
        let outcome = upload(&ada, name, &bytes, None).await;
        assert_eq!((&outcome["state"], &outcome["error"]["code"]), (&json!("refused"), &json!(code)), "{name}: {outcome}");
        assert!(outcome["error"]["message"].as_str().unwrap().contains(part), "{name}: {outcome}");
    }
    assert!(ada.ids("/media").await.is_empty());
}
