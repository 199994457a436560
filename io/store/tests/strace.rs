//! In which order the store writes, syncs and answers, as the system sees it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;

use std::io::Write;
use std::path::Path;

use domain::commit::Proposal;
use domain::log::{Change, Position};
use domain::stamp::Actor;
use ground::{edit, insert, open_folder};
use serde_json::json;
use store::Origin;
use tempfile::TempDir;
use testkit::strace::{Call, available, trace, trace_whole};
use uuid::Uuid;

const FOLDER: &str = "XTASK_TRACE_FOLDER";
const COMMITS: u128 = 20;
const MEDIA: u8 = 5;
/// Batches of entries of another server, and how many each has: so many are written by a thread of their own.
const BATCHES: u128 = 3;
const ENTRIES: u128 = 100;
/// Who commit at the same time, and how often each.
const CLIENTS: u128 = 4;
const EACH: u128 = 25;
/// A page of the database, which holds the text that tells a commit.
const PAGE: usize = 4_096;

/// The positions in a trace that matter.
struct Trace(Vec<Call>);

impl Trace {
    fn find(&self, from: usize, to: usize, test: impl Fn(&Call) -> bool) -> Vec<usize> {
        (from..to).filter(|index| self.0[*index].ok && test(&self.0[*index])).collect()
    }

    fn says(&self, word: &str) -> Vec<usize> {
        let said = format!("\"{word} ");
        self.find(0, self.0.len(), |call| {
            call.name == "write" && call.arguments.starts_with("1<") && call.arguments.contains(&said)
        })
    }
}

fn writes_journal(call: &Call) -> bool {
    matches!(call.name.as_str(), "write" | "pwrite64") && call.arguments.contains("signboard.db-wal>")
}

fn syncs(call: &Call, path: &str) -> bool {
    matches!(call.name.as_str(), "fdatasync" | "fsync") && call.arguments.contains(path)
}

#[test]
fn an_answer_follows_the_sync_and_a_row_follows_its_file() {
    if !available().unwrap() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let calls = ["write", "pwrite64", "fdatasync", "fsync", "rename", "renameat", "renameat2"];
    let calls = trace(&calls, std::env::current_exe().unwrap(), |command| {
        command.args(["--ignored", "--exact", "server_to_be_watched", "--nocapture"]).env(FOLDER, folder.path());
    });
    let trace = Trace(calls.unwrap());
    let (commits, media) = (trace.says("commit"), trace.says("media"));
    assert_eq!((commits.len(), media.len()), ((COMMITS + BATCHES) as usize, MEDIA.into()));

    let mut before = trace.says("start")[0];
    let mut answers: Vec<_> = commits.iter().chain(&media).copied().collect();
    answers.sort_unstable();
    for answer in answers {
        let written = trace.find(before, answer, writes_journal);
        let synced = trace.find(before, answer, |call| syncs(call, "signboard.db-wal>"));
        let last = written.last().expect("each answer has a transaction");
        assert!(synced.last().is_some_and(|sync| sync > last), "answer {answer} came before the sync of its transaction");
        if media.contains(&answer) {
            file_before_row(&trace, before, answer, written[0]);
        }
        before = answer;
    }
}

#[test]
fn where_several_commit_at_once_each_answer_follows_the_sync_that_covers_its_own_commit() {
    if !available().unwrap() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let calls = ["write", "pwrite64", "fdatasync", "fsync"];
    let calls = trace_whole(&calls, PAGE, std::env::current_exe().unwrap(), |command| {
        command.args(["--ignored", "--exact", "server_with_several_clients", "--nocapture"]).env(FOLDER, folder.path());
    });
    let trace = Trace(calls.unwrap());
    let start = trace.says("start")[0];
    let answers = trace.says("commit");
    assert_eq!(answers.len() as u128, CLIENTS * EACH);
    for answer in &answers {
        let name = trace.0[*answer].arguments.split("commit ").nth(1).unwrap().split('\\').next().unwrap();
        let written = trace.find(start, *answer, |call| writes_journal(call) && call.arguments.contains(name));
        let first = *written.first().unwrap_or_else(|| panic!("{name} is answered, and was not written before"));
        // One thread writes and syncs, so that a sync that ended later began later too.
        let writer = trace.0[first].thread;
        let synced = trace.find(first, *answer, |call| syncs(call, "signboard.db-wal>") && call.thread == writer);
        assert!(!synced.is_empty(), "{name} is answered before a sync follows its write");
    }
    let syncs = trace.find(start, *answers.last().unwrap(), |call| syncs(call, "signboard.db-wal>"));
    assert!(syncs.len() < answers.len(), "{} syncs for {} commits: nothing was written together", syncs.len(), answers.len());
}

/// Between two answers: sync of the file, its name, sync of the folder of the name, and only then the row.
fn file_before_row(trace: &Trace, before: usize, answer: usize, row: usize) {
    let said = &trace.0[answer].arguments;
    let hash = said.split("media ").nth(1).unwrap().split_whitespace().next().unwrap();
    let named = trace.find(before, row, |call| call.name.starts_with("rename") && call.arguments.contains(hash));
    let named = *named.first().expect("the file gets its name before the row is written");
    let part = trace.0[named].arguments.split('"').nth(1).unwrap().to_owned();
    let file = trace.find(before, named, |call| syncs(call, &part));
    assert!(!file.is_empty(), "{part} is synced before it gets its name");
    let folder = format!("media/{}/{}>", &hash[..2], &hash[2..4]);
    let folder = trace.find(named, row, |call| call.name == "fsync" && call.arguments.contains(&folder));
    assert!(!folder.is_empty(), "the folder of {hash} is synced before the row is written");
}

fn say(line: &str) {
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
}

#[tokio::test]
#[ignore = "started under strace by the test of this file"]
async fn server_to_be_watched() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let site = open_folder(Path::new(&folder)).await;
    say("\n");
    say("start .\n");
    for id in 1..=COMMITS {
        site.writer.write(Origin::default(), vec![insert("viewer", id, "Gate")]).await.unwrap();
        say(&format!("commit {id}\n"));
    }
    for n in 0..MEDIA {
        let stored = site.store.media().put(vec![n; 5_000]).await.unwrap();
        let cells = [("hash".to_owned(), json!(stored.hash))].into();
        site.writer.write(Origin::default(), vec![edit("media", n.into(), Change::Insert(cells))]).await.unwrap();
        say(&format!("media {} {n}\n", stored.hash));
    }
    let mut there = Position::new(Actor { server: Uuid::from_u128(1), incarnation: 1 });
    for batch in 0..BATCHES {
        let edits = |n| vec![insert("group", batch * ENTRIES + n, "Pier")];
        let proposal = |n| Proposal { edits: edits(n), wall_ms: 1_790_000_000_000, schema: 1, ..Proposal::default() };
        let entries = (0..ENTRIES).map(|n| replica::commit(&mut there, proposal(n), &|_, _| None).unwrap().entry.unwrap());
        site.writer.apply(entries.collect()).await.unwrap();
        say(&format!("commit of others {batch}\n"));
    }
    site.close().await;
}

#[tokio::test]
#[ignore = "started under strace by the test of this file"]
async fn server_with_several_clients() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let site = open_folder(Path::new(&folder)).await;
    say("\n");
    say("start .\n");
    let client = async |client: u128| {
        for n in 1..=EACH {
            let name = format!("Gate-{client}-{n}-of-{EACH}");
            site.writer.write(Origin::default(), vec![insert("viewer", client * 1_000 + n, &name)]).await.unwrap();
            say(&format!("commit {name}\n"));
        }
    };
    futures::future::join_all((1..=CLIENTS).map(client)).await;
    site.close().await;
}
