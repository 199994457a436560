//! Carries the web apps into release builds: builds them once if nobody did, and tells cargo when they change.
//!
//! Never fails: a server without web apps shows a page that says so. Debug builds never touch npm, so that checking, testing
//! and editing do not wait for it; `cargo xtask run` builds the apps for them.

use std::path::Path;
use std::process::Command;

const WEB: &str = "../../web";
const BUILT: [&str; 2] = ["../../web/apps/admin/build", "../../web/apps/viewer/dist"];

fn main() {
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if release && BUILT.iter().any(|built| !Path::new(built).join("index.html").exists()) {
        build();
    }
    for built in BUILT {
        // A path that does not exist would make cargo build anew each time.
        let watched = if Path::new(built).exists() { built } else { WEB };
        println!("cargo::rerun-if-changed={watched}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}

/// Installs the locked packages if they are not there, and builds both apps.
fn build() {
    let installed = Path::new(WEB).join("node_modules").exists() || npm(&["ci", "--no-audit", "--no-fund"]);
    if !installed || !npm(&["run", "build"]) {
        println!("cargo::warning=the web apps were not built in: install Node 20 with npm, or run cargo xtask run first");
    }
}

fn npm(arguments: &[&str]) -> bool {
    Command::new("npm").args(arguments).current_dir(WEB).output().is_ok_and(|output| output.status.success())
}
