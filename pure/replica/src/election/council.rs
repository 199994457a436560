//! Who votes, and when most of them agree.

use std::collections::BTreeSet;

use uuid::Uuid;

/// Tells councils apart: both sides of a question must mean the same one.
pub type Sign = [u8; 16];

/// The servers that vote, and their patience.
///
/// A change of the voters counts only when most of the former ones know of it. Until then most of each set must agree, so that at no time two
/// majorities exist that have nobody in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Council {
    /// The voters; empty = no server becomes the Main by itself.
    pub voters: Vec<Uuid>,
    /// The sets of voters before, as long as not most of them are known to know of the change.
    pub former: Vec<Vec<Uuid>>,
    /// After so many milliseconds without the Main they vote.
    pub patience_ms: u64,
}

impl Council {
    /// Whether servers become the Main by themselves.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.voters.is_empty()
    }

    /// Everybody whose word counts.
    #[must_use]
    pub fn members(&self) -> BTreeSet<Uuid> {
        self.sets().flatten().copied().collect()
    }

    /// Whether most of each set say yes. Of no voters most never do.
    #[must_use]
    pub fn most(&self, yes: impl Fn(Uuid) -> bool) -> bool {
        let mut sets = self.sets().peekable();
        sets.peek().is_some() && sets.all(|set| set.iter().filter(|voter| yes(**voter)).count() * 2 > set.len())
    }

    /// After how long a silence a voter may vote, in milliseconds: a tenth more than the Main waits until it gives up its duties, for clocks
    /// that do not run alike.
    #[must_use]
    pub fn silence_ms(&self) -> u64 {
        self.patience_ms.saturating_add(self.patience_ms / 10)
    }

    /// The first 16 bytes of BLAKE3 over all of it.
    #[must_use]
    pub fn sign(&self) -> Sign {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.patience_ms.to_be_bytes());
        for set in std::iter::once(&self.voters).chain(&self.former) {
            hasher.update(&u64::try_from(set.len()).unwrap_or(u64::MAX).to_be_bytes());
            set.iter().for_each(|voter| {
                hasher.update(voter.as_bytes());
            });
        }
        let mut sign = Sign::default();
        sign.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        sign
    }

    fn sets(&self) -> impl Iterator<Item = &Vec<Uuid>> {
        std::iter::once(&self.voters).chain(&self.former).filter(|set| !set.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[u128]) -> Vec<Uuid> {
        ids.iter().copied().map(Uuid::from_u128).collect()
    }

    #[test]
    fn most_of_each_set_must_agree() {
        let agree = |council: &Council, yes: &[u128]| council.most(|voter| ids(yes).contains(&voter));
        let three = Council { voters: ids(&[1, 2, 3]), ..Council::default() };
        assert!(agree(&three, &[1, 3]) && !agree(&three, &[2]) && !agree(&three, &[1, 8, 9]));
        let changing = Council { voters: ids(&[1, 4, 5]), former: vec![ids(&[1, 2, 3])], ..Council::default() };
        assert!(!agree(&changing, &[4, 5]) && !agree(&changing, &[2, 3]) && agree(&changing, &[1, 2, 4]));
        assert!(!agree(&Council::default(), &[1, 2, 3]));
        assert_eq!(changing.members().into_iter().collect::<Vec<_>>(), ids(&[1, 2, 3, 4, 5]));
    }

    #[test]
    fn councils_that_differ_in_anything_have_other_signs() {
        let one = Council { voters: ids(&[1, 2, 3]), former: Vec::new(), patience_ms: 60_000 };
        assert_eq!(one.sign(), one.clone().sign());
        assert_ne!(one.sign(), Council { patience_ms: 61_000, ..one.clone() }.sign());
        assert_ne!(one.sign(), Council { former: vec![ids(&[1])], ..one.clone() }.sign());
        assert_ne!(one.sign(), Council { voters: ids(&[1, 2]), former: vec![ids(&[3])], ..one }.sign());
    }
}
