//! The groups of a large file, from several servers at once.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use control::v1::FileRequest;
use domain::id::ServerId;
use parking_lot::Mutex;
use store::media::Arriving;
use tokio::task::{JoinHandle, JoinSet};

use super::fetching::{Fault, ask, next, request};
use super::line::Line;
use super::source::Source;
use super::sources::Asked;
use super::wanted::Wanted;
use crate::app::App;

/// Groups that are asked for at once, on each of a server's streams: no more than these 2 MiB have to come again when a program is killed.
const RUN: u64 = 2;
/// Requests for one file that one server answers at the same time: 8 MiB are on their way, enough for 600 Mbit/s over 100 ms.
const STREAMS: usize = 4;

/// Fetches what is missing from these servers, until all is there or none of them can go on. Returns why those who could not could not.
///
/// # Errors
/// [`Fault::Here`].
pub(super) async fn gather(
    app: &App,
    arriving: &Arriving,
    wanted: Wanted,
    mut sources: Vec<Asked>,
) -> Result<Vec<(ServerId, Fault)>, Fault> {
    let mut failed = Vec::new();
    loop {
        let queue = Arc::new(Mutex::new(arriving.missing()));
        if queue.lock().is_empty() || sources.is_empty() {
            return Ok(failed);
        }
        let mut workers = JoinSet::new();
        for (server, source) in &sources {
            let line = app.mirror.lines.of(*server);
            for _ in 0..STREAMS {
                let worker = Worker {
                    source: source.clone(),
                    line: Arc::clone(&line),
                    arriving: arriving.clone(),
                    queue: Arc::clone(&queue),
                    request: request(wanted),
                };
                let server = *server;
                workers.spawn(async move { (server, worker.work().await) });
            }
        }
        while let Some(ended) = workers.join_next().await {
            // One that panicked has left its part for the next round.
            let Ok((server, ended)) = ended else { continue };
            match ended {
                Ok(()) => {}
                Err(fault @ Fault::Here(_)) => return Err(fault),
                Err(fault) => {
                    if sources.iter().any(|(source, _)| *source == server) {
                        sources.retain(|(source, _)| *source != server);
                        failed.push((server, fault));
                    }
                }
            }
        }
    }
}

/// One stream of one server.
struct Worker {
    source: Source,
    line: Arc<Line>,
    arriving: Arriving,
    queue: Arc<Mutex<BTreeSet<u64>>>,
    request: FileRequest,
}

/// A group that is verified and written.
type Writing = JoinHandle<Result<bool, store::Error>>;

impl Worker {
    async fn work(self) -> Result<(), Fault> {
        loop {
            let run = claim(&mut self.queue.lock());
            if run.is_empty() {
                return Ok(());
            }
            self.fetch(run).await?;
        }
    }

    /// Fetches these groups. While one is verified and written, the next one comes.
    async fn fetch(&self, run: Range<u64>) -> Result<(), Fault> {
        let groups = self.arriving.groups();
        let (from, until) = (groups.range(run.start).start, groups.range(run.end - 1).end);
        let request = FileRequest { offset: from, length: until - from, ..self.request.clone() };
        let mut answer = ask(&self.source, request).await?;
        if answer.length != groups.bytes() {
            return Err(Fault::There("its file has another length than its record says".to_owned()));
        }
        let (mut group, mut parts, mut come) = (run.start, Vec::new(), 0);
        let mut writing: Option<Writing> = None;
        while let Some(mut part) = next(&mut answer).await? {
            self.line.receive.pass(part.len(), self.request.urgent).await;
            while !part.is_empty() {
                if group == run.end {
                    return Err(Fault::There("it sent more than was asked for".to_owned()));
                }
                let range = groups.range(group);
                let room = usize::try_from(range.end - range.start - come).unwrap_or(usize::MAX);
                let now: Bytes = part.split_to(room.min(part.len()));
                come += now.len() as u64;
                parts.push(now);
                if come == range.end - range.start {
                    written(writing.take()).await?;
                    let (arriving, whole) = (self.arriving.clone(), std::mem::take(&mut parts));
                    writing = Some(tokio::spawn(async move { arriving.write(group, whole).await }));
                    (group, come) = (group + 1, 0);
                }
            }
        }
        written(writing).await?;
        match group == run.end {
            true => Ok(()),
            false => Err(Fault::There("it sent less than was asked for".to_owned())),
        }
    }
}

async fn written(writing: Option<Writing>) -> Result<(), Fault> {
    let Some(writing) = writing else { return Ok(()) };
    match writing.await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => Err(Fault::Wrong),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Fault::Here("the server stops".to_owned())),
    }
}

/// Takes the first groups that lie together out of the queue; an empty range if none is left.
fn claim(queue: &mut BTreeSet<u64>) -> Range<u64> {
    let Some(first) = queue.pop_first() else { return 0..0 };
    let mut run = first..first + 1;
    while run.end - run.start < RUN && queue.remove(&run.end) {
        run.end += 1;
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_together_is_asked_for_together() {
        let mut queue: BTreeSet<u64> = (0..3).chain(25..27).chain([40]).collect();
        let mut runs = Vec::new();
        while let run @ Range { start, end } = claim(&mut queue)
            && start < end
        {
            runs.push(run);
        }
        assert_eq!(runs, [0..2, 2..3, 25..27, 40..41]);
    }
}
