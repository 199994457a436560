//! What should be seen and what is seen, with a real browser.

use std::time::Duration;

use base64::Engine as _;
use serde_json::json;

use super::arguments::{Setup, arguments};
use super::cdp::Cdp;
use super::find::find;
use super::page::Page;
use super::process::Process;
use super::profile;
use crate::screen::contract::{Look, OutputSettings, Surface};
use crate::screen::picture::{EXPECTED, Expected, Probe, Sample};

/// A page whose stage holds one layer with this content.
fn address(style: &str, layer: &str) -> String {
    let page = format!(
        "<!doctype html><style>*{{margin:0}}.sb-stage,.sb-layer,.f{{position:absolute;left:0;top:0;width:100%;height:100%}}</style>\
         <div class=sb-stage style='{style}'><div class=sb-layer style='opacity:0.001;z-index:1000000000'><div class=f style='background:#fff'></div></div>\
         <div class=sb-layer style='z-index:1'>{layer}</div></div>"
    );
    format!("data:text/html;base64,{}", base64::engine::general_purpose::STANDARD.encode(page))
}

#[tokio::test]
async fn a_picture_of_chromium_is_judged_beside_what_the_page_should_show() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("profile");
    profile::sweep(&path).unwrap();
    let output = OutputSettings { surface: Surface::Headless, ..OutputSettings::default() };
    let root = rustix::process::geteuid().is_root();
    let arguments = arguments(&Setup { profile: &path, output: &output, position: (0, 0), size: (640, 360), root, more: &[] });
    let program = find(None, &std::env::var_os("PATH").unwrap()).unwrap();
    let (_process, writer, reader) = Process::start(&program, &arguments, &[]).await.unwrap();
    let (cdp, _told) = Cdp::over(writer, reader);
    let page = Page::attach(cdp, Some((640, 360))).await.unwrap();
    let white = "<div class=f style='background:#fff'></div>";
    let covered = "<div class=f style='background:#fff'></div><div class=f style='background:#000'></div>";
    let letters = "<div class=f style='background:#000;color:#fff;font-size:20px'><span>12:34</span></div>";
    for (what, style, layer, bright, black) in [
        ("all is well", "", white, 1.0, false),
        ("the screen is black, the content is not", "filter:brightness(0)", white, 1.0, true),
        ("what is bright is covered", "", covered, 0.0, false),
        ("a few letters on black", "", letters, 0.0, false),
    ] {
        page.load(&address(style, layer)).await.unwrap();
        let mut probe = Probe::default();
        let mut look = Look::default();
        for at in 0..2 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let share = page.evaluate(EXPECTED).await.unwrap();
            let expected = Expected { bright: share.as_f64(), moves: false };
            assert!((share.as_f64().unwrap() - bright).abs() < 0.02, "{what}: {share}");
            look = probe.look(at, Sample::of(&page.capture().await.unwrap()).unwrap(), expected);
        }
        assert_eq!(look, Look { black, frozen: false }, "{what}");
    }
    // Nothing can be said of a page that is none of ours.
    page.load("data:text/html,x").await.unwrap();
    assert_eq!(page.evaluate(EXPECTED).await.unwrap(), json!(null));
    page.close().await;
}
