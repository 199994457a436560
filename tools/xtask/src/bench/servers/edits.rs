//! How soon an edit is on the other server: from the moment before it is asked for until the other one shows it.

use std::thread;
use std::time::{Duration, Instant};

use super::super::figure::Figure;
use super::PATIENCE;
use super::node::Node;
use crate::failure::Failure;
use crate::json::Json;

/// Edits, each on the server on which the one before was not made.
const EDITS: usize = 400;
/// Between two looks at the other server.
const LOOK: Duration = Duration::from_micros(500);

/// One figure.
///
/// # Errors
/// Where an edit is refused or does not arrive.
pub(super) fn measure(main: &mut Node, sub: &mut Node) -> Result<Figure, Failure> {
    let made = main.client.json("POST", "/api/v1/viewers", r#"{"name":"Edited"}"#)?.json();
    let id = made.as_ref().and_then(|made| made.get("id")?.text()).unwrap_or_default().to_owned();
    let path = format!("/api/v1/viewers/{id}");
    super::node::until("the screen is there", || Ok(sub.client.json("GET", &path, "").is_ok()))?;
    let (mut seen, mut answered) = (Vec::with_capacity(EDITS), Vec::with_capacity(EDITS));
    for n in 0..EDITS {
        let (here, there) = if n % 2 == 0 { (&mut *main, &mut *sub) } else { (&mut *sub, &mut *main) };
        let value = format!("Pier {n}");
        let begun = Instant::now();
        here.client.json("PATCH", &path, &format!(r#"{{"location":"{value}"}}"#))?;
        answered.push(begun.elapsed());
        loop {
            let found = there.client.json("GET", &path, "")?.json();
            if found.as_ref().and_then(|found| found.get("location")?.text()) == Some(&value) {
                break;
            }
            if begun.elapsed() > PATIENCE {
                return Err(Failure::failed(format!("Edit {n} did not arrive.")));
            }
            thread::sleep(LOOK);
        }
        seen.push(begun.elapsed());
    }
    let ms = |times: &mut Vec<Duration>, part: usize| {
        times.sort();
        times[(times.len() * part).div_ceil(100).saturating_sub(1)].as_secs_f64() * 1_000.0
    };
    let measured = format!(
        "p50 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms of {EDITS} (asked until shown by the other one; the answer itself p50 {:.1} ms)",
        ms(&mut seen, 50),
        ms(&mut seen, 99),
        ms(&mut seen, 100),
        ms(&mut answered, 50),
    );
    let name = "edit visible on the other server, loopback".to_owned();
    Ok(Figure { name, aim: "p50 50 ms, p99 250 ms".to_owned(), measured, ..Figure::default() })
}

/// The text of a member.
pub(super) fn text<'a>(value: &'a Json, key: &str) -> &'a str {
    value.get(key).and_then(Json::text).unwrap_or_default()
}
