//! A plan on the screen.

use viewer::screen::{ScreenError, ScreenEvent};

use crate::stand::{BLUE, GREEN, RED, Setup, Stand, alike, middle, page, picture, plan};

#[tokio::test]
async fn pages_and_pictures_play_in_their_colours_and_are_told() {
    let mut stand = Stand::start(Setup::default()).await;
    let ((red, _), (blue, _), (green, record)) = (page(&stand, "a", RED), page(&stand, "b", BLUE), picture(&stand, "c", GREEN));
    let plan = plan(vec![red, blue, green], Some(record), 0);
    stand.handle.show(plan.clone(), false);
    stand.wait("received", |event| matches!(event, ScreenEvent::Received { plan: id } if *id == plan.id)).await;
    stand.shown(&plan.id).await;
    for (name, colour) in [("red", RED), ("blue", BLUE), ("green", GREEN)] {
        let picture = stand.picture(&format!("plays {name}"), |picture| alike(middle(picture), colour)).await;
        assert_eq!(picture.dimensions(), (1280, 720));
    }
    let ScreenEvent::Plays(records) = stand.wait("plays", |event| matches!(event, ScreenEvent::Plays(_))).await else {
        unreachable!()
    };
    assert!(records.iter().all(|record| record.plan == plan.id && record.until > record.from));
    let status = stand.wait("status", |event| matches!(event, ScreenEvent::Status { slot: Some(_), .. })).await;
    assert!(matches!(status, ScreenEvent::Status { plan: Some(id), .. } if id == plan.id));
    stand.handle.stop().await;
    assert_eq!(stand.handle.screenshot().await.unwrap_err(), ScreenError::Stopped);
    assert!(stand.processes(None).is_empty(), "the browser went with its screen");
}

#[tokio::test]
async fn a_plan_waits_for_its_files_unless_it_is_urgent() {
    let mut stand = Stand::start(Setup::default()).await;
    let (red, _) = page(&stand, "a", RED);
    let first = plan(vec![red], None, 0);
    stand.handle.show(first.clone(), false);
    stand.shown(&first.id).await;
    let ((green, record), (blue, body)) = (picture(&stand, "c", GREEN), page(&stand, "b", BLUE));
    stand.lose(&body);
    let second = plan(vec![blue, green], Some(record), 0);
    stand.handle.show(second.clone(), false);
    let missing =
        stand.wait("incomplete", |event| matches!(event, ScreenEvent::Incomplete { plan, .. } if *plan == second.id)).await;
    assert!(
        matches!(missing, ScreenEvent::Incomplete { missing, .. } if missing.len() == 1 && missing[0].hash == body.to_string())
    );
    stand.picture("the first plan plays on", |picture| alike(middle(picture), RED)).await;
    // Urgent: what there is of it plays at once.
    stand.handle.show(second.clone(), true);
    stand.shown(&second.id).await;
    stand.picture("urgent without its page", |picture| alike(middle(picture), GREEN)).await;
    // Its page arrives.
    page(&stand, "b", BLUE);
    stand.handle.show(second.clone(), false);
    stand.wait("received", |event| matches!(event, ScreenEvent::Received { plan } if *plan == second.id)).await;
    stand.picture("then with its page", |picture| alike(middle(picture), BLUE)).await;
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_screen_without_browser_says_what_to_install() {
    use std::sync::Arc;
    use viewer::screen::{BrowserSettings, OutputSettings, Screen, ScreenSettings};
    let settings = ScreenSettings {
        browser: BrowserSettings {
            program: Some("/nonexistent/browser".into()),
            arguments: vec![],
            profile: "/nonexistent".into(),
            memory_limit: 0,
            patience: std::time::Duration::from_secs(5),
        },
        output: OutputSettings::default(),
        clock: Arc::new(crate::stand::now),
        language: "en".into(),
        album: viewer::album::Album::default(),
        probe_every: std::time::Duration::ZERO,
    };
    let Err(error) = Screen::start(settings, Arc::new(crate::stand::Folder::default())).await else { panic!("it started") };
    assert!(error.to_string().contains("chromium"), "{error}");
}
