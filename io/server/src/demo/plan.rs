//! The demo as data: `demo/installation.json` and its media, built into the program.

use std::collections::BTreeMap;

use domain::cell::ZoneName;
use jiff::civil::{DateTime, Time};
use rust_embed::RustEmbed;
use serde::Deserialize;

#[derive(RustEmbed)]
#[folder = "../../demo/"]
#[include = "installation.json"]
#[include = "media/*"]
struct Files;

/// The whole demo.
#[derive(Deserialize)]
pub(super) struct Demo {
    pub(super) installation: Place,
    pub(super) folders: Vec<Folder>,
    pub(super) media: Vec<MediaFile>,
    pub(super) presentations: Vec<Presentation>,
    pub(super) playlists: Vec<Playlist>,
    pub(super) groups: Vec<Group>,
    pub(super) viewers: Vec<Viewer>,
    pub(super) schedules: Vec<Schedule>,
}

#[derive(Deserialize)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) language: String,
    pub(super) zone: ZoneName,
}

#[derive(Deserialize)]
pub(super) struct Folder {
    pub(super) key: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
pub(super) struct MediaFile {
    pub(super) key: String,
    pub(super) file: String,
    pub(super) name: String,
    pub(super) folder: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Presentation {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) folder: Option<String>,
    pub(super) body: serde_json::Value,
}

#[derive(Deserialize)]
pub(super) struct Playlist {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) folder: Option<String>,
    #[serde(default)]
    pub(super) shuffle: bool,
    pub(super) items: Vec<Item>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    pub(super) content: BTreeMap<String, String>,
    pub(super) duration_ms: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Group {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) parent: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Viewer {
    pub(super) key: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) location: String,
    pub(super) rotation: u16,
    pub(super) groups: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Schedule {
    pub(super) name: String,
    pub(super) content: BTreeMap<String, String>,
    pub(super) destination: Destination,
    pub(super) priority: String,
    pub(super) from: DateTime,
    pub(super) until: Option<DateTime>,
    pub(super) weekly: Option<Weekly>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Destination {
    One(BTreeMap<String, String>),
    All(All),
}

/// The word for every screen.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum All {
    All,
}

#[derive(Deserialize)]
pub(super) struct Weekly {
    pub(super) days: domain::schedule::Weekdays,
    pub(super) start: Time,
    pub(super) end: Time,
}

/// The demo, as built in.
pub(super) fn demo() -> Demo {
    let file = Files::get("installation.json").expect("the demo is built in");
    serde_json::from_slice(&file.data).expect("the demo is well-formed; a test reads it")
}

/// A media file of the demo.
pub(super) fn file(name: &str) -> Vec<u8> {
    Files::get(&format!("media/{name}")).expect("each file of the demo is built in; a test reads them").data.into_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_demo_is_whole() {
        let demo = super::demo();
        assert_eq!(demo.viewers.len(), 4);
        assert!(demo.media.iter().all(|media| super::file(&media.file).len() > 10_000));
        for presentation in &demo.presentations {
            assert!(presentation.body["pages"].as_array().is_some_and(|pages| !pages.is_empty()), "{}", presentation.name);
        }
    }
}
