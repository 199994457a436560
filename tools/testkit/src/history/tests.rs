//! Each fault has a history that shows it, and one beside it that is right.

use super::*;

fn cells(pairs: &[(&str, &str)]) -> Cells {
    pairs.iter().map(|(cell, value)| ((*cell).to_owned(), (*value).to_owned())).collect()
}

fn make(value: &str) -> Act {
    Act::Make { document: "d".into(), cells: cells(&[("name", value)]) }
}

fn edit(saw: &str, value: &str) -> Act {
    Act::Edit { document: "d".into(), cell: "name".into(), value: value.into(), saw: saw.into() }
}

fn remove(saw: &str) -> Act {
    Act::Remove { document: "d".into(), saw: cells(&[("name", saw)]) }
}

fn read() -> Act {
    Act::Read { document: "d".into() }
}

fn found(value: &str) -> Outcome {
    Outcome::Found(cells(&[("name", value)]))
}

fn done(dot: &str) -> Outcome {
    Outcome::Done(dot.into())
}

fn session(name: &str, calls: Vec<(Act, Outcome)>) -> Session {
    Session { name: name.into(), calls: calls.into_iter().map(|(act, outcome)| Call { act, outcome }).collect() }
}

/// Two servers that show the same.
fn end(value: Option<&str>, notices: &[(&str, Option<&str>)]) -> End {
    let documents = value.map(|value| ("d".to_owned(), cells(&[("name", value)]))).into_iter().collect();
    let lost = |(dot, value): &(&str, Option<&str>)| Lost {
        document: "d".into(),
        cell: "name".into(),
        dot: (*dot).into(),
        value: value.map(str::to_owned),
    };
    let pending = |peer: &str| vec![Pending { peer: peer.into(), outgoing: Some(0), incoming: Some(0) }];
    let one = Shown { name: "one".into(), documents, notices: notices.iter().map(lost).collect(), pending: pending("two") };
    let two = Shown { name: "two".into(), notices: Vec::new(), pending: pending("one"), ..one.clone() };
    End { servers: vec![one, two] }
}

fn faults(sessions: &[Session], end: &End) -> Vec<String> {
    check(sessions, end).iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_replaced_by_somebody_who_saw_it_is_not_lost() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "1"), done("a:2"))]);
    let bob = session("bob", vec![(read(), found("1")), (edit("1", "2"), done("b:1")), (read(), found("2"))]);
    assert_eq!(faults(&[ada.clone(), bob.clone()], &end(Some("2"), &[])), [] as [&str; 0]);
    let found = faults(&[ada, bob], &end(Some("1"), &[]));
    assert_eq!(found, ["name = 2 of d, acknowledged to bob, is lost without a notice"]);
}

#[test]
fn of_two_concurrent_edits_one_stands_and_the_other_in_a_notice() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "1"), done("a:2"))]);
    let bob = session("bob", vec![(read(), found("0")), (edit("0", "2"), done("b:1"))]);
    let both = [ada, bob];
    assert_eq!(faults(&both, &end(Some("2"), &[("a:2", Some("1"))])), [] as [&str; 0]);
    assert_eq!(faults(&both, &end(Some("2"), &[])), ["name = 1 of d, acknowledged to ada, is lost without a notice"]);
    let other = end(Some("2"), &[("a:9", Some("1"))]);
    assert_eq!(faults(&both, &other).len(), 1, "a notice is about one entry");
}

#[test]
fn an_edit_without_an_answer_excuses_only_if_somebody_saw_it() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "1"), Outcome::Unknown)]);
    assert_eq!(faults(std::slice::from_ref(&ada), &end(Some("0"), &[])), [] as [&str; 0], "it did not happen");
    assert_eq!(faults(std::slice::from_ref(&ada), &end(Some("1"), &[])), [] as [&str; 0], "it did");
    let bob = session("bob", vec![(read(), found("0")), (edit("0", "2"), done("b:1"))]);
    let both = [ada, bob];
    assert_eq!(faults(&both, &end(Some("1"), &[])), ["name = 2 of d, acknowledged to bob, is lost without a notice"]);
    assert_eq!(faults(&both, &end(Some("1"), &[("b:1", None)])), [] as [&str; 0]);
}

#[test]
fn what_was_refused_is_nowhere() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "1"), Outcome::Refused)]);
    let found = faults(&[ada], &end(Some("1"), &[]));
    assert!(found.contains(&"name of d is 1, which nobody may have written".to_owned()), "{found:?}");
}

#[test]
fn a_removal_takes_what_its_author_saw_and_nothing_else() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (remove("0"), done("a:2"))]);
    assert_eq!(faults(std::slice::from_ref(&ada), &end(None, &[])), [] as [&str; 0]);
    let undead = faults(std::slice::from_ref(&ada), &end(Some("0"), &[]));
    assert_eq!(undead, ["d was removed, and is there on one", "d was removed, and is there on two"]);
    let bob = session("bob", vec![(read(), found("0")), (edit("0", "1"), done("b:1"))]);
    let both = [ada, bob];
    assert_eq!(faults(&both, &end(None, &[])), ["name = 1 of d, acknowledged to bob, is lost without a notice"]);
    assert_eq!(faults(&both, &end(None, &[("b:1", None)])), [] as [&str; 0]);
}

#[test]
fn a_removal_without_an_answer_has_happened_if_the_document_is_gone() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (remove("0"), Outcome::Unknown)]);
    assert_eq!(faults(std::slice::from_ref(&ada), &end(None, &[])), [] as [&str; 0]);
    assert_eq!(faults(std::slice::from_ref(&ada), &end(Some("0"), &[])), [] as [&str; 0]);
    let ada = session("ada", vec![(make("0"), done("a:1"))]);
    let found = faults(&[ada], &end(None, &[]));
    assert!(found.contains(&"d is gone before everybody, and nobody removed it".to_owned()), "{found:?}");
}

#[test]
fn nobody_sees_anything_go_back() {
    let looks = |first: &str, second: &str| session("bob", vec![(read(), found(first)), (read(), found(second))]);
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "1"), done("a:2")), (edit("1", "2"), done("a:3"))]);
    let last = end(Some("2"), &[]);
    assert_eq!(faults(&[ada.clone(), looks("0", "2")], &last), [] as [&str; 0]);
    assert_eq!(faults(&[ada.clone(), looks("2", "0")], &last), ["bob saw name of d go back from 2 to 0"]);
    // Of concurrent values either may come after the other.
    let cy = session("cy", vec![(read(), found("1")), (edit("1", "3"), done("c:1"))]);
    let last = end(Some("3"), &[("a:3", None)]);
    assert_eq!(faults(&[ada, cy, looks("2", "3")], &last), [] as [&str; 0]);
}

#[test]
fn a_client_sees_its_own_edits() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "1"), done("a:2")), (read(), found("0"))]);
    assert_eq!(faults(&[ada], &end(Some("1"), &[])), ["ada saw name of d go back from 1 to 0"]);
}

#[test]
fn nothing_comes_back_or_vanishes() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (remove("0"), done("a:2"))]);
    let bob = session("bob", vec![(read(), Outcome::Absent), (read(), found("0")), (read(), Outcome::Absent)]);
    assert_eq!(faults(&[ada.clone(), bob], &end(None, &[])), [] as [&str; 0], "it had not arrived at first");
    let bob = session("bob", vec![(read(), found("0")), (read(), Outcome::Absent), (read(), found("0"))]);
    assert_eq!(faults(&[ada, bob.clone()], &end(None, &[])), ["bob saw d gone and then there"]);
    let ada = session("ada", vec![(make("0"), done("a:1"))]);
    let found = faults(&[ada, bob], &end(Some("0"), &[]));
    assert_eq!(found, ["bob saw d gone and then there", "d is gone before bob, and nobody removed it"]);
}

#[test]
fn servers_show_the_same_and_nothing_is_on_its_way() {
    let ada = session("ada", vec![(make("0"), done("a:1"))]);
    let mut last = end(Some("0"), &[]);
    last.servers[1].documents.get_mut("d").unwrap().insert("version".into(), "7".into());
    let found = faults(std::slice::from_ref(&ada), &last);
    assert!(found.len() == 1 && found[0].starts_with("d is {") && found[0].contains("on two"), "{found:?}");
    for unsure in [Some(1), None] {
        let mut last = end(Some("0"), &[]);
        last.servers[1].pending[0].incoming = unsure;
        let found = faults(std::slice::from_ref(&ada), &last);
        assert_eq!(found, ["two says that something is on its way between it and one"]);
    }
}

#[test]
#[should_panic(expected = "written twice")]
fn a_value_that_is_written_twice_proves_nothing() {
    let ada = session("ada", vec![(make("0"), done("a:1")), (edit("0", "0"), done("a:2"))]);
    let _ = check(&[ada], &end(Some("0"), &[]));
}
