//! Looking at a picture: its size before it is decoded, then its thumbnail.

use std::io::Cursor;
use std::path::Path;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::jpeg::is_whole;
use crate::http::error::{Error, Result};

/// The longest side of a thumbnail in pixels.
pub const THUMBNAIL_SIDE: u32 = 480;
/// The most memory that decoding may take, in bytes per allowed pixel.
const BYTES_PER_PIXEL: u64 = 8;

/// What a picture is.
pub struct Picture {
    /// Width in pixels as shown.
    pub width: u32,
    /// Height in pixels as shown.
    pub height: u32,
    /// A small JPEG of it.
    pub thumbnail: Vec<u8>,
}

/// Looks at a picture. Blocks; call it on a thread for such work.
///
/// # Errors
/// 422 when it has too many pixels or is broken.
pub fn look_at(path: &Path, most_pixels: u64) -> Result<Picture> {
    let too_many = |what: String| {
        let text = format!("{what}: at most {most_pixels} pixels are possible (limits.image-pixels); make it smaller");
        Error::invalid("file", text)
    };
    let broken = |error: image::ImageError| match error {
        image::ImageError::Limits(_) => too_many("the picture is too large".to_owned()),
        error => Error::invalid("file", format!("the picture is broken: {error}; save it anew and try again")),
    };
    let reader = ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(Error::unavailable)?;
    let format = reader.format();
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > most_pixels {
        return Err(too_many(format!("the picture has {width} x {height} pixels")));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_pixels.saturating_mul(BYTES_PER_PIXEL));
    decoder.set_limits(limits).map_err(broken)?;
    if format == Some(ImageFormat::Jpeg) && !is_whole(&std::fs::read(path).map_err(Error::unavailable)?) {
        return Err(Error::invalid("file", "the picture is broken: its end is missing; save it anew and try again"));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture = thumbnail_of(picture);
    picture.apply_orientation(orientation);
    let turned = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if turned { (height, width) } else { (width, height) };
    Ok(Picture { width, height, thumbnail: jpeg(&picture).map_err(broken)? })
}

fn thumbnail_of(picture: DynamicImage) -> DynamicImage {
    if picture.width().max(picture.height()) <= THUMBNAIL_SIDE {
        picture
    } else {
        picture.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    }
}

/// A JPEG of the picture on white, where it is transparent.
fn jpeg(picture: &DynamicImage) -> image::ImageResult<Vec<u8>> {
    let rgba = picture.to_rgba8();
    let over_white = |channel: u8, alpha: u8| {
        let (channel, alpha) = (u16::from(channel), u16::from(alpha));
        u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255)
    };
    let flat = image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        image::Rgb([over_white(r, a), over_white(g, a), over_white(b, a)])
    });
    let mut bytes = Cursor::new(Vec::new());
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 82);
    flat.write_with_encoder(encoder)?;
    Ok(bytes.into_inner())
}
