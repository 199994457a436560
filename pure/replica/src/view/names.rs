//! Unique names: of several documents with one name the first keeps it, the others are shown with a number.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// A document's claim to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The document. Ids grow with the time of their making, so that the older document comes first.
    pub id: Uuid,
    /// Within what the name is unique, such as the folder around; empty if in the whole installation.
    pub scope: &'a str,
    /// The name as it was given.
    pub name: &'a str,
    /// Main has confirmed that the name belongs to this document: then a clock that is behind takes it from nobody.
    pub granted: bool,
}

/// Names by which documents are shown, as far as they are not shown by their own: `Lobby~2` for the second that is called `Lobby` or `lobby`.
///
/// The same claims give the same names, in whatever order they come. No shown name is that of another document in the scope.
#[must_use]
pub fn shown<'a>(claims: impl IntoIterator<Item = Claim<'a>>) -> BTreeMap<Uuid, String> {
    let mut scopes: BTreeMap<&str, BTreeMap<String, Vec<Claim<'a>>>> = BTreeMap::new();
    for claim in claims {
        scopes.entry(claim.scope).or_default().entry(folded(claim.name)).or_default().push(claim);
    }
    let mut shown = BTreeMap::new();
    for names in scopes.into_values() {
        let mut used: BTreeSet<String> = names.keys().cloned().collect();
        for mut claims in names.into_values().filter(|claims| claims.len() > 1) {
            claims.sort_by_key(|claim| (!claim.granted, claim.id));
            for claim in &claims[1..] {
                let free = (2_u64..).map(|n| format!("{}~{n}", claim.name)).find(|name| !used.contains(&folded(name)));
                let name = free.expect("there are more numbers than documents");
                used.insert(folded(&name));
                shown.insert(claim.id, name);
            }
        }
    }
    shown
}

/// Names that differ in case only are one name, as in the checks of `domain`.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(id: u128, name: &str) -> Claim<'_> {
        Claim { id: Uuid::from_u128(id), scope: "", name, granted: false }
    }

    fn names(claims: &[Claim<'_>]) -> Vec<(u128, String)> {
        shown(claims.iter().copied()).into_iter().map(|(id, name)| (id.as_u128(), name)).collect()
    }

    #[test]
    fn the_older_document_keeps_its_name_whatever_the_order() {
        let (a, b, c) = (claim(1, "Lobby"), claim(2, "lobby"), claim(3, "Bar"));
        let expected = vec![(2, "lobby~2".to_owned())];
        assert_eq!(names(&[a, b, c]), expected);
        assert_eq!(names(&[c, b, a]), expected);
    }

    #[test]
    fn a_grant_goes_before_age() {
        let granted = Claim { granted: true, ..claim(2, "admin") };
        assert_eq!(names(&[claim(1, "admin"), granted]), [(1, "admin~2".to_owned())]);
    }

    #[test]
    fn scopes_do_not_disturb_each_other() {
        let other = Claim { scope: "folder", ..claim(2, "Lobby") };
        assert_eq!(names(&[claim(1, "Lobby"), other]), []);
    }

    #[test]
    fn a_number_never_takes_a_name_that_is_there() {
        let claims = [claim(1, "Bar"), claim(2, "Bar"), claim(3, "Bar~2"), claim(4, "Bar"), claim(5, "bar~2")];
        let shown: Vec<String> = names(&claims).into_iter().map(|(_, name)| name).collect();
        assert_eq!(shown, ["Bar~3", "Bar~4", "bar~2~2"]);
    }
}
