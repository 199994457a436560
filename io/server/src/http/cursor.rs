//! Pages of lists that are read from the store: how long one is, and where the next one begins.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{Error, Result};

/// The most items of a page.
pub const MOST: u32 = 500;
/// Items of a page where nobody said otherwise.
pub const USUAL: u32 = 100;

/// How many items a page has: `wish`, or [`USUAL`].
///
/// # Errors
/// 400 naming a number outside 1 to [`MOST`].
pub fn limit(wish: Option<u32>) -> Result<u32> {
    match wish.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        other => Err(Error::malformed(format!("limit {other} is out of range: give 1 to {MOST}")).at("limit")),
    }
}

/// The opaque text that names a place in a list: URL-safe base64 without padding (RFC 4648, section 5) of its JSON.
pub fn encode(place: &impl Serialize) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).expect("cursors are plain data"))
}

/// The place that `cursor` names; none if there is no cursor.
///
/// # Errors
/// 400 where the text is of another list, or of none.
pub fn decode<T: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<T>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let error = || Error::malformed("the cursor is not one of this list's: begin at the first page").at("cursor");
    place.map(Some).ok_or_else(error)
}
