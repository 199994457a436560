//! A place that is taken away leaves nothing behind.

use control::v1::to_viewer::Message as Said;
use domain::cell::Hash;
use viewer::link::LinkEvent;
use viewer::screen::{BootFacts, BootState};

use crate::house::House;
use crate::rig::Rig;
use crate::stage::Told;

async fn boot_page(rig: &mut Rig) -> BootFacts {
    *rig.sees(|told| if let Told::Boot(facts) = told { Some(facts) } else { None }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn content_identity_and_records_go_and_the_screen_says_why() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    boot_page(&mut rig).await;
    let mut house = House::new();
    house.picture(1, b"first");
    rig.cache.put(b"first").unwrap();
    rig.connect().await;
    rig.say(Said::Slice(house.delta(false))).await;
    rig.plan().await;
    rig.album.keep(1, b"what stood on the screen");
    // As the connector does it.
    rig.passport.lock().renew_key();
    rig.event(LinkEvent::Revoked { message: "It was taken away.".to_owned() }).await;
    let facts = boot_page(&mut rig).await;
    assert_eq!((facts.state, facts.remedy.as_deref()), (BootState::Refused, Some("It was taken away.")));
    assert_eq!((facts.name, facts.installation), (None, None), "nothing of the house is left");
    assert!(!rig.cache.has(&Hash::of(b"first")));
    assert!(rig.album.list().is_empty() && std::fs::read_dir(data.path().join("pictures")).unwrap().next().is_none());
    let present = rig.present.lock().clone();
    assert_eq!((present.slice, present.plan.as_str()), (None, ""));

    let pending = LinkEvent::Pending {
        code: "ABC234".into(),
        installation: "Harbour".into(),
        language: "de".into(),
        server: "signs".into(),
    };
    rig.event(pending).await;
    let facts = boot_page(&mut rig).await;
    assert_eq!((facts.state, facts.code.as_deref(), facts.language.as_str()), (BootState::Pending, Some("ABC234"), "de"));
    assert!(facts.tried.iter().any(|tried| tried.outcome == "It was taken away."), "the reason stays until there is a new place");
    assert_eq!((rig.board.read().standing.as_str(), rig.board.read().plays_waiting), ("pending", 0));
    rig.cut_power().await;
    let names: Vec<_> =
        std::fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().all(|name| !name.ends_with(".slice") && name != "surroundings" && name != "identity.json"), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_in_the_installations_language() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    boot_page(&mut rig).await;
    let refused = |language: &str| LinkEvent::Refused {
        code: "token".into(),
        message: "the token is unknown, used or expired: get a new one with `signboard enrol-token`".into(),
        installation: "Hafen".into(),
        language: language.into(),
    };
    for (language, words) in
        [("de-CH", "das Token ist unbekannt"), ("nl", "het token is onbekend"), ("fr", "the token is unknown")]
    {
        rig.event(refused(language)).await;
        let remedy = boot_page(&mut rig).await.remedy.unwrap();
        assert!(remedy.starts_with(words), "{language}: {remedy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_installations_are_listed() {
    let data = tempfile::tempdir().unwrap();
    let mut rig = Rig::start(data.path());
    boot_page(&mut rig).await;
    let candidate = |n: u128, name: &str| viewer::link::Candidate {
        installation: uuid::Uuid::from_u128(n),
        name: name.to_owned(),
        address: format!("10.0.0.{n}"),
    };
    rig.event(LinkEvent::Several(vec![candidate(1, "Harbour"), candidate(2, "Museum")])).await;
    let facts = boot_page(&mut rig).await;
    assert_eq!(facts.state, BootState::Several);
    assert_eq!(facts.installations, ["Harbour (10.0.0.1)", "Museum (10.0.0.2)"]);
}
