//! Media over HTTP and HTTPS: the whole server beside nginx, the same files on the same disk, the same load, in turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::figure::Figure;
use super::film;
use super::installation::Installation;
use super::load::{Load, wrk};
use super::server::{Server, fresh_folder};
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::server_binary::{self, Profile};
use crate::{process, tool, web};

const LARGE: u64 = 1 << 30;
const SMALL: u64 = 64 << 10;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(5);

/// One comparison.
struct Case {
    name: &'static str,
    aim: &'static str,
    bytes: u64,
    tls: bool,
    connections: u32,
}

const CASES: [Case; 4] = [
    Case { name: "media over HTTP, 1 GiB files", aim: "0.6 x", bytes: LARGE, tls: false, connections: 4 },
    Case { name: "media over HTTP, 64 KiB files", aim: "0.5 x", bytes: SMALL, tls: false, connections: 16 },
    Case { name: "media over HTTPS, 1 GiB files", aim: "0.8 x", bytes: LARGE, tls: true, connections: 4 },
    Case { name: "media over HTTPS, 64 KiB files", aim: "0.8 x", bytes: SMALL, tls: true, connections: 16 },
];

/// A server, its two ports, and the field that its requests carry.
struct Side<'a> {
    server: &'a Server,
    http: u16,
    https: u16,
    field: &'a str,
}

impl Side<'_> {
    fn measure(&self, case: &Case, path: &str) -> Result<Load, Failure> {
        let (scheme, port) = if case.tls { ("https", self.https) } else { ("http", self.http) };
        wrk(self.server, &format!("{scheme}://127.0.0.1:{port}{path}"), self.field, case.connections, TIME)
    }
}

/// Runs all cases.
///
/// # Errors
/// Where a tool is missing and may not be installed, or a server does not start.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::NGINX, &tool::WRK, &tool::FFMPEG], consent)?;
    web::prepare(consent)?;
    let binary = server_binary::build(Profile::Release)?;
    let folder = fresh_folder("media")?;
    let mut ours = Installation::new(&binary, &folder.join("data"))?;
    let large = upload(&mut ours, &folder, LARGE)?;
    let small = upload(&mut ours, &folder, SMALL)?;
    let cookie = ours.cookie();
    let us = Side { server: &ours.server, http: ours.instance.http, https: ours.instance.https, field: &cookie };
    let (http, https) = (crate::port::free()?, crate::port::free()?);
    let nginx = nginx(&folder, http, https, &small.1)?;
    let them = Side { server: &nginx, http, https, field: &cookie };
    let mut figures = Vec::new();
    for case in &CASES {
        let (path, on_disk) = if case.bytes == LARGE { &large } else { &small };
        let mut pairs = Vec::new();
        for _ in 0..ROUNDS {
            pairs.push((us.measure(case, path)?, them.measure(case, on_disk)?));
        }
        figures.push(figure(case, &pairs));
    }
    nginx.stop();
    ours.server.stop();
    let _ = fs::remove_dir_all(&folder);
    Ok(figures)
}

/// Brings a film of this size into the installation; hands back its path on our server and on nginx.
fn upload(ours: &mut Installation, folder: &Path, bytes: u64) -> Result<(String, String), Failure> {
    let film = folder.join("film.mp4");
    film::make(&film, bytes)?;
    let (path, on_disk) = ours.upload(&film)?;
    fs::remove_file(&film).map_err(|error| Failure::file(&film, &error))?;
    let on_disk = on_disk.strip_prefix(&ours.instance.data).expect("media are in the data folder");
    Ok((path, format!("/{}", on_disk.display())))
}

/// Rates and costs as medians; the ratio is the median of the ratios of neighbouring runs, since a machine wanders.
fn figure(case: &Case, pairs: &[(Load, Load)]) -> Figure {
    let show = |loads: Vec<Load>| {
        let rate = median(loads.iter().map(|load| load.rate / 1024.0 / 1024.0).collect());
        let cost = median(loads.iter().map(|load| load.cpu_per_gib).collect());
        format!("{rate:.0} MiB/s, {cost:.2} CPU s/GiB")
    };
    let ratios: Vec<f64> = pairs.iter().map(|(us, them)| us.rate / them.rate).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    Figure {
        name: case.name.to_owned(),
        aim: case.aim.to_owned(),
        measured: show(pairs.iter().map(|(us, _)| *us).collect()),
        peer: format!("{} (nginx)", show(pairs.iter().map(|(_, them)| *them).collect())),
        ratio: format!("{:.2} x ({least:.2} to {most:.2})", median(ratios)),
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// nginx with the same certificate, in the foreground, from a configuration of its own.
fn nginx(folder: &Path, http: u16, https: u16, path: &str) -> Result<Server, Failure> {
    let configuration = folder.join("nginx.conf");
    fs::write(&configuration, nginx_configuration(folder, http, https)).map_err(|error| Failure::file(&configuration, &error))?;
    let binary = (tool::NGINX.find)().unwrap_or_else(|| PathBuf::from("nginx"));
    let mut command = process::command(binary);
    command.arg("-p").arg(folder).arg("-e").arg("stderr").arg("-c").arg(&configuration);
    Server::start(command, http, path, Duration::from_secs(10))
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
         server {{\n    listen 127.0.0.1:{http};\n    listen 127.0.0.1:{https} ssl;\n    root {folder}/data;\n    \
         ssl_certificate {folder}/data/tls/web.pem;\n    ssl_certificate_key {folder}/data/tls/web-key.pem;\n  }}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_compares_neighbouring_runs() {
        let load = |mib: f64, cpu_per_gib| Load { rate: mib * 1024.0 * 1024.0, cpu_per_gib };
        let pairs = [
            (load(500.0, 0.5), load(1000.0, 0.25)),
            (load(400.0, 0.75), load(500.0, 0.5)),
            (load(900.0, 0.25), load(1000.0, 0.125)),
        ];
        let figure = figure(&CASES[0], &pairs);
        assert_eq!(figure.measured, "500 MiB/s, 0.50 CPU s/GiB");
        assert_eq!(figure.peer, "1000 MiB/s, 0.25 CPU s/GiB (nginx)");
        assert_eq!(figure.ratio, "0.80 x (0.50 to 0.90)");
    }
}
