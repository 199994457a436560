//! The digest part by part: for finding out in which documents two servers differ that have the same changes.

use std::collections::{BTreeMap, BTreeSet};

use replica::digest::{bucket, summand};
use uuid::Uuid;

use crate::db::Moment;
use crate::error::Error;
use crate::load;
use crate::store::Store;

/// One of the parts of the digest: a kind, and a number below [`replica::digest::BUCKETS`].
pub type Part = (String, u16);

impl Store {
    /// The sums of all parts of the digest that are not empty, as the database has them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn sums(&self) -> Result<BTreeMap<Part, u128>, Error> {
        let mut moment = Moment::begin(&self.db).await?;
        let (sums, _) = load::digests(&mut moment).await?;
        Ok(sums.into_iter().filter(|(_, sum)| *sum != 0).collect())
    }

    /// What each document in these parts adds to their sums. Reads all documents.
    ///
    /// # Errors
    /// If the database cannot be read or a document is damaged.
    pub async fn summands(&self, parts: &BTreeSet<Part>) -> Result<BTreeMap<(String, Uuid), u128>, Error> {
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        let mut found = BTreeMap::new();
        let mut each = |kind: &str, id: Uuid, row: domain::log::Row| {
            if parts.contains(&(kind.to_owned(), bucket(id))) {
                found.insert((kind.to_owned(), id), summand(kind, id, &row));
            }
        };
        load::documents(&self.db, &actors, &self.sealer, &mut each).await?;
        Ok(found)
    }
}
