//! One queued change, whatever its types are.

use domain::commit::CommitError;
use domain::log::Edit;
use domain::stamp::Dot;
use tokio::sync::oneshot;

use super::{Done, Failed, Origin};
use crate::error::Error;

/// A queued change.
pub(crate) type BoxedJob<S> = Box<dyn Job<S>>;

/// A change from the writer's point of view.
pub(crate) trait Job<S>: Send {
    /// Who wants it.
    fn origin(&self) -> Origin;
    /// Runs the decision; none if it refused, which [`Job::refused`] then answers.
    fn decide(&mut self, state: &S) -> Option<Vec<Edit>>;
    /// Answers a refusal.
    fn refused(self: Box<Self>);
    /// Answers that the change is durable.
    fn done(self: Box<Self>, dot: Option<Dot>, lpos: i64);
    /// Answers that it was made before.
    fn repeated(self: Box<Self>, dot: Dot, lpos: i64);
    /// Answers that it was not made.
    fn failed(self: Box<Self>, obstacle: Obstacle);
}

/// What stood in the way of a change that was not refused.
#[derive(Clone, Debug)]
pub(crate) enum Obstacle {
    /// The edits do not fit.
    Commit(CommitError),
    /// The disk is full.
    Full,
    /// The disk or the database failed.
    Unavailable,
}

impl From<&Error> for Obstacle {
    fn from(error: &Error) -> Self {
        if error.is_full() { Self::Full } else { Self::Unavailable }
    }
}

/// A change with its decision.
pub(crate) struct Change<F, T, E> {
    pub(crate) origin: Origin,
    pub(crate) decide: Option<F>,
    pub(crate) value: Option<Result<T, E>>,
    pub(crate) answer: oneshot::Sender<Result<Done<T>, Failed<E>>>,
}

impl<S, F, T, E> Job<S> for Change<F, T, E>
where
    T: Send,
    E: Send,
    F: FnOnce(&S) -> Result<(Vec<Edit>, T), E> + Send,
{
    fn origin(&self) -> Origin {
        self.origin
    }

    fn decide(&mut self, state: &S) -> Option<Vec<Edit>> {
        let decide = self.decide.take()?;
        match decide(state) {
            Ok((edits, value)) => {
                self.value = Some(Ok(value));
                Some(edits)
            }
            Err(refusal) => {
                self.value = Some(Err(refusal));
                None
            }
        }
    }

    // A dropped receiver means that nobody waits any more, in all four answers.
    fn refused(self: Box<Self>) {
        if let Some(Err(refusal)) = self.value {
            let _ = self.answer.send(Err(Failed::Refused(refusal)));
        }
    }

    fn done(self: Box<Self>, dot: Option<Dot>, lpos: i64) {
        if let Some(Ok(value)) = self.value {
            let _ = self.answer.send(Ok(Done::New { value, dot, lpos }));
        }
    }

    fn repeated(self: Box<Self>, dot: Dot, lpos: i64) {
        let _ = self.answer.send(Ok(Done::Repeated { dot, lpos }));
    }

    fn failed(self: Box<Self>, obstacle: Obstacle) {
        let failed = match obstacle {
            Obstacle::Commit(error) => Failed::Commit(error),
            Obstacle::Full => Failed::Full,
            Obstacle::Unavailable => Failed::Unavailable,
        };
        let _ = self.answer.send(Err(failed));
    }
}
