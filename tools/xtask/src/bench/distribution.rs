//! A large film on its way to hundreds of viewers at a limited rate: whether heartbeats wait for it, and whether every viewer gets its share.
//!
//! 600 times 500 MB at 10 Mbit/s take 67 hours where all share the rate, and 400 s where each has it on a network that bears that. Neither is waited
//! for: once all transfers are under way nothing changes any more but how many bytes are left, so a minute of each tells what the rest would be.
//! `XTASK_FLEET` names another number of viewers.

use std::thread;
use std::time::{Duration, Instant};

use super::client::Client;
use super::figure::Figure;
use super::film;
use super::fleet::crowd::{Crowd, Moment};
use super::fleet::{made, row_of, token};
use super::installation::Installation;
use super::server::fresh_folder;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::json::Json;
use crate::server_binary::{self, Profile};
use crate::{tool, web};

const VIEWERS: u32 = 600;
const FILM: u64 = 500_000_000;
/// 10 Mbit/s in bytes.
const RATE: u64 = 1_250_000;
/// How long all may take to enrol and connect, and a film of this length to be checked.
const PATIENCE: Duration = Duration::from_secs(300);
/// Heartbeats without any transfer, for comparison.
const CALM: Duration = Duration::from_secs(30);
/// How long transfers are watched. Viewers give up one of which nothing comes for 30 s, so this shows twice whether all are served.
const WATCHED: Duration = Duration::from_secs(75);

/// Runs both cases.
///
/// # Errors
/// Where the server or the fleet does not start, or the viewers do not come within their time.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::FFMPEG], consent)?;
    web::prepare(consent)?;
    let viewers = std::env::var("XTASK_FLEET").ok().and_then(|text| text.parse().ok()).unwrap_or(VIEWERS);
    let binary = server_binary::build(Profile::Release)?;
    let folder = fresh_folder("distribution")?;
    let file = folder.join("film.mp4");
    film::make(&file, FILM)?;
    let mut site = Installation::new(&binary, &folder.join("data"))?;
    site.upload(&file)?;
    let token = token(&mut site.client, viewers)?;
    let media = site.client.json("GET", "/api/v1/media", "")?.json();
    let media = media.as_ref().and_then(|json| json.get("items")?.list().first()?.get("id")?.text()).map(str::to_owned);
    let media = media.ok_or_else(|| Failure::failed("The server lists no film."))?;
    let limit = format!(r#"{{"destination":"all","all_bytes_per_second":{RATE}}}"#);
    let rule = made(&mut site.client.json("POST", "/api/v1/download-rules", &limit)?.json())?;

    let crowd = Crowd::start(&binary, &site.instance, &token, viewers, viewers)?;
    let all = |moment: &Moment| moment.settled >= viewers;
    crowd.until(PATIENCE, "all viewers are connected", all)?;
    thread::sleep(CALM);
    let calm = crowd.now()?;
    let mut figures = vec![row_of(
        "heartbeat answered, nothing on its way, p99",
        "",
        viewers,
        &format!("{} ms, slowest {} ms", calm.answer_p99, calm.slowest_answer),
    )];
    publish(&mut site.client, &media)?;
    figures.push(watched(&mut site, &crowd, "10 Mbit/s for all together", viewers)?);
    let each = format!(r#"{{"all_bytes_per_second":null,"bytes_per_second":{RATE}}}"#);
    site.client.json("PATCH", &format!("/api/v1/download-rules/{rule}"), &each)?;
    // Limits are those of the moment when an answer begins: another row has viewers ask anew.
    publish(&mut site.client, &media)?;
    figures.push(watched(&mut site, &crowd, "10 Mbit/s for each", viewers)?);
    crowd.end()?;
    site.server.stop();
    Ok(figures)
}

fn publish(client: &mut Client, media: &str) -> Result<(), Failure> {
    let row = format!(
        r#"{{"content":{{"media":"{media}"}},"destination":"all","when":{{"from":"2020-01-01T00:00:00","until":null,"zone":null,"recurrence":null}}}}"#
    );
    client.json("POST", "/api/v1/schedules", &row).map(drop)
}

/// Waits until every viewer fetches, and watches for a while.
fn watched(site: &mut Installation, crowd: &Crowd, name: &str, viewers: u32) -> Result<Figure, Failure> {
    let asked = Instant::now();
    while under_way(&mut site.client)?.len() < viewers as usize {
        if asked.elapsed() > PATIENCE {
            return Err(Failure::failed(format!("Not all {viewers} viewers fetch the film within {} s.", PATIENCE.as_secs())));
        }
        thread::sleep(Duration::from_millis(500));
    }
    let (first, before, cpu, began) = (under_way(&mut site.client)?, crowd.now()?, site.server.cpu_seconds(), Instant::now());
    thread::sleep(WATCHED);
    let (last, after, time) = (under_way(&mut site.client)?, crowd.now()?, began.elapsed().as_secs_f64());
    let share = (site.server.cpu_seconds() - cpu) / time * 100.0;
    let mut got: Vec<u64> = first.iter().zip(&last).map(|(first, last)| first.saturating_sub(*last)).collect();
    got.sort_unstable();
    let whole: u64 = got.iter().sum();
    let measured = format!(
        "answered p99 {} ms, slowest {} ms of {}; {} new sessions, {} faults; {:.2} MB/s in all, each viewer {:.2} to {:.2} MB in {time:.0} s; \
         {share:.0} % of a core",
        after.answer_p99,
        after.slowest_answer,
        after.answers,
        after.welcomed - before.welcomed,
        after.faults - before.faults,
        whole as f64 / time / 1e6,
        got.first().copied().unwrap_or(0) as f64 / 1e6,
        got.last().copied().unwrap_or(0) as f64 / 1e6,
    );
    Ok(row_of(&format!("500 MB on their way, {name}"), "no heartbeat waits for it", viewers, &measured))
}

/// How many bytes are left of each transfer, in the order in which they began.
fn under_way(client: &mut Client) -> Result<Vec<u64>, Failure> {
    let answer = client.json("GET", "/api/v1/downloads", "")?.json();
    let left = |item: &Json| match item.get("left")? {
        Json::Number(text) => text.parse().ok(),
        _ => None,
    };
    Ok(answer
        .as_ref()
        .and_then(|json| json.get("items"))
        .map(|items| items.list().iter().filter_map(left).collect())
        .unwrap_or_default())
}
