//! Sources in order, and every way in which a configuration is refused.

use std::fs;

use server::cli::{Exit, Failure};
use server::config::{Config, HttpMode, IpRange, Place, Problem, Sources};

/// File, environment, `--set`, and the sentence.
type Case<'a> = (Option<&'a str>, &'a [(&'a str, &'a str)], &'a [&'a str], &'a str);

fn load(file: Option<&str>, environment: &[(&str, &str)], set: &[&str]) -> Result<Config, Box<(Problem, String)>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.toml");
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
    }
    let sources = Sources {
        file: file.map(|_| path.clone()),
        environment: environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        set: set.iter().map(|text| (*text).to_owned()).collect(),
    };
    Config::load(&sources).map_err(|problem| {
        let text = problem.to_string().replace(&path.display().to_string(), "FILE");
        Box::new((problem, text))
    })
}

#[test]
fn later_sources_win() {
    let file = Some("[web]\nhttp-port = 1001\nhttps-port = 1002\n[log]\nformat = \"json\"\n");
    let environment = [("SIGNBOARD_WEB_HTTP_PORT", "2001"), ("SIGNBOARD_WEB_HTTPS_PORT", "2002"), ("HOME", "/root")];
    let config = load(file, &environment, &["web.https-port=3002"]).unwrap();
    assert_eq!((config.web.http_port, config.web.https_port), (2001, 3002));
    assert_eq!(config.origin("web.http-port"), Place::Environment("SIGNBOARD_WEB_HTTP_PORT".to_owned()));
    assert_eq!(config.origin("web.https-port"), Place::CommandLine);
    assert!(matches!(config.origin("log.format"), Place::File { line: 5, .. }));
    assert_eq!(config.origin("data.dir"), Place::Default);
}

#[test]
fn values_of_every_kind_are_read() {
    let text = r#"
        bind.address = ["127.0.0.1", "::1"]
        [web]
        names = "Signage.Example.ORG"
        http-mode = "redirect"
        allow-plain-sign-in = true
        trusted-proxies = ["10.0.0.0/8", "fd00::1"]
        [limits]
        upload-bytes = 1_000_000
        [discovery]
    "#;
    let config = load(Some(text), &[("SIGNBOARD_BIND_ADDRESS", "192.0.2.1, 192.0.2.2")], &[]).unwrap();
    assert_eq!(config.bind.address, ["192.0.2.1", "192.0.2.2"].map(|text| text.parse::<std::net::IpAddr>().unwrap()));
    assert_eq!(config.web.names[0].as_str(), "signage.example.org");
    assert_eq!(config.web.http_mode, HttpMode::Redirect);
    assert!(config.web.allow_plain_sign_in);
    assert_eq!(config.limits.upload_bytes, 1_000_000);
    let proxies = &config.web.trusted_proxies;
    assert!(proxies[0].contains("10.255.0.1".parse().unwrap()) && !proxies[0].contains("11.0.0.1".parse().unwrap()));
    assert!(proxies[1].contains("fd00::1".parse().unwrap()) && !proxies[1].contains("fd00::2".parse().unwrap()));
}

#[test]
fn refusals_name_place_key_value_and_remedy() {
    let cases: &[Case<'_>] = &[
        (Some("[web]\n\nhtpp-port = 80\n"), &[], &[], "FILE:3: web.htpp-port is not a setting; the nearest is web.http-port."),
        (Some("[wbe]\n"), &[], &[], "FILE:1: wbe is not a setting; `signboard sample-config` lists all of them."),
        (Some("colour = 1\n"), &[], &[], "FILE:1: colour is not a setting; `signboard sample-config` lists all of them."),
        (Some("web.http-port = \"80\"\n"), &[], &[], "FILE:1: web.http-port is \"80\"; set it to a number from 0 to 65535."),
        (Some("web.http-port = 65536\n"), &[], &[], "FILE:1: web.http-port is 65536; set it to a number from 0 to 65535."),
        (
            Some("web.http-port = 1979-05-27\n"),
            &[],
            &[],
            "FILE:1: web.http-port is 1979-05-27; set it to a number from 0 to 65535.",
        ),
        (Some("[data]\nhorizon-days = 0\n"), &[], &[], "FILE:2: data.horizon-days is 0; set it to a whole number from 1 to 366."),
        (
            Some("web.names = [\"a\", \"-\"]\n"),
            &[],
            &[],
            "FILE:1: web.names is [\"a\", \"-\"]; set it to a host name such as signage.example.org.",
        ),
        (
            None,
            &[("SIGNBOARD_WEB_TLS", "on")],
            &[],
            "environment variable SIGNBOARD_WEB_TLS: web.tls is \"on\"; set it to one of acme, files, own.",
        ),
        (
            None,
            &[("SIGNBOARD_HTTP_PORT", "1")],
            &[],
            "environment variable SIGNBOARD_HTTP_PORT: SIGNBOARD_HTTP_PORT is not a setting; the nearest is SIGNBOARD_WEB_HTTP_PORT.",
        ),
        (None, &[], &["bind.address=0.0.0.0.0"], "--set: bind.address is \"0.0.0.0.0\"; set it to an IPv4 or IPv6 address."),
        (
            None,
            &[],
            &["bind.address="],
            "--set: bind.address is [], so nobody could reach the server; name at least one address, such as 0.0.0.0.",
        ),
        (
            None,
            &[],
            &["log.level=loud"],
            "--set: log.level is \"loud\"; set it to error, warn, info, debug, trace or off, or such levels per part as in info,server=debug.",
        ),
        (
            None,
            &[],
            &["web.http-port"],
            "--set web.http-port has no value; write --set key=value, such as --set web.http-port=8080.",
        ),
        (None, &[], &["web.http-port=443"], "--set: web.http-port is 443, and so is web.https-port; give each its own port."),
        (None, &[], &["time.port=3702"], "--set: time.port is 3702, and so is discovery.port; give each its own port."),
        (
            None,
            &[],
            &["web.tls=files"],
            "--set: web.tls is \"files\", but web.cert-file is not set; set web.cert-file and web.key-file, or web.tls to own.",
        ),
        (
            None,
            &[],
            &["web.tls=acme"],
            "--set: web.tls is \"acme\", but web.names is empty; name the public host names of this server in web.names.",
        ),
        (
            None,
            &[],
            &["web.tls=acme", "web.names=a.example", "web.http-mode=off"],
            "--set: web.http-mode is \"off\", but web.tls is \"acme\", whose authority calls the HTTP port; set web.http-mode to redirect or serve.",
        ),
    ];
    for (file, environment, set, expected) in cases {
        let text = load(*file, environment, set).map(drop).unwrap_err().1;
        assert_eq!(text, *expected);
    }
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_line() {
    let refused = load(Some("[web]\nhttp-port = 80\nhttps-port =\n"), &[], &[]).map(drop).unwrap_err();
    let (problem, text) = *refused;
    assert!(text.starts_with("FILE:3: the line is not valid TOML ("), "{text}");
    assert_eq!(Failure::from(problem).exit, Exit::Config);
}

#[test]
fn a_missing_file_is_no_input() {
    let sources = Sources { file: Some("/nonexistent/signboard.toml".into()), ..Sources::default() };
    let failure = Failure::from(Config::load(&sources).map(drop).unwrap_err());
    assert_eq!(failure.exit, Exit::NoInput);
    assert!(failure.sentence.contains("/nonexistent/signboard.toml"), "{failure}");
}

#[test]
fn key_files_must_be_there_and_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let set = [
        "web.tls=files".to_owned(),
        format!("web.cert-file={}", certificate.display()),
        format!("web.key-file={}", key.display()),
    ];
    let refused = || Config::load(&Sources { set: set.to_vec(), ..Sources::default() }).map(drop).unwrap_err().to_string();
    assert!(refused().contains("web.cert-file") && refused().contains("cannot be read"), "{}", refused());
    fs::write(&certificate, "").unwrap();
    assert!(refused().contains("web.key-file") && refused().contains("cannot be read"), "{}", refused());
    fs::write(&key, "").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refused().contains(&format!("run `chmod 600 {}`", key.display())), "{}", refused());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    Config::load(&Sources { set: set.to_vec(), ..Sources::default() }).unwrap();
}

#[test]
fn ranges_of_addresses() {
    for (text, inside, outside) in [
        ("0.0.0.0/0", "203.0.113.9", "::1"),
        ("192.0.2.0/25", "192.0.2.127", "192.0.2.128"),
        ("192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8"),
        ("fe80::/10", "febf::1", "fec0::1"),
    ] {
        let range = IpRange::parse(text).unwrap();
        assert!(range.contains(inside.parse().unwrap()), "{text} {inside}");
        assert!(!range.contains(outside.parse().unwrap()), "{text} {outside}");
    }
    for text in ["10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", ""] {
        assert_eq!(IpRange::parse(text), None, "{text}");
    }
}
