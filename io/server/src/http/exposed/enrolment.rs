//! Tokens by which machines enrol, and the list of expected machines.

use domain::enrolment::{EnrolmentToken, ExpectedDevice};
use domain::permission::Action;

use super::{Exposed, Filter, Making, made};

impl Exposed for EnrolmentToken {
    const PATH: &'static str = "enrolment-tokens";
    const ONE: &'static str = "a token by which machines enrol";
    const SEE: Action = Action::Administer;
    const CHANGE: Action = Action::Administer;
    const CREATE: bool = false;
    made!();
}

impl Exposed for ExpectedDevice {
    const PATH: &'static str = "expected-devices";
    const ONE: &'static str = "a machine that is expected";
    const SEE: Action = Action::Administer;
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "came",
        about: "true = it has come, false = it is still expected",
        passes: |_, _, entry, value| value.parse::<bool>().ok().map(|came| entry.device.is_some() == came),
    }];
    made!();
}
