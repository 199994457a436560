//! Two servers in one process and a browser's page from one of them: what the other one lets it ask, and how the two agree on who serves it.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::caller::Caller;
use crate::desk::{presentation, row};
use crate::screen::{Device, Session};
use crate::server::{PASSWORD, Site};

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// Number of a session, higher than the time in seconds, by which servers number those of older pages.
const FIRST: u64 = 9_000_000_000;
/// How long a viewer keeps its plan at a server that lacks changes.
const HELD: Duration = Duration::from_secs(2);
/// Both answer on loopback only, which is not announced by itself.
const HERE: &[&str] = &[
    "replication.addresses=127.0.0.1",
    "discovery.enabled=false",
    "control.older-plans-after-seconds=2",
    "control.return-after-seconds=7",
];

/// Main and a server that joined it, somebody who administers at each, and a screen whose page comes from Main.
struct House {
    main: Site,
    pier: Site,
    ada: Caller,
    bob: Caller,
    device: Device,
    viewer: String,
}

async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let end = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < end, "{what} within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The first plan that names what is shown: files travel beside the log, and a plan is made before they have come.
async fn plan_with_content(session: &mut Session) -> Value {
    loop {
        let plan = session.hear("plan").await;
        if plan["bodies"].as_object().is_some_and(|bodies| !bodies.is_empty()) {
            return plan;
        }
    }
}

impl House {
    async fn open() -> Self {
        let (main, ada) = Site::set_up(HERE).await;
        let pier = Site::empty(HERE).await;
        let token = ada.post("/server-tokens", &json!({"name": "Pier", "role": "backup"})).await.created()["token"].clone();
        pier.stranger().post("/setup/join", &json!({"link": pier.link(), "token": token})).await.ok();
        until("the state has come", || async { pier.stranger().get("/setup").await.ok()["set_up"] == true }).await;
        let shown = presentation(&ada, "Departures").await;
        ada.make("/schedules", row(json!({"presentation": shown}), json!("all"))).await;
        let device = Device::new(&main.base);
        let (session, viewer) = device.pair(&ada, "Gate 4").await;
        drop(session);
        let bob = pier.stranger().sign_in("ada", PASSWORD).await;
        let house = Self { main, pier, ada, bob, device, viewer };
        house.until_equal().await;
        house
    }

    async fn until_equal(&self) {
        let at = |site: &Site| site.app.core.store().standing().position.vector.clone();
        until("both have the same", || async { at(&self.main) == at(&self.pier) }).await;
    }

    /// What a page of this origin gets when it asks the joined server.
    async fn asked(&self, origin: &str, method: Method, address: &str, body: Option<&Value>) -> Answer {
        let address = format!("{}{address}", self.pier.base);
        let request =
            Caller::new(&self.pier.base).with("origin", origin).client.request(method, address).header("origin", origin);
        let request = if let Some(body) = body { request.json(body) } else { request };
        Answer::of(request.send().await.unwrap()).await
    }

    fn introduction(&self) -> Value {
        json!({"device": self.device.id, "secret": self.device.secret, "position": []})
    }

    async fn codes(&self, caller: &Caller) -> Vec<String> {
        let all = caller.get("/viewers/status").await.ok();
        let status = all.as_array().unwrap().iter().find(|status| status["viewer"] == *self.viewer).unwrap();
        status["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
    }

    async fn close(self) {
        self.pier.stop().await;
        self.main.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_server_may_ask_for_what_a_screen_needs_and_no_other_page_may() {
    let house = House::open().await;
    let page = house.main.base.clone();
    let device = "/api/v1/viewer/device";
    let allowed = |answer: &Answer| answer.header("access-control-allow-origin").map(ToOwned::to_owned);

    let first = house.asked(&page, Method::OPTIONS, device, None).await;
    assert_eq!((first.status, allowed(&first)), (204, Some(page.clone())));
    assert_eq!(first.header("access-control-allow-headers"), Some("authorization, content-type, range"));
    assert_eq!((first.header("vary"), first.header("access-control-allow-credentials")), (Some("Origin"), None));
    let known = house.asked(&page, Method::POST, device, Some(&house.introduction())).await;
    assert_eq!((allowed(&known), known.ok()), (Some(page.clone()), json!({"state": "approved", "covers": true})));

    for stranger in ["http://evil.example", "null", &page.replace("127.0.0.1", "127.0.0.9")] {
        for method in [Method::OPTIONS, Method::POST] {
            let answer = house.asked(stranger, method, device, Some(&house.introduction())).await;
            assert_eq!(allowed(&answer), None, "{stranger}");
        }
    }
    for other in ["/api/v1/session", "/api/v1/viewers", "/api/v1/viewer/session", "/viewer/", "/"] {
        let answer = house.asked(&page, Method::GET, other, None).await;
        assert_eq!(allowed(&answer), None, "{other}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_another_server_does_not_know_does_not_wait_there() {
    let house = House::open().await;
    let strange = Device::new(&house.pier.base);
    let ask = json!({"device": strange.id, "secret": strange.secret, "position": []});
    let answer = house.asked(&house.main.base, Method::POST, "/api/v1/viewer/device", Some(&ask)).await;
    assert_eq!(answer.ok()["state"], "pending");
    assert_eq!(house.bob.get("/devices/pending").await.ok(), json!([]));
    // One whose page comes from here waits.
    strange.introduce().await.ok();
    assert_eq!(house.bob.get("/devices/pending").await.ok().as_array().unwrap().len(), 1);
    // Nothing is said of what is known here that is not.
    let ahead = json!([{"actor": {"server": uuid::Uuid::from_u128(7), "incarnation": 0}, "seq": 1}]);
    let ask = json!({"device": house.device.id, "secret": house.device.secret, "position": ahead});
    let answer = house.asked(&house.main.base, Method::POST, "/api/v1/viewer/device", Some(&ask)).await;
    assert_eq!(answer.ok(), json!({"state": "approved", "covers": false}));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_is_welcomed_elsewhere_and_gets_its_files_by_what_it_says_itself() {
    let house = House::open().await;
    let mut session = house.device.connect_elsewhere(&house.pier.base, None, &json!({"epoch": FIRST})).await;
    let welcome = session.hear("welcome").await;
    let overview = house.ada.get("/servers/overview").await.ok();
    let (main, pier) = (&overview["servers"][0], &overview["servers"][1]);
    assert_eq!((&welcome["server"], &welcome["epoch"]), (&pier["id"], &json!(FIRST)));
    assert_eq!((&welcome["return_after_s"], &welcome["return_within_s"]), (&json!(7), &json!(600)));
    let places = welcome["servers"].as_array().unwrap();
    assert_eq!(places.iter().map(|place| place["id"].clone()).collect::<Vec<_>>(), [main["id"].clone(), pier["id"].clone()]);
    let page = json!(format!("{}/", house.main.base));
    assert!(places[0]["roots"].as_array().unwrap().contains(&page), "{welcome}");

    let plan = plan_with_content(&mut session).await;
    let known = plan["position"].as_array().unwrap();
    assert!(known.iter().any(|dot| dot["actor"]["server"] == main["id"] && dot["seq"].as_u64() > Some(1)), "{plan}");
    let hash = plan["bodies"].as_object().unwrap().keys().next().unwrap().clone();
    let fetch = async |secret: &str| {
        let address = format!("{}/media/{hash}", house.pier.base);
        let bearer = format!("Bearer {}.{secret}", house.device.id);
        let request = reqwest::Client::new().get(address).header("origin", &house.main.base).header("authorization", bearer);
        Answer::of(request.send().await.unwrap()).await
    };
    until("the file has come", || async { fetch(&house.device.secret).await.status == 200 }).await;
    let file = fetch(&house.device.secret).await;
    assert_eq!(file.header("access-control-allow-origin"), Some(house.main.base.as_str()));
    assert_eq!(file.json()["pages"][0]["elements"][0]["text"], "Departures");
    assert_eq!(fetch(&"0".repeat(64)).await.status, 401);
    drop(session);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_may_be_older_is_held_back_for_a_while() {
    let house = House::open().await;
    let mut session = house.device.connect_elsewhere(&house.pier.base, None, &json!({"epoch": FIRST})).await;
    let plan = plan_with_content(&mut session).await;
    drop(session);
    let mut ahead = plan["position"].clone();
    ahead[0]["seq"] = json!(1_000_000);
    let began = Instant::now();
    let more = json!({"epoch": FIRST + 1, "position": ahead});
    let mut session = house.device.connect_elsewhere(&house.pier.base, Some("of another server"), &more).await;
    until("it is said", || async { house.codes(&house.bob).await.contains(&"plan.held".to_owned()) }).await;
    // Signs of life: without any it would be given up.
    session.say(json!({"type": "ping"})).await;
    let older = session.hear("plan").await;
    assert!(began.elapsed() >= HELD, "{:?}", began.elapsed());
    assert_eq!(older["id"], plan["id"]);
    assert!(house.codes(&house.bob).await.contains(&"plan.older".to_owned()));

    // What must leave the screen does so at once.
    drop(session);
    let more = json!({"epoch": FIRST + 2, "position": ahead});
    let mut session = house.device.connect_elsewhere(&house.pier.base, Some("of another server"), &more).await;
    session.hear("welcome").await;
    let rows = house.bob.get("/schedules").await.ok();
    let mut wish = row(rows["items"][0]["content"].clone(), json!("all"));
    wish["when"]["until"] = json!("2099-01-01T00:00:00");
    wish["emergency"] = json!(true);
    house.bob.make("/schedules", wish).await;
    assert_eq!(session.hear("plan").await["urgent"], true);
    drop(session);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_servers_the_one_with_the_higher_number_is_in_charge() {
    let house = House::open().await;
    let mut at_main = house.device.connect_elsewhere(&house.main.base, None, &json!({"epoch": FIRST})).await;
    let number = at_main.hear("welcome").await["epoch"].as_u64().unwrap();
    assert!(number >= FIRST);
    house.until_equal().await;
    let mut at_pier = house.device.connect_elsewhere(&house.pier.base, None, &json!({"epoch": number + 5})).await;
    assert_eq!(at_pier.hear("welcome").await["epoch"], number + 5);
    // Main hears of it, and ends its own session without a word.
    while at_main.next().await.is_some() {}

    // A browser that lost its count is given a higher one, which its commands carry.
    let mut back = house.device.connect_elsewhere(&house.main.base, None, &json!({"epoch": 3})).await;
    let given = back.hear("welcome").await["epoch"].as_u64().unwrap();
    assert!(given > number + 5, "{given}");
    let address = format!("/viewers/{}/commands", house.viewer);
    let identify = json!({"kind": "identify"});
    let (told, command) = tokio::join!(house.ada.post(&address, &identify), async {
        let command = back.hear("command").await;
        back.say(json!({"type": "result", "command": command["id"], "ok": true})).await;
        command
    });
    assert_eq!((told.ok()["ok"].clone(), command["epoch"].as_u64()), (json!(true), Some(given)));
    while at_pier.next().await.is_some() {}
    drop(back);
    house.close().await;
}
