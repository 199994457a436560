//! Which of our crates may use which: the table, and what the manifests say.

use crate::failure::Failure;
use crate::json::Json;
use crate::process;

/// One row: a crate and what it may use. The crate names leave out `signboard-`; `server` is `signboard`.
struct Row {
    name: &'static str,
    may: &'static [&'static str],
    /// What its tests may use besides.
    tests_may: &'static [&'static str],
}

/// The table of docs/ARCHITECTURE.md. A new crate needs a row, on purpose.
const TABLE: [Row; 12] = [
    Row { name: "domain", may: &[], tests_may: &[] },
    Row { name: "lan", may: &[], tests_may: &[] },
    Row { name: "api", may: &["domain"], tests_may: &[] },
    // The frames of two servers are those of `replica`; `control` says how they look on the wire.
    Row { name: "control", may: &["domain", "replica"], tests_may: &[] },
    Row { name: "replica", may: &["domain"], tests_may: &[] },
    // The store is handed the rule for its own commits; how entries and states of others are taken in, it asks `replica`.
    Row { name: "store", may: &["domain", "replica"], tests_may: &[] },
    Row { name: "net", may: &["lan", "control", "replica"], tests_may: &[] },
    Row { name: "viewer", may: &["domain", "control", "lan", "net"], tests_may: &[] },
    Row { name: "server", may: &["domain", "api", "control", "lan", "replica", "store", "net"], tests_may: &[] },
    Row { name: "testkit", may: &[], tests_may: &[] },
    Row { name: "xtask", may: &[], tests_may: &[] },
    Row { name: "fuzz", may: &["domain", "control", "lan", "replica", "server"], tests_may: &[] },
];

/// One crate of ours that uses another.
#[derive(Debug, PartialEq, Eq)]
struct Arrow {
    from: String,
    to: String,
    tests_only: bool,
}

/// What the manifests do and the table forbids.
///
/// # Errors
/// Where `cargo metadata` fails or cannot be read.
pub(super) fn check() -> Result<Vec<String>, Failure> {
    let answer = process::quiet(process::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata = Json::parse(&answer.stdout)
        .ok_or_else(|| Failure::failed(format!("`cargo metadata` gave no JSON: {}", answer.stderr.trim())))?;
    let (crates, arrows) = read(&metadata);
    Ok(judge(&crates, &arrows))
}

fn read(metadata: &Json) -> (Vec<String>, Vec<Arrow>) {
    let packages = metadata.get("packages").map(Json::list).unwrap_or_default();
    let mut crates = Vec::new();
    let mut arrows = Vec::new();
    for package in packages {
        let from = short(package.get("name").and_then(Json::text).unwrap_or_default());
        for dependency in package.get("dependencies").map(Json::list).unwrap_or_default() {
            if dependency.get("path").and_then(Json::text).is_some() {
                arrows.push(Arrow {
                    from: from.clone(),
                    to: short(dependency.get("name").and_then(Json::text).unwrap_or_default()),
                    tests_only: dependency.get("kind").and_then(Json::text) == Some("dev"),
                });
            }
        }
        crates.push(from);
    }
    (crates, arrows)
}

fn short(package: &str) -> String {
    if package == "signboard" {
        return "server".to_owned();
    }
    package.strip_prefix("signboard-").unwrap_or(package).to_owned()
}

fn judge(crates: &[String], arrows: &[Arrow]) -> Vec<String> {
    let row = |name: &str| TABLE.iter().find(|row| row.name == name);
    let strangers = crates.iter().filter(|name| row(name).is_none());
    let mut found: Vec<String> =
        strangers.map(|name| format!("crate `{name}` has no row in tools/xtask/src/check/arrows.rs; give it one")).collect();
    for arrow in arrows {
        let Some(row) = row(&arrow.from) else { continue };
        let to = arrow.to.as_str();
        let test_help = arrow.tests_only && (to == "testkit" || row.tests_may.contains(&to));
        if !row.may.contains(&to) && !test_help {
            let how = if arrow.tests_only { "in its tests" } else { "at all" };
            found.push(format!("`{}` must not use `{to}` {how}; the table allows: {}", arrow.from, row.may.join(", ")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrow(from: &str, to: &str, tests_only: bool) -> Arrow {
        Arrow { from: from.into(), to: to.into(), tests_only }
    }

    #[test]
    fn the_table_is_kept() {
        let cases = [
            (arrow("server", "store", false), true),
            (arrow("server", "viewer", false), false),
            (arrow("domain", "api", false), false),
            (arrow("api", "control", false), false),
            (arrow("store", "replica", false), true),
            (arrow("store", "control", false), false),
            (arrow("store", "control", true), false),
            (arrow("domain", "testkit", true), true),
            (arrow("domain", "testkit", false), false),
        ];
        for (arrow, allowed) in cases {
            assert_eq!(judge(&[], std::slice::from_ref(&arrow)).is_empty(), allowed, "{arrow:?}");
        }
        assert_eq!(judge(&["unknown".into()], &[]).len(), 1);
    }

    #[test]
    fn metadata_is_read() {
        let text = r#"{"packages": [
            {"name": "signboard", "dependencies": [
                {"name": "signboard-store", "path": "/s", "kind": null},
                {"name": "signboard-testkit", "path": "/t", "kind": "dev"},
                {"name": "tokio", "kind": null}]},
            {"name": "signboard-store", "dependencies": []}]}"#;
        let (crates, arrows) = read(&Json::parse(text).unwrap());
        assert_eq!(crates, ["server", "store"]);
        assert_eq!(arrows, [arrow("server", "store", false), arrow("server", "testkit", true)]);
    }

    #[test]
    fn every_row_points_at_rows() {
        for row in &TABLE {
            for to in row.may.iter().chain(row.tests_may) {
                assert!(TABLE.iter().any(|other| other.name == *to), "{} -> {to}", row.name);
            }
        }
    }
}
