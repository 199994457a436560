//! Fills a data folder with a large installation, to measure how a server starts with it:
//! `cargo run --release -p signboard --example fill -- DIR [VIEWERS MEDIA SCHEDULES]`.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::sync::Arc;

use domain::cell::Hash;
use domain::content::{Content, Destination};
use domain::document::Document;
use domain::id::{MediaId, ViewerId};
use domain::installation::{INSTALLATION, Installation};
use domain::log::{Change, Edit};
use domain::media::Media;
use domain::schedule::{Recurrence, Schedule, Weekdays, Weekly, When, Window};
use domain::viewer::Viewer;
use server::core::{Core, Memory};
use server::now::{new_id, now_ms};
use store::{Options, Store};
use uuid::Uuid;

/// Documents per log entry.
const PER_ENTRY: usize = 2_000;

fn insert<T: Document>(id: Uuid, document: &T) -> Edit {
    Edit { kind: T::SPEC.name.to_owned(), id, change: Change::Insert(document.changed_since(&T::default())) }
}

fn viewer(n: usize) -> Viewer {
    let (name, location) = (format!("Screen {n:05}"), format!("Building {}, floor {}", n / 100, n % 10));
    Viewer { name, location, made_at: now_ms(), ..Viewer::default() }
}

fn media(n: usize) -> Media {
    Media {
        name: format!("Picture {n:05}.jpg"),
        hash: Hash::of(&n.to_le_bytes()),
        sha256: Hash::of(&n.to_be_bytes()).to_string(),
        mime: "image/jpeg".to_owned(),
        bytes: 250_000 + n as u64,
        width: 1_920,
        height: 1_080,
        thumbnail: Some(Hash::of(format!("thumbnail {n}").as_bytes())),
        made_at: now_ms(),
        ..Media::default()
    }
}

fn schedule(n: usize, viewers: &[Uuid], media: &[Uuid]) -> Schedule {
    let start = jiff::civil::time(i8::try_from(n % 24).expect("below 24"), 0, 0, 0);
    let window = Window { start, end: start.wrapping_add(jiff::Span::new().hours(2)) };
    Schedule {
        content: Some(Content::Media(MediaId(media[n % media.len()]))),
        destination: Some(Destination::Viewer(ViewerId(viewers[n % viewers.len()]))),
        when: When {
            from: jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0),
            recurrence: Some(Recurrence::Weekly(Weekly { every: 1, days: Weekdays::ALL, window: Some(window) })),
            ..When::default()
        },
        made_at: now_ms(),
        ..Schedule::default()
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().expect("give a folder");
    let mut count = |default: usize| arguments.next().map_or(default, |text| text.parse().expect("give a number"));
    let (viewers, pictures, rows) = (count(20_000), count(50_000), count(10_000));
    let mut memory = Memory::default();
    let options = Options::new(&dir, Arc::new(domain::state::class_of));
    let (store, loaded) = Store::open(options, |kind, id, row| memory.0.put(kind, id, Some(row))).await.expect("a data folder");
    let core = Core::start(store, memory, &loaded).expect("no other writer");
    let installation = Installation { name: "Large".to_owned(), set_up_at: Some(now_ms()), ..Installation::default() };
    // One that was set up before stays what it is.
    let mut edits = match core.state().rows.installation().set_up_at {
        Some(_) => Vec::new(),
        None => vec![insert(INSTALLATION, &installation)],
    };
    let ids = |count: usize| -> Vec<Uuid> { (0..count).map(|_| new_id()).collect() };
    let (viewer_ids, media_ids) = (ids(viewers), ids(pictures));
    edits.extend(viewer_ids.iter().enumerate().map(|(n, id)| insert(*id, &viewer(n))));
    edits.extend(media_ids.iter().enumerate().map(|(n, id)| insert(*id, &media(n))));
    edits.extend((0..rows).map(|n| insert(new_id(), &schedule(n, &viewer_ids, &media_ids))));
    for part in edits.chunks(PER_ENTRY) {
        let part = part.to_vec();
        core.change_own(move |_| Ok((part, ()))).await.expect("the disk takes it");
    }
    core.close().await;
    println!("{viewers} viewers, {pictures} media and {rows} schedule rows in {dir}");
}
