//! Which cells of a document a viewer gets: those that decide what plays, so that nothing else wakes ten thousand viewers.

use domain::document::{Class, Document};
use domain::group::Group;
use domain::installation::Installation;
use domain::log::Cells;
use domain::media::Media;
use domain::playlist::Playlist;
use domain::presentation::{Presentation, Revision};
use domain::priority::Priority;
use domain::schedule::Schedule;
use domain::viewer::Viewer;

/// Cells that say nothing about what plays, besides `made_by`. Cells that are not named here travel, so that a new one cannot be
/// forgotten.
const LEFT_OUT: [(&str, &[&str]); 9] = [
    (Group::SPEC.name, &["made_at", "name"]),
    (Installation::SPEC.name, &["public_address", "set_up_at"]),
    (Media::SPEC.name, &["attribution", "folder", "made_at", "name", "thumbnail"]),
    (Playlist::SPEC.name, &["folder", "made_at", "name"]),
    (Presentation::SPEC.name, &["draft", "folder", "made_at", "name"]),
    (Priority::SPEC.name, &["colour", "name"]),
    (Revision::SPEC.name, &["parent", "published_at", "published_by"]),
    (Schedule::SPEC.name, &["name"]),
    (Viewer::SPEC.name, &["location", "made_at", "server"]),
];

/// The cells of a document that travel: public ones with other values than their defaults.
pub(super) fn kept<T: Document>(document: &T) -> Cells {
    let left_out = LEFT_OUT.iter().find(|(kind, _)| *kind == T::SPEC.name).map_or(&[][..], |(_, cells)| *cells);
    let mut cells = document.changed_since(&T::default());
    cells.retain(|name, _| {
        let public = T::SPEC.cell(name).is_some_and(|cell| cell.class == Class::Public);
        public && name != "made_by" && !left_out.contains(&name.as_str())
    });
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::state::KINDS;

    #[test]
    fn what_is_left_out_exists() {
        for (kind, cells) in LEFT_OUT {
            let spec = KINDS.iter().find(|spec| spec.name == kind).unwrap();
            assert!(cells.iter().all(|cell| spec.cell(cell).is_some()), "{kind}: {cells:?}");
        }
    }

    #[test]
    fn an_edited_draft_alters_no_row() {
        let before = Presentation { head: Some(domain::id::RevisionId::default()), ..Presentation::default() };
        let after = Presentation { draft: Some(domain::cell::Hash::of(b"new")), name: "New name".to_owned(), ..before.clone() };
        assert_eq!(kept(&before), kept(&after));
        assert_eq!(kept(&before).into_keys().collect::<Vec<_>>(), ["head"]);
    }
}
