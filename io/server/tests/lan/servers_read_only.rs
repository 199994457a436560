//! A server on which people may only look: it takes no edits, and what it writes nevertheless is taken by nobody.

use serde_json::json;
use testkit::lab::Lab;

use crate::desk::on;
use crate::nemesis::mutants;
use crate::running::until;
use crate::servers::{Server, Start, name_of_main, pair};

#[test]
fn lab_a_read_only_server_takes_no_edits_and_says_where_to_make_them() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, sub) = (Server::start(segment.host("main")?)?, Server::start(segment.host("sub")?)?);
    let ada = main.set_up()?;
    main.make(&ada, &["Before"]);
    let said = main.command(&["server-token", "--name", "Pier", "--read-only"]);
    assert_eq!(sub.command(&["join", said.out.trim()]).code, 0);
    main.meets("Pier");
    let bob = sub.sign_in();
    sub.shows(&bob, "Before");
    let (status, answer) = on(&sub.host, bob.ask("/viewers", &json!({"name": "Of the sub"})));
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("read_only_server")), "{answer}");
    let sentence = "people may only look at things on this server: make the change on another one of the installation";
    assert_eq!(answer["error"]["message"], sentence);
    let screen = on(&sub.host, bob.get("/viewers?q=Before"))["items"][0]["id"].as_str().unwrap().to_owned();
    let (status, answer) = on(&sub.host, bob.try_change(&format!("/viewers/{screen}"), &json!({"location": "here"})));
    assert_eq!((status, &answer["error"]["code"]), (403, &json!("read_only_server")), "{answer}");
    let refused = sub.command(&["promote"]);
    assert!(refused.code != 0 && refused.err.contains("only look"), "{refused:?}");
    // What others make it shows, and that it only shows is said on all servers.
    main.make(&ada, &["Later"]);
    sub.shows(&bob, "Later");
    for server in [&main, &sub] {
        assert_eq!(server.sees("Pier")["read_only"], json!(true));
        assert!(server.command(&["servers"]).out.contains("Sub, read-only"));
    }
    assert_eq!(main.names(&ada), sub.names(&bob));
    Ok(())
}

#[test]
fn lab_what_a_read_only_server_writes_nevertheless_is_taken_by_nobody() -> anyhow::Result<()> {
    let Some(program) = mutants::next()? else { return Ok(()) };
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada, quay, cy, _) = pair(&segment)?;
    // Pier follows the server that `pair` made besides the Main, so that it meets both, and its program knows no rules.
    let start = Start { program: Some(program), environment: vec![("XTASK_MUTANT".into(), "lies".into())] };
    let liar = Server::start_as(segment.host("liar")?, start)?;
    let said = main.command(&["server-token", "--name", "Liar", "--parent", "Pier", "--read-only"]);
    assert_eq!(liar.command(&["join", said.out.trim()]).code, 0);
    main.meets("Liar");
    quay.meets("Liar");
    let eve = liar.sign_in();
    liar.make(&eve, &["Rogue"]);
    let words = "may only read, but sent a change of its own";
    for server in [&main, &quay] {
        until("it is named with the reason", || server.sees("Liar")["why"].as_str().is_some_and(|why| why.contains(words)));
    }
    // The others go on without it.
    main.make(&ada, &["Of the Main"]);
    quay.shows(&cy, "Of the Main");
    quay.make(&cy, &["Of the other"]);
    main.shows(&ada, "Of the other");
    main.meets("Pier");
    quay.meets(&name_of_main(&main));
    for (server, desk) in [(&main, &ada), (&quay, &cy)] {
        assert!(!server.names(desk).contains(&"Rogue".to_owned()));
    }
    assert_eq!(main.state(&ada), quay.state(&cy));
    Ok(())
}
