//! A screen with a browser of its own, a library in a folder, and plans of plain colours.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use control::plan::{Plan, PlanFile};
use domain::cell::Hash;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use viewer::screen::{BrowserSettings, Handle, Library, OutputSettings, Screen, ScreenEvent, ScreenSettings, Surface};

pub(crate) const RED: [u8; 3] = [200, 16, 16];
pub(crate) const GREEN: [u8; 3] = [16, 160, 32];
pub(crate) const BLUE: [u8; 3] = [16, 48, 200];

/// Anything that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(90);

pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// Files by hash.
#[derive(Default)]
pub(crate) struct Folder {
    files: Mutex<HashMap<Hash, PathBuf>>,
}

impl Library for Folder {
    fn path(&self, hash: &Hash) -> Option<PathBuf> {
        self.files.lock().get(hash).cloned()
    }
}

pub(crate) struct Stand {
    pub(crate) handle: Handle,
    events: mpsc::Receiver<ScreenEvent>,
    pub(crate) library: Arc<Folder>,
    home: Arc<tempfile::TempDir>,
}

/// How a stand differs from the usual one.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) surface: Option<Surface>,
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) memory_limit: u64,
    pub(crate) patience: Option<Duration>,
    /// A stand whose profile is used again.
    pub(crate) home: Option<Arc<tempfile::TempDir>>,
    pub(crate) probe_every: Duration,
}

impl Stand {
    pub(crate) async fn start(setup: Setup) -> Self {
        let home = setup.home.unwrap_or_else(|| Arc::new(tempfile::tempdir().unwrap()));
        let library = Arc::new(Folder::default());
        let settings = ScreenSettings {
            browser: BrowserSettings {
                program: None,
                arguments: vec![],
                profile: home.path().join("profile"),
                memory_limit: setup.memory_limit,
                patience: setup.patience.unwrap_or(Duration::from_secs(15)),
            },
            output: OutputSettings {
                name: None,
                surface: setup.surface.unwrap_or(Surface::Headless),
                position: Some((0, 0)),
                size: Some(setup.size.unwrap_or((1280, 720))),
            },
            clock: Arc::new(now),
            language: "en".into(),
            album: viewer::album::Album::default(),
            probe_every: setup.probe_every,
        };
        let (handle, events) = Screen::start(settings, Arc::clone(&library) as Arc<dyn Library>).await.unwrap();
        Self { handle, events, library, home }
    }

    /// Puts bytes into the library.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Hash {
        let hash = Hash::of(bytes);
        let path = self.home.path().join(hash.to_string());
        std::fs::write(&path, bytes).unwrap();
        self.library.files.lock().insert(hash, path);
        hash
    }

    pub(crate) fn lose(&self, hash: &Hash) {
        self.library.files.lock().remove(hash);
    }

    /// Waits for the first event that passes.
    pub(crate) async fn wait(&mut self, what: &str, mut test: impl FnMut(&ScreenEvent) -> bool) -> ScreenEvent {
        let mut seen = Vec::new();
        let waiting = async {
            loop {
                let event = self.events.recv().await.expect("the screen has stopped");
                if test(&event) {
                    return event;
                }
                seen.push(event);
            }
        };
        match tokio::time::timeout(LIMIT, waiting).await {
            Ok(event) => event,
            Err(_) => panic!("no event: {what}; seen: {seen:#?}"),
        }
    }

    pub(crate) async fn shown(&mut self, plan: &str) -> i64 {
        let ScreenEvent::Shown { at, .. } =
            self.wait("shown", |event| matches!(event, ScreenEvent::Shown { plan: id, .. } if id == plan)).await
        else {
            unreachable!()
        };
        at
    }

    /// A picture, as soon as there is one that passes.
    pub(crate) async fn picture(&self, what: &str, mut test: impl FnMut(&RgbImage) -> bool) -> RgbImage {
        let began = std::time::Instant::now();
        let mut last = String::new();
        while began.elapsed() < LIMIT {
            match self.handle.screenshot().await {
                Ok(jpeg) => {
                    let picture = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap().into_rgb8();
                    if test(&picture) {
                        keep(what, &picture);
                        return picture;
                    }
                    last = format!("its middle is {:?}", middle(&picture));
                    keep(&format!("{what} (not yet)"), &picture);
                }
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no picture: {what}; {last}");
    }

    /// The folder with profile and files, for a second start.
    pub(crate) fn home(&self) -> Arc<tempfile::TempDir> {
        Arc::clone(&self.home)
    }

    /// Ids of the browser's processes of a kind; the browser itself is of no kind.
    pub(crate) fn processes(&self, kind: Option<&str>) -> Vec<u32> {
        processes(self.home.path(), kind)
    }
}

pub(crate) fn processes(home: &Path, kind: Option<&str>) -> Vec<u32> {
    let profile = format!("--user-data-dir={}", home.join("profile").display());
    let pids = std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let is = |pid: &u32| {
        let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { return false };
        let line = String::from_utf8_lossy(&line).into_owned();
        // Chromium's children write their whole line into one argument.
        let words: Vec<&str> = line.split(['\0', ' ']).collect();
        let of_kind = words.iter().find_map(|word| word.strip_prefix("--type="));
        words.contains(&profile.as_str()) && of_kind == kind && !words[0].ends_with("sh")
    };
    pids.filter(is).collect()
}

pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// One item of a program.
pub(crate) fn page(stand: &Stand, id: &str, colour: [u8; 3]) -> (Value, Hash) {
    let hex = hex::encode(colour);
    let body = json!({ "version": 1, "canvas": { "width": 1920, "height": 1080, "background": format!("#{hex}") }, "pages": [
        { "id": "p", "name": "", "duration_ms": 1000, "transition": { "kind": "cut", "ms": 0 }, "elements": [
            { "id": "t", "kind": "text", "frame": { "x": 60, "y": 40, "w": 900, "h": 200 }, "text": "Harbour", "size": 120, "colour": "#ffffff" },
            { "id": "c", "kind": "clock", "frame": { "x": 60, "y": 800, "w": 900, "h": 200 }, "format": "HH:mm:ss", "size": 120, "colour": "#ffffff" },
        ] },
    ] });
    let hash = stand.keep(body.to_string().as_bytes());
    let item = json!({ "id": id, "kind": "page", "body": hash, "page": "p", "duration_ms": 2000, "transition": { "kind": "cut", "ms": 0 },
        "play": { "content": { "presentation": "01890000-0000-7000-8000-000000000001" } } });
    (item, hash)
}

/// A picture of one colour as an item, and its record.
pub(crate) fn picture(stand: &Stand, id: &str, colour: [u8; 3]) -> (Value, Value) {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(RgbImage::from_pixel(640, 360, Rgb(colour))).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    let record = json!({ "hash": stand.keep(&bytes), "sha256": "", "bytes": bytes.len(), "mime": "image/png", "width": 640, "height": 360, "duration_ms": 0 });
    let item = json!({ "id": id, "kind": "image", "media": MEDIA, "duration_ms": 2000, "transition": { "kind": "cut", "ms": 0 }, "play": { "content": { "media": MEDIA } } });
    (item, record)
}

const MEDIA: &str = "01890000-0000-7000-8000-0000000000aa";

/// A plan that plays these items over and over.
pub(crate) fn plan(items: Vec<Value>, media: Option<Value>, rotation: u16) -> Arc<Plan> {
    let from = now() - 3_600_000;
    let until = from + 86_400_000;
    let bodies: BTreeMap<Hash, PlanFile> = items
        .iter()
        .filter_map(|item| serde_json::from_value(item["body"].clone()).ok())
        .map(|hash| (hash, PlanFile { sha256: String::new(), bytes: 0 }))
        .collect();
    let mut plan = Plan {
        id: String::new(),
        made_at: from,
        from,
        until,
        urgent: false,
        viewer: serde_json::from_value(json!({
            "id": "01890000-0000-7000-8000-000000000002", "name": "Gate 4", "installation": "Harbour Pier 3", "zone": "Europe/Berlin",
            "rotation": rotation, "fit": "contain", "volume": 100, "muted": false, "language": "en"
        }))
        .unwrap(),
        zones: serde_json::from_value(json!({ "Europe/Berlin": [{ "from": 0, "offset_s": 3600 }] })).unwrap(),
        slots: serde_json::from_value(json!([{ "from": from, "until": until, "anchor": from, "program": "a", "row": "01890000-0000-7000-8000-000000000003", "emergency": false }])).unwrap(),
        programs: serde_json::from_value(json!({
            "a": { "items": items, "shuffle": null },
            "f": { "items": [{ "id": "standby", "kind": "standby", "duration_ms": 60000, "transition": { "kind": "cut", "ms": 0 }, "play": { "content": null } }], "shuffle": null }
        }))
        .unwrap(),
        fallback: "f".into(),
        fallback_anchor: 0,
        media: media.into_iter().map(|record| (serde_json::from_value(json!(MEDIA)).unwrap(), serde_json::from_value(record).unwrap())).collect(),
        bodies,
        fonts: vec![],
    };
    plan.seal();
    Arc::new(plan)
}

pub(crate) fn middle(picture: &RgbImage) -> [u8; 3] {
    picture.get_pixel(picture.width() / 2, picture.height() / 2).0
}

/// Whether two colours are the same as far as JPEG keeps them.
pub(crate) fn alike(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(b) <= 12)
}

/// Keeps a picture for a person to look at, where `XTASK_PICTURES` names a folder.
fn keep(what: &str, picture: &RgbImage) {
    if let Some(folder) = std::env::var_os("XTASK_PICTURES") {
        let name: String = what.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        picture.save(Path::new(&folder).join(format!("{name}.png"))).unwrap();
    }
}
