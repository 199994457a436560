//! The computer's loudness.

use super::command::words;

/// Ways to set it, the better first: PipeWire, then ALSA. `volume` in per cent; 0 is silence.
pub(super) fn ways(volume: u8) -> Vec<Vec<Vec<String>>> {
    let volume = volume.min(100);
    let mute = u8::from(volume == 0);
    vec![
        vec![
            words(&format!("wpctl set-volume @DEFAULT_AUDIO_SINK@ {}.{:02}", volume / 100, volume % 100)),
            words(&format!("wpctl set-mute @DEFAULT_AUDIO_SINK@ {mute}")),
        ],
        vec![words(&format!("amixer -q sset Master {volume}% {}", if mute == 1 { "mute" } else { "unmute" }))],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_cent_become_what_each_program_wants() {
        let line = |volume, way: usize, at: usize| ways(volume)[way][at].join(" ");
        assert_eq!(line(7, 0, 0), "wpctl set-volume @DEFAULT_AUDIO_SINK@ 0.07");
        assert_eq!(line(100, 0, 0), "wpctl set-volume @DEFAULT_AUDIO_SINK@ 1.00");
        assert_eq!(line(200, 0, 0), line(100, 0, 0));
        assert_eq!(line(0, 0, 1), "wpctl set-mute @DEFAULT_AUDIO_SINK@ 1");
        assert_eq!(line(55, 1, 0), "amixer -q sset Master 55% unmute");
    }
}
