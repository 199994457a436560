//! The order in which servers are tried, each with its addresses.

use std::collections::BTreeSet;

use control::v1;
use net::control::Address;

use crate::memory::Places;

/// A server, as another one names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its id; empty where the server that named it is older than ids.
    pub(super) id: String,
    /// Where it answers.
    pub(super) addresses: Vec<Address>,
}

/// The servers that a welcome names, in their order.
pub(super) fn choices(told: &[v1::Server]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for server in told {
        let Some(address) = Address::told(server) else { continue };
        match choices.iter_mut().find(|choice| !server.id.is_empty() && choice.id == server.id) {
            Some(choice) => choice.addresses.push(address),
            None => choices.push(Choice { id: server.id.clone(), addresses: vec![address] }),
        }
    }
    choices
}

/// Servers with their addresses, in the order in which they are tried. Where the installation has said which servers this viewer goes to, that counts, and
/// what else is known follows; of a server, the address that worked last comes first. Servers at one of the addresses to `avoid` come after the others
/// that were named, and bare names of computers last: to learn that nobody knows one may take seconds.
pub(super) fn order(
    configured: Vec<Address>,
    told: Vec<Choice>,
    remembered: &Places,
    avoid: &BTreeSet<Address>,
) -> Vec<Vec<Address>> {
    if told.iter().any(|choice| choice.id.is_empty()) || told.is_empty() {
        let told = told.into_iter().flat_map(|choice| choice.addresses).collect();
        return alone(configured, told, &remembered.servers);
    }
    let mut servers = told;
    let mut others: Vec<Address> = Vec::new();
    for address in configured.into_iter().chain(remembered.servers.iter().cloned()) {
        let whose = remembered.whose.get(&address);
        match servers.iter_mut().find(|server| server.addresses.contains(&address) || Some(&server.id) == whose) {
            Some(server) if !server.addresses.contains(&address) => server.addresses.push(address),
            Some(_) => {}
            None if !others.contains(&address) => others.push(address),
            None => {}
        }
    }
    let age = |address: &Address| remembered.servers.iter().position(|known| known == address).unwrap_or(usize::MAX);
    for server in &mut servers {
        server.addresses.sort_by_key(&age);
    }
    let is_bare = |address: &Address| !address.host.contains(['.', ':']) && !remembered.whose.contains_key(address);
    let mut servers: Vec<Vec<Address>> = servers.into_iter().map(|server| server.addresses).collect();
    servers.sort_by_key(|addresses| addresses.iter().any(|address| avoid.contains(address)));
    for server in &mut servers {
        let (bare, rest): (Vec<Address>, Vec<Address>) = server.drain(..).partition(is_bare);
        (*server, others) = if rest.is_empty() { (bare, others) } else { (rest, [others, bare].concat()) };
    }
    servers.into_iter().chain(others.into_iter().map(|address| vec![address])).collect()
}

/// Each address once, as a server of its own: those set on this machine, those that the server named, those that were used before. `remembered` begins
/// with the one that worked last, which comes first: among those set here if it is one of them, else right after them. So a server that is gone costs no
/// time at each return, and what somebody set here still rules.
fn alone(mut configured: Vec<Address>, told: Vec<Address>, remembered: &[Address]) -> Vec<Vec<Address>> {
    let last = remembered.first().cloned();
    // A host stands there as somebody wrote it, perhaps with one way alone.
    configured.sort_by_key(|address| last.as_ref().is_none_or(|last| last.host != address.host));
    let mut known: Vec<Vec<Address>> = Vec::new();
    for address in configured.into_iter().chain(last).chain(told).chain(remembered.iter().cloned()) {
        let server = vec![address];
        if !known.contains(&server) {
            known.push(server);
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

    /// By older servers, which name addresses alone.
    fn named(configured: &[&str], told: &[&str], remembered: &[&str]) -> Vec<Address> {
        let told = servers(told).into_iter().map(|address| Choice { id: String::new(), addresses: vec![address] }).collect();
        let remembered = Places { servers: servers(remembered), ..Places::default() };
        order(servers(configured), told, &remembered, &BTreeSet::new()).concat()
    }

    #[test]
    fn the_one_that_worked_last_is_tried_first() {
        let told = ["main", "sub", "backup"];
        assert_eq!(named(&[], &told, &[]), servers(&told));
        assert_eq!(named(&[], &told, &["backup", "found"]), servers(&["backup", "main", "sub", "found"]));
        assert_eq!(named(&[], &told, &["found"]), servers(&["found", "main", "sub", "backup"]));
    }

    #[test]
    fn what_is_set_here_comes_before_addresses_of_servers_without_ids() {
        let set = ["first", "second"];
        assert_eq!(named(&set, &["main"], &["second"]), servers(&["second", "first", "main"]));
        assert_eq!(named(&set, &["main", "sub"], &["sub", "main"]), servers(&["first", "second", "sub", "main"]));
        let moved = Address { control_port: 7300, ..Address::usual("second") };
        let remembered = Places { servers: vec![moved.clone()], ..Places::default() };
        let known = order(servers(&set), Vec::new(), &remembered, &BTreeSet::new()).concat();
        assert_eq!(known, [servers(&["second", "first"]), vec![moved]].concat());
    }

    #[test]
    fn the_installation_says_in_which_order_servers_are_tried() {
        let server =
            |id: &str, host: &str| v1::Server { id: id.into(), host: host.into(), control_port: 7237, ..Default::default() };
        let named = [("s", "10.0.0.2"), ("s", "fd00::5"), ("s", "pier"), ("b", "backup"), ("m", "main.example")];
        let told = choices(&named.map(|(id, host)| server(id, host)));
        let at = |host: &str| Address { https_port: 0, http_port: 0, ..Address::usual(host) };
        let none = BTreeSet::new();
        let plain = order(servers(&["typed"]), told.clone(), &Places::default(), &none);
        let sub = vec![at("10.0.0.2"), at("fd00::5")];
        let rest = [servers(&["typed"]), vec![at("pier")]];
        let expected = [vec![sub.clone(), vec![at("backup")], vec![at("main.example")]], rest.to_vec()].concat();
        assert_eq!(plain, expected, "a bare name comes last, unless a server has no other");

        // What was typed leads to Main, and the second address of the sub was the one that worked.
        let typed = Address::usual("typed");
        let whose = [(typed.clone(), "m".to_owned())].into();
        let places = Places { servers: vec![at("fd00::5"), typed.clone()], whose, preferred: None };
        let known = order(servers(&["typed"]), told.clone(), &places, &none);
        let expected =
            [vec![at("fd00::5"), at("10.0.0.2")], vec![at("backup")], vec![typed, at("main.example")], vec![at("pier")]];
        assert_eq!(known, expected);

        let silent = [at("fd00::5")].into();
        let known = order(Vec::new(), told, &Places::default(), &silent);
        assert_eq!(known, [vec![at("backup")], vec![at("main.example")], sub, vec![at("pier")]]);
    }
}
