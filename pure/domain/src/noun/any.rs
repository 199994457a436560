//! Documents of any kind, by the kind's name: for what people should look at, which may be about anything.

use serde_json::Value;
use uuid::Uuid;

use super::{Noun, find, update};
use crate::document::Document;
use crate::log::Edit;
use crate::refusal::Refusal;
use crate::state::State;

/// Does the same with the type of whichever kind it is; none if this version does not know the kind.
macro_rules! of_kind {
    ($kind:expr, $type:ident => $body:expr) => {
        of_kind!(@ $kind, $type => $body,
            crate::installation::Installation crate::folder::Folder crate::media::Media crate::presentation::Presentation
            crate::presentation::Revision crate::playlist::Playlist crate::playlist::PlaylistItem crate::group::Group
            crate::group::Membership crate::viewer::Viewer crate::viewer::Device crate::enrolment::Enrolment
            crate::enrolment::EnrolmentToken crate::enrolment::ExpectedDevice crate::card::Card crate::priority::Priority
            crate::schedule::Schedule crate::user::User crate::user::Identity crate::user::Suspension crate::user::Grant
            crate::user::Token crate::alert::AlertRules crate::alert::OnHours crate::notify::Recipient crate::notify::MailAccount
            crate::download::DownloadRule crate::viewer_settings::ViewerSettings crate::task::Task crate::server::Server
            crate::server::ServerInvitation)
    };
    (@ $kind:expr, $type:ident => $body:expr, $($known:ty)*) => {
        match $kind {
            $(kind if kind == <$known>::SPEC.name => {
                type $type = $known;
                Some($body)
            })*
            _ => None,
        }
    };
}

/// Whether the document is there, in the trash or not. Documents of kinds that this version does not know count as there.
#[must_use]
#[expect(clippy::useless_conversion, reason = "some kinds have no id type of their own")]
pub fn is_there(state: &State, kind: &str, id: Uuid) -> bool {
    of_kind!(kind, T => T::table(state).get(id.into()).is_some()).unwrap_or(true)
}

/// Its name as people know it; none if it is not there, empty if its kind has none.
#[must_use]
#[expect(clippy::useless_conversion, reason = "some kinds have no id type of their own")]
pub fn name(state: &State, kind: &str, id: Uuid) -> Option<String> {
    of_kind!(kind, T => T::table(state).get(id.into()).map(|document| document.name().to_owned())).flatten()
}

/// The value of one of its cells; none if there is no such document or cell.
#[must_use]
#[expect(clippy::useless_conversion, reason = "some kinds have no id type of their own")]
pub fn cell(state: &State, kind: &str, id: Uuid, cell: &str) -> Option<Value> {
    of_kind!(kind, T => T::table(state).get(id.into()).and_then(|document| document.cell(cell))).flatten()
}

/// Gives one cell a value that it had on another server, under the rules of its kind. None if it has it already.
///
/// # Errors
/// [`Refusal`] when the document is gone, has no such cell, or may not stand like this.
pub fn put_cell(state: &State, kind: &str, id: Uuid, cell: &str, value: Value) -> Result<Option<Edit>, Refusal> {
    let put = of_kind!(kind, T => {
        let mut document = find::<T>(state, id)?.clone();
        match document.set_cell(cell, value) {
            Ok(true) => update::<T>(state, id, &document),
            Ok(false) => Err(Refusal::invalid(cell, format!("{kind} has no member {cell:?}"))),
            Err(unfit) => Err(Refusal::invalid(unfit.path, unfit.text)),
        }
    });
    put.unwrap_or_else(|| Err(Refusal::invalid("kind", format!("this server knows no {kind:?}: change it on a newer one"))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::log::{Cell, Change, Row};
    use crate::stamp::{Dot, Stamp};

    fn state() -> State {
        let mut state = State::default();
        for (id, name) in [(1, "Lobby"), (2, "Bar")] {
            let cell = Cell { stamp: Stamp::default(), value: json!(name) };
            let row = Row { birth: Dot::default(), cells: [("name".to_owned(), cell)].into() };
            state.put("viewer", Uuid::from_u128(id), Some(row));
        }
        state
    }

    #[test]
    fn every_kind_is_known() {
        let state = State::default();
        // Certification authorities are no resource.
        for spec in crate::state::KINDS.iter().filter(|spec| spec.name != crate::authority::Authority::SPEC.name) {
            assert!(!is_there(&state, spec.name, Uuid::from_u128(7)), "{}", spec.name);
        }
        assert!(is_there(&state, "hologram", Uuid::from_u128(7)));
    }

    #[test]
    fn a_value_is_put_under_the_rules_of_its_kind() {
        let (state, id) = (state(), Uuid::from_u128(1));
        assert_eq!(name(&state, "viewer", id).as_deref(), Some("Lobby"));
        assert_eq!(cell(&state, "viewer", id, "name"), Some(json!("Lobby")));
        let put = |cell: &str, value: Value| put_cell(&state, "viewer", id, cell, value);
        let edit = put("location", json!("Quay")).unwrap().unwrap();
        assert_eq!((edit.kind.as_str(), edit.id), ("viewer", id));
        assert_eq!(edit.change, Change::Update([("location".to_owned(), json!("Quay"))].into()));
        assert_eq!(put("name", json!("Lobby")).unwrap(), None);
        assert!(matches!(put("name", json!("bar")), Err(Refusal::NameTaken(_))));
        assert!(matches!(put("mood", json!("calm")), Err(Refusal::Invalid { .. })));
        assert!(matches!(put_cell(&state, "viewer", Uuid::from_u128(9), "name", json!("x")), Err(Refusal::NotFound { .. })));
    }
}
