//! The order in which known servers are tried.

use net::control::Address;

/// Each address once: those set on this machine, those that the server named, those that were used before. `remembered` begins with the one that
/// worked last, which comes first: among those set here if it is one of them, else right after them. So a server that is gone costs no time at each
/// return, and what somebody set here still rules.
pub(super) fn order(mut configured: Vec<Address>, told: Vec<Address>, remembered: Vec<Address>) -> Vec<Address> {
    let last = remembered.first().cloned();
    // A host stands there as somebody wrote it, perhaps with one way alone.
    configured.sort_by_key(|address| last.as_ref().is_none_or(|last| last.host != address.host));
    let mut known: Vec<Address> = Vec::new();
    for address in configured.into_iter().chain(last).chain(told).chain(remembered) {
        if !known.contains(&address) {
            known.push(address);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(hosts: &[&str]) -> Vec<Address> {
        hosts.iter().map(|host| Address::usual(*host)).collect()
    }

    #[test]
    fn the_one_that_worked_last_is_tried_first() {
        let told = servers(&["main", "sub", "backup"]);
        assert_eq!(order(Vec::new(), told.clone(), Vec::new()), told);
        assert_eq!(order(Vec::new(), told.clone(), servers(&["backup", "found"])), servers(&["backup", "main", "sub", "found"]));
        assert_eq!(order(Vec::new(), told, servers(&["found"])), servers(&["found", "main", "sub", "backup"]));
    }

    #[test]
    fn what_is_set_here_comes_before_everything_else() {
        let set = servers(&["first", "second"]);
        assert_eq!(order(set.clone(), servers(&["main"]), servers(&["second"])), servers(&["second", "first", "main"]));
        assert_eq!(
            order(set.clone(), servers(&["main", "sub"]), servers(&["sub", "main"])),
            servers(&["first", "second", "sub", "main"])
        );
        let moved = Address { control_port: 7300, ..Address::usual("second") };
        let known = order(set, Vec::new(), vec![moved.clone()]);
        assert_eq!(known, [servers(&["second", "first"]), vec![moved]].concat());
    }
}
