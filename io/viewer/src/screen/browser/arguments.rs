//! Every argument that the browser is started with.

use std::path::Path;

use super::profile;
use crate::screen::contract::{OutputSettings, Surface};

/// The page before ours: as dark as ours and without a pointer, so that nothing flashes. The player's address is no argument, since
/// every user of the computer can read those; it goes through the pipe.
const DARK: &str = "data:text/html,<html style='background:%230b1422;cursor:none'>";

/// What holds for every kiosk: nothing but the page, no questions, no traffic of the browser's own.
const ALWAYS: &[&str] = &[
    // The page fills the screen, also where there is no window manager.
    "--kiosk",
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--disable-infobars",
    "--hide-scrollbars",
    "--hide-crash-restore-bubble",
    "--disable-session-crashed-bubble",
    "--deny-permission-prompts",
    "--disable-notifications",
    "--disable-prompt-on-repost",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--password-store=basic",
    // No update bubble, however old it gets.
    "--disable-component-update",
    "--simulate-outdated-no-au=Tue, 31 Dec 2199 23:59:59 GMT",
    "--check-for-update-interval=2147483647",
    // Nothing leaves the computer.
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-quic",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--metrics-recording-only",
    "--no-pings",
    // Films sound without a click, and play on while something covers the window.
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // The supervisor judges by itself whether the page hangs.
    "--disable-hang-monitor",
    // Everything comes from loopback: copies of it on disk would only wear the card.
    "--disk-cache-size=1048576",
    "--media-cache-size=1048576",
    "--disable-features=Translate,MediaRouter,GlobalMediaControls,OptimizationHints,AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,InterestFeedContentSuggestions",
    // Commands on file descriptor 3, answers on 4: no port that others could reach.
    "--remote-debugging-pipe",
];

/// How the browser is to run.
pub(super) struct Setup<'a> {
    pub(super) profile: &'a Path,
    pub(super) output: &'a OutputSettings,
    /// Upper left corner of the window on the desktop, in pixels.
    pub(super) position: (i32, i32),
    /// Width and height of the window, in pixels.
    pub(super) size: (u32, u32),
    /// Whether it runs as root, where Chromium's sandbox does not work.
    pub(super) root: bool,
    /// From the settings.
    pub(super) more: &'a [String],
}

/// The arguments, in order; what stands later wins.
pub(super) fn arguments(setup: &Setup<'_>) -> Vec<String> {
    let mut all: Vec<String> = ALWAYS.iter().map(|&one| one.to_owned()).collect();
    let (x, y) = setup.position;
    let (width, height) = setup.size;
    all.push(format!("--user-data-dir={}", setup.profile.display()));
    all.push(format!("--window-position={x},{y}"));
    // Without a window manager Chromium takes a line and a column from a window that is just as large as an X screen; one that
    // is a line higher it leaves alone. Where there is a window manager, or Wayland, kiosk mode sets the size anyway.
    let spare = u32::from(setup.output.surface != Surface::Headless);
    all.push(format!("--window-size={width},{}", height + spare));
    match &setup.output.surface {
        Surface::Environment => {}
        Surface::Headless => all.extend(["--headless=new".to_owned(), "--disable-gpu".to_owned()]),
        Surface::X11(_) => all.push("--ozone-platform=x11".to_owned()),
        Surface::Wayland(_) => all.push("--ozone-platform=wayland".to_owned()),
    }
    if setup.root {
        // The second spares the bar that warns of the first.
        all.extend(["--no-sandbox".to_owned(), "--test-type".to_owned()]);
    }
    all.extend(setup.more.iter().cloned());
    all.push(DARK.to_owned());
    all
}

/// What the browser finds in its environment besides ours.
pub(super) fn environment(surface: &Surface, language: &str, profile: &Path) -> Vec<(&'static str, String)> {
    let mut all = match surface {
        Surface::Environment | Surface::Headless => vec![],
        Surface::X11(display) => vec![("DISPLAY", display.clone()), ("WAYLAND_DISPLAY", String::new())],
        Surface::Wayland(socket) => vec![("WAYLAND_DISPLAY", socket.clone())],
    };
    if !language.is_empty() {
        all.push(("LANGUAGE", language.replace('-', "_")));
    }
    all.extend(profile::temporary(profile).map(|folder| ("TMPDIR", folder.display().to_string())));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(surface: Surface, root: bool, more: &[String]) -> Vec<String> {
        let output = OutputSettings { name: None, surface, position: None, size: None };
        arguments(&Setup {
            profile: Path::new("/var/lib/x"),
            output: &output,
            position: (1920, 0),
            size: (1080, 1920),
            root,
            more,
        })
    }

    #[test]
    fn the_window_stands_on_its_output_and_the_profile_is_its_own() {
        let all = of(Surface::X11(":0".into()), false, &[]);
        for wanted in [
            "--kiosk",
            "--user-data-dir=/var/lib/x",
            "--window-position=1920,0",
            "--window-size=1080,1921",
            "--ozone-platform=x11",
        ] {
            assert!(all.iter().any(|one| one == wanted), "{wanted}");
        }
        assert!(!all.iter().any(|one| one.contains("headless") || one.contains("sandbox")));
        assert!(all.last().unwrap().starts_with("data:"), "the first page comes last");
    }

    #[test]
    fn only_root_goes_without_sandbox() {
        assert!(of(Surface::Headless, true, &[]).contains(&"--no-sandbox".to_owned()));
        assert!(!of(Surface::Headless, false, &[]).contains(&"--no-sandbox".to_owned()));
    }

    #[test]
    fn own_arguments_come_after_ours_and_no_address_is_among_them() {
        let all = of(Surface::Environment, false, &["--force-device-scale-factor=2".into()]);
        assert_eq!(all[all.len() - 2], "--force-device-scale-factor=2");
        assert!(!all.iter().any(|one| one.contains("127.0.0.1")));
    }
}
