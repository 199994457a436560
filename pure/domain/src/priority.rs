//! Priority levels of an installation.

use crate::document::document;
use crate::id::PriorityId;

document! {
    /// A level. The larger rank wins; emergency rows stand above every level.
    Priority(PriorityId) = "priority" {
        /// Name, shown to people.
        name: String = Public,
        /// Place in the order.
        rank: i32 = Public,
        /// Colour in the calendar, `#rrggbb`.
        colour: String = Public,
    }
}
