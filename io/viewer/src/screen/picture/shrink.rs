//! Pictures for people, in a size that a network takes lightly.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, ImageFormat};

/// Quality, in per cent.
const QUALITY: u8 = 82;

/// The picture in a JPEG at most `widest` pixels wide; one that is not wider stays as it is.
///
/// # Errors
/// It is none.
pub(in crate::screen) fn shrunk(jpeg: Vec<u8>, widest: u32) -> Result<Vec<u8>, ImageError> {
    let picture = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg)?;
    if picture.width() <= widest {
        return Ok(jpeg);
    }
    let height = u64::from(picture.height()) * u64::from(widest) / u64::from(picture.width());
    let small = picture.thumbnail_exact(widest, u32::try_from(height.max(1)).unwrap_or(u32::MAX));
    let mut bytes = Cursor::new(Vec::new());
    small.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::super::sample::tests::jpeg;
    use super::*;

    #[test]
    fn what_is_wide_becomes_narrow_in_its_shape_and_the_rest_stays() {
        let wide = jpeg(|x, _| if x < 160 { [200, 0, 0] } else { [0, 0, 200] });
        assert_eq!(shrunk(wide.clone(), 320).unwrap(), wide);
        let small = image::load_from_memory(&shrunk(wide, 80).unwrap()).unwrap().into_rgb8();
        assert_eq!(small.dimensions(), (80, 45));
        assert!(small.get_pixel(10, 20).0[0] > 150 && small.get_pixel(70, 20).0[2] > 150);
        assert!(shrunk(b"none".to_vec(), 80).is_err());
    }
}
