//! A server that is killed while it looks at an upload: what was acknowledged as whole is in the library after the next start, once.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::caller::Caller;
use crate::desk::png;
use crate::server::PASSWORD;
use crate::uploads::{append, begin, outcome};

/// A server as a process of its own; killed when dropped.
struct Process {
    child: Child,
    base: String,
    link: Option<String>,
}

impl Process {
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signboard"));
        command.args(["server", "--data"]).arg(data);
        let settings = [
            "bind.address=127.0.0.1",
            "web.http-port=0",
            "web.https-port=0",
            "control.port=0",
            "discovery.enabled=false",
            "time.enabled=false",
        ];
        settings.iter().for_each(|setting| _ = command.args(["--set", setting]));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let words = BufReader::new(child.stdout.take().unwrap()).lines();
        let address =
            words.map(|line| line.unwrap()).find_map(|line| line.find("http://").map(|at| line[at..].trim().to_owned()));
        let address = address.expect("the server says where it is");
        let (base, link) = match address.split_once("/setup?link=") {
            Some((base, link)) => (base.to_owned(), Some(link.to_owned())),
            None => (address, None),
        };
        Self { child, base, link }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL: nothing can be tidied up.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn an_upload_that_was_whole_outlives_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Process::start(data.path());
    let mut ada = Caller::new(&server.base).set_up(server.link.as_ref().unwrap()).await;
    // Large enough that looking at it takes a while, so that the kills hit every step.
    let mut whole = Vec::new();
    for round in 0..6_u8 {
        let file = png(1_500, 1_000, [round, 90, 9]);
        let path = begin(&ada, file.len()).await;
        assert_eq!(append(&ada, &path, 0, &file).await.status, 204);
        for _ in 0..round {
            ada.get("/uploads").await.ok();
        }
        whole.push(path);
        drop(server);
        server = Process::start(data.path());
        ada = Caller::new(&server.base).sign_in("ada", PASSWORD).await;
    }
    loop {
        let media = ada.get("/media").await.ok()["total"].as_u64().unwrap();
        assert!(media <= 6, "one was recorded twice");
        if media == 6 && ada.get("/uploads").await.ok().as_array().unwrap().iter().all(|upload| upload["state"] == "done") {
            break;
        }
        tokio::task::yield_now().await;
    }
    let last = outcome(&ada, whole.last().unwrap()).await;
    assert_eq!(last["state"], json!("done"));
    drop(server);
    let left = std::fs::read_dir(data.path().join("tmp")).unwrap().count();
    assert_eq!(left, 0, "nothing is left of the uploads");
}
