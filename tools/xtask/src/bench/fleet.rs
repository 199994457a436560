//! A server with thousands of connected viewers: what each costs, what heartbeats cost, how a publication reaches all, and how all return after a restart.
//!
//! Server and fleet are two processes on the same processors. `XTASK_FLEET` names another number of viewers.

pub(super) mod crowd;
mod prober;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::figure::Figure;
use super::installation::Installation;
use super::instance::Instance;
use super::server::{Server, fresh_folder};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::server_binary::{self, Profile};
use crate::{process, web};

use crowd::Crowd;
use prober::Prober;

const VIEWERS: u32 = 10_000;
/// How long all may take to enrol and connect for the first time.
const GATHERING: Duration = Duration::from_secs(900);
const PATIENCE: Duration = Duration::from_secs(120);
/// Between an event and the measurement of what is left after it.
const CALM: Duration = Duration::from_secs(30);
/// How long heartbeats are watched.
const WATCHED: Duration = Duration::from_secs(60);

/// A presentation with one page.
const BODY: &str = r##"{"version":1,"canvas":{"width":1920,"height":1080,"background":"#000000"},"pages":[{"id":"p1","name":"One",
"duration_ms":5000,"transition":{"kind":"cut","ms":0},"elements":[{"id":"e1","kind":"text",
"frame":{"x":0,"y":0,"w":800,"h":200},"text":"Welcome aboard"}]}]}"##;

/// Runs the whole story once.
///
/// # Errors
/// Where the server or the fleet does not start, or the viewers do not come within their time.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    web::prepare(consent)?;
    let viewers = std::env::var("XTASK_FLEET").ok().and_then(|text| text.parse().ok()).unwrap_or(VIEWERS);
    let binary = server_binary::build(Profile::Release)?;
    let Installation { server, instance, mut client } = Installation::new(&binary, &fresh_folder("fleet")?.join("data"))?;
    let token = token(&mut client, viewers)?;
    let presentation = made(&mut client.json("POST", "/api/v1/presentations", r#"{"name":"Welcome"}"#)?.json())?;
    let draft = format!("/api/v1/presentations/{presentation}/draft");
    let fields = "Content-Type: application/json\r\nIf-Match: \"none\"\r\n";
    client.send("PUT", &draft, fields, BODY.len() as u64, BODY.as_bytes())?;
    let row = format!(
        r#"{{"content":{{"presentation":"{presentation}"}},"destination":"all","when":{{"from":"2020-01-01T00:00:00","until":null,"zone":null,"recurrence":null}}}}"#
    );
    client.json("POST", "/api/v1/schedules", &row)?;

    let crowd = Crowd::start(&binary, &instance, &token, viewers, 0)?;
    crowd.until(GATHERING, "all viewers are connected", |moment| moment.settled >= viewers)?;
    thread::sleep(CALM);
    let mut figures = vec![heartbeats(&server, &crowd, viewers)?];

    let asked = unix_ms();
    client.json("POST", &format!("/api/v1/presentations/{presentation}/publish"), "")?;
    let told =
        crowd.until(PATIENCE, "all viewers hold the publication", |moment| moment.held >= viewers && moment.told_last > asked)?;
    figures.push(row_of("publication: viewers told, p99", "1 s", viewers, &after(told.told_p99, asked)));
    figures.push(row_of("publication: viewers hold it, p99", "5 s", viewers, &after(told.held_p99, asked)));

    let (server, storm) = restart(server, &instance, &crowd, client, viewers)?;
    figures.push(storm);
    thread::sleep(CALM);
    let connected = server.resident_mib().unwrap_or(0.0);
    let verdict = crowd.end()?;
    server.stop();
    // What the installation itself takes, with as many viewers, none of them connected.
    let alone = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
    thread::sleep(CALM);
    let without = alone.resident_mib().unwrap_or(0.0);
    alone.stop();
    let each = (connected - without) * 1024.0 / f64::from(viewers);
    let measured = format!("{each:.1} KiB ({connected:.0} MiB connected, {without:.0} MiB without; {verdict})");
    figures.insert(0, row_of("server memory for each idle connected viewer, TLS", "48 KiB", viewers, &measured));
    Ok(figures)
}

fn heartbeats(server: &Server, crowd: &Crowd, viewers: u32) -> Result<Figure, Failure> {
    let before = (server.cpu_seconds(), written(server), crowd.now()?.heartbeats);
    thread::sleep(WATCHED);
    let beats = crowd.now()?.heartbeats - before.2;
    let share = (server.cpu_seconds() - before.0) / WATCHED.as_secs_f64() * 100.0;
    let kib = (written(server) - before.1) / 1024.0;
    let measured = format!("{share:.1} % of a core; {kib:.0} KiB written for {beats} heartbeats in {} s", WATCHED.as_secs());
    Ok(row_of("heartbeats each 5 s", "15 % of a core; 1 write for 1,000", viewers, &measured))
}

/// Stops the server, starts it again, and waits until all are back.
fn restart(
    server: Server,
    instance: &Instance,
    crowd: &Crowd,
    client: super::client::Client,
    viewers: u32,
) -> Result<(Server, Figure), Failure> {
    let before = crowd.now()?;
    server.stop();
    let stopped = unix_ms();
    let server = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
    let ready = unix_ms();
    let prober = Prober::start(client);
    let back =
        crowd.until(PATIENCE, "all viewers are back", |moment| moment.settled >= viewers && moment.whole_since > stopped)?;
    let api = prober.end();
    let again = back.enrolled - before.enrolled;
    let measured = format!(
        "{} after it was ready; {again} enrolled again; API p99 {:.0} ms, slowest {:.0} ms of {} requests",
        after(back.whole_since, ready),
        api.p99.as_secs_f64() * 1000.0,
        api.slowest.as_secs_f64() * 1000.0,
        api.requests
    );
    Ok((server, row_of("all back after a restart, with their plan", "15 s; none enrols; API p99 500 ms", viewers, &measured)))
}

/// A token for so many machines.
pub(super) fn token(client: &mut super::client::Client, viewers: u32) -> Result<String, Failure> {
    let wish = format!(r#"{{"name":"fleet","uses":{viewers}}}"#);
    let answer = client.json("POST", "/api/v1/enrolment-tokens", &wish)?.json();
    let token = answer.as_ref().and_then(|json| json.get("secret")?.text()).map(str::to_owned);
    token.ok_or_else(|| Failure::failed("The server's answer holds no enrolment token."))
}

pub(super) fn row_of(name: &str, aim: &str, viewers: u32, measured: &str) -> Figure {
    Figure {
        name: format!("{name} ({viewers} viewers)"),
        aim: aim.to_owned(),
        measured: measured.to_owned(),
        ..Figure::default()
    }
}

/// `1.250 s` between two moments.
fn after(moment: i64, since: i64) -> String {
    format!("{:.3} s", Duration::from_millis(u64::try_from(moment - since).unwrap_or(0)).as_secs_f64())
}

pub(super) fn made(answer: &mut Option<crate::json::Json>) -> Result<String, Failure> {
    let id = answer.as_ref().and_then(|json| json.get("id")?.text());
    id.map(str::to_owned).ok_or_else(|| Failure::failed("The server's answer names no id."))
}

fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Bytes that the process caused to be written to disks so far (proc(5), `/proc/PID/io`).
fn written(server: &Server) -> f64 {
    let text = fs::read_to_string(Path::new("/proc").join(server.id().to_string()).join("io")).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix("write_bytes:")).and_then(|value| value.trim().parse().ok());
    value.unwrap_or(0.0)
}

/// The command line of the fleet's process.
fn fleet_command(binary: &Path, instance: &Instance, token: &str, viewers: u32, sample: u32) -> std::process::Command {
    let mut command = process::command(binary);
    command.args(["fleet", "--json", "--sample", &sample.to_string(), "--viewers", &viewers.to_string(), "--token", token]);
    command.args(["--server", &format!("127.0.0.1:{}", instance.serving.control)]);
    command.args(["--metrics", &format!("http://127.0.0.1:{}/metrics", instance.http)]);
    command
}

#[cfg(test)]
mod tests {
    use super::crowd::Moment;
    use super::*;

    #[test]
    fn times_are_seconds() {
        assert_eq!(after(11_250, 10_000), "1.250 s");
        assert_eq!(after(9, 10), "0.000 s");
    }

    #[test]
    fn a_moment_is_read_from_a_line() {
        let line = r#"{"seconds":3.0,"viewers":2,"enrolled":2,"open":2,"settled":1,"whole_since":0,"heartbeats":7,"welcomed":3,"files":4,
            "told":{"count":2,"first":5,"p50":6,"p99":7,"last":8},"held":{"count":1,"first":5,"p50":6,"p99":9,"last":9},
            "answers":{"count":20,"first":1,"p50":2,"p99":31,"last":32},"faults":{"cut":2,"file: gone":3}}"#;
        let moment = Moment::read(&line.replace('\n', "")).unwrap();
        assert_eq!((moment.settled, moment.enrolled, moment.heartbeats, moment.held), (1, 2, 7, 1));
        assert_eq!((moment.told_p99, moment.held_p99, moment.told_last), (7, 9, 8));
        assert_eq!((moment.welcomed, moment.files, moment.faults), (3, 4, 5));
        assert_eq!((moment.answers, moment.answer_p99, moment.slowest_answer), (20, 31, 32));
        assert!(Moment::read("{}").is_none() && Moment::read("words").is_none());
    }
}
