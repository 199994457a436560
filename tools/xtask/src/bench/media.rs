//! Media over HTTP and HTTPS: our listener and file handler beside nginx, the same files, the same load, in turns.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::figure::Figure;
use super::load::{Load, wrk};
use super::server::{Server, free_port, fresh_folder};
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::{place, process, tool};

const LARGE: &str = "1gib.bin";
const SMALL: &str = "64kib.bin";
const ROUNDS: usize = 3;
const TIME: Duration = Duration::from_secs(5);

struct Case {
    name: &'static str,
    aim: &'static str,
    file: &'static str,
    tls: bool,
    connections: u32,
}

const CASES: [Case; 3] = [
    Case { name: "media over HTTP, 1 GiB files", aim: "0.6 x", file: LARGE, tls: false, connections: 4 },
    Case { name: "media over HTTP, 64 KiB files", aim: "0.5 x", file: SMALL, tls: false, connections: 16 },
    Case { name: "media over HTTPS, 1 GiB files", aim: "0.8 x", file: LARGE, tls: true, connections: 4 },
];

/// A server and its two ports.
struct Side {
    server: Server,
    http: u16,
    https: u16,
}

impl Side {
    fn measure(&self, case: &Case) -> Result<Load, Failure> {
        let (scheme, port) = if case.tls { ("https", self.https) } else { ("http", self.http) };
        wrk(&self.server, &format!("{scheme}://127.0.0.1:{port}/media/{}", case.file), case.connections, TIME)
    }
}

/// Runs all cases.
///
/// # Errors
/// Where nginx or wrk are missing and may not be installed, or a server does not start.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::NGINX, &tool::WRK], consent)?;
    let folder = fresh_folder("media")?;
    let files = folder.join("media");
    fs::create_dir_all(&files).map_err(|error| Failure::file(&files, &error))?;
    write(&files.join(SMALL), 64 * 1024)?;
    write(&files.join(LARGE), 1024 * 1024 * 1024)?;
    let ours = ours(&folder, &files)?;
    let nginx = nginx(&folder)?;
    let mut figures = Vec::new();
    for case in &CASES {
        let (mut us, mut them) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            us.push(ours.measure(case)?);
            them.push(nginx.measure(case)?);
        }
        figures.push(figure(case, median(us), median(them)));
    }
    ours.server.stop();
    nginx.server.stop();
    let _ = fs::remove_dir_all(&folder);
    Ok(figures)
}

fn figure(case: &Case, us: Load, them: Load) -> Figure {
    let show = |load: Load| format!("{:.0} MiB/s, {:.2} CPU s/GiB", load.rate / 1024.0 / 1024.0, load.cpu_per_gib);
    Figure {
        name: case.name.to_owned(),
        aim: case.aim.to_owned(),
        measured: show(us),
        peer: format!("{} (nginx)", show(them)),
        ratio: format!("{:.2} x", us.rate / them.rate),
    }
}

fn median(mut loads: Vec<Load>) -> Load {
    loads.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    loads[loads.len() / 2]
}

/// A file of bytes that do not compress, the same every time.
fn write(path: &Path, length: usize) -> Result<(), Failure> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(1024 * 1024);
    while block.len() < length.min(1024 * 1024) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        block.extend_from_slice(&(state ^ (state >> 33)).to_le_bytes());
    }
    let mut file = File::create(path).map_err(|error| Failure::file(path, &error))?;
    for _ in 0..length / block.len() {
        file.write_all(&block).map_err(|error| Failure::file(path, &error))?;
    }
    file.sync_all().map_err(|error| Failure::file(path, &error))
}

/// The server's own listener, certificate and file handler, without the application around them.
fn ours(folder: &Path, files: &Path) -> Result<Side, Failure> {
    let mut build = process::cargo();
    build.args(["build", "--release", "--package", "signboard", "--example", "serve_media"]);
    if !process::succeeds(&mut build)? {
        return Err(Failure::failed("The example `serve_media` of the server could not be built."));
    }
    let (http, https) = (free_port()?, free_port()?);
    let mut command = process::command(place::target().join("release/examples/serve_media"));
    command.arg(files).arg(folder.join("data")).args([http.to_string(), https.to_string()]);
    Ok(Side { server: Server::start(command, http, &format!("/media/{SMALL}"), Duration::from_secs(30))?, http, https })
}

/// nginx with the same certificate, in the foreground, from a configuration of its own.
fn nginx(folder: &Path) -> Result<Side, Failure> {
    let (http, https) = (free_port()?, free_port()?);
    let configuration = folder.join("nginx.conf");
    fs::write(&configuration, nginx_configuration(folder, http, https)).map_err(|error| Failure::file(&configuration, &error))?;
    let binary = (tool::NGINX.find)().unwrap_or_else(|| PathBuf::from("nginx"));
    let mut command = process::command(binary);
    command.arg("-p").arg(folder).arg("-e").arg("stderr").arg("-c").arg(&configuration);
    Ok(Side { server: Server::start(command, http, &format!("/media/{SMALL}"), Duration::from_secs(10))?, http, https })
}

fn nginx_configuration(folder: &Path, http: u16, https: u16) -> String {
    let folder = folder.display();
    // Only root may name a user; without the line nginx stays who we are.
    let user = if installer::is_root() { "user root;\n" } else { "" };
    format!(
        "{user}daemon off;\nworker_processes auto;\npid {folder}/nginx.pid;\nevents {{ worker_connections 1024; }}\n\
         http {{\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n  keepalive_requests 1000000;\n  \
         client_body_temp_path {folder}/t1;\n  proxy_temp_path {folder}/t2;\n  fastcgi_temp_path {folder}/t3;\n  \
         uwsgi_temp_path {folder}/t4;\n  scgi_temp_path {folder}/t5;\n  \
         server {{\n    listen 127.0.0.1:{http};\n    listen 127.0.0.1:{https} ssl;\n    root {folder};\n    \
         ssl_certificate {folder}/data/tls/web.pem;\n    ssl_certificate_key {folder}/data/tls/web-key.pem;\n  }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_three_is_the_middle_one() {
        let load = |rate| Load { rate, cpu_per_gib: rate };
        assert_eq!(median(vec![load(3.0), load(1.0), load(2.0)]), load(2.0));
    }

    #[test]
    fn a_figure_compares_rates() {
        let gib = 1024.0 * 1024.0 * 1024.0;
        let figure = figure(&CASES[0], Load { rate: gib, cpu_per_gib: 0.5 }, Load { rate: 2.0 * gib, cpu_per_gib: 0.25 });
        assert_eq!(figure.measured, "1024 MiB/s, 0.50 CPU s/GiB");
        assert_eq!(figure.peer, "2048 MiB/s, 0.25 CPU s/GiB (nginx)");
        assert_eq!(figure.ratio, "0.50 x");
    }
}
