//! How long the second start takes, from exec to the first `/readyz` that says so.

use std::path::Path;
use std::time::Duration;

use super::figure::Figure;
use super::instance::Instance;
use super::server::{Server, fresh_folder};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::server_binary::{self, Profile};
use crate::{process, web};

const ROUNDS: usize = 7;
const PATIENCE: Duration = Duration::from_secs(120);

/// With an empty data folder that an earlier start has set up.
///
/// # Errors
/// Where the server cannot be built or does not become ready.
pub(super) fn empty(consent: Consent) -> Result<Vec<Figure>, Failure> {
    web::prepare(consent)?;
    let binary = server_binary::build(Profile::Release)?;
    let data = fresh_folder("start-empty")?;
    Ok(vec![measure(&binary, &data, "second start, exec to ready, empty", "0.15 s")?])
}

/// With 20,000 viewers, 50,000 media and 10,000 schedule rows, which an example of the server writes.
///
/// # Errors
/// Where that example does not exist, or the server does not become ready.
pub(super) fn full(consent: Consent) -> Result<Vec<Figure>, Failure> {
    web::prepare(consent)?;
    let binary = server_binary::build(Profile::Release)?;
    let data = fresh_folder("start-full")?;
    let mut fill = process::cargo();
    fill.args(["run", "--release", "--quiet", "--package", "signboard", "--example", "fill", "--"]).arg(&data);
    fill.args(["20000", "50000", "10000"]);
    if !process::succeeds(&mut fill)? {
        return Err(Failure::failed(format!("`{}` failed; it has to fill the data folder.", process::spelled(&fill))));
    }
    let name = "second start, exec to ready, 20,000 viewers, 50,000 media, 10,000 schedules";
    Ok(vec![measure(&binary, &data, name, "2 s, 300 MiB")?])
}

fn measure(binary: &Path, data: &Path, name: &str, aim: &str) -> Result<Figure, Failure> {
    let mut times = Vec::new();
    let mut resident: f64 = 0.0;
    for _ in 0..=ROUNDS {
        let instance = Instance::new(binary, data)?;
        let server = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
        times.push(server.ready_after);
        resident = resident.max(server.resident_mib().unwrap_or(0.0));
        server.stop();
    }
    // The first start makes the data folder; it is not what is measured.
    let first = times.remove(0);
    times.sort();
    let median = times[times.len() / 2].as_secs_f64();
    Ok(Figure {
        name: name.to_owned(),
        aim: aim.to_owned(),
        measured: format!("{median:.3} s (median of {ROUNDS}), {resident:.0} MiB; first start {:.3} s", first.as_secs_f64()),
        peer: String::new(),
        ratio: String::new(),
    })
}
