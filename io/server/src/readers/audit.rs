//! The audit trail: a reader of the log that writes who changed what, when, before and after.

use api::fact::AuditView;
use domain::document::Class;
use domain::log::{Action, Entry, Row};
use domain::state::class_of;
use serde_json::{Map, Value};
use store::Published;
use store::facts::Audit;
use tokio::sync::broadcast;

use crate::core::Core;

/// Name of this reader; the log is never trimmed past it.
const NAME: &str = "audit";
/// Entries per step when catching up.
const STEP: u32 = 500;

/// Catches up with the log, then follows it for ever. What was written in a crash has no "before" in its entry.
pub async fn follow(core: &Core) {
    let mut entries = core.subscribe();
    let mut done = core.store().reader(NAME).await.ok().flatten().unwrap_or(0);
    if let Err(error) = catch_up(core, &mut done).await {
        tracing::error!(%error, "the audit trail could not catch up with the log");
    }
    loop {
        let result = match entries.recv().await {
            Ok(entry) if entry.lpos <= done => Ok(()),
            Ok(entry) => {
                done = entry.lpos;
                write(core, audits(&entry), done).await
            }
            Err(broadcast::error::RecvError::Lagged(_)) => catch_up(core, &mut done).await,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if let Err(error) = result {
            tracing::error!(%error, "an entry of the audit trail could not be written");
        }
    }
}

async fn catch_up(core: &Core, done: &mut i64) -> Result<(), store::Error> {
    loop {
        let logged = core.store().read_log(*done, STEP).await?;
        let Some(last) = logged.last().map(|logged| logged.lpos) else { return Ok(()) };
        let entries = logged.iter().flat_map(|logged| entry_audits(&logged.entry, |_, _| None)).collect();
        *done = last;
        write(core, entries, last).await?;
    }
}

async fn write(core: &Core, entries: Vec<Audit>, lpos: i64) -> Result<(), store::Error> {
    core.store().facts().add_audit(entries).await?;
    core.store().move_reader(NAME, lpos).await
}

fn audits(published: &Published) -> Vec<Audit> {
    entry_audits(&published.entry, |kind, id| {
        let change = published.changes.iter().find(|change| change.kind == kind && change.id == id)?;
        change.before.as_ref()
    })
}

fn entry_audits<'a>(entry: &Entry, before: impl Fn(&str, uuid::Uuid) -> Option<&'a Row>) -> Vec<Audit> {
    let ops = entry.ops.iter().enumerate();
    ops.map(|(index, op)| {
        let row = before(&op.kind, op.id);
        let was = |name: &String| row.and_then(|row| row.cells.get(name)).map_or(Value::Null, |cell| cell.value.clone());
        let (action, old, new) = match &op.action {
            Action::Ins(cells) => {
                ("insert", Map::new(), shown(&op.kind, cells.iter().map(|(n, c)| (n.clone(), c.value.clone()))))
            }
            Action::Set(cells) => {
                let old = row.map_or_else(Map::new, |_| shown(&op.kind, cells.keys().map(|name| (name.clone(), was(name)))));
                ("update", old, shown(&op.kind, cells.iter().map(|(n, c)| (n.clone(), c.value.clone()))))
            }
            Action::Del => {
                let cells = row.into_iter().flat_map(|row| &row.cells).map(|(name, cell)| (name.clone(), cell.value.clone()));
                ("delete", shown(&op.kind, cells), Map::new())
            }
        };
        Audit {
            at: entry.hlc.unix_ms(),
            author: entry.author,
            action: action.to_owned(),
            kind: Some(op.kind.clone()),
            document: Some(op.id),
            source: format!("{}/{index}", entry.dot),
            detail: serde_json::json!({ "before": old, "after": new }),
        }
    })
    .collect()
}

/// Cells that may be shown; a secret one only says that it was there.
fn shown(kind: &str, cells: impl Iterator<Item = (String, Value)>) -> Map<String, Value> {
    let shown = cells.map(|(name, value)| match class_of(kind, &name) {
        Class::Secret => (name, Value::from("(secret)")),
        Class::Internal | Class::Public => (name, value),
    });
    shown.collect()
}

/// A fact as the API shows it.
#[must_use]
pub fn view(audit: Audit) -> AuditView {
    let part = |name: &str| audit.detail.get(name).cloned().unwrap_or(Value::Null);
    AuditView {
        at: audit.at,
        user: audit.author.map(Into::into),
        before: part("before"),
        after: part("after"),
        kind: audit.kind.clone().unwrap_or_default(),
        id: audit.document.unwrap_or_default(),
        action: audit.action.clone(),
        dot: audit.source.rsplit_once('/').map_or_else(String::new, |(dot, _)| dot.to_owned()),
    }
}
