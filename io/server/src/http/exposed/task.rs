//! Tasks.

use domain::permission::Action;
use domain::task::Task;

use super::{Exposed, Filter, Making, made, same_destination};

impl Exposed for Task {
    const PATH: &'static str = "tasks";
    const ONE: &'static str = "a task for screens";
    const CHANGE: Action = Action::Edit;
    const FILTERS: &'static [Filter<Self>] = &[
        Filter {
            name: "destination",
            about: "all, or the id of a group or screen",
            passes: |_, _, task, value| same_destination(task.destination, value),
        },
        Filter {
            name: "kind",
            about: "what is to be done, such as screenshot",
            passes: |_, _, task, value| Some(task.kind.as_ref().is_some_and(|kind| kind.name() == value)),
        },
    ];

    fn needs(&self) -> Action {
        self.kind.as_ref().map_or(Self::CHANGE, domain::task::TaskKind::needs)
    }

    made!();
}
