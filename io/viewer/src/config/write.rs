//! Changing the viewer's own file.

use std::path::Path;

use toml::Table;

use super::load::{OWN_FILE, put, words};
use super::{Config, Problem};
use crate::disk::{self, Disk};

/// Sets settings in the viewer's own file in `data`: nothing is written unless all of them are legal.
///
/// # Errors
/// An unknown key, a value that is not legal, or a file that cannot be read or written.
pub fn set(disk: &dyn Disk, data: &Path, settings: &[(String, String)]) -> Result<(), Problem> {
    let path = data.join(OWN_FILE);
    let mut table = if path.exists() { Config::file(&path)? } else { Table::new() };
    for (key, value) in settings {
        put(&mut table, key, value, key)?;
    }
    let text = toml::to_string(&table).expect("tables of settings are always TOML");
    Config::text(&text, &path.display().to_string())?;
    disk::replace(disk, &path, text.as_bytes()).map_err(|error| Problem::Unwritable { path, message: words(&error) })
}
