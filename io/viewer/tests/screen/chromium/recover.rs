//! What a browser can suffer, and that the plan is back afterwards.

use std::time::Duration;

use rustix::process::Signal;
use viewer::screen::{RestartCause, ScreenEvent};

use crate::stand::{BLUE, RED, Setup, Stand, alike, middle, page, plan, processes, signal};

async fn playing(setup: Setup) -> (Stand, String) {
    let mut stand = Stand::start(setup).await;
    let ((red, _), (other, _)) = (page(&stand, "a", RED), page(&stand, "b", RED));
    let plan = plan(vec![red, other], None, 0);
    stand.handle.show(plan.clone(), false);
    stand.shown(&plan.id).await;
    (stand, plan.id.clone())
}

async fn restarted(stand: &mut Stand, plan: &str, is: impl Fn(&RestartCause) -> bool) {
    stand.wait("restarted", |event| matches!(event, ScreenEvent::Restarted(cause) if is(cause))).await;
    stand.shown(plan).await;
    stand.picture("back with the plan", |picture| alike(middle(picture), RED)).await;
}

#[tokio::test]
async fn a_browser_that_is_killed_comes_back_with_the_plan() {
    let (mut stand, plan) = playing(Setup::default()).await;
    let before = stand.processes(None);
    assert_eq!(before.len(), 1, "one browser");
    signal(before[0], Signal::KILL);
    restarted(&mut stand, &plan, |cause| matches!(cause, RestartCause::Exited(how) if how.contains("signal 9"))).await;
    assert_ne!(stand.processes(None), before);
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_page_that_crashes_is_loaded_again() {
    let (mut stand, plan) = playing(Setup::default()).await;
    let before = stand.processes(None);
    for renderer in stand.processes(Some("renderer")) {
        signal(renderer, Signal::KILL);
    }
    restarted(&mut stand, &plan, |cause| *cause == RestartCause::Crashed).await;
    assert_eq!(stand.processes(None), before, "the browser itself stays");
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_page_that_hangs_is_ended_and_begun_anew() {
    let (mut stand, plan) = playing(Setup { patience: Some(Duration::from_secs(5)), ..Setup::default() }).await;
    for renderer in stand.processes(Some("renderer")) {
        signal(renderer, Signal::STOP);
    }
    let stopped = std::time::Instant::now();
    restarted(&mut stand, &plan, |cause| matches!(cause, RestartCause::Frozen(_))).await;
    assert!(stopped.elapsed().as_secs() >= 2, "the page was given time");
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_browser_that_takes_too_much_memory_is_begun_anew() {
    let (mut stand, plan) = playing(Setup { memory_limit: 1, ..Setup::default() }).await;
    restarted(&mut stand, &plan, |cause| matches!(cause, RestartCause::Memory(bytes) if *bytes > 10_000_000)).await;
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_reload_that_was_asked_for_shows_the_newest_plan() {
    let (mut stand, plan_before) = playing(Setup::default()).await;
    stand.handle.reload();
    restarted(&mut stand, &plan_before, |cause| *cause == RestartCause::Asked).await;
    let (blue, _) = page(&stand, "c", BLUE);
    let next = plan(vec![blue], None, 0);
    stand.handle.show(next.clone(), false);
    stand.shown(&next.id).await;
    stand.picture("the newest plan", |picture| alike(middle(picture), BLUE)).await;
    stand.handle.stop().await;
}

#[tokio::test]
async fn nothing_is_left_when_the_screen_is_dropped() {
    let (stand, _) = playing(Setup::default()).await;
    let home = stand.home();
    drop(stand);
    let began = std::time::Instant::now();
    while !processes(home.path(), None).is_empty() || !processes(home.path(), Some("renderer")).is_empty() {
        assert!(began.elapsed().as_secs() < 10, "the browser outlives its screen");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
