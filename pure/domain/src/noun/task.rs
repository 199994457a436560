//! Tasks.

use uuid::Uuid;

use super::schedule::{check_destination, check_when};
use super::{Noun, trashable};
use crate::content::Destination;
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;
use crate::task::{MAX_EXPIRES_S, MIN_EXPIRES_S, Task, TaskKind};

/// The longest value of a setting, in bytes.
const MAX_VALUE: usize = 4_096;

impl Noun for Task {
    const EDITABLE: &'static [&'static str] = &["name", "kind", "destination", "when", "expires_s"];

    fn table(state: &State) -> &Table<Self> {
        &state.tasks
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        match self.destination {
            Some(Destination::Group(group)) => Object::Group(group),
            Some(Destination::Viewer(viewer)) => Object::Viewer(viewer),
            Some(Destination::All) | None => Object::AllViewers,
        }
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        if self.name.chars().count() > 200 || self.name.chars().any(char::is_control) {
            return Err(Refusal::invalid("name", "a name has at most 200 characters"));
        }
        check_kind(self.kind.as_ref())?;
        check_destination(state, self.destination)?;
        if let Some(seconds) = self.expires_s.filter(|seconds| !(MIN_EXPIRES_S..=MAX_EXPIRES_S).contains(seconds)) {
            let text = format!("{seconds} is out of range: give {MIN_EXPIRES_S} to {MAX_EXPIRES_S} seconds");
            return Err(Refusal::invalid("expires_s", text));
        }
        self.when.as_ref().map_or(Ok(()), check_when)
    }

    trashable!();
}

fn check_kind(kind: Option<&TaskKind>) -> Result<(), Refusal> {
    let range = |field: &str, given: u32, least: u32, most: u32| match (least..=most).contains(&given) {
        true => Ok(()),
        false => Err(Refusal::invalid(field, format!("{given} is out of range: give {least} to {most}"))),
    };
    match kind {
        None => Err(Refusal::invalid("kind", "choose what is to be done, such as screenshot")),
        Some(TaskKind::Identify { seconds }) => range("kind.identify.seconds", *seconds, 1, 600),
        Some(TaskKind::FetchLogs { lines }) => range("kind.fetch_logs.lines", *lines, 1, 100_000),
        Some(TaskKind::SetSetting { key, value }) => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
            if key.is_empty() || key.len() > 100 || !key.chars().all(plain) {
                let text = format!("{key:?} is not the name of a setting: give one such as cache.quota");
                return Err(Refusal::invalid("kind.set_setting.key", text));
            }
            if value.len() > MAX_VALUE || value.chars().any(char::is_control) {
                let text = format!("a value has at most {MAX_VALUE} bytes, all of them printable");
                return Err(Refusal::invalid("kind.set_setting.value", text));
            }
            Ok(())
        }
        Some(_) => Ok(()),
    }
}
