//! Tells cargo when the built web apps change, so that a release build carries the newest. Never fails: a server
//! without web apps shows a page that says so.
#![expect(clippy::print_stdout, reason = "cargo reads standard output")]

use std::path::Path;

fn main() {
    for (app, output) in [("../../web/apps/admin", "build"), ("../../web/apps/viewer", "dist")] {
        let built = format!("{app}/{output}");
        // A path that does not exist would make cargo build anew each time.
        let watched = if Path::new(&built).exists() { built.as_str() } else { app };
        if Path::new(watched).exists() {
            println!("cargo::rerun-if-changed={watched}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
}
