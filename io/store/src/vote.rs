//! The last vote for a Main: kept, because nobody may vote twice with one number, also after a restart.

use replica::election::Vote;

use crate::batch::Batch;
use crate::error::Error;
use crate::load::VOTE;
use crate::sql::state::PUT_META;
use crate::store::Store;

impl Store {
    /// The last vote that was given here; the default where none was.
    #[must_use]
    pub fn vote(&self) -> Vote {
        *self.vote.lock().expect("nothing panics with this lock")
    }

    /// Keeps a vote. It is durable when this returns, and only then it may be told.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`]: it must not be told. It may be on disk all the same, so the number is used up.
    pub async fn note_vote(&self, vote: Vote) -> Result<(), Error> {
        let text = format!("{} {}", vote.term, vote.server);
        self.facts().write(Batch::one(PUT_META, vec![VOTE.into(), text.into()])).await?;
        *self.vote.lock().expect("nothing panics with this lock") = vote;
        Ok(())
    }
}
