//! The npm workspace in `web/`: packages, build, scripts.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::failure::Failure;
use crate::installer::Consent;
use crate::json::Json;
use crate::stamp::{Fingerprint, Stamp};
use crate::{place, process, say};

/// What the server serves once the web part is built.
const BUILT: [&str; 2] = ["apps/admin/build/index.html", "apps/viewer/dist/index.html"];

/// Whether `web/package.json` has a script of this name.
pub(crate) fn has_script(name: &str) -> bool {
    let text = fs::read_to_string(place::web().join("package.json")).unwrap_or_default();
    Json::parse(&text).is_some_and(|json| json.get("scripts").and_then(|all| all.get(name)).is_some())
}

/// Installs packages and builds what changed since the last time, writing the tools' words to a log.
///
/// # Errors
/// Where npm fails; the end of its log is shown.
pub(crate) fn prepare(consent: Consent) -> Result<(), Failure> {
    install(consent)?;
    build()
}

/// `npm ci`, when the lock file or Node.js changed since the last time.
///
/// # Errors
/// Where npm fails, or packages are missing and nothing may be installed.
pub(crate) fn install(consent: Consent) -> Result<(), Failure> {
    let lock = place::web().join("package-lock.json");
    let text = fs::read(&lock).map_err(|error| Failure::file(&lock, &error))?;
    let mut wanted = Fingerprint::new();
    wanted.add(&text);
    wanted.add(process::quiet(process::command("node").arg("--version"))?.stdout.as_bytes());
    let stamp = Stamp::named("npm-packages");
    if stamp.is(wanted) && place::web().join("node_modules").is_dir() {
        return Ok(());
    }
    if consent == Consent::Refuse {
        return Err(Failure::unavailable(
            "The npm packages are missing or older than web/package-lock.json, and --no-install forbids to install them; the line is `npm --prefix web ci`.",
        ));
    }
    logged("npm packages", npm(&["ci", "--no-audit", "--no-fund"]))?;
    stamp.set(wanted)
}

/// `npm run build`, when a source changed since the last time or something built is missing.
///
/// # Errors
/// Where the build fails.
pub(crate) fn build() -> Result<(), Failure> {
    let stamp = Stamp::named("web-build");
    let built = BUILT.iter().all(|file| place::web().join(file).is_file());
    if built && stamp.is(build_sources()) {
        return Ok(());
    }
    logged("web build", npm(&["run", "build"]))?;
    // Taken afterwards, since a build may write generated sources.
    stamp.set(build_sources())
}

/// `npm run check`, when a source changed since it last passed. An automatic run always checks.
///
/// # Errors
/// Where npm cannot be started.
pub(crate) fn check() -> Result<bool, Failure> {
    let stamp = Stamp::named("web-check");
    if !process::in_ci() && stamp.is(sources()) {
        say::note("   nothing changed since it last passed");
        return Ok(true);
    }
    let passed = process::succeeds(&mut npm(&["run", "check"]))?;
    if passed {
        stamp.set(sources())?;
    }
    Ok(passed)
}

/// npm in `web/`.
pub(crate) fn npm(words: &[&str]) -> Command {
    let mut command = process::command("npm");
    command.args(words).current_dir(place::web());
    command
}

/// What goes into the apps: everything but the stories played on them, whose change would otherwise cost a new server.
fn build_sources() -> Fingerprint {
    let mut print = Fingerprint::new();
    for folder in ["apps", "packages"] {
        print.add_folder(&place::web().join(folder));
    }
    for file in ["package.json", "package-lock.json", "tsconfig.base.json"] {
        print.add(&fs::read(place::web().join(file)).unwrap_or_default());
    }
    print
}

fn sources() -> Fingerprint {
    let mut print = Fingerprint::new();
    print.add_folder(&place::web());
    print
}

/// Runs with its words in a log, so that it may run beside cargo, and says when it starts and ends.
fn logged(what: &str, mut command: Command) -> Result<(), Failure> {
    let path = place::notes().join(format!("{}.log", what.replace(' ', "-")));
    fs::create_dir_all(place::notes()).map_err(|error| Failure::file(&path, &error))?;
    let log = File::create(&path).map_err(|error| Failure::file(&path, &error))?;
    let other = log.try_clone().map_err(|error| Failure::file(&path, &error))?;
    let started = Instant::now();
    say::note(format_args!("  {what}: `{}` in web/ ...", process::spelled(&command)));
    command.stdout(Stdio::from(log)).stderr(Stdio::from(other));
    if process::succeeds(&mut command)? {
        say::note(format_args!("  {what}: done in {}", say::duration(started.elapsed())));
        return Ok(());
    }
    let text = fs::read_to_string(&path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    say::note(lines[lines.len().saturating_sub(40)..].join("\n"));
    Err(Failure::failed(format!(
        "{what}: `{}` failed in web/; all of its words are in {}.",
        process::spelled(&command),
        place::short(&path)
    )))
}
