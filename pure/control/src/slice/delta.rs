//! What changes between two slices, and its parts on the wire.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::row::{SliceRow, Version, id_of};
use super::{Slice, SliceId};
use crate::v1;

/// About how long a part of a delta may grow, in bytes; a part is longer only where one row is. At 0.5 Mbit/s it takes 4 s: what is said besides, and the
/// silence after which a side is given up (15 s), must not wait for it.
pub const PART_BYTES: usize = 256 * 1024;
/// Bytes of a row besides kind and JSON: id, tags and lengths.
const ROW_OVERHEAD: usize = 40;
/// The most rows that an inventory may name: so many fit into the longest message of a viewer.
pub const MAX_INVENTORY: usize = 16_384;

/// What somebody has: versions by kind and id.
pub type Versions = BTreeMap<(String, Uuid), Version>;

/// What changes between two slices.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    /// The slice that it starts from; none = from nothing.
    pub base: Option<SliceId>,
    /// The slice that it leads to.
    pub slice: SliceId,
    /// New and changed rows, sorted.
    pub put: Vec<Arc<SliceRow>>,
    /// Rows that are gone, sorted.
    pub gone: Vec<(String, Uuid, Version)>,
}

impl Delta {
    /// From nothing.
    #[must_use]
    pub fn whole(to: &Slice) -> Self {
        Self { base: None, slice: to.id(), put: to.rows().cloned().collect(), gone: Vec::new() }
    }

    /// From one slice to another.
    #[must_use]
    pub fn between(from: &Slice, to: &Slice) -> Self {
        let mut delta = Self { base: Some(from.id()), slice: to.id(), ..Self::default() };
        let (mut old, mut new) = (from.rows().peekable(), to.rows().peekable());
        loop {
            match (old.peek(), new.peek()) {
                (Some(a), Some(b)) if a.key() == b.key() => {
                    if a.version != b.version {
                        delta.put.push(Arc::clone(b));
                    }
                    old.next();
                    new.next();
                }
                (Some(a), Some(b)) if b.key() < a.key() => delta.put.extend(new.next().cloned()),
                (Some(a), _) => {
                    delta.gone.push((a.kind.clone(), a.id, a.version));
                    old.next();
                }
                (None, Some(_)) => delta.put.extend(new.next().cloned()),
                (None, None) => return delta,
            }
        }
    }

    /// From what somebody says it has.
    #[must_use]
    pub fn from_versions(from: &Versions, to: &Slice) -> Self {
        let base = (!from.is_empty()).then(|| id_of(from.iter().map(|((kind, id), version)| (kind.as_str(), *id, *version))));
        let mut left = from.clone();
        let mut delta = Self { base, slice: to.id(), ..Self::default() };
        for row in to.rows() {
            if left.remove(&(row.kind.clone(), row.id)) != Some(row.version) {
                delta.put.push(Arc::clone(row));
            }
        }
        delta.gone = left.into_iter().map(|((kind, id), version)| (kind, id, version)).collect();
        delta
    }

    /// The messages that carry it, all but the last with `more`.
    #[must_use]
    pub fn messages(&self, urgent: bool) -> Vec<v1::SliceDelta> {
        let base = self.base.map(|id| id.to_vec()).unwrap_or_default();
        let open = || v1::SliceDelta { base: base.clone(), slice: self.slice.to_vec(), urgent, more: true, ..Default::default() };
        let (mut parts, mut part, mut bytes) = (Vec::new(), open(), 0);
        let mut room = |part: &mut v1::SliceDelta, more: usize| {
            if bytes > 0 && bytes + more > PART_BYTES {
                parts.push(std::mem::replace(part, open()));
                bytes = 0;
            }
            bytes += more;
        };
        for row in &self.put {
            room(&mut part, row.kind.len() + row.json.len() + ROW_OVERHEAD);
            part.put.push(row.message());
        }
        for (kind, id, version) in &self.gone {
            room(&mut part, kind.len() + ROW_OVERHEAD + version.len());
            part.gone.push(version_message(kind, *id, *version));
        }
        part.more = false;
        parts.push(part);
        parts
    }
}

/// A row's version as a message.
#[must_use]
pub fn version_message(kind: &str, id: Uuid, version: Version) -> v1::RowVersion {
    v1::RowVersion { kind: kind.to_owned(), id: id.as_bytes().to_vec(), version: version.to_vec() }
}

/// What an inventory says.
///
/// # Errors
/// A sentence that names what is wrong with it.
pub fn versions(inventory: &v1::Inventory) -> Result<Versions, String> {
    if inventory.rows.len() > MAX_INVENTORY {
        return Err(format!("{} rows in an inventory: with more than {MAX_INVENTORY}, send an empty one", inventory.rows.len()));
    }
    let mut versions = Versions::new();
    for row in &inventory.rows {
        let id = Uuid::from_slice(&row.id).map_err(|_| format!("an id of {} bytes: give 16", row.id.len()))?;
        let version = Version::try_from(row.version.as_slice());
        let version = version.map_err(|_| format!("a version of {} bytes: give 16", row.version.len()))?;
        versions.insert((row.kind.clone(), id), version);
    }
    Ok(versions)
}
