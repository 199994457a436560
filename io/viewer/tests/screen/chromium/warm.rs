//! How long a screen is dark after a start.

use std::time::Instant;

use crate::stand::{RED, Setup, Stand, alike, middle, page, plan};

/// From the start of the screen to the first frame of its plan, with a profile that was used before. The figure goes to the test's output.
#[tokio::test]
async fn the_first_frame_comes_soon_with_a_warm_profile() {
    let mut home = None;
    for start in ["cold", "warm", "warm"] {
        let began = Instant::now();
        let mut stand = Stand::start(Setup { home: home.take(), ..Setup::default() }).await;
        let (item, _) = page(&stand, "a", RED);
        let plan = plan(vec![item], None, 0);
        stand.handle.show(plan.clone(), false);
        let at = stand.shown(&plan.id).await;
        let told = began.elapsed();
        let first_frame = told.as_millis().saturating_sub(u128::try_from(crate::stand::now() - at).unwrap_or(0));
        writeln(&format!("{start} start: first frame after {first_frame} ms"));
        stand.picture("first frame", |picture| alike(middle(picture), RED)).await;
        // Generous: other tests run beside this one. The figure itself is for a person to read.
        assert!(first_frame < 30_000, "{first_frame} ms");
        home = Some(stand.home());
        stand.handle.stop().await;
    }
}

fn writeln(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
