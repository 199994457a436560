//! The hottest sensor.

use std::path::Path;

/// Degrees Celsius of the hottest thermal zone; none where there is no sensor.
#[must_use]
pub fn hottest() -> Option<f32> {
    read(Path::new("/sys/class/thermal"))
}

/// Zones tell thousandths of a degree (sysfs-class-thermal). What no board can have is a sensor that is not connected.
fn read(folder: &Path) -> Option<f32> {
    let zones = std::fs::read_dir(folder).ok()?.flatten().map(|zone| zone.path().join("temp"));
    let degrees =
        zones.filter_map(|zone| std::fs::read_to_string(zone).ok()?.trim().parse::<f32>().ok()).map(|milli| milli / 1_000.0);
    degrees.filter(|degrees| (-40.0..150.0).contains(degrees)).max_by(f32::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hottest_sensor_counts_and_broken_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), None);
        for (zone, text) in [("a", "41500\n"), ("b", "52250\n"), ("c", "-274000\n"), ("d", "broken\n")] {
            std::fs::create_dir(folder.path().join(zone)).unwrap();
            std::fs::write(folder.path().join(zone).join("temp"), text).unwrap();
        }
        assert_eq!(read(folder.path()), Some(52.25));
        assert_eq!(read(&folder.path().join("missing")), None);
    }
}
