//! What a search tells of a server that is full of secrets: none of them, in any message of discovery.

use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use lan::discovery::{Body, Message, Probe, QName, Version, device, urn, write};
use serde_json::json;
use testkit::lab::{Capture, Program};
use uuid::Uuid;

use crate::desk::{Desk, on};
use crate::running::{PATIENCE, Running, Town, said, signboard};
use crate::woken::Screen;

/// Secrets of which people choose the words.
const CHOSEN: [&str; 5] =
    ["canary password 7f3a", "canary mail 41d", "canary hook key 9e2", "canary viewers 3d2", "a long way to the harbour"];
/// The password of a network card, as bytes.
const SECURE_ON: [u8; 6] = [0xd6, 0xad, 0xbe, 0xef, 0x7f, 0x17];
/// The name of the installation, which everybody may know.
const PUBLIC: &str = "Harbour";

/// Puts every kind of secret in, and returns them all.
async fn plant(link: &str) -> Vec<Vec<u8>> {
    let desk = Desk::set_up(link).await;
    let secret = |answer: serde_json::Value, member: &str| answer[member].as_str().unwrap().as_bytes().to_vec();
    let [person, mail, hook, viewers, _] = CHOSEN;
    desk.post("/users", &json!({"login": "bob", "name": "Bob", "password": person})).await;
    let account = json!({"host": "localhost", "sender": "signs@example.org", "user": "signs", "password": mail});
    desk.change("/mail-account", &account).await;
    desk.post("/recipients", &json!({"name": "Desk", "address": {"webhook": "http://127.0.0.1:9/"}, "key": hook})).await;
    desk.change("/enrolment", &json!({"password": viewers})).await;
    let viewer = desk.make("/viewers", json!({"name": "Gate 4"})).await;
    let secure_on = SECURE_ON.map(|byte| format!("{byte:02x}")).join(":");
    desk.post("/network-cards", &json!({"viewer": viewer, "mac": "52:54:00:7f:3a:01", "secure_on": secure_on})).await;
    let made = [
        secret(desk.post("/tokens", &json!({"name": "t", "role": "editor"})).await, "secret"),
        secret(desk.post("/enrolment-tokens", &json!({"name": "hall"})).await, "secret"),
        secret(desk.post("/server-tokens", &json!({"name": "Pier"})).await, "token"),
        secure_on.into_bytes(),
        SECURE_ON.to_vec(),
        link.as_bytes().to_vec(),
    ];
    CHOSEN.into_iter().map(|words| words.as_bytes().to_vec()).chain(made).collect()
}

/// The keys that the server made for itself: that of its secrets, and the private ones of its certificates, line by line.
fn keys(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = vec![std::fs::read(folder.join("secret.key")).unwrap()];
    let mut left = vec![folder.join("tls")];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        if let Some((_, key)) = text.split_once("PRIVATE KEY-----") {
            let lines = key.lines().take_while(|line| !line.starts_with("-----END")).filter(|line| line.len() >= 16);
            found.extend(lines.map(|line| line.as_bytes().to_vec()));
        }
    }
    found
}

/// What came over the wire.
struct Heard<'c> {
    capture: &'c Capture,
    messages: Vec<Vec<u8>>,
}

impl Heard<'_> {
    /// Takes everything in until a message holds these words.
    fn until(&mut self, words: &str) {
        while !self.holds(words.as_bytes()) {
            let frame = self.capture.next(PATIENCE).unwrap();
            self.messages.push(frame.unwrap_or_else(|| panic!("never heard: {words}")));
        }
    }

    /// Whether a message holds this, whatever the case of its letters.
    fn holds(&self, wanted: &[u8]) -> bool {
        let holds = |message: &Vec<u8>| message.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted));
        self.messages.iter().any(holds)
    }
}

fn stop(town: &Town, mut program: Program) {
    let asked = said(&town.server, Command::new("kill").args(["-TERM", &program.id().to_string()]));
    assert_eq!(asked.code, 0, "{asked:?}");
    program.wait().unwrap();
}

/// Asks by UDP as anybody may, in both versions.
fn ask(town: &Town, endpoint: &str) {
    let socket = town.screen.enter(|| UdpSocket::bind("0.0.0.0:0")).unwrap();
    for version in Version::ALL {
        let all = Probe::default();
        let own = Probe { types: vec![QName::server(), QName::device(version)], ..Probe::default() };
        for body in [Body::Probe(all), Body::Probe(own), Body::Resolve(endpoint.to_owned())] {
            let to = Some(version.everybody().to_owned());
            let message = Message { version, id: urn(Uuid::new_v4()), relates_to: None, to, sequence: None, body };
            socket.send_to(&write(&message), (town.address(), lan::discovery::PORT)).unwrap();
        }
    }
}

#[test]
fn lab_nothing_that_a_search_tells_is_secret() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let Running { data, program } = Running::start(&town.server, &[])?;
    let line = program.wait_for("/setup?link=", PATIENCE)?;
    let link = line.split_once("link=").unwrap().1.trim().to_owned();
    let mut secrets = on(&town.server, plant(&link));
    let screen = Screen::new(town.address());
    on(&town.screen, screen.introduce());
    secrets.push(screen.secret().as_bytes().to_vec());
    let keys = keys(data.path());
    assert!(keys.len() > 3, "{keys:?}");
    secrets.extend(keys);
    stop(&town, program);

    // A start tells all that is told unasked: hello, and the records of multicast DNS.
    let capture = town.screen.capture("eth0")?;
    let mut heard = Heard { capture: &capture, messages: Vec::new() };
    let mut command = Command::new(env!("CARGO_BIN_EXE_signboard"));
    let program = town.server.start(command.args(["server", "--data"]).arg(data.path()))?;
    program.wait_for("Signboard is ready", PATIENCE)?;
    for words in ["_signboard\x04_tcp", "_http\x04_tcp"] {
        heard.until(words);
    }
    let found = crate::running::found(
        || signboard(&town.screen, &["discover", "--json", "--timeout", "2", &town.address()]),
        |said| said.out.contains("\"role\""),
    );
    let listed: serde_json::Value = serde_json::from_str(&found.out)?;
    let endpoint = listed[0]["endpoint"].as_str().unwrap().to_owned();
    ask(&town, &endpoint);
    for version in Version::ALL {
        for kind in ["Hello", "ProbeMatches", "ResolveMatches"] {
            heard.until(&format!("{}/{kind}<", version.discovery()));
        }
        let question = device::question(version, &endpoint, Uuid::new_v4());
        let answer = on(&town.screen, async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let request = client.post(format!("http://{}{}", town.address(), device::PATH)).body(question);
            request.header("content-type", device::CONTENT_TYPE).send().await.unwrap().bytes().await.unwrap()
        });
        assert!(device::read(&answer).is_ok(), "{answer:?}");
        heard.messages.push(answer.to_vec());
    }
    heard.messages.push(found.out.into_bytes());
    stop(&town, program);
    for version in Version::ALL {
        heard.until(&format!("{}/Bye<", version.discovery()));
    }

    assert!(heard.holds(PUBLIC.as_bytes()), "what is told to everybody is seen in this way");
    assert!(secrets.len() > 14, "{}", secrets.len());
    for secret in &secrets {
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        for form in [secret.clone(), hex.into_bytes(), BASE64_STANDARD.encode(secret).into_bytes()] {
            assert!(!heard.holds(&form), "a message holds {}", form.escape_ascii());
        }
    }
    Ok(())
}
