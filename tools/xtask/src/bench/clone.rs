//! From a clone to the demo screen: the whole `cargo xtask run` in a fresh clone, with empty caches of cargo and npm.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::figure::Figure;
use super::server::{Server, fresh_folder};
use crate::failure::Failure;
use crate::process;
use crate::serving::Serving;

/// Clones, runs twice, and stops each time when the viewer's page answers, which it does once the demo stands.
///
/// # Errors
/// Where cloning or running fails.
pub(super) fn run() -> Result<Vec<Figure>, Failure> {
    let folder = fresh_folder("clone")?;
    let clone = folder.join("signboard");
    if !process::succeeds(process::command("git").args(["clone", "--quiet", "."]).arg(&clone))? {
        return Err(Failure::failed("`git clone` failed; its words stand above."));
    }
    let caches = empty_caches(&folder)?;
    let mut figures = Vec::new();
    for (name, aim, patience) in [
        ("clone to demo screen, caches of cargo and npm empty", "10 min", Duration::from_secs(3600)),
        ("second start of the demo", "10 s", Duration::from_secs(600)),
    ] {
        let serving = Serving::alone()?;
        let port = serving.http;
        let mut cargo = process::cargo();
        cargo.current_dir(&clone).env_remove("CARGO_TARGET_DIR").envs(caches.clone());
        cargo.args(["xtask", "run", "--port", &port.to_string()]);
        cargo.args(["--https-port", &serving.https.to_string(), "--control-port", &serving.control.to_string()]);
        let server = Server::start(cargo, port, "/viewer/", patience)?;
        figures.push(Figure {
            name: name.to_owned(),
            aim: aim.to_owned(),
            measured: crate::say::duration(server.ready_after),
            peer: String::new(),
            ratio: String::new(),
        });
        server.stop();
    }
    figures.push(bare_release(&clone, &caches, &folder)?);
    let _ = fs::remove_dir_all(&folder);
    Ok(figures)
}

/// `cargo build --release --locked` by itself, in the clone without anything that was made of the web: the server carries the admin and the
/// viewer all the same, and is run away from the clone to show it.
fn bare_release(clone: &Path, caches: &[(&'static str, PathBuf)], folder: &Path) -> Result<Figure, Failure> {
    for made in ["node_modules", "apps/admin/build", "apps/viewer/dist"].map(|made| clone.join("web").join(made)) {
        match fs::remove_dir_all(&made) {
            Err(error) if made.exists() => return Err(Failure::file(&made, &error)),
            _ => {}
        }
    }
    let mut cargo = process::cargo();
    cargo.current_dir(clone).env_remove("CARGO_TARGET_DIR").envs(caches.iter().cloned());
    let started = Instant::now();
    if !process::succeeds(cargo.args(["build", "--release", "--locked"]))? {
        return Err(Failure::failed("`cargo build --release --locked` failed in a fresh clone; its words stand above."));
    }
    let measured = crate::say::duration(started.elapsed());
    let (binary, data) = (folder.join("signboard"), folder.join("data"));
    fs::rename(clone.join("target/release/signboard"), &binary).map_err(|error| Failure::file(&binary, &error))?;
    fs::remove_dir_all(clone).map_err(|error| Failure::file(clone, &error))?;
    let serving = Serving::alone()?;
    for path in ["/", "/viewer/"] {
        // Without its apps the server answers 503 there.
        Server::start(serving.command(&binary, &data), serving.http, path, Duration::from_secs(30))?.stop();
    }
    let name = "cargo build --release --locked by itself, packages of cargo and npm there".to_owned();
    Ok(Figure { name, aim: String::new(), measured, peer: String::new(), ratio: String::new() })
}

/// Variables that give cargo and npm caches without anything in them. Which registry cargo asks stays as it is.
fn empty_caches(folder: &Path) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let (cargo, npm) = (folder.join("cargo"), folder.join("npm"));
    fs::create_dir_all(&cargo).map_err(|error| Failure::file(&cargo, &error))?;
    let home = cargo_home(std::env::var_os("CARGO_HOME"), std::env::var_os("HOME"));
    if let Some(config) = home.map(|home| home.join("config.toml")).filter(|file| file.is_file()) {
        fs::copy(&config, cargo.join("config.toml")).map_err(|error| Failure::file(&config, &error))?;
    }
    Ok(vec![("CARGO_HOME", cargo), ("npm_config_cache", npm)])
}

/// Where cargo keeps its own configuration.
fn cargo_home(named: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    named.map(PathBuf::from).or_else(|| Some(PathBuf::from(home?).join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_s_home_is_the_named_one_or_that_of_the_user() {
        assert_eq!(cargo_home(Some("/c".into()), Some("/h".into())), Some("/c".into()));
        assert_eq!(cargo_home(None, Some("/h".into())), Some("/h/.cargo".into()));
        assert_eq!(cargo_home(None, None), None);
    }
}
