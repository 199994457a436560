//! The last pictures of the screen, for whoever was not there when it happened.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

/// Pictures that are kept: with one in a minute, the last minutes.
const MOST: usize = 5;
/// Bytes that they may have together.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// A picture and when it was taken, Unix milliseconds.
pub(in crate::screen) type Taken = (i64, Arc<[u8]>);

/// The last pictures. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub(in crate::screen) struct Recent(Arc<Mutex<VecDeque<Taken>>>);

impl Recent {
    /// Keeps a picture that was taken at `at`, Unix milliseconds.
    pub(in crate::screen) fn keep(&self, at: i64, picture: &[u8]) {
        let mut kept = self.0.lock();
        kept.push_back((at, picture.into()));
        while kept.len() > MOST || kept.iter().map(|(_, picture)| picture.len()).sum::<usize>() > MOST_BYTES {
            kept.pop_front();
        }
    }

    /// What is kept, the oldest first.
    pub(in crate::screen) fn list(&self) -> Vec<Taken> {
        self.0.lock().iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_by_number_and_by_size() {
        let recent = Recent::default();
        (0..9).for_each(|at| recent.keep(at, &[7; 10]));
        let times = |recent: &Recent| recent.list().iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!(times(&recent), [4, 5, 6, 7, 8]);
        recent.keep(9, &vec![7; MOST_BYTES - 25]);
        assert_eq!(times(&recent), [7, 8, 9]);
        recent.keep(10, &vec![7; MOST_BYTES + 1]);
        assert!(times(&recent).is_empty(), "one that is too large alone is not kept");
    }
}
