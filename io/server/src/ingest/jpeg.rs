//! Whether a JPEG file is whole. Decoders fill what is missing with grey, and nobody wants that on a wall.

/// Whether the image data comes to its end marker (ITU-T T.81 annex B). Embedded thumbnails do not count.
#[must_use]
pub fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 2;
    loop {
        // Between segments there may be fill bytes; within image data there are escaped and restart markers.
        let Some(found) = bytes.get(at..).and_then(|rest| rest.windows(2).position(|pair| pair[0] == 0xff && is_marker(pair[1])))
        else {
            return false;
        };
        at += found + 2;
        match bytes[at - 1] {
            END => return true,
            START | TEMPORARY => {}
            _ => match bytes.get(at..at + 2) {
                Some(length) => at += usize::from(u16::from_be_bytes([length[0], length[1]])),
                None => return false,
            },
        }
    }
}

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const TEMPORARY: u8 = 0x01;

/// Neither an escaped 0xff of the image data, nor a restart, nor a fill byte.
fn is_marker(code: u8) -> bool {
    !matches!(code, 0x00 | 0xd0..=0xd7 | 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_is_whole_only_with_its_last_byte() {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let noise = image::RgbImage::from_fn(80, 60, |x, y| image::Rgb([((x * 37) ^ (y * 91)) as u8, (x * y) as u8, 9]));
        noise.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        let mut bytes = bytes.into_inner();
        for length in 0..bytes.len() {
            assert!(!is_whole(&bytes[..length]), "{length} of {}", bytes.len());
        }
        assert!(is_whole(&bytes));
        // An application segment with a whole thumbnail inside does not make up for the rest.
        let mut with_thumbnail = vec![0xff, 0xd8, 0xff, 0xe1];
        with_thumbnail.extend(u16::try_from(bytes.len() + 2).unwrap().to_be_bytes());
        with_thumbnail.extend(&bytes);
        assert!(!is_whole(&with_thumbnail));
        bytes.extend(b"what some cameras put behind the picture");
        assert!(is_whole(&bytes));
    }
}
