//! Programs of others on the way: a proxy that is asked by CONNECT, and a web server that ends TLS.

use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::server::web_certificate;

/// A running program on a port of loopback; ends with its value.
pub(crate) struct Program {
    pub(crate) port: u16,
    child: Child,
    _folder: TempDir,
}

impl Program {
    /// Starts a program whose configuration is made from a folder of its own and a free port. `None` if it is not installed.
    fn start(
        package: &str,
        names: &[&str],
        configured: impl Fn(&Path, u16) -> String,
        arguments: impl Fn(&Path) -> Vec<String>,
    ) -> Option<Self> {
        let Some(binary) = names.iter().map(PathBuf::from).find(|path| path.exists()) else {
            testkit::skip(&format!("no {}: apt-get install {}", names[0], package)).unwrap();
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("configuration");
        fs::write(&file, configured(folder.path(), port)).unwrap();
        let mut child = Command::new(binary).args(arguments(&file)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if child.try_wait().unwrap().is_some() || Instant::now() > deadline {
                let mut said = String::new();
                let _ = child.kill();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("{} does not start: {said}", names[0]);
            }
            std::thread::yield_now();
        }
        Some(Self { port, child, _folder: folder })
    }

    /// tinyproxy, which wants `ana` and her password if `closed`.
    pub(crate) fn tinyproxy(closed: bool) -> Option<Self> {
        let credentials = if closed { "BasicAuth ana secret\n" } else { "" };
        Self::start(
            "tinyproxy-bin",
            &["/usr/bin/tinyproxy", "/usr/sbin/tinyproxy"],
            |folder, port| {
                let log = folder.join("log");
                format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogFile \"{}\"\n{credentials}", log.display())
            },
            |file| vec!["-d".into(), "-c".into(), file.display().to_string()],
        )
    }

    /// nginx, which ends TLS and hands everything on to an HTTP port.
    pub(crate) fn nginx(http_port: u16) -> Option<Self> {
        Self::start(
            "nginx-light",
            &["/usr/sbin/nginx"],
            |folder, port| {
                let (certificate, key) = web_certificate();
                let pem = folder.join("certificate.pem");
                fs::write(&pem, pem_of(&certificate)).unwrap();
                fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
                let here = folder.display();
                format!(
                    "daemon off; master_process off; pid {here}/pid; error_log {here}/log;\nevents {{}}\nhttp {{\n access_log off; \
                     client_body_temp_path {here}/a; proxy_temp_path {here}/b; fastcgi_temp_path {here}/c; uwsgi_temp_path {here}/d; scgi_temp_path {here}/e;\n \
                     server {{\n  listen 127.0.0.1:{port} ssl; ssl_certificate {here}/certificate.pem; ssl_certificate_key {here}/key.pem;\n  \
                     location / {{\n   proxy_pass http://127.0.0.1:{http_port}; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; \
                     proxy_set_header Connection \"upgrade\"; proxy_set_header Host $host;\n  }}\n }}\n}}\n"
                )
            },
            |file| vec!["-c".into(), file.display().to_string(), "-e".into(), "stderr".into()],
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pem_of(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
