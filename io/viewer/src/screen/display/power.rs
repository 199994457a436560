//! Switching a display by its display server.

use super::command::words;

/// Ways to switch a display under X11: one list of programs, to be run in order.
///
/// While it is on, nothing may darken it; while it is off, no timer may light it.
pub(super) fn x11(on: bool) -> Vec<Vec<String>> {
    if on {
        vec![words("xset dpms force on"), words("xset s off"), words("xset -dpms")]
    } else {
        vec![words("xset +dpms"), words("xset dpms 0 0 0"), words("xset dpms force off")]
    }
}

/// Ways to switch an output under Wayland, the better first: `wlopm` keeps its place on the desktop. Without a name all are switched,
/// which only the first can.
pub(super) fn wayland(output: Option<&str>, on: bool) -> Vec<Vec<Vec<String>>> {
    let state = if on { "--on" } else { "--off" };
    let first = vec!["wlopm".to_owned(), state.to_owned(), output.unwrap_or("*").to_owned()];
    let second = output.map(|name| vec!["wlr-randr".to_owned(), "--output".to_owned(), name.to_owned(), state.to_owned()]);
    std::iter::once(first).chain(second).map(|way| vec![way]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x11_is_switched_last_and_kept_so() {
        assert_eq!(x11(false).last().unwrap().join(" "), "xset dpms force off");
        assert_eq!(x11(true).concat().join(" "), "xset dpms force on xset s off xset -dpms");
    }

    #[test]
    fn wayland_names_its_output() {
        let lines = |ways: Vec<Vec<Vec<String>>>| ways.into_iter().map(|way| way.concat().join(" ")).collect::<Vec<_>>();
        assert_eq!(lines(wayland(Some("HDMI-A-1"), false)), ["wlopm --off HDMI-A-1", "wlr-randr --output HDMI-A-1 --off"]);
        assert_eq!(lines(wayland(None, true)), ["wlopm --on *"]);
    }
}
