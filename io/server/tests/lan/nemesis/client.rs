//! A person who works at one server without end, and notes what came of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::history::{Act, Call, Cells, Outcome, Session};
use testkit::lab::Host;

use super::random::Random;

/// What may be had of a document that was asked for.
const PATIENCE: Duration = Duration::from_secs(4);
/// So many of the newest documents are worked on, so that several people meet at each.
const IN_WORK: usize = 6;
/// The members that are edited.
const CELLS: [&str; 2] = ["name", "rank"];

/// What all clients share.
pub(crate) struct Work {
    pub(crate) token: String,
    /// How long each rests after each change.
    pub(crate) rest: Duration,
    stop: AtomicBool,
    documents: Mutex<Vec<String>>,
    numbers: AtomicU64,
    acknowledged: AtomicU64,
}

impl Work {
    pub(crate) fn new(token: String, rest: Duration) -> Arc<Self> {
        // Ranks below are those of the levels that an installation begins with.
        let numbers = AtomicU64::new(100_000);
        let (documents, acknowledged) = (Mutex::default(), AtomicU64::new(0));
        Arc::new(Self { token, rest, stop: AtomicBool::new(false), documents, numbers, acknowledged })
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Changes that were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits for so many acknowledged changes.
    pub(crate) fn wait_for(&self, changes: u64, end: Instant) -> anyhow::Result<()> {
        while self.acknowledged() < changes {
            anyhow::ensure!(Instant::now() < end, "{} of {changes} changes were acknowledged in time", self.acknowledged());
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Ok(())
    }

    /// A value that occurs once.
    fn value(&self, cell: &str, name: &str) -> Value {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        if cell == "rank" { json!(number) } else { json!(format!("{name} {number}")) }
    }

    /// One of those in work; none: it is time for a new one.
    fn pick(&self, random: &mut Random) -> Option<String> {
        let documents = self.documents.lock().unwrap();
        let newest = documents.len().saturating_sub(IN_WORK);
        let all = &documents[newest..];
        if all.len() < IN_WORK || random.below(40) == 0 { None } else { Some(all[random.below(all.len())].clone()) }
    }
}

/// Begins to work at the server of this host, until all are told to stop.
pub(crate) fn begin(host: &Host, name: &str, seed: u64, work: &Arc<Work>) -> JoinHandle<Session> {
    let (name, work) = (name.to_owned(), Arc::clone(work));
    host.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
            let mut client = Client { name, work, client, random: Random::new(seed), calls: Vec::new() };
            while !client.work.stop.load(Ordering::Relaxed) {
                client.turn().await;
            }
            Session { name: client.name, calls: client.calls }
        })
    })
}

struct Client {
    name: String,
    work: Arc<Work>,
    client: reqwest::Client,
    random: Random,
    calls: Vec<Call>,
}

/// An answer: its status, the address of the entry, the version, and what it says.
struct Answer {
    status: u16,
    dot: String,
    tag: String,
    body: Value,
}

impl Client {
    /// Looks at one document and changes it, or makes another one.
    async fn turn(&mut self) {
        match self.work.pick(&mut self.random) {
            None => self.make().await,
            Some(document) => {
                let Some((cells, tag)) = self.read(&document).await else { return self.rest().await };
                if self.random.below(30) == 0 {
                    self.remove(document, cells, &tag).await
                } else {
                    self.edit(document, &cells, &tag).await
                }
            }
        }
        self.rest().await;
    }

    async fn rest(&mut self) {
        let most = u64::try_from(self.work.rest.as_millis()).unwrap();
        if most > 0 {
            // People are not machines, and the machine has other tests to run.
            tokio::time::sleep(Duration::from_millis(self.random.next() % most)).await;
        }
    }

    async fn make(&mut self) {
        let body = json!({"name": self.work.value("name", &self.name), "rank": self.work.value("rank", &self.name)});
        let answer = self.ask(reqwest::Method::POST, "/priorities", "", Some(&body)).await;
        let id = match &answer {
            Ok(answer) => answer.body["id"].as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        };
        let outcome = self.outcome(answer);
        let known = matches!(outcome, Outcome::Done(_));
        // Nobody will ever ask for one whose id is not known.
        let document = if known { id } else { format!("unknown {}", body["rank"]) };
        self.calls.push(Call { act: Act::Make { document: document.clone(), cells: cells_of(&body) }, outcome });
        if known {
            self.work.documents.lock().unwrap().push(document);
        }
    }

    async fn read(&mut self, document: &str) -> Option<(Cells, String)> {
        let answer = self.ask(reqwest::Method::GET, &format!("/priorities/{document}"), "", None).await;
        let (outcome, seen) = match answer {
            Ok(answer) if answer.status == 200 => {
                let cells = cells_of(&answer.body);
                (Outcome::Found(cells.clone()), Some((cells, answer.tag)))
            }
            Ok(answer) if answer.status == 404 => (Outcome::Absent, None),
            _ => (Outcome::Unknown, None),
        };
        self.calls.push(Call { act: Act::Read { document: document.to_owned() }, outcome });
        seen
    }

    async fn edit(&mut self, document: String, seen: &Cells, tag: &str) {
        let cell = CELLS[self.random.below(CELLS.len())];
        let value = self.work.value(cell, &self.name);
        let answer = self.ask(reqwest::Method::PATCH, &format!("/priorities/{document}"), tag, Some(&json!({cell: value}))).await;
        let outcome = self.outcome(answer);
        let act = Act::Edit { document, cell: cell.to_owned(), value: text(&value), saw: seen[cell].clone() };
        self.calls.push(Call { act, outcome });
    }

    async fn remove(&mut self, document: String, seen: Cells, tag: &str) {
        let answer = self.ask(reqwest::Method::DELETE, &format!("/priorities/{document}"), tag, None).await;
        let outcome = self.outcome(answer);
        if matches!(outcome, Outcome::Done(_)) {
            self.work.documents.lock().unwrap().retain(|other| *other != document);
        }
        self.calls.push(Call { act: Act::Remove { document, saw: seen }, outcome });
    }

    /// What came of a change.
    fn outcome(&self, answer: Result<Answer, Outcome>) -> Outcome {
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {
                self.work.acknowledged.fetch_add(1, Ordering::Relaxed);
                Outcome::Done(answer.dot)
            }
            Ok(answer) if (400..500).contains(&answer.status) => Outcome::Refused,
            Ok(_) => Outcome::Unknown,
            Err(outcome) => outcome,
        }
    }

    async fn ask(&self, method: reqwest::Method, path: &str, tag: &str, body: Option<&Value>) -> Result<Answer, Outcome> {
        let mut request = self.client.request(method, format!("http://127.0.0.1/api/v1{path}")).bearer_auth(&self.work.token);
        if !tag.is_empty() {
            request = request.header("if-match", tag);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        // What never reached the server has not happened; of all else that has no answer nobody knows.
        let unanswered = |error: &reqwest::Error| if error.is_connect() { Outcome::Refused } else { Outcome::Unknown };
        let answer = request.send().await.map_err(|error| unanswered(&error))?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (status, dot, tag) = (answer.status().as_u16(), header("signboard-dot"), header("etag"));
        let body = answer.bytes().await.map_err(|_| Outcome::Unknown)?;
        Ok(Answer { status, dot, tag, body: serde_json::from_slice(&body).unwrap_or_default() })
    }
}

/// The members that are edited, as text.
fn cells_of(document: &Value) -> Cells {
    CELLS.iter().map(|cell| ((*cell).to_owned(), text(&document[*cell]))).collect()
}

/// A value as it stands in a history.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
