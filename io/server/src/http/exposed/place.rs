//! Screens, their machines and groups, and the rows of the schedule with their priorities.

use domain::card::Card;
use domain::content::Destination;
use domain::group::{Group, Member, Membership};
use domain::permission::{Action, Object};
use domain::priority::Priority;
use domain::schedule::Schedule;
use domain::viewer::{Device, Viewer};

use super::{Exposed, Filter, Making, made, same_destination, same_id};

impl Exposed for Viewer {
    const PATH: &'static str = "viewers";
    const ONE: &'static str = "a screen";
    const CHANGE: Action = Action::Administer;
    const ON_SCREENS: bool = true;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "group",
        about: "in this group or one inside it; none = in no group",
        passes: |state, id, _, value| {
            let around = state.rows.groups_around(id.into());
            match value {
                "none" => Some(around.is_empty()),
                value => value.parse().ok().map(|group| around.contains(&group)),
            }
        },
    }];
    made!();
}

impl Exposed for Device {
    const PATH: &'static str = "devices";
    const ONE: &'static str = "a machine with a key";
    const CHANGE: Action = Action::Administer;
    const CREATE: bool = false;
    const PATCH: bool = false;
    const DELETE: bool = false;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "viewer",
        about: "at this screen",
        passes: |_, _, device, value| same_id(device.viewer.map(|id| id.0), value),
    }];
}

impl Exposed for Card {
    const PATH: &'static str = "network-cards";
    const ONE: &'static str = "a network card by which a screen is woken";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "viewer",
        about: "in the machine at this screen",
        passes: |_, _, card, value| same_id(card.viewer.map(|id| id.0), value),
    }];
    made!();
}

impl Exposed for Group {
    const PATH: &'static str = "groups";
    const ONE: &'static str = "a group of screens";
    const CHANGE: Action = Action::Administer;
    const ON_SCREENS: bool = true;
    made!();
}

impl Exposed for Membership {
    const PATH: &'static str = "memberships";
    const ONE: &'static str = "a screen or group inside a group";
    const CHANGE: Action = Action::Administer;
    const ON_SCREENS: bool = true;
    const FILTERS: &'static [Filter<Self>] = &[
        Filter { name: "group", about: "in this group", passes: |_, _, m, value| same_id(Some(m.group.0), value) },
        Filter {
            name: "member",
            about: "this screen or group",
            passes: |_, _, m, value| {
                let member = match m.member {
                    Some(Member::Viewer(id)) => Some(id.0),
                    Some(Member::Group(id)) => Some(id.0),
                    None => None,
                };
                same_id(member, value)
            },
        },
    ];
    fn reaches(&self) -> Vec<Object> {
        let member = self.member.map(|member| match member {
            Member::Viewer(id) => Object::Viewer(id),
            Member::Group(id) => Object::Group(id),
        });
        [Object::Group(self.group)].into_iter().chain(member).collect()
    }
}

impl Exposed for Schedule {
    const PATH: &'static str = "schedules";
    const ONE: &'static str = "a row of the schedule";
    const CHANGE: Action = Action::Edit;
    const ON_SCREENS: bool = true;
    const FILTERS: &'static [Filter<Self>] = &[
        Filter {
            name: "destination",
            about: "all, or the id of a group or screen",
            passes: |_, _, row, value| same_destination(row.destination, value),
        },
        Filter {
            name: "viewer",
            about: "reaches this screen, directly or through groups",
            passes: |state, _, row, value| {
                let viewer = value.parse().ok()?;
                Some(match row.destination {
                    Some(Destination::All) => true,
                    Some(Destination::Viewer(id)) => id == viewer,
                    Some(Destination::Group(group)) => state.rows.groups_around(viewer).contains(&group),
                    None => false,
                })
            },
        },
    ];
    made!();
}

impl Exposed for Priority {
    const PATH: &'static str = "priorities";
    const ONE: &'static str = "a priority level";
    const CHANGE: Action = Action::Administer;
}
