//! A large slice over a slow line.

use std::process::Command;
use std::time::Duration;

use control::v1;
use control::v1::from_viewer::Message as Say;
use domain::content::Content;
use domain::document::Document;
use domain::log::{Change, Edit};
use domain::playlist::PlaylistItem;
use net::control::{Address, Dialer, JudgedAt};
use serde_json::json;
use testkit::lab::{Lab, Path};
use tokio::time::{Instant, timeout};

use crate::device::Device;
use crate::screen::{Heard, hello};
use crate::server::Site;

/// Bits per second.
const RATE: u64 = 500_000;
/// Bytes of the slice: the line takes them in three times the silence after which a side is given up.
const BYTES: usize = 3_000_000;
/// After so much silence the viewer gives the server up (`docs/protocols/control.md` section 4).
const DEAD: Duration = Duration::from_secs(15);
/// How often the viewer says something.
const QUIET: Duration = Duration::from_secs(4);
/// Bytes of one row.
const ROW: usize = 20_000;

/// Puts a playlist with long rows on a screen.
async fn fill(site: &Site, ada: &crate::caller::Caller, viewer: &str) {
    let content = Content::Presentation(crate::desk::presentation(ada, "One").await.parse().unwrap());
    let playlist = ada.make("/playlists", json!({"name": "Long"})).await;
    let row = json!({
        "content": {"playlist": playlist}, "destination": {"viewer": viewer},
        "when": {"from": "2020-01-01T00:00:00", "until": null, "zone": null, "recurrence": null},
    });
    ada.make("/schedules", row).await;
    let playlist: domain::id::PlaylistId = playlist.parse().unwrap();
    for n in 0..BYTES / ROW {
        let made = site.app.core.change_own(move |_| {
            let order = format!("{n:05}{}", "a".repeat(ROW));
            let item = PlaylistItem { playlist, order, content: Some(content), ..PlaylistItem::default() };
            let cells = item.changed_since(&PlaylistItem::default());
            let id = uuid::Uuid::from_u128(0x1000 + n as u128);
            Ok((vec![Edit { kind: PlaylistItem::SPEC.name.to_owned(), id, change: Change::Insert(cells) }], ()))
        });
        made.await.unwrap();
    }
}

#[test]
fn lab_a_large_slice_over_half_a_megabit_leaves_room_for_signs_of_life() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (device, identity, data) = runtime().block_on(async {
        let (site, ada) = Site::set_up(&[]).await;
        let device = Device::new(1);
        let identity = device.pair(&site, &ada, "Pier").await;
        fill(&site, &ada, &identity.viewer).await;
        (device, identity, site.stop().await)
    });
    let segment = lab.segment()?;
    let server = segment.host("server")?;
    let screen = segment.host_through("screen", Path { delay: Duration::from_millis(20), rate: Some(RATE) })?;
    let program = server.start(Command::new(env!("CARGO_BIN_EXE_signboard")).args(["server", "--data"]).arg(data.path()))?;
    program.wait_for("Signboard is ready", Duration::from_secs(60))?;

    let address = Address::usual(server.card().ipv4().to_string());
    let (bytes, parts, longest) = screen.enter(|| {
        runtime().block_on(async {
            let dialer = Dialer::of(identity, JudgedAt::system());
            let link = dialer.dial(&[address]).await.unwrap_or_else(|report| panic!("{report}"));
            let (say, mut heard) = link.session(hello(&device, &control::slice::Holding::default(), "")).await.unwrap();
            let pings = tokio::spawn(async move {
                loop {
                    tokio::time::sleep(QUIET).await;
                    if say.send(v1::FromViewer { message: Some(Say::Ping(v1::Ping {})) }).await.is_err() {
                        return;
                    }
                }
            });
            let (mut bytes, mut parts, mut longest, mut since) = (0, 0, Duration::ZERO, Instant::now());
            let mut is_whole = false;
            // After the whole slice the session goes on: two more signs of life come.
            let mut after = 0;
            while after < 2 {
                let message = timeout(Duration::from_secs(120), heard.next()).await.expect("something comes").unwrap();
                let message = message.expect("the session goes on").message;
                (longest, since) = (longest.max(since.elapsed()), Instant::now());
                match message {
                    Some(Heard::Slice(part)) => {
                        bytes += part.put.iter().map(|row| row.json.len()).sum::<usize>();
                        parts += 1;
                        is_whole = !part.more;
                    }
                    Some(Heard::Bye(bye)) => panic!("the server ended the session: {}", bye.reason),
                    _ => after += usize::from(is_whole),
                }
            }
            pings.abort();
            (bytes, parts, longest)
        })
    });
    assert!(bytes >= BYTES && parts > 10, "{bytes} bytes in {parts} parts");
    assert!(longest < DEAD, "nothing came for {longest:?}");
    Ok(())
}
