//! The servers of one installation, each on a host with a clock of its own.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::lab::{Lab, Segment};

use super::clock::Clock;
use crate::desk::on;
use crate::running::PATIENCE;
use crate::servers::{Server, Start, name_of_main};

/// So long may servers take to meet again when all lines are whole, on a machine that has other tests to run.
const HEALING: Duration = Duration::from_secs(100);

/// A server with what belongs to it.
pub(crate) struct Place {
    /// As others call it.
    pub(crate) name: String,
    pub(crate) server: Server,
    pub(crate) clock: Clock,
}

/// All servers, Main first.
pub(crate) struct Harbour {
    pub(crate) segment: Segment,
    pub(crate) places: Vec<Place>,
    /// What lets one ask any of them.
    pub(crate) token: String,
}

/// A further server: its name, its role, and the place of the server that it stands in for, where that is not Main.
pub(crate) type Further = (&'static str, &'static str, Option<usize>);

/// Two Subs, a Backup of Main and one of the first Sub.
pub(crate) const FIVE: [Further; 4] =
    [("Pier", "sub", None), ("Quay", "sub", None), ("Shed", "backup", None), ("Loft", "backup", Some(1))];

impl Harbour {
    /// Sets up a Main and lets the others join. `program` and its environment are the same for all; none: the usual one.
    pub(crate) fn open(
        lab: &Lab,
        further: &[Further],
        program: Option<PathBuf>,
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let segment = lab.segment()?;
        let start = |name: &str| -> anyhow::Result<Place> {
            let clock = Clock::new()?;
            let mut environment = clock.environment()?;
            environment.extend(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())));
            let start = Start { program: program.clone(), environment };
            let server = Server::start_as(segment.host(&name.to_lowercase())?, start)?;
            Ok(Place { name: name.to_owned(), server, clock })
        };
        let mut places = vec![start("Main")?];
        let ada = places[0].server.set_up()?;
        let main = &places[0].server;
        let made = on(&main.host, ada.post("/tokens", &json!({"name": "lab", "role": "administrator"})));
        let token = made["secret"].as_str().unwrap().to_owned();
        for (name, role, parent) in further {
            let place = start(name)?;
            let main = &places[0].server;
            let parent = parent.map(|at| places[at].name.clone());
            let mut words = vec!["server-token", "--name", name, "--role", role];
            words.extend(parent.iter().flat_map(|parent| ["--parent", parent.as_str()]));
            let said = main.command(&words);
            anyhow::ensure!(said.code == 0, "{said:?}");
            let said = place.server.command(&["join", said.out.trim()]);
            anyhow::ensure!(said.code == 0, "{said:?}");
            places.push(place);
        }
        places[0].name = name_of_main(&places[0].server);
        let harbour = Self { segment, places, token };
        harbour.settle()?;
        Ok(harbour)
    }

    /// Waits until all are connected and nothing is on its way; how long that took.
    pub(crate) fn settle(&self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        for place in &self.places {
            while let Some(why) = self.waits_for(place) {
                anyhow::ensure!(began.elapsed() < HEALING, "{} within {HEALING:?}: {why}", place.name);
            }
        }
        // What came to one while another was looked at would show in the counters of both.
        while let Some((place, why)) = self.places.iter().find_map(|place| Some((place, self.waits_for(place)?))) {
            anyhow::ensure!(began.elapsed() < HEALING, "{} within {HEALING:?}: {why}", place.name);
        }
        Ok(began.elapsed())
    }

    /// What a server still waits for; none: nothing.
    fn waits_for(&self, place: &Place) -> Option<String> {
        let Some(overview) = self.ask(place, "/servers/overview") else { return Some("no answer".to_owned()) };
        let servers = overview["servers"].as_array().cloned().unwrap_or_default();
        if servers.len() != self.places.len() {
            return Some(format!("it knows {} servers", servers.len()));
        }
        let waits = |server: &&Value| match server["state"].as_str().unwrap() {
            "own" | "indirect" => false,
            "connected" => (&server["pending_out"], &server["pending_in"]) != (&json!(0), &json!(0)),
            _ => true,
        };
        servers.iter().find(waits).map(Value::to_string)
    }

    /// Whether no server says that its data are others than those of another one, and whether what one says is on its way is what its log
    /// has more: a server is cut off, people work on both sides, and the operations are counted.
    pub(crate) fn counts(&self) -> anyhow::Result<()> {
        for place in &self.places {
            let overview = self.ask(place, "/servers/overview").unwrap_or_default();
            anyhow::ensure!(!overview.to_string().contains("not the same data"), "{}: {overview}", place.name);
        }
        let (main, cut) = (&self.places[0], &self.places[1]);
        cut.server.host.card().cut()?;
        for (place, count) in [(main, 3), (cut, 2)] {
            for number in 0..count {
                self.make(place, &format!("{} counts {number}", place.name));
            }
        }
        for (place, other, count) in [(main, cut, 3), (cut, main, 2)] {
            let overview = self.ask(place, "/servers/overview").unwrap_or_default();
            let all = overview["servers"].as_array().cloned().unwrap_or_default();
            let seen = all.into_iter().find(|server| server["name"] == other.name.as_str()).unwrap_or_default();
            anyhow::ensure!(seen["pending_out"] == count, "{} says {seen}, and has {count} more", place.name);
        }
        cut.server.host.card().restore()
    }

    /// Makes a screen.
    fn make(&self, place: &Place, name: &str) {
        on(&place.server.host, async {
            let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
            let request = client.post("http://127.0.0.1/api/v1/viewers").bearer_auth(&self.token);
            let answer = request.json(&json!({"name": name})).send().await.unwrap();
            assert_eq!(answer.status(), 201);
        });
    }

    /// What a server answers to a question; none where it does not.
    pub(crate) fn ask(&self, place: &Place, path: &str) -> Option<Value> {
        on(&place.server.host, async {
            let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
            let request = client.get(format!("http://127.0.0.1/api/v1{path}")).bearer_auth(&self.token);
            let answer = request.send().await.ok()?.error_for_status().ok()?;
            answer.json().await.ok()
        })
    }
}
