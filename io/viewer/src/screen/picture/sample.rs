//! A picture as far as it is judged: how light each point of a small copy is.

use image::ImageFormat;

/// Light of each pixel, 0 to 255 (ITU-R BT.709).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::screen) struct Sample {
    light: Vec<u8>,
}

/// The longer side of the copy, in pixels.
const SIDE: u32 = 320;
/// Pixels up to this light are black, also where the picture was compressed.
const BLACK: u8 = 15;
/// A smaller difference is none that a person would see.
const SEEN: u8 = 8;

impl Sample {
    /// A picture of [`Self::size_of`] its size: the light of its pixels, row by row.
    pub(super) fn new(light: Vec<u8>) -> Self {
        Self { light }
    }

    /// Width and height of the copy of a picture; neither is 0.
    pub(super) fn size_of(width: u32, height: u32) -> (u32, u32) {
        let longer = width.max(height).max(1);
        let shrunk = |side: u32| (side * SIDE.min(longer) / longer).max(1);
        (shrunk(width), shrunk(height))
    }

    /// The picture in a JPEG.
    ///
    /// # Errors
    /// It is none.
    pub(in crate::screen) fn of(jpeg: &[u8]) -> Result<Self, image::ImageError> {
        let picture = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg)?;
        Ok(Self { light: picture.thumbnail(SIDE, SIDE).into_luma8().into_raw() })
    }

    /// The share of it that is black, 0 to 1.
    pub(super) fn black(&self) -> f64 {
        let black = self.light.iter().filter(|light| **light <= BLACK).count();
        black as f64 / self.light.len().max(1) as f64
    }

    /// Whether a person would see no difference.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.light.len() == other.light.len() && self.light.iter().zip(&other.light).all(|(one, two)| one.abs_diff(*two) <= SEEN)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use image::{DynamicImage, Rgb, RgbImage};
    use std::io::Cursor;

    pub(in crate::screen::picture) fn jpeg(draw: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
        let picture = RgbImage::from_fn(320, 180, |x, y| Rgb(draw(x, y)));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_copy_has_the_shape_of_its_picture_and_is_not_larger() {
        assert_eq!(Sample::size_of(1920, 1080), (320, 180));
        assert_eq!(Sample::size_of(1080, 1920), (180, 320));
        assert_eq!(Sample::size_of(200, 100), (200, 100));
        assert_eq!(Sample::size_of(10_000, 3), (320, 1));
    }

    #[test]
    fn black_is_told_from_dark() {
        let share = |colour: [u8; 3]| Sample::of(&jpeg(|_, _| colour)).unwrap().black();
        assert!(share([0, 0, 0]) > 0.999);
        assert!(share([9, 9, 12]) > 0.999);
        // The standby page's own ground.
        assert!(share([11, 20, 34]) < 0.001);
        let clock = Sample::of(&jpeg(|x, y| if x < 16 && y < 12 { [255; 3] } else { [0; 3] })).unwrap();
        assert!((0.98..0.999).contains(&clock.black()), "{}", clock.black());
    }

    #[test]
    fn a_digit_that_changes_is_a_difference_and_noise_is_none() {
        let ground = |x: u32, y: u32| [(x % 200) as u8, (y % 180) as u8, 90];
        let one = Sample::of(&jpeg(ground)).unwrap();
        let noisy = Sample::of(&jpeg(|x, y| ground(x, y).map(|part| part.saturating_add(((x * 7 + y * 3) % 3) as u8)))).unwrap();
        assert!(one.same_as(&noisy));
        let digit =
            Sample::of(&jpeg(|x, y| if (100..106).contains(&x) && (50..60).contains(&y) { [255; 3] } else { ground(x, y) }))
                .unwrap();
        assert!(!one.same_as(&digit));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        assert!(Sample::of(b"no picture").is_err());
    }
}
