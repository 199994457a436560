//! HTTP and HTTPS.

use std::path::PathBuf;

use domain::ports;

use super::choice::choice;
use super::section::section;
use super::{HostName, IpRange};

choice! {
    /// What answers on the HTTP port.
    HttpMode;

    /// Nothing: the port stays closed.
    Off = "off",
    /// A redirect to the HTTPS port.
    Redirect = "redirect",
    /// The same as on the HTTPS port.
    Serve = "serve",
}

choice! {
    /// Where the certificate of the HTTPS port comes from.
    TlsMode;

    /// A public certification authority that speaks ACME (RFC 8555).
    Acme = "acme",
    /// Files that the operator puts in place.
    Files = "files",
    /// The server's own web certification authority.
    Own = "own",
}

section! {
    /// The web: admin, API and HTML5 viewer.
    Web = "web";

    /// Port for HTTP. 0 picks a free one.
    http_port: u16 = "http-port", ports::HTTP;
    /// Port for HTTPS. 0 picks a free one.
    https_port: u16 = "https-port", ports::HTTPS;
    /// What answers on the HTTP port: `serve` the same as HTTPS, `redirect` to HTTPS, or `off`.
    http_mode: HttpMode = "http-mode", HttpMode::Serve;
    /// Where the certificate for HTTPS comes from: `own` certification authority (people trust it once,
    /// on the page /trust), `files` of yours, or `acme` for a public authority that can reach the
    /// HTTP port of this server from the internet.
    tls: TlsMode = "tls", TlsMode::Own;
    /// With `tls = "files"`: the certificate followed by its intermediates, PEM. Reloaded when it changes.
    cert_file: Option<PathBuf> = "cert-file", None;
    /// With `tls = "files"`: the private key, PEM, readable by its owner (or owner and group) only.
    key_file: Option<PathBuf> = "key-file", None;
    /// With `tls = "acme"`: address of the authority's directory.
    acme_directory: String = "acme-directory", "https://acme-v02.api.letsencrypt.org/directory".to_owned();
    /// With `tls = "acme"`: mail address for the authority's warnings.
    acme_contact: Option<String> = "acme-contact", None;
    /// With `tls = "acme"`: PEM file of the root that signs the directory's own HTTPS certificate, for
    /// an authority inside the company.
    acme_ca_file: Option<PathBuf> = "acme-ca-file", None;
    /// Names under which this server is reached, besides its host name, such as `signage.example.org`.
    /// They go into the certificate; `acme` needs at least one.
    names: Vec<HostName> = "names", Vec::new();
    /// Lets people sign in over HTTP without encryption from other machines.
    allow_plain_sign_in: bool = "allow-plain-sign-in", false;
    /// Addresses or networks of proxies in front, such as `10.0.0.0/8`, whose X-Forwarded-For and
    /// X-Forwarded-Proto are believed.
    trusted_proxies: Vec<IpRange> = "trusted-proxies", Vec::new();
}
