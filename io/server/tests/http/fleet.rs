//! A simulated fleet at a whole server: what it counts is true.

use std::time::Duration;

use ::server::fleet::{Settings, Snapshot, run};
use net::control::Address;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::desk::{body, picture, row};
use crate::server::Site;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A fleet under way.
struct Crowd {
    stop: CancellationToken,
    told: mpsc::UnboundedReceiver<Snapshot>,
    task: tokio::task::JoinHandle<Snapshot>,
}

impl Crowd {
    fn start(site: &Site, viewers: usize, sample: usize, token: &str) -> Self {
        let address =
            Address { host: "127.0.0.1".into(), control_port: site.app.control.ports().control, https_port: 0, http_port: 0 };
        let settings =
            Settings { viewers, address, token: token.into(), heartbeat: Duration::from_secs(1), sample, metrics: None };
        let (tell, told) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let ending = stop.clone();
        let task = tokio::spawn(async move {
            let (last, comparison) = run(settings, ending, |snapshot| drop(tell.send(snapshot.clone()))).await.unwrap();
            assert_eq!(comparison, None);
            last
        });
        Self { stop, told, task }
    }

    async fn until(&mut self, satisfied: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let mut last = None;
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let snapshot = self.told.recv().await.unwrap();
                if satisfied(&snapshot) {
                    return snapshot;
                }
                last = Some(snapshot);
            }
        });
        found.await.unwrap_or_else(|_| panic!("{last:?}"))
    }

    async fn end(self) -> Snapshot {
        self.stop.cancel();
        self.task.await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_enrols_takes_its_slices_and_hears_of_a_change() {
    let (site, ada) = Site::set_up(&[]).await;
    let boat = picture(&ada, "boat.png", [9, 9, 200]).await;
    let id = ada.make("/presentations", json!({"name": "Boats"})).await;
    let mut drawing = body("Boats");
    drawing["pages"][0]["elements"][0] =
        json!({"id": "e1", "kind": "image", "frame": {"x": 0, "y": 0, "w": 800, "h": 200}, "media": boat});
    ada.with("if-match", "\"none\"").put(&format!("/presentations/{id}/draft"), &drawing).await.ok();
    ada.act(&format!("/presentations/{id}/publish")).await.ok();
    ada.make("/schedules", row(json!({"presentation": id}), json!("all"))).await;
    let token = ada.post("/enrolment-tokens", &json!({"name": "fleet", "uses": 12})).await.created()["secret"].clone();

    let mut crowd = Crowd::start(&site, 12, 3, token.as_str().unwrap());
    // Each of the sample fetches the one picture.
    let whole = crowd
        .until(|snapshot| {
            snapshot.whole_since > 0 && snapshot.files >= 3 && snapshot.heartbeats > 24 && snapshot.answers.count >= 6
        })
        .await;
    assert_eq!((whole.enrolled, whole.open, whole.welcomed, whole.astray, whole.wrong_files), (12, 12, 12, 0, 0), "{whole:?}");
    assert_eq!(site.app.hub.len(), 12);
    let viewers = ada.get("/viewers?limit=100").await.ok()["items"].as_array().unwrap().clone();
    assert!(viewers.iter().all(|viewer| viewer["name"].as_str().unwrap().starts_with("fleet-")), "{viewers:?}");

    let asked = ::server::now::now_ms();
    ada.patch("/installation", &json!({"fallback": {"presentation": id}})).await.ok();
    let after = crowd.until(|snapshot| snapshot.applied >= 24).await;
    assert!(after.told.last >= asked && after.held.last >= after.told.first, "{after:?}");
    assert!(after.faults.is_empty(), "{after:?}");
    crowd.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_beyond_the_tokens_uses_say_why_they_stay_out() {
    let (site, ada) = Site::set_up(&[]).await;
    let token = ada.post("/enrolment-tokens", &json!({"name": "fleet", "uses": 2})).await.created()["secret"].clone();
    let mut crowd = Crowd::start(&site, 4, 3, token.as_str().unwrap());
    let partly = crowd.until(|snapshot| snapshot.settled == 2 && snapshot.not_enrolled >= 2).await;
    assert_eq!((partly.enrolled, partly.whole_since), (2, 0));
    assert!(
        partly.faults.keys().any(|fault| fault.starts_with("enrolment: the token is unknown, used or expired")),
        "{partly:?}"
    );
    let last = crowd.end().await;
    assert_eq!(last.open, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_on_their_way_to_all_delay_no_heartbeat_and_end_no_session() {
    let (site, ada) = Site::set_up(&[]).await;
    ada.make("/download-rules", json!({"destination": "all", "bytes_per_second": 400_000})).await;
    let token = ada.post("/enrolment-tokens", &json!({"name": "fleet", "uses": 30})).await.created()["secret"].clone();
    let mut crowd = Crowd::start(&site, 30, 30, token.as_str().unwrap());
    crowd.until(|snapshot| snapshot.whole_since > 0).await;
    let outcome = crate::uploads::upload(&ada, "noise.png", &crate::downloads::noise(), None).await;
    ada.make("/schedules", row(json!({"media": outcome["media"]}), json!("all"))).await;
    let after = crowd.until(|snapshot| snapshot.files >= 30).await;
    assert_eq!((after.welcomed, after.open, after.wrong_files), (30, 30, 0), "{after:?}");
    assert!(after.faults.is_empty() && after.answers.count >= 90, "{after:?}");
    assert!(after.answers.p99 < 5_000, "a heartbeat waits longer than until the next: {after:?}");
    crowd.end().await;
}
