//! The tunnel behind an nginx that ends TLS and passes plain HTTP on.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use net::control::{Address, Dialer, JudgedAt, Trust, Way};
use rcgen::{CertificateParams, KeyPair};

use crate::device::{Device, hear};
use crate::server::Site;

/// Where Debian has it.
const NGINX: &str = "/usr/sbin/nginx";

/// The program, killed when dropped.
struct Nginx(Child);

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn start(folder: &Path, port: u16, behind: &str) -> Nginx {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("web.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("web-key.pem"), key.serialize_pem()).unwrap();
    let folder_name = folder.display();
    let text = format!(
        "daemon off; master_process off; pid {folder_name}/pid; error_log {folder_name}/error.log; events {{}}
         http {{
           access_log off; client_body_temp_path {folder_name}/body; proxy_temp_path {folder_name}/proxy;
           fastcgi_temp_path {folder_name}/fastcgi; uwsgi_temp_path {folder_name}/uwsgi; scgi_temp_path {folder_name}/scgi;
           server {{
             listen 127.0.0.1:{port} ssl; ssl_certificate {folder_name}/web.pem; ssl_certificate_key {folder_name}/web-key.pem;
             location / {{
               proxy_pass http://{behind}; proxy_http_version 1.1;
               proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Host $host;
               proxy_set_header X-Forwarded-For 192.0.2.7; proxy_set_header X-Forwarded-Proto https;
             }}
           }}
         }}"
    );
    std::fs::write(folder.join("nginx.conf"), text).unwrap();
    let mut command = Command::new(NGINX);
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(folder.join("nginx.conf"));
    let nginx = Nginx(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let end = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = std::fs::read_to_string(folder.join("error.log")).unwrap_or_default();
        assert!(Instant::now() < end, "nginx does not answer: {log}");
        std::thread::sleep(Duration::from_millis(20));
    }
    nginx
}

#[tokio::test]
async fn the_tunnel_passes_an_nginx_that_ends_tls() {
    if !Path::new(NGINX).exists() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{NGINX} is missing: apt-get install nginx");
        return;
    }
    let (site, ada) = Site::set_up(&["web.trusted-proxies=127.0.0.1", "web.allow-plain-sign-in=true"]).await;
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let _nginx = start(folder.path(), port, site.base.strip_prefix("http://").unwrap());
    let address = Address { host: "127.0.0.1".to_owned(), control_port: 0, https_port: port, http_port: 0 };
    let link = Dialer::unknown(Trust::First, JudgedAt::system()).dial(std::slice::from_ref(&address)).await;
    let link = link.unwrap_or_else(|report| panic!("{report}"));
    assert_eq!((link.way(), link.control_port()), (Way::Https, Some(site.app.control.ports().control)));
    let device = Device::new(1);
    let mut replies = link.enrol(device.request.clone()).await.unwrap();
    let control::v1::enrol_reply::Standing::Pending(pending) = hear(&mut replies).await else { panic!("it waits") };
    assert_eq!(ada.get("/devices/pending").await.ok()[0]["address"], "192.0.2.7", "the address that the trusted proxy names");
    ada.post("/devices/approve", &serde_json::json!({"code": pending.code, "name": "Pier"})).await.ok();
    let identity = device.identity(hear(&mut replies).await);
    let again = Dialer::of(identity, JudgedAt::system()).dial(&[address]).await.unwrap_or_else(|report| panic!("{report}"));
    again.health().await.unwrap();
}
