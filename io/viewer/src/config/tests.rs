//! Sources in their order, and refusals that name the setting.

use super::*;
use crate::disk::Local;

fn load(file: &str, environment: &[(&str, &str)], set: &[&str]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("viewer.toml");
    std::fs::write(&path, file).unwrap();
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let set = set.iter().map(|text| (*text).to_owned()).collect();
    Config::load(&Sources { file: Some(path), own: None, environment, set }).map_err(|problem| problem.to_string())
}

#[test]
fn later_sources_win() {
    let file = "[server]\naddress = [\"one\", \"two:7240\"]\n[cache]\nquota-mib = 100\n";
    let config = load(file, &[("SIGNBOARD_VIEWER_CACHE_QUOTA_MIB", "200"), ("PATH", "/bin")], &["time.mode=own"]).unwrap();
    assert_eq!(config.cache.quota_mib, 200);
    assert_eq!(config.time.mode, TimeBy::Own);
    assert_eq!(config.addresses()[1].control_port, 7240);
    assert_eq!(load(file, &[("SIGNBOARD_VIEWER_SERVER_ADDRESS", "a, b")], &[]).unwrap().server.address, ["a", "b"]);
    let time = load("[time]\nserve = true\n", &[], &["time.client-port=123"]).unwrap().time;
    assert_eq!((time.serve, time.client_port), (true, 123));
    assert_eq!(load("", &[], &[]).unwrap(), Config::default());
}

#[test]
fn refusals_name_place_setting_and_remedy() {
    /// File, environment, command line, and what the refusal must name.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str], &'a [&'a str]);
    let cases: [Case<'_>; 10] = [
        ("[server]\n\nadress = []", &[], &[], &["viewer.toml:3", "adress", "address"]),
        ("[cache]\nquota-mib = \"many\"", &[], &[], &["viewer.toml:2", "many"]),
        ("[server]\naddress = [\"a b\"]", &[], &[], &["server.address", "`a b`"]),
        ("[server]\nfingerprint = \"abc\"", &[], &[], &["server.fingerprint", "64 hexadecimal"]),
        ("[commands]\nallow = [\"dance\"]", &[], &[], &["`dance`", "reboot, shut_down"]),
        ("[display]\nrotation = 45", &[], &[], &["display.rotation", "90"]),
        ("[display]\nresolution = \"large\"", &[], &[], &["display.resolution", "1920x1080"]),
        ("[output]\nheight = 4294967295", &[], &[], &["output.height", "16384"]),
        ("", &[("SIGNBOARD_VIEWER_SERVER_ADRESS", "a")], &[], &["SIGNBOARD_VIEWER_SERVER_ADRESS"]),
        ("", &[], &["cache.quota-mib=many"], &["--set", "cache.quota-mib", "number"]),
    ];
    for (file, environment, set, parts) in cases {
        let refusal = load(file, environment, set).unwrap_err();
        parts.iter().for_each(|part| assert!(refusal.contains(part), "{refusal} lacks {part}"));
    }
    assert!(load("", &[], &["server.address"]).unwrap_err().contains("key=value"));
}

#[test]
fn the_sample_is_legal_and_names_every_setting_with_its_default() {
    let text = include_str!("../../../../packaging/viewer/viewer.toml");
    Config::text(text, "sample").unwrap();
    let whole: String = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line))
        .fold(String::new(), |all, line| all + line + "\n");
    let table = Config::text(&whole, "sample").unwrap();
    assert_eq!(table, toml::Table::try_from(Config::default()).unwrap());
}

#[test]
fn setting_is_all_or_nothing() {
    let data = tempfile::tempdir().unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    set(&Local, data.path(), &[pair("server.address", "signs.example"), pair("display.volume", "40")]).unwrap();
    let sources = Sources { own: Some(data.path().join(OWN_FILE)), ..Sources::default() };
    let config = Config::load(&sources).unwrap();
    assert_eq!((config.server.address.len(), config.display.volume), (1, 40));
    assert!(set(&Local, data.path(), &[pair("display.volume", "50"), pair("display.nonsense", "1")]).is_err());
    assert!(set(&Local, data.path(), &[pair("display.rotation", "45")]).is_err());
    assert_eq!(Config::load(&sources).unwrap(), config);
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let config = load("[server]\ntoken = \"canary-token\"\npassword = \"canary-password\"", &[], &[]).unwrap();
    assert!(!format!("{config:?}").contains("canary"));
}
