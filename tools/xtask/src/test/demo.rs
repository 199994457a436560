//! `cargo xtask run` on the real thing: a second start keeps the demo installation, `--reset` makes a new one.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::report::Verdict;
use crate::serving::Serving;
use crate::{place, process};

/// How long a start may take, a build included where something changed.
const START: Duration = Duration::from_secs(900);

/// How long a server may take to stop.
const STOP: Duration = Duration::from_secs(20);

/// Starts it three times: new, again, and with `--reset`.
pub(super) fn run() -> Result<Verdict, Failure> {
    let data = place::notes().join("demo-test");
    if data.exists() {
        fs::remove_dir_all(&data).map_err(|error| Failure::file(&data, &error))?;
    }
    let first = start(&data, &[])?;
    let mark = data.join("media").join("mark");
    fs::write(&mark, "of the first installation").map_err(|error| Failure::file(&mark, &error))?;
    let second = start(&data, &[])?;
    if second.screen != first.screen || !mark.exists() {
        return Ok(Verdict::Failed("a second start did not keep the demo installation".to_owned()));
    }
    if second.password == first.password {
        return Ok(Verdict::Failed("a second start printed the password of the first".to_owned()));
    }
    let third = start(&data, &["--reset"])?;
    if third.screen == first.screen || mark.exists() {
        return Ok(Verdict::Failed("--reset did not start over: token or files are those of before".to_owned()));
    }
    let _ = fs::remove_dir_all(&data);
    Ok(Verdict::Passed)
}

/// What a start told.
#[derive(Debug, PartialEq)]
struct Told {
    /// With which one signs in.
    password: String,
    /// Token in the addresses of the screens.
    screen: String,
}

/// Runs until the demo is announced, then stops it; what it told.
fn start(data: &Path, more: &[&str]) -> Result<Told, Failure> {
    let serving = Serving::alone()?;
    let own = std::env::current_exe().map_err(|error| Failure::failed(format!("This program does not find itself: {error}.")))?;
    let mut command = process::command(own);
    command.args(["run", "--no-install", "--port", &serving.http.to_string()]);
    command.args(["--https-port", &serving.https.to_string(), "--control-port", &serving.control.to_string()]);
    command.arg("--data").arg(data).args(more).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let spelled = process::spelled(&command);
    let failed = |what: &str| Failure::failed(format!("`{spelled}` {what}."));
    let mut child = command.spawn().map_err(|error| failed(&format!("could not be started: {error}")))?;
    let lines = lines(&mut child);
    let told = announced(&lines, Instant::now() + START);
    let stopped = stop(&mut child);
    if !stopped {
        return Err(failed("did not stop when it was asked to"));
    }
    told.ok_or_else(|| failed("did not announce the demo"))
}

fn lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = channel();
    let stream = child.stdout.take().expect("its output is piped");
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// What was told, once all was announced.
fn announced(lines: &Receiver<String>, end: Instant) -> Option<Told> {
    let (mut password, mut screen) = (None, None);
    loop {
        let line = lines.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
        password = password.or_else(|| word_after(&line, "with the password "));
        screen = screen.or_else(|| word_after(&line, "/viewer/?token="));
        if line.contains("Stop with Ctrl C") {
            return Some(Told { password: password?, screen: screen? });
        }
    }
}

fn word_after(line: &str, words: &str) -> Option<String> {
    line.split_once(words)?.1.split_whitespace().next().map(str::to_owned)
}

/// Asks it to stop by its id, as Ctrl C does, and waits; kills it where it does not. Whether it stopped by itself.
fn stop(child: &mut Child) -> bool {
    let _ = process::quiet(process::command("kill").args(["-INT", &child.id().to_string()]));
    let end = Instant::now() + STOP;
    while Instant::now() < end {
        if child.try_wait().ok().flatten().is_some() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_and_token_are_read_and_silence_has_an_end() {
        let (sender, lines) = channel();
        let said = "  Admin    http://localhost:8080/\n           sign in as demo with the password a1b2\n  http://localhost:8080/viewer/?token=c3   Pier\n  Stop with Ctrl C.";
        said.lines().for_each(|line| sender.send(line.to_owned()).unwrap());
        let told = Told { password: "a1b2".to_owned(), screen: "c3".to_owned() };
        assert_eq!(announced(&lines, Instant::now() + Duration::from_secs(5)), Some(told));
        assert_eq!(announced(&lines, Instant::now()), None);
        drop(sender);
        assert_eq!(announced(&lines, Instant::now() + START), None, "the end of its words is no wait");
    }

    #[test]
    fn what_is_asked_to_stop_is_waited_for() {
        let mut child = process::command("sleep").arg("600").spawn().unwrap();
        assert!(stop(&mut child), "sleep stops when asked");
        assert!(child.try_wait().unwrap().is_some());
    }
}
