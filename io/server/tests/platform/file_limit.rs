//! A server that has no file left for another connection: it waits, and goes on when others end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The real program with few files; killed when dropped.
struct Limited {
    child: Child,
    http: SocketAddr,
    /// Log lines that say that no connection can be taken.
    warned: mpsc::Receiver<String>,
}

impl Limited {
    fn start(data: &tempfile::TempDir, files: u32) -> Self {
        let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
        let mut child = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_signboard"), "server", "--data"])
            .arg(data.path())
            .args(["--set", "bind.address=127.0.0.1", "--set", "web.http-port=0", "--set", "web.https-port=0"])
            .args(["--set", "log.format=json"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let http = lines
            .by_ref()
            .map(|line| serde_json::from_str::<serde_json::Value>(&line.unwrap()).unwrap())
            .find(|line| line["message"] == "listening" && line["tls"] == false)
            .and_then(|line| line["addr"].as_str()?.parse().ok())
            .unwrap();
        let (sender, warned) = mpsc::channel();
        // Reads to the end: a pipe that nobody reads would stop the server.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok).filter(|line| line.contains("no further connection")) {
                let _ = sender.send(line);
            }
        });
        Self { child, http, warned }
    }

    fn status(&self) -> String {
        let mut stream = TcpStream::connect(self.http).unwrap();
        stream.write_all(b"GET /trust HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn connections_beyond_the_limit_of_files_wait() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Limited::start(&data, 96);
    assert_eq!(server.status(), "HTTP/1.1 200 OK");
    let crowd: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(server.http).unwrap()).collect();
    server.warned.recv_timeout(Duration::from_secs(30)).unwrap();
    drop(crowd);
    assert_eq!(server.status(), "HTTP/1.1 200 OK");
    assert_eq!(server.child.try_wait().unwrap(), None, "the server still runs");
}
