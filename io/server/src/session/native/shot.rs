//! A screenshot that comes in parts.

use control::order::Part;

/// The largest screenshot, in bytes.
const MOST: usize = 4 * 1024 * 1024;

/// A screenshot while it comes.
#[derive(Debug, Default)]
pub(super) struct Shot(Vec<u8>);

impl Shot {
    /// Takes the next part. Some when it was the last, and the picture is whole and one that may be shown: bytes and media type.
    pub(super) fn take(&mut self, part: &Part) -> Option<(Vec<u8>, &'static str)> {
        if part.offset == 0 {
            self.0.clear();
        }
        let fits = part.offset == self.0.len() as u64 && self.0.len() + part.bytes.len() <= MOST;
        if !fits {
            self.0 = Vec::new();
            return None;
        }
        self.0.extend_from_slice(&part.bytes);
        if !part.last {
            return None;
        }
        let bytes = std::mem::take(&mut self.0);
        let mime = picture_type(&bytes)?;
        Some((bytes, mime))
    }
}

/// The media type of a picture by its first bytes, whatever it calls itself: what a screen sends is shown to people who are signed in.
/// None if it is not one that may be shown.
pub(crate) fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(offset: u64, bytes: &[u8], last: bool) -> Part {
        Part { name: "screen.jpg".into(), mime: "image/jpeg".into(), offset, bytes: bytes.to_vec(), last }
    }

    #[test]
    fn parts_make_a_picture_or_nothing() {
        let mut shot = Shot::default();
        assert_eq!(shot.take(&part(0, &[0xff, 0xd8], false)), None);
        assert_eq!(shot.take(&part(2, &[0xff, 1], true)), Some((vec![0xff, 0xd8, 0xff, 1], "image/jpeg")));
        assert_eq!(shot.take(&part(2, &[0xff], true)), None, "its beginning is missing");
        assert_eq!(shot.take(&part(0, b"<html>", true)), None, "no picture, whatever it calls itself");
        assert_eq!(shot.take(&part(0, b"<svg xmlns", true)), None, "a picture with a program in it is none");
        assert_eq!(shot.take(&part(0, &vec![0xff; MOST], false)), None);
        assert_eq!(shot.take(&part(MOST as u64, &[0], true)), None, "too long");
    }
}
