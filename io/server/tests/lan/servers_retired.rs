//! A server that is taken out: cut at once, refused from then on, and its data left alone.

use testkit::lab::Lab;

use crate::desk::on;
use crate::running::until;
use crate::servers::{Server, pair};

#[test]
fn lab_a_server_that_is_taken_out_is_refused_and_its_machine_joins_anew() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    let pier = main.sees("Pier")["id"].as_str().unwrap().to_owned();
    assert_eq!(on(&main.host, ada.ask_nothing(&format!("/servers/{pier}/retire"))), 204);
    assert_eq!(main.sees("Pier")["state"], "retired");
    // It may have heard of it by the last entry that it got, or by being refused.
    let refused = |sub: &Server| {
        let (own, seen) = (sub.sees("Pier"), sub.sees(&name));
        let why = seen["why"].as_str().unwrap_or_default();
        seen["way"].is_null()
            && (own["why"].as_str().is_some_and(|why| why.contains("taken out"))
                || why.contains("taken out")
                || why.contains("was retired"))
    };
    until("it is cut, and knows why", || refused(&sub));
    // What is done there stays there, and it hears nothing more.
    sub.make(&bob, &["At the one that was taken out"]);
    main.make(&ada, &["Of the Main"]);
    sub.kill();
    sub.run()?;
    until("it is refused after a restart too", || refused(&sub));
    let bob = sub.sign_in();
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(sub.names(&bob)), ["At the one that was taken out", "Before"]);
    assert_eq!(sorted(main.names(&ada)), ["Before", "Of the Main"]);

    // The machine is taken in again as a new server; the old folder is left alone.
    sub.kill();
    let Server { host, data: kept, .. } = sub;
    let again = Server::start(host)?;
    assert_eq!(again.command(&["join", &main.token("Pier again")]).code, 0);
    main.meets("Pier again");
    let cy = again.sign_in();
    assert_eq!(again.names(&cy), main.names(&ada));
    assert_eq!(main.sees("Pier")["state"], "retired");
    assert!(kept.path().join("signboard.db").exists());
    Ok(())
}
