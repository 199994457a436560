//! What `cargo deb -p signboard-viewer` packs, and the unit in it.

use std::fs;
use std::path::Path;
use std::process::Command;

use toml::{Table, Value};

const UNITS: &str = "../../packaging/viewer";
const UNIT: &str = "signboard-viewer@.service";

fn deb() -> Table {
    let text = fs::read_to_string("Cargo.toml").unwrap();
    let manifest: Table = text.parse().unwrap();
    manifest["package"]["metadata"]["deb"].as_table().unwrap().clone()
}

#[test]
fn the_package_names_files_that_there_are() {
    let deb = deb();
    let assets: Vec<[String; 3]> = deb["assets"].clone().try_into().unwrap();
    for [source, _, _] in assets.iter().filter(|[source, ..]| !source.starts_with("target/")) {
        assert!(Path::new(source).is_file(), "{source}");
    }
    let targets: Vec<String> = assets
        .iter()
        .map(|[source, target, _]| {
            let name = Path::new(source).file_name().unwrap().to_string_lossy();
            if target.ends_with('/') { format!("/{target}{name}") } else { format!("/{target}") }
        })
        .collect();
    let kept: Vec<String> = deb["conf-files"].clone().try_into().unwrap();
    assert!(kept.iter().all(|kept| targets.contains(kept)), "{kept:?} of {targets:?}");
}

/// A template is found by the package's name. A name of its own would get a second `@`, and no unit of that name can be started.
#[test]
fn the_unit_is_a_template_of_the_packages_name_and_its_user_is_made() {
    let deb = deb();
    let units = &deb["systemd-units"];
    assert_eq!((units["unit-scripts"].as_str(), units.get("unit-name")), (Some(UNITS), None));
    assert_eq!((units["enable"].as_bool(), units["start"].as_bool()), (Some(false), Some(false)));
    // Without this folder no script is made, and so no user.
    assert_eq!(deb.get("maintainer-scripts").and_then(Value::as_str), Some(UNITS));
    let unit = fs::read_to_string(Path::new(UNITS).join(UNIT)).unwrap();
    let users = fs::read_to_string(Path::new(UNITS).join("signboard-viewer.sysusers")).unwrap();
    let user = unit.lines().find_map(|line| line.strip_prefix("User=")).unwrap();
    assert!(users.lines().any(|line| line.starts_with("u") && line.contains(user)), "{users}");
}

/// The alarm of the computer's clock is root's, and the unit has no other file of the kernel to write.
#[test]
fn the_viewer_may_set_the_alarm_that_wakes_its_computer() {
    let unit = fs::read_to_string(Path::new(UNITS).join(UNIT)).unwrap();
    let group = unit.lines().find_map(|line| line.strip_prefix("Group=")).unwrap();
    let alarm = Path::new("/sys/class/rtc/rtc0");
    assert!(unit.contains("ProtectKernelTunables=true") && unit.contains(&format!("ReadWritePaths=-{}\n", alarm.display())));
    let rules = "60-signboard-viewer.rules";
    let rule = fs::read_to_string(Path::new(UNITS).join(rules)).unwrap();
    for part in ["KERNEL==\"rtc0\"", &format!("chgrp {group} /sys$devpath/wakealarm"), "chmod g+w /sys$devpath/wakealarm"] {
        assert!(rule.contains(part), "{part}: {rule}");
    }
    let packed =
        |asset: &Value| asset[0].as_str().unwrap().ends_with(rules) && asset[1].as_str() == Some("usr/lib/udev/rules.d/");
    assert!(deb()["assets"].as_array().unwrap().iter().any(packed));
}

#[test]
fn systemd_understands_the_unit() -> anyhow::Result<()> {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        return testkit::skip("systemd-analyze is missing (package systemd)");
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("signboard-viewer@main.service");
    // Neither the compositor nor the viewer is installed here.
    let text = fs::read_to_string(Path::new(UNITS).join(UNIT))?;
    let text: String = text
        .lines()
        .map(|line| if line.starts_with("ExecStart=") { "ExecStart=/bin/true\n".to_owned() } else { format!("{line}\n") })
        .collect();
    fs::write(&path, text)?;
    let verified = Command::new("systemd-analyze").arg("verify").arg(&path).output()?;
    let words = String::from_utf8_lossy(&verified.stderr);
    // It looks at the machine's own units too; what it says of ours names it.
    assert!(!words.lines().any(|line| line.contains("signboard-viewer")), "{words}");
    Ok(())
}
