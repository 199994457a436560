//! Who leads, as other servers said: kept, because a server that heard of a newer Main must not lead again after a restart.

use domain::lead::Lead;
use tokio::sync::watch;

use crate::batch::Batch;
use crate::error::Error;
use crate::load::LEAD;
use crate::sql::state::PUT_META;
use crate::store::Store;

impl Store {
    /// The newest Main that other servers told of; the default where none did.
    #[must_use]
    pub fn heard_lead(&self) -> Lead {
        *self.lead.borrow()
    }

    /// Follows what other servers tell.
    #[must_use]
    pub fn watch_lead(&self) -> watch::Receiver<Lead> {
        self.lead.subscribe()
    }

    /// Another server said that this one leads. It counts at once and is durable when this returns; what is not newer changes nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`]: it counts until the next start.
    pub async fn note_lead(&self, lead: Lead) -> Result<(), Error> {
        let newer = self.lead.send_if_modified(|known| {
            let newer = lead > *known;
            *known = lead.max(*known);
            newer
        });
        if !newer {
            return Ok(());
        }
        let text = format!("{} {}", lead.number, lead.server.0);
        self.facts().write(Batch::one(PUT_META, vec![LEAD.into(), text.into()])).await
    }
}
