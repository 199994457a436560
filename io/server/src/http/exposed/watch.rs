//! On-hours, recipients of alerts, limits for downloads, settings of native viewers.

use domain::alert::OnHours;
use domain::content::Destination;
use domain::download::DownloadRule;
use domain::notify::Recipient;
use domain::permission::Action;
use domain::viewer_settings::ViewerSettings;
use uuid::Uuid;

use super::{Exposed, Filter, Making, made};

/// Whether a destination is the one that a filter names.
fn is_destination(destination: Option<Destination>, value: &str) -> Option<bool> {
    match (destination, value) {
        (Some(Destination::All), "all") => Some(true),
        (_, "all") => Some(false),
        (Some(Destination::Group(id)), value) => value.parse::<Uuid>().ok().map(|wanted| id.0 == wanted),
        (Some(Destination::Viewer(id)), value) => value.parse::<Uuid>().ok().map(|wanted| id.0 == wanted),
        (_, value) => value.parse::<Uuid>().ok().map(|_| false),
    }
}

impl Exposed for OnHours {
    const PATH: &'static str = "on-hours";
    const ONE: &'static str = "a part of the time in which screens should be on";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "destination",
        about: "all, or the id of a group or screen",
        passes: |_, _, hours, value| is_destination(hours.destination, value),
    }];
    made!();
}

impl Exposed for DownloadRule {
    const PATH: &'static str = "download-rules";
    const ONE: &'static str = "limits for the downloads of some screens";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "destination",
        about: "all, or the id of a group or screen",
        passes: |_, _, rule, value| is_destination(rule.destination, value),
    }];
    made!();
}

impl Exposed for ViewerSettings {
    const PATH: &'static str = "viewer-settings";
    const ONE: &'static str = "settings of some native viewers: display, sound, screenshots";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "destination",
        about: "all, or the id of a group or screen",
        passes: |_, _, settings, value| is_destination(settings.destination, value),
    }];
    made!();
}

impl Exposed for Recipient {
    const PATH: &'static str = "recipients";
    const ONE: &'static str = "somebody who is told of alerts";
    const SEE: Action = Action::Administer;
    const CHANGE: Action = Action::Administer;
    made!();
}
