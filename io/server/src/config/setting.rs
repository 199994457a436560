//! What a type must be able to do to stand in the configuration.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Value;

/// A type that a setting can have.
pub trait Setting: Sized {
    /// The legal values as a phrase, such as `true or false`.
    const LEGAL: &'static str;

    /// The setting's value, or `None` when the given one is not legal.
    fn read(value: &Value) -> Option<Self>;

    /// The value as TOML.
    fn show(&self) -> String;
}

impl Setting for bool {
    const LEGAL: &'static str = "true or false";

    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::Plain(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

macro_rules! whole_number {
    ($type:ty, $legal:literal) => {
        impl Setting for $type {
            const LEGAL: &'static str = $legal;

            fn read(value: &Value) -> Option<Self> {
                match value {
                    Value::Integer(value) => (*value).try_into().ok(),
                    Value::Plain(text) => text.replace('_', "").parse().ok(),
                    _ => None,
                }
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    };
}

whole_number!(u16, "a number from 0 to 65535");
whole_number!(u32, "a whole number from 0 to 4294967295");
whole_number!(u64, "a whole number from 0");

impl Setting for String {
    const LEGAL: &'static str = "text in quotation marks";

    fn read(value: &Value) -> Option<Self> {
        value.text().map(str::to_owned)
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Setting for PathBuf {
    const LEGAL: &'static str = "the absolute path of a file or folder";

    fn read(value: &Value) -> Option<Self> {
        value.text().filter(|text| !text.is_empty()).map(Self::from)
    }

    fn show(&self) -> String {
        quoted(&self.to_string_lossy())
    }
}

impl Setting for IpAddr {
    const LEGAL: &'static str = "an IPv4 or IPv6 address";

    fn read(value: &Value) -> Option<Self> {
        value.text()?.parse().ok()
    }

    fn show(&self) -> String {
        quoted(&self.to_string())
    }
}

/// Nothing is written as the empty text.
impl<T: Setting> Setting for Option<T> {
    const LEGAL: &'static str = T::LEGAL;

    fn read(value: &Value) -> Option<Self> {
        match value.text() {
            Some("") => Some(None),
            _ => T::read(value).map(Some),
        }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| quoted(""), T::show)
    }
}

/// A single value counts as a list of one.
impl<T: Setting> Setting for Vec<T> {
    const LEGAL: &'static str = T::LEGAL;

    fn read(value: &Value) -> Option<Self> {
        value.elements().iter().map(T::read).collect()
    }

    fn show(&self) -> String {
        let elements: Vec<String> = self.iter().map(T::show).collect();
        format!("[{}]", elements.join(", "))
    }
}

/// Text as a TOML basic string (TOML 1.0, "String").
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
