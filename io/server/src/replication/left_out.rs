//! Changes that a rebuild could not take over are kept in a file for people, before the rebuild counts.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use domain::log::Entry;
use serde_json::{Value, json};

use crate::now::now_ms;

/// So many of them are named in the log, and so many documents of each.
const NAMED: usize = 100;

/// Keeps entries in a file of its own in `folder`, durably, and names them in the log. Nothing is made of none.
///
/// # Errors
/// If they cannot be written; then nothing may be left out.
pub(super) fn keep<'a>(folder: &Path, entries: impl Iterator<Item = &'a Entry>) -> io::Result<()> {
    let entries: Vec<&Entry> = entries.collect();
    if entries.is_empty() {
        return Ok(());
    }
    let path = folder.join(format!("{}.json", now_ms()));
    let changes: Vec<Value> = entries.iter().map(|entry| in_words(entry)).collect();
    let text = serde_json::to_vec_pretty(&changes).expect("it is JSON already");
    fs::create_dir_all(folder)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(&text)?;
    file.sync_all()?;
    // The folder may be new too.
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        File::open(folder)?.sync_all()?;
    }
    for entry in entries.iter().take(NAMED) {
        let documents: Vec<String> = entry.ops.iter().take(NAMED).map(|op| format!("{} {}", op.kind, op.id)).collect();
        let (at, documents) = (entry.hlc.unix_ms(), documents.join(", "));
        tracing::warn!(entry = %entry.dot, at, author = ?entry.author, documents, "a change is left out when this server is rebuilt");
    }
    tracing::warn!(count = entries.len(), path = %path.display(), "the changes that are left out are kept in a file");
    Ok(())
}

/// What people need to know of a change to make it again.
fn in_words(entry: &Entry) -> Value {
    json!({
        "entry": entry.dot.to_string(),
        "at": entry.hlc.unix_ms(),
        "author": entry.author,
        "changes": entry.ops,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use domain::log::{Action, CellWrite, Op};
    use domain::stamp::{Dot, Hlc, VersionVector};

    use super::*;

    fn entry() -> Entry {
        let dot = Dot { seq: 3, ..Dot::default() };
        let writes = [("name".to_owned(), CellWrite { value: json!("Gate"), hlc: None })].into();
        Entry {
            dot,
            hlc: Hlc::from_unix_ms(1_790_000_000_000),
            deps: VersionVector::from_iter([dot]),
            ops: vec![Op { kind: "viewer".into(), id: uuid::Uuid::nil(), action: Action::Set(writes) }],
            author: None,
            request: None,
            schema: 1,
            epoch: 0,
        }
    }

    #[test]
    fn what_is_left_out_can_be_read_by_people() {
        let said = in_words(&entry());
        assert_eq!((&said["at"], &said["author"]), (&json!(1_790_000_000_000_i64), &Value::Null));
        assert_eq!(said["changes"][0]["action"]["set"]["name"]["value"], "Gate");
    }

    #[test]
    fn it_is_kept_for_its_owner_alone_and_nothing_is_made_of_nothing() {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("server/left-out");
        keep(&folder, [].iter()).unwrap();
        assert!(!folder.exists());
        keep(&folder, [entry()].iter()).unwrap();
        let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::read_to_string(file.path()).unwrap().contains("Gate"));
        assert!(keep(Path::new("/proc/no/such"), [entry()].iter()).is_err(), "then nothing may be left out");
    }
}
