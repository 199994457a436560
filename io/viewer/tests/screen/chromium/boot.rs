//! The boot page in each of its states, on screens of several shapes.

use image::RgbImage;
use viewer::screen::{Attempt, BootFacts, BootState};

use crate::stand::{RED, Setup, Stand, alike, middle, now, page, plan};

pub(crate) fn facts(state: BootState, language: &str) -> BootFacts {
    BootFacts {
        state,
        code: (state == BootState::Pending).then(|| "K7M4PX".to_owned()),
        name: None,
        host_name: "departures-pier-3-north".to_owned(),
        addresses: vec!["192.168.178.131".to_owned(), "fe80::ba27:ebff:fe12:3456".to_owned(), "10.11.12.13".to_owned()],
        macs: vec!["b8:27:eb:12:34:56".to_owned(), "b8:27:eb:65:43:21".to_owned()],
        clock: "NTP from 192.168.178.1, within 3 ms".to_owned(),
        tried: vec![
            Attempt { what: "192.168.178.20:7237".to_owned(), outcome: "Nobody listens at this address.".to_owned() },
            Attempt {
                what: "signboard.example.org:443".to_owned(),
                outcome: "The name is not known to the DNS server 192.168.178.1.".to_owned(),
            },
            Attempt { what: "Discovery".to_owned(), outcome: "No answer on eth0 and wlan0 within 5 s.".to_owned() },
            Attempt { what: "proxy.example.org:3128".to_owned(), outcome: "The proxy refuses CONNECT with 403.".to_owned() },
            Attempt {
                what: "192.168.178.21:7237".to_owned(),
                outcome: "The certificate belongs to another installation.".to_owned(),
            },
        ],
        remedy: None,
        installations: if state == BootState::Several {
            vec!["Harbour Pier 3, 192.168.178.20:7237".to_owned(), "Town hall, 192.168.178.60:7237".to_owned()]
        } else {
            vec![]
        },
        installation: (state == BootState::Pending).then(|| "Harbour Pier 3".to_owned()),
        language: language.to_owned(),
    }
}

/// The share of points that are as light as letters.
fn letters(picture: &RgbImage) -> f64 {
    let light = picture.pixels().filter(|pixel| pixel.0.iter().all(|part| *part > 150)).count();
    light as f64 / f64::from(picture.width() * picture.height())
}

/// Whether anything as light as letters touches the edge: a page that does not fit is cut there.
fn is_cut(picture: &RgbImage) -> bool {
    let (width, height) = picture.dimensions();
    let edge = 3;
    picture.enumerate_pixels().any(|(x, y, pixel)| {
        (x < edge || y < edge || x >= width - edge || y >= height - edge) && pixel.0.iter().all(|part| *part > 150)
    })
}

#[tokio::test]
async fn the_boot_page_fits_screens_of_every_shape() {
    for (name, size) in [("wide", (1920, 1080)), ("portrait", (1080, 1920)), ("small", (800, 480))] {
        let stand = Stand::start(Setup { size: Some(size), ..Setup::default() }).await;
        for (state, language) in [
            (BootState::Searching, "en"),
            (BootState::Pending, "de"),
            (BootState::Refused, "nl"),
            (BootState::Several, "de"),
            (BootState::Lost, "nl"),
        ] {
            let mut facts = facts(state, language);
            if state == BootState::Refused {
                facts.name = Some("Gate 4".to_owned());
                facts.remedy = Some("Dit scherm is ingetrokken. Keur het opnieuw goed onder Schermen.".to_owned());
            }
            stand.handle.boot(facts);
            // The title of each state alone makes more letters than the clock of the page before it.
            tokio::time::sleep(std::time::Duration::from_millis(400)).await;
            let picture = stand.picture(&format!("boot {name} {state:?}"), |picture| letters(picture) > 0.02).await;
            assert!(!is_cut(&picture), "{name} {state:?}");
            assert!(f64::from(picture.width()) / f64::from(picture.height()) - f64::from(size.0) / f64::from(size.1) < 0.01);
        }
        stand.handle.stop().await;
    }
}

#[tokio::test]
async fn a_plan_takes_the_place_of_the_boot_page_and_gives_it_back() {
    let mut stand = Stand::start(Setup::default()).await;
    stand.handle.boot(facts(BootState::Searching, "en"));
    stand.picture("boot before", |picture| letters(picture) > 0.02).await;
    let (item, _) = page(&stand, "a", RED);
    let plan = plan(vec![item], None, 0);
    stand.handle.show(plan.clone(), false);
    assert!(stand.shown(&plan.id).await <= now());
    stand.picture("plan after boot", |picture| alike(middle(picture), RED)).await;
    stand.handle.boot(facts(BootState::Lost, "en"));
    stand.picture("boot after plan", |picture| !alike(middle(picture), RED) && letters(picture) > 0.02).await;
    stand.handle.identify("Box 12", 20);
    stand.picture("identify over boot", |picture| letters(picture) > 0.01).await;
    stand.handle.stop().await;
}
