//! The thread of the writer: takes what waits, has it made durable, publishes and answers.

use std::hint::spin_loop;
use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle, available_parallelism};
use std::time::{Duration, Instant};

use tokio::sync::{broadcast, mpsc, watch};

use super::group::Group;
use super::work::Work;
use super::{Published, State};
use crate::facts::FactsJob;

/// Changes that share a transaction.
const GROUP: usize = 256;
/// How long the thread stays awake after a transaction. Who got an answer often asks again at once, and being put to sleep and woken for that
/// would take as long as the work on a small change does.
const AWAKE: Duration = Duration::from_micros(40);

/// Where work comes from.
pub(crate) struct Input<S> {
    pub(crate) jobs: mpsc::Receiver<Work<S>>,
    pub(crate) facts: mpsc::Receiver<FactsJob>,
    pub(crate) stopped: watch::Receiver<bool>,
}

/// Where results go.
pub(crate) struct Output<S> {
    pub(crate) state: watch::Sender<Arc<S>>,
    pub(crate) published: broadcast::Sender<Arc<Published>>,
}

/// Starts the thread. Decisions may be long computations, and the disk is waited for: neither shall hold up the server's other work.
pub(crate) fn spawn<S: State>(input: Input<S>, group: Group, output: Output<S>) -> io::Result<JoinHandle<()>> {
    // Without sockets, waking the thread costs less.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = if group.has_sockets() { runtime.enable_all() } else { runtime.enable_time() }.build()?;
    Builder::new().name("writer".into()).spawn(move || runtime.block_on(run(input, group, output)))
}

async fn run<S: State>(mut input: Input<S>, mut group: Group, output: Output<S>) {
    let (mut jobs, mut facts) = (Vec::new(), Vec::new());
    // On a single processor, whoever is to ask again needs it.
    let can_stay_awake = available_parallelism().is_ok_and(|processors| processors.get() > 1);
    loop {
        let stopping = *input.stopped.borrow_and_update();
        if stopping {
            input.jobs.close();
            input.facts.close();
        }
        let open = !(stopping && input.jobs.is_empty() && input.facts.is_empty());
        if !open {
            break;
        }
        tokio::select! {
            count = input.jobs.recv_many(&mut jobs, GROUP) => if count == 0 { break },
            count = input.facts.recv_many(&mut facts, GROUP) => if count == 0 && jobs.is_empty() { break },
            changed = input.stopped.changed() => if changed.is_err() { break },
        }
        while jobs.len() < GROUP
            && let Ok(job) = input.jobs.try_recv()
        {
            jobs.push(job);
        }
        while facts.len() < GROUP
            && let Ok(job) = input.facts.try_recv()
        {
            facts.push(job);
        }
        let mut turn = Vec::new();
        for work in jobs.drain(..) {
            match work {
                Work::Change(_) => turn.push(work),
                // One batch of others for each transaction, so that none gets too long.
                Work::Apply(_) => {
                    turn.push(work);
                    group.run(std::mem::take(&mut turn), std::mem::take(&mut facts), &output).await;
                }
                Work::Alone(alone) => {
                    group.run(std::mem::take(&mut turn), std::mem::take(&mut facts), &output).await;
                    group.run_alone(alone, &output).await;
                }
            }
        }
        if !turn.is_empty() || !facts.is_empty() {
            group.run(turn, std::mem::take(&mut facts), &output).await;
        }
        if can_stay_awake {
            stay_awake(&input);
        }
    }
    group.close().await;
}

/// Waits for more work for a moment without sleeping.
fn stay_awake<S>(input: &Input<S>) {
    let start = Instant::now();
    while input.jobs.is_empty() && input.facts.is_empty() && start.elapsed() < AWAKE {
        spin_loop();
    }
}
