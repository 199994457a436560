//! Whether this machine's clock can be believed.

use std::time::{SystemTime, UNIX_EPOCH};

use api::network::Finding;
use net::time::{Knowledge, knowledge};

/// 2026-01-01T00:00:00Z in Unix seconds: no machine that runs this program lives before it.
const EARLIEST_S: u64 = 1_767_225_600;
/// An error of the clock above which screens visibly disagree, in seconds.
const VISIBLE_S: f64 = 0.1;

/// Looks at the year, and at who vouches for the clock.
pub(super) async fn check() -> Finding {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if now < EARLIEST_S {
        return Finding::trouble(
            "clock",
            "This machine's clock is years behind.",
            "Set it, check the battery of the board, and let chrony or systemd-timesyncd keep it.",
        );
    }
    let (who, quality) = match knowledge().await {
        Knowledge::Chrony(quality) => ("chrony keeps it", quality),
        Knowledge::Kernel(quality) => ("the kernel says that it is kept", quality),
        Knowledge::Nothing => {
            return Finding::note("clock", "Nobody keeps this machine's clock.")
                .remedied("Let chrony or systemd-timesyncd keep it, or name NTP servers in time.servers.");
        }
    };
    let bound = quality.distance_at(net::time::Reading::now().raw);
    let text = format!("The clock is synchronised: {who}, and it is wrong by at most {:.1} ms.", bound * 1000.0);
    if bound > VISIBLE_S {
        Finding::note("clock", text).remedied("Name nearer or better NTP servers to the program that keeps it.")
    } else {
        Finding::fine("clock", text)
    }
}
