//! The process of the fleet, and what it says each second.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::super::instance::Instance;
use crate::failure::Failure;
use crate::json::Json;
use crate::process;

/// How the fleet was in one second; times are Unix milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::bench) struct Moment {
    /// Viewers that hold their slice.
    pub(in crate::bench) settled: u32,
    /// Since when all do; 0 if not all do.
    pub(super) whole_since: i64,
    pub(super) enrolled: i64,
    pub(super) heartbeats: i64,
    pub(super) told_p99: i64,
    pub(in crate::bench) told_last: i64,
    pub(super) held_p99: i64,
    /// How many hold the newest change.
    pub(super) held: u32,
    /// Sessions that were welcomed, from the start.
    pub(in crate::bench) welcomed: i64,
    /// Whole files that viewers of the sample have fetched.
    pub(in crate::bench) files: i64,
    /// Answers to heartbeats of the sample, how many milliseconds 99 of 100 took at the most, and the slowest.
    pub(in crate::bench) answers: i64,
    pub(in crate::bench) answer_p99: i64,
    pub(in crate::bench) slowest_answer: i64,
    /// How often something went wrong.
    pub(in crate::bench) faults: i64,
}

impl Moment {
    pub(super) fn read(line: &str) -> Option<Self> {
        let json = Json::parse(line)?;
        let number = |from: &Json, key: &str| match from.get(key)? {
            Json::Number(text) => text.parse::<i64>().ok(),
            _ => None,
        };
        let count = |from: &Json, key: &str| number(from, key).and_then(|count| u32::try_from(count).ok());
        let (told, held, answers) = (json.get("told")?, json.get("held")?, json.get("answers")?);
        let Json::Map(faults) = json.get("faults")? else { return None };
        Some(Self {
            settled: count(&json, "settled")?,
            whole_since: number(&json, "whole_since")?,
            enrolled: number(&json, "enrolled")?,
            heartbeats: number(&json, "heartbeats")?,
            told_p99: number(told, "p99")?,
            told_last: number(told, "last")?,
            held_p99: number(held, "p99")?,
            held: count(held, "count")?,
            welcomed: number(&json, "welcomed")?,
            files: number(&json, "files")?,
            answers: number(answers, "count")?,
            answer_p99: number(answers, "p99")?,
            slowest_answer: number(answers, "last")?,
            faults: faults.keys().filter_map(|fault| number(json.get("faults")?, fault)).sum(),
        })
    }
}

/// What the reader of the fleet's words has heard.
#[derive(Default)]
struct Heard {
    newest: Mutex<(Moment, String)>,
    changed: Condvar,
}

/// A running fleet; it is killed when dropped.
pub(in crate::bench) struct Crowd {
    child: Child,
    heard: Arc<Heard>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Crowd {
    /// Starts so many viewers, of which the first `sample` fetch files and ask for the time.
    pub(in crate::bench) fn start(
        binary: &Path,
        instance: &Instance,
        token: &str,
        viewers: u32,
        sample: u32,
    ) -> Result<Self, Failure> {
        let mut command = super::fleet_command(binary, instance, token, viewers, sample);
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| Failure::unavailable(format!("The fleet could not be started: {error}.")))?;
        let heard = Arc::new(Heard::default());
        let lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let hearing = Arc::clone(&heard);
        let reader = thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut newest = hearing.newest.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(moment) = Moment::read(&line) {
                    newest.0 = moment;
                }
                newest.1 = line;
                hearing.changed.notify_all();
            }
        });
        Ok(Self { child, heard, reader: Some(reader) })
    }

    /// How it is, at its next word.
    pub(in crate::bench) fn now(&self) -> Result<Moment, Failure> {
        self.until(Duration::from_secs(10), "the fleet says how it is", |_| true)
    }

    /// Waits for a word that satisfies.
    pub(in crate::bench) fn until(
        &self,
        patience: Duration,
        what: &str,
        satisfied: impl Fn(&Moment) -> bool,
    ) -> Result<Moment, Failure> {
        let deadline = Instant::now() + patience;
        let mut newest = self.heard.newest.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Failure::failed(format!("It is not true within {} s that {what}: {}", patience.as_secs(), newest.1)));
            }
            newest = self.heard.changed.wait_timeout(newest, left).unwrap_or_else(PoisonError::into_inner).0;
            if satisfied(&newest.0) {
                return Ok(newest.0.clone());
            }
        }
    }

    /// Asks it to end; hands back how its count of sessions compares with the server's.
    pub(in crate::bench) fn end(mut self) -> Result<String, Failure> {
        process::quiet(process::command("kill").args(["-TERM", &self.child.id().to_string()]))?;
        if let Some(reader) = self.reader.take() {
            // It ends with the fleet's output.
            let _ = reader.join();
        }
        let last = self.heard.newest.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
        let json = Json::parse(&last);
        let count = |key: &str| match json.as_ref()?.get("comparison")?.get(key)? {
            Json::Number(text) => Some(text.clone()),
            _ => None,
        };
        match (count("fleet"), count("server")) {
            (Some(fleet), Some(server)) if fleet == server => Ok(format!("both count {fleet} sessions")),
            (Some(fleet), Some(server)) => Ok(format!("the fleet counts {fleet} sessions, **the server {server}**")),
            _ => Err(Failure::failed(format!("The fleet ended without its counts: {last}"))),
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
