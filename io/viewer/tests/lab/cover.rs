//! Something that stands before a whole screen, as the window of another program does.

use std::error::Error;

use anyhow::{Context as _, anyhow};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, Window, WindowClass};
use x11rb::rust_connection::RustConnection;

use crate::display::{Display, SIZE};

/// A window of one colour above all others; gone when dropped.
pub(crate) struct Cover {
    connection: RustConnection,
    window: Window,
}

impl Cover {
    /// Covers a screen.
    pub(crate) fn over(display: &Display<'_>, colour: [u8; 3]) -> anyhow::Result<Self> {
        let (name, left) = (display.name.clone(), display.left);
        let made = display.host().enter(move || Self::make(&name, left, colour));
        made.map_err(|error| anyhow!("a window before the screen: {error}"))
    }

    fn make(display: &str, left: usize, colour: [u8; 3]) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (connection, number) = RustConnection::connect(Some(display))?;
        let root = connection.setup().roots.get(number).context("an X server has a screen")?.root;
        let window = connection.generate_id()?;
        let (x, width, height) = (i16::try_from(left)?, u16::try_from(SIZE.0)?, u16::try_from(SIZE.1)?);
        let how = CreateWindowAux::new().override_redirect(1).background_pixel(pixel(colour));
        connection.create_window(0, window, root, x, 0, width, height, 0, WindowClass::INPUT_OUTPUT, 0, &how)?.check()?;
        connection.map_window(window)?.check()?;
        Ok(Self { connection, window })
    }

    /// Gives it another colour.
    pub(crate) fn paint(&self, colour: [u8; 3]) -> anyhow::Result<()> {
        let how = ChangeWindowAttributesAux::new().background_pixel(pixel(colour));
        self.connection.change_window_attributes(self.window, &how)?.check()?;
        self.connection.clear_area(false, self.window, 0, 0, 0, 0)?.check()?;
        Ok(())
    }
}

/// As a screen of 24 bits has it.
fn pixel([red, green, blue]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, red, green, blue])
}
