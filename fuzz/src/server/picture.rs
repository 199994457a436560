//! Pictures as they are uploaded.

use server::ingest::picture::{THUMBNAIL_SIDE, look_at};

const MOST_PIXELS: u64 = 100_000;

/// A picture has no more pixels than allowed, and its thumbnail is a small JPEG.
pub(super) fn run(data: &[u8]) {
    let Ok(picture) = super::file::with(data, |path| look_at(path, MOST_PIXELS)) else { return };
    assert!((1..=MOST_PIXELS).contains(&(u64::from(picture.width) * u64::from(picture.height))));
    let thumbnail = image::load_from_memory(&picture.thumbnail).expect("the thumbnail is a picture");
    assert!(thumbnail.width().max(thumbnail.height()) <= THUMBNAIL_SIDE);
}
