//! The body of a presentation: pages and elements, as in `docs/protocols/presentation-body.md`.
//!
//! A body is canonical JSON of at most [`MAX_BYTES`], stored by its hash. Reading never fails on what it does not know: it returns
//! what it could build and a list of problems for the editor.

use serde::{Deserialize, Serialize};

use crate::cell::{Size, Transition};
use crate::id::MediaId;
use crate::presentation::PageSummary;

/// The largest body in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The most pages of a presentation.
pub const MAX_PAGES: usize = 1_000;
/// The most elements of a page.
pub const MAX_ELEMENTS: usize = 1_000;
/// The longest side of a canvas in pixels.
pub const MAX_SIDE: u32 = 16_384;
/// The longest time a page may stand: one day, in milliseconds.
pub const MAX_PAGE_MS: u64 = 86_400_000;

/// What this module needs to know of a body. Elements keep all their members for the player.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Version of the format, 1.
    pub version: u32,
    /// Size and background of all pages.
    pub canvas: Canvas,
    /// The pages in order.
    pub pages: Vec<Page>,
}

/// The drawing area.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Canvas {
    /// Width in pixels, 1 to [`MAX_SIDE`].
    pub width: u32,
    /// Height in pixels, 1 to [`MAX_SIDE`].
    pub height: u32,
    /// Colour behind everything, `#rrggbb`.
    #[serde(default = "black")]
    pub background: String,
}

/// One page.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Unique in the body, 1 to 64 characters.
    pub id: String,
    /// Name, shown to editors.
    #[serde(default)]
    pub name: String,
    /// How long it stands in milliseconds, 1 to [`MAX_PAGE_MS`].
    pub duration_ms: u64,
    /// How it comes in.
    #[serde(default)]
    pub transition: Transition,
    /// Colour behind the elements; none = the canvas's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<String>,
    /// What stands on it, the lowest first.
    #[serde(default)]
    pub elements: Vec<Element>,
}

/// One element: the members that every kind has. The rest is in `more`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Element {
    /// Unique on its page, 1 to 64 characters.
    pub id: String,
    /// `text`, `image`, `video`, `clock` or `shape`; players skip what they do not know.
    pub kind: String,
    /// The media of an image or video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaId>,
    /// Place on the canvas.
    pub frame: Frame,
    /// Everything else.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// A rectangle on the canvas, in pixels. It may reach outside.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Left edge.
    pub x: i32,
    /// Upper edge.
    pub y: i32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

/// Why a body cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Larger than [`MAX_BYTES`].
    #[error("the presentation is {0} bytes long: {MAX_BYTES} are possible; use fewer pages or elements")]
    TooLong(usize),
    /// Not JSON, or members missing or of a wrong type.
    #[error("{0}")]
    Malformed(String),
    /// A value out of its range.
    #[error("{field}: {text}")]
    Range {
        /// Path of the member at fault, such as `pages[2].duration_ms`.
        field: String,
        /// What is wrong and what is possible.
        text: String,
    },
}

impl Body {
    /// Reads and checks a body.
    ///
    /// # Errors
    /// [`BodyError`] when it is too long, malformed, or a value is out of range.
    pub fn parse(text: &str) -> Result<Self, BodyError> {
        if text.len() > MAX_BYTES {
            return Err(BodyError::TooLong(text.len()));
        }
        let body: Self = serde_json::from_str(text).map_err(|error| BodyError::Malformed(error.to_string()))?;
        body.check()?;
        Ok(body)
    }

    /// The size of the canvas.
    #[must_use]
    pub fn size(&self) -> Size {
        Size { width: self.canvas.width, height: self.canvas.height }
    }

    /// What the timetable needs of the pages.
    #[must_use]
    pub fn summaries(&self) -> Vec<PageSummary> {
        let summary =
            |page: &Page| PageSummary { id: page.id.clone(), duration_ms: page.duration_ms, transition: page.transition };
        self.pages.iter().map(summary).collect()
    }

    /// Media that the pages use, sorted, each once.
    #[must_use]
    pub fn media(&self) -> Vec<MediaId> {
        let mut media: Vec<MediaId> = self.pages.iter().flat_map(|page| &page.elements).filter_map(|e| e.media).collect();
        media.sort_unstable();
        media.dedup();
        media
    }

    /// The canonical text, by which the body is hashed and stored.
    #[must_use]
    pub fn canonical(&self) -> String {
        crate::log::canonical(&crate::document::give(self))
    }

    fn check(&self) -> Result<(), BodyError> {
        let range = |field: String, text: String| Err(BodyError::Range { field, text });
        if self.version != 1 {
            return range("version".into(), format!("{} is not known; this server writes version 1", self.version));
        }
        for (field, side) in [("canvas.width", self.canvas.width), ("canvas.height", self.canvas.height)] {
            if side == 0 || side > MAX_SIDE {
                return range(field.into(), format!("{side} is out of range: give 1 to {MAX_SIDE} pixels"));
            }
        }
        if self.pages.len() > MAX_PAGES {
            return range("pages".into(), format!("{} are too many: at most {MAX_PAGES}", self.pages.len()));
        }
        let mut ids = std::collections::BTreeSet::new();
        for (index, page) in self.pages.iter().enumerate() {
            let field = |name: &str| format!("pages[{index}].{name}");
            if page.id.is_empty() || page.id.chars().count() > 64 || !ids.insert(&page.id) {
                return range(field("id"), "must be unique and have 1 to 64 characters".into());
            }
            if page.duration_ms == 0 || page.duration_ms > MAX_PAGE_MS {
                return range(field("duration_ms"), format!("{} is out of range: give 1 to {MAX_PAGE_MS} ms", page.duration_ms));
            }
            if page.elements.len() > MAX_ELEMENTS {
                return range(field("elements"), format!("{} are too many: at most {MAX_ELEMENTS}", page.elements.len()));
            }
        }
        Ok(())
    }
}

fn black() -> String {
    "#000000".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<usize, &str>) {
        match (Body::parse(text), expected) {
            (Ok(body), Ok(pages)) => assert_eq!(body.pages.len(), pages),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (got, _) => panic!("{text}: {got:?}"),
        }
    }

    #[test]
    fn bodies_are_read_or_refused_with_the_member_at_fault() {
        check(r#"{"version":1,"canvas":{"width":1920,"height":1080},"pages":[{"id":"a","duration_ms":5000}]}"#, Ok(1));
        check(r#"{"version":1,"canvas":{"width":0,"height":1080},"pages":[]}"#, Err("canvas.width"));
        check(r#"{"version":2,"canvas":{"width":1,"height":1},"pages":[]}"#, Err("version"));
        check(
            r#"{"version":1,"canvas":{"width":1,"height":1},"pages":[{"id":"a","duration_ms":0}]}"#,
            Err("pages[0].duration_ms"),
        );
        check(r#"{"version":1"#, Err("EOF"));
    }

    #[test]
    fn members_of_elements_that_are_not_known_survive() {
        let text = r##"{"canvas":{"background":"#000000","height":9,"width":16},"pages":[{"duration_ms":5,"elements":[{"frame":{"h":1,"w":2,"x":-3,"y":4},"glow":7,"id":"e","kind":"halo"}],"id":"a","name":"","transition":{"kind":"cut","ms":0}}],"version":1}"##;
        assert_eq!(Body::parse(text).unwrap().canonical(), text);
    }
}
