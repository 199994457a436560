//! The groups of files, for neighbours.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use domain::cell::Hash;
use domain::groups::{Grouping, Groups};

use super::Cache;
use crate::disk;

impl Cache {
    /// The groups of a file; none if it is missing or corrupt. The first time the file is read, which takes as long as that takes.
    #[must_use]
    pub fn groups(&self, hash: &Hash) -> Option<Arc<Groups>> {
        if let Some(known) = self.entries.lock().get(hash)?.groups.clone() {
            return Some(known);
        }
        let groups = match read(self, hash) {
            Ok(groups) if groups.hash() == *hash => Arc::new(groups),
            Err(error) if !disk::is_spoilt(&error) => return None,
            Ok(_) | Err(_) => {
                self.drop_corrupt(hash);
                return None;
            }
        };
        self.set_checked(hash);
        self.entries.lock().get_mut(hash)?.groups = Some(Arc::clone(&groups));
        Some(groups)
    }
}

fn read(cache: &Cache, hash: &Hash) -> io::Result<Groups> {
    let mut file = File::open(cache.place(hash))?;
    let (mut grouping, mut block) = (Grouping::default(), vec![0; 128 << 10]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(grouping.finish()),
            read => grouping.update(&block[..read]),
        }
    }
}
