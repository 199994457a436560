//! What an X server has on a part of its desktop: what people see, which is more than the browser knows of. A window of another program may stand
//! before it.

use std::error::Error;

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, ImageOrder, Screen, Setup};
use x11rb::rust_connection::RustConnection;

use super::sample::Sample;
use crate::screen::display::Area;

/// What can be wrong is for nobody to decide about: the browser is asked then.
type Failed = Box<dyn Error + Send + Sync>;

/// The picture on a part of the desktop of an X server, the whole of it where none is named. `display` is its name; none: as the environment says.
///
/// It is read in strips, so that a large desktop does not take its whole size in memory (X Window System Protocol, version 11, `GetImage`).
///
/// # Errors
/// The X server cannot be reached, or its pixels are of an unusual kind.
pub(in crate::screen) fn look(display: Option<&str>, part: Option<Area>) -> Result<Sample, Failed> {
    let (connection, number) = RustConnection::connect(display)?;
    let setup = connection.setup();
    let screen = setup.roots.get(number).ok_or("the X server has no such screen")?;
    let order = order(setup, screen).ok_or("pixels of this kind are not read")?;
    let part = within(part, u32::from(screen.width_in_pixels), u32::from(screen.height_in_pixels));
    let (width, height) = Sample::size_of(part.width, part.height);
    let mut light = Vec::with_capacity(usize::try_from(width * height)?);
    for row in 0..height {
        let (top, bottom) = span(row, height, part.height);
        let (x, y) = (i16::try_from(part.x)?, i16::try_from(part.y + i32::try_from(top)?)?);
        let (wide, high) = (u16::try_from(part.width)?, u16::try_from(bottom - top)?);
        let strip = connection.get_image(ImageFormat::Z_PIXMAP, screen.root, x, y, wide, high, !0)?.reply()?.data;
        light.extend(shrunk(&strip, usize::from(wide), width, part.width, order));
    }
    Ok(Sample::new(light))
}

/// Where red, green and blue stand in the four bytes of a pixel; none where pixels are other ones.
fn order(setup: &Setup, screen: &Screen) -> Option<[usize; 3]> {
    let visuals = screen.allowed_depths.iter().flat_map(|depth| &depth.visuals);
    let visual = visuals.into_iter().find(|visual| visual.visual_id == screen.root_visual)?;
    let is_usual = (visual.red_mask, visual.green_mask, visual.blue_mask) == (0xff_0000, 0xff00, 0xff);
    let format = setup.pixmap_formats.iter().find(|format| format.depth == screen.root_depth)?;
    (is_usual && format.bits_per_pixel == 32).then_some(if setup.image_byte_order == ImageOrder::LSB_FIRST {
        [2, 1, 0]
    } else {
        [1, 2, 3]
    })
}

/// The part that lies on the desktop; all of it where the part does not.
fn within(part: Option<Area>, width: u32, height: u32) -> Area {
    let whole = Area { width, height, x: 0, y: 0 };
    let cut = |from: i32, length: u32, all: u32| {
        let begin = u32::try_from(from).ok().filter(|begin| *begin < all)?;
        Some((from, length.min(all - begin)))
    };
    let cut = part.and_then(|part| Some((cut(part.x, part.width, width)?, cut(part.y, part.height, height)?)));
    cut.filter(|((_, width), (_, height))| *width > 0 && *height > 0).map_or(whole, |((x, width), (y, height))| Area {
        width,
        height,
        x,
        y,
    })
}

/// From which of `all` pixels to which the `index`-th of `count` parts reaches; at least one.
fn span(index: u32, count: u32, all: u32) -> (u32, u32) {
    let begin = index * all / count;
    (begin, ((index + 1) * all / count).max(begin + 1))
}

/// How light each of `count` parts of a strip is, whose rows have `wide` pixels of four bytes.
fn shrunk(strip: &[u8], wide: usize, count: u32, all: u32, order: [usize; 3]) -> Vec<u8> {
    let rows: Vec<&[[u8; 4]]> = strip.as_chunks::<4>().0.chunks_exact(wide).collect();
    let part = |index: u32| {
        let (from, until) = span(index, count, all);
        let pixels = rows.iter().flat_map(|row| row.get(from as usize..until as usize).unwrap_or_default());
        let (mut sum, mut number) = (0_u64, 0_u64);
        for pixel in pixels {
            let [red, green, blue] = order.map(|at| u64::from(pixel[at]));
            (sum, number) = (sum + 2126 * red + 7152 * green + 722 * blue, number + 10_000);
        }
        u8::try_from(sum / number.max(1)).unwrap_or(u8::MAX)
    };
    (0..count).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_on_the_desktop_is_looked_at() {
        let area = |width, height, x, y| Area { width, height, x, y };
        assert_eq!(within(None, 1920, 1080), area(1920, 1080, 0, 0));
        assert_eq!(within(Some(area(640, 1081, 640, 0)), 1280, 1080), area(640, 1080, 640, 0));
        assert_eq!(within(Some(area(640, 360, 5_000, 0)), 1280, 720), area(1280, 720, 0, 0));
        assert_eq!(within(Some(area(640, 360, -1, 0)), 1280, 720), area(1280, 720, 0, 0));
    }

    #[test]
    fn a_strip_becomes_the_light_of_its_parts() {
        let (white, red, black) = ([255, 255, 255, 0], [0, 0, 255, 0], [0, 0, 0, 255]);
        let strip = [[white, white, red, red, black, black], [white, black, red, red, black, black]].concat().concat();
        assert_eq!(shrunk(&strip, 6, 3, 6, [2, 1, 0]), [191, 54, 0]);
        let parts: Vec<_> = (0..3).map(|index| span(index, 3, 10)).collect();
        assert_eq!(parts, [(0, 3), (3, 6), (6, 10)]);
    }

    #[test]
    fn no_x_server_is_no_picture() {
        assert!(look(Some(":4999"), None).is_err());
    }
}
