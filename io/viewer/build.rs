//! Notes when the program was built: no certificate can be judged at an earlier time. Tells cargo when the player changes, which release
//! builds carry.

use std::path::Path;
use std::time::SystemTime;

const WEB: &str = "../../web";
const PLAYER: &str = "../../web/apps/viewer/dist";

fn main() {
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        watch_player();
    }
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<u64>().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    println!("cargo::rustc-env=BUILT_AT={}", given.unwrap_or_else(now));
}

/// Only says that the player is missing: the server's build may be making it at the same time, and two must not.
fn watch_player() {
    // A path that does not exist would make cargo build anew each time.
    let watched = if Path::new(PLAYER).exists() { PLAYER } else { WEB };
    println!("cargo::rerun-if-changed={watched}");
    if !Path::new(PLAYER).join("index.html").exists() {
        println!(
            "cargo::warning=signboard-viewer is built without its player: run npm ci and npm run build in web, then build again"
        );
    }
}
