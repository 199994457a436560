//! `cargo xtask gen`: files that programs write and people read, kept in the repository and compared in CI.

use std::fs;
use std::path::{Path, PathBuf};

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::report::{Report, Verdict};
use crate::server_binary::{self, Profile};
use crate::{place, process, tool, tree, web};

/// Whether to write or to compare.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Bring the files up to date.
    Write,
    /// Only say which are stale.
    Compare,
}

/// A file that the server prints.
struct Printed {
    file: &'static str,
    words: &'static [&'static str],
}

const PRINTED: [Printed; 3] = [
    Printed { file: "docs/openapi.json", words: &["openapi"] },
    Printed { file: "packaging/signboard.toml", words: &["sample-config"] },
    Printed { file: "docs/operations/ports.md", words: &["ports", "--markdown", "--config", "/dev/null"] },
];

/// The package whose `npm run gen` writes the types of the web client.
const CLIENT: &str = "packages/api";

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let found = Arguments::parse(words, &Grammar { switches: &["--check", "--no-install"], values: &[], names: false })?;
    let mode = if found.has("--check") { Mode::Compare } else { Mode::Write };
    tool::rust()?;
    let mut report = Report::default();
    all(&mut report, mode, Consent::unless(found.has("--no-install")));
    report.finish()
}

/// Adds every generated file to the report.
pub(crate) fn all(report: &mut Report, mode: Mode, consent: Consent) {
    let mut server = None;
    report.step("server for generated files", || {
        server = Some(server_binary::build(Profile::Debug)?);
        Ok(Verdict::Passed)
    });
    if let Some(server) = server {
        for printed in &PRINTED {
            report.step(printed.file, || print(&server, printed, mode));
        }
    }
    report.step("web client", || client(mode, consent));
}

fn print(server: &Path, printed: &Printed, mode: Mode) -> Result<Verdict, Failure> {
    let answer = process::quiet(process::command(server).args(printed.words))?;
    let spelled = format!("signboard {}", printed.words.join(" "));
    // 64 is what the server answers to a word that it does not know, 2 is the parser's own code.
    if matches!(answer.code, Some(2 | 64)) || (answer.success && answer.stdout.is_empty()) {
        return Ok(Verdict::Skipped(format!("`{spelled}` does not exist")));
    }
    if !answer.success {
        return Ok(Verdict::Failed(format!("`{spelled}` failed: {}", answer.stderr.trim())));
    }
    keep(&place::root().join(printed.file), answer.stdout.as_bytes(), mode)
}

fn keep(file: &Path, wanted: &[u8], mode: Mode) -> Result<Verdict, Failure> {
    if fs::read(file).is_ok_and(|text| text == wanted) {
        return Ok(Verdict::Passed);
    }
    if mode == Mode::Compare {
        return Ok(Verdict::Failed(format!("{} is stale; run `cargo xtask gen`", place::short(file))));
    }
    let folder = file.parent().expect("generated files stand in folders");
    fs::create_dir_all(folder).and_then(|()| fs::write(file, wanted)).map_err(|error| Failure::file(file, &error))?;
    Ok(Verdict::Passed)
}

fn client(mode: Mode, consent: Consent) -> Result<Verdict, Failure> {
    let folder = place::web().join(CLIENT);
    let manifest = fs::read_to_string(folder.join("package.json")).unwrap_or_default();
    if !manifest.contains("\"gen\"") {
        return Ok(Verdict::Skipped(format!("web/{CLIENT}/package.json has no script `gen`")));
    }
    tool::node()?;
    web::install(consent)?;
    let before = contents(&folder);
    if !process::succeeds(web::npm(&["run", "--silent", "gen"]).current_dir(&folder))? {
        return Ok(Verdict::Failed(format!("`npm run gen` failed in web/{CLIENT}")));
    }
    if mode == Mode::Write || contents(&folder) == before {
        return Ok(Verdict::Passed);
    }
    // A comparison must leave the files as they were.
    for (file, _) in contents(&folder) {
        if !before.iter().any(|(known, _)| *known == file) {
            fs::remove_file(&file).map_err(|error| Failure::file(&file, &error))?;
        }
    }
    for (file, text) in &before {
        fs::write(file, text).map_err(|error| Failure::file(file, &error))?;
    }
    Ok(Verdict::Failed(format!("the client in web/{CLIENT} is stale; run `cargo xtask gen`")))
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = tree::files(folder).into_iter();
    files.filter_map(|file| fs::read(&file).ok().map(|text| (file, text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparing_never_writes_and_writing_does() {
        let folder = std::env::temp_dir().join(format!("xtask-generate-{}", std::process::id()));
        let file = folder.join("docs").join("page.md");
        assert!(matches!(keep(&file, b"new", Mode::Compare).unwrap(), Verdict::Failed(_)));
        assert!(!file.exists());
        assert!(matches!(keep(&file, b"new", Mode::Write).unwrap(), Verdict::Passed));
        assert!(matches!(keep(&file, b"new", Mode::Compare).unwrap(), Verdict::Passed));
        assert!(matches!(keep(&file, b"newer", Mode::Compare).unwrap(), Verdict::Failed(_)));
        fs::remove_dir_all(&folder).unwrap();
    }
}
