//! Generated files are fresh, and the sample is a configuration.

use server::config::{Config, Sources, sample};

#[test]
fn the_packaged_sample_is_the_one_that_the_program_prints() {
    let packaged = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/signboard.toml");
    let packaged = std::fs::read_to_string(packaged).unwrap();
    assert_eq!(packaged, sample(), "run `signboard sample-config > packaging/signboard.toml`");
}

#[test]
fn the_sample_with_all_settings_switched_on_is_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sample.toml");
    let switched_on: String = sample()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.split(' ').nth(1) == Some("=") => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&file, &switched_on).unwrap();
    let read = Config::load(&Sources { file: Some(file), ..Sources::default() }).unwrap();
    let default = Config::default();
    assert_eq!((&read.web, &read.bind, &read.data, &read.limits), (&default.web, &default.bind, &default.data, &default.limits));
    for key in Config::keys() {
        assert_ne!(read.origin(&key), server::config::Place::Default, "{key} does not stand in the sample");
    }
}
