//! Joining the sources of the configuration.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Config, Problem};

/// The file that is read when none is named and it exists.
pub const DEFAULT_FILE: &str = "/etc/signboard/viewer.toml";
/// The viewer's own file in the data folder.
pub const OWN_FILE: &str = "viewer.toml";

/// The longest side of a screen, in pixels: what display servers and browsers draw.
const LARGEST_SIDE: u32 = 16_384;
const VARIABLE_PREFIX: &str = "SIGNBOARD_VIEWER_";
/// A variable of the program itself, not a setting.
const NOT_SETTINGS: [&str; 2] = ["SIGNBOARD_VIEWER_DATA", "SIGNBOARD_VIEWER_CONFIG"];

/// Where the configuration comes from, besides the defaults.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A file that must exist.
    pub file: Option<PathBuf>,
    /// The viewer's own file, which need not exist.
    pub own: Option<PathBuf>,
    /// Variables of the environment; others than `SIGNBOARD_VIEWER_...` are passed over.
    pub environment: Vec<(String, String)>,
    /// `key=value` from the command line, the later ones win.
    pub set: Vec<String>,
}

impl Sources {
    /// The sources of this process: `file` if named, else [`DEFAULT_FILE`] if that exists.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>, data: &Path, set: Vec<String>) -> Self {
        let file = file.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()));
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
        Self { file, own: Some(data.join(OWN_FILE)), environment, set }
    }
}

impl Config {
    /// Reads all sources.
    ///
    /// # Errors
    /// The first [`Problem`].
    pub fn load(sources: &Sources) -> Result<Self, Problem> {
        let mut table = Table::new();
        for path in [sources.file.as_ref(), sources.own.as_ref().filter(|own| own.exists())].into_iter().flatten() {
            join(&mut table, Self::file(path)?);
        }
        for (name, text) in &sources.environment {
            if !name.starts_with(VARIABLE_PREFIX) || NOT_SETTINGS.contains(&name.as_str()) {
                continue;
            }
            let place = format!("environment variable {name}");
            let key = keys().into_iter().find(|key| variable(key) == *name);
            let key =
                key.ok_or_else(|| Problem::Illegal { place: place.clone(), message: "there is no such setting".to_owned() })?;
            put(&mut table, &key, text, &place)?;
        }
        for text in &sources.set {
            let (key, value) = text.split_once('=').ok_or_else(|| Problem::NoValue(text.clone()))?;
            put(&mut table, key.trim(), value.trim(), "--set")?;
        }
        Self::of_table(table, "the settings together")
    }

    /// Reads one file and checks it.
    ///
    /// # Errors
    /// It cannot be read, is not TOML, or has a key or a value that is not legal.
    pub fn file(path: &Path) -> Result<Table, Problem> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Problem::Unreadable { path: path.to_owned(), message: words(&error) })?;
        Self::text(&text, &path.display().to_string())
    }

    /// Reads the text of a file; `place` names it in a refusal.
    ///
    /// # Errors
    /// It is not TOML, or has a key or a value that is not legal.
    pub fn text(text: &str, place: &str) -> Result<Table, Problem> {
        let illegal = |error: &toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            Problem::Illegal { place: format!("{place}:{line}"), message: error.message().replace('\n', " ") }
        };
        let config: Self = toml::from_str(text).map_err(|error| illegal(&error))?;
        config.check(place)?;
        toml::from_str(text).map_err(|error| illegal(&error))
    }

    fn of_table(table: Table, place: &str) -> Result<Self, Problem> {
        let message = |error: toml::de::Error| error.message().replace('\n', " ");
        let config: Self = Value::Table(table)
            .try_into()
            .map_err(|error| Problem::Illegal { place: place.to_owned(), message: message(error) })?;
        config.check(place)?;
        Ok(config)
    }

    /// What types alone do not say.
    fn check(&self, place: &str) -> Result<(), Problem> {
        let illegal = |message: String| Err(Problem::Illegal { place: place.to_owned(), message });
        for address in &self.server.address {
            if let Err(error) = address.parse::<net::control::Address>() {
                return illegal(format!("server.address: {error}"));
            }
        }
        let fingerprint = &self.server.fingerprint;
        if !fingerprint.is_empty() && self.fingerprint().is_none() {
            return illegal(format!("server.fingerprint is `{fingerprint}`; write 64 hexadecimal digits"));
        }
        if let Some(other) =
            self.commands.allow.iter().find(|kind| !["reboot", "shut_down", "set_setting"].contains(&kind.as_str()))
        {
            return illegal(format!("commands.allow names `{other}`; possible are reboot, shut_down and set_setting"));
        }
        if !["", "0", "90", "180", "270", "360"].contains(&self.display.rotation.to_string().as_str()) {
            return illegal(format!("display.rotation is {}; write 0, 90, 180 or 270", self.display.rotation));
        }
        let output = &self.output;
        if output.width > LARGEST_SIDE || output.height > LARGEST_SIDE {
            return illegal(format!(
                "output.width and output.height are {} and {}; write at most {LARGEST_SIDE}, or 0 to ask the display server",
                output.width, output.height
            ));
        }
        if !self.display.resolution.is_empty() && self.mode().is_none() {
            return illegal(format!(
                "display.resolution is `{}`; write such as 1920x1080 or 3840x2160@30",
                self.display.resolution
            ));
        }
        Ok(())
    }

    /// The pinned certificate's SHA-256, if one is set.
    #[must_use]
    pub fn fingerprint(&self) -> Option<[u8; 32]> {
        let digits: String = self.server.fingerprint.chars().filter(|c| *c != ':').collect();
        hex::decode(digits).ok()?.try_into().ok()
    }

    /// The resolution to set: width, height, hertz.
    #[must_use]
    pub fn mode(&self) -> Option<(u32, u32, Option<u32>)> {
        let (size, rate) = match self.display.resolution.split_once('@') {
            Some((size, rate)) => (size, Some(rate.parse().ok()?)),
            None => (self.display.resolution.as_str(), None),
        };
        let (width, height) = size.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?, rate))
    }

    /// The configured servers, in their order.
    #[must_use]
    pub fn addresses(&self) -> Vec<net::control::Address> {
        self.server.address.iter().filter_map(|address| address.parse().ok()).collect()
    }
}

/// Every key, such as `server.address`.
#[must_use]
pub(super) fn keys() -> Vec<String> {
    let defaults = Table::try_from(Config::default()).expect("the defaults are plain data");
    let section = |(name, value): (String, Value)| {
        let table = value.as_table().cloned().unwrap_or_default();
        table.into_iter().map(move |(key, _)| format!("{name}.{key}"))
    };
    defaults.into_iter().flat_map(section).collect()
}

/// Puts a value given as text under its key; the default's type says how it is read. Lists are separated by commas.
pub(super) fn put(table: &mut Table, key: &str, text: &str, place: &str) -> Result<(), Problem> {
    let illegal = |message: String| Problem::Illegal { place: place.to_owned(), message };
    let defaults = Table::try_from(Config::default()).expect("the defaults are plain data");
    let unknown = || illegal(format!("{key} is not a setting; there are {}", keys().join(", ")));
    let (section, name) = key.split_once('.').ok_or_else(unknown)?;
    let default = defaults.get(section).and_then(|section| section.get(name)).ok_or_else(unknown)?;
    let value = match default {
        Value::Boolean(_) => {
            text.parse().map(Value::Boolean).map_err(|_| illegal(format!("{key} is `{text}`; write true or false")))?
        }
        Value::Integer(_) => {
            text.parse().map(Value::Integer).map_err(|_| illegal(format!("{key} is `{text}`; write a number")))?
        }
        Value::Array(_) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
        }
        _ => Value::String(text.to_owned()),
    };
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    section.as_table_mut().expect("files are checked before they are joined").insert(name.to_owned(), value);
    Ok(())
}

fn join(table: &mut Table, later: Table) {
    for (section, values) in later {
        match (table.get_mut(&section).and_then(Value::as_table_mut), values) {
            (Some(there), Value::Table(values)) => there.extend(values),
            (_, values) => drop(table.insert(section, values)),
        }
    }
}

/// Name of the environment variable for a key: `cache.quota-mib` is `SIGNBOARD_VIEWER_CACHE_QUOTA_MIB`.
fn variable(key: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", key.replace(['.', '-'], "_").to_ascii_uppercase())
}

/// What the system says, without its number.
pub(super) fn words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
