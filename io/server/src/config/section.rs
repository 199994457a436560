//! A part of the configuration that one concern owns, declared with its words and defaults in one place.

use super::Value;

/// One setting as the sample and the error messages see it.
#[derive(Clone, Debug)]
pub struct Field {
    /// Key within the section, such as `http-port`.
    pub key: &'static str,
    /// Lines of explanation.
    pub doc: &'static [&'static str],
    /// Default value as TOML.
    pub default: String,
}

/// What a value was refused for: the legal values as a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Illegal(pub(super) String);

/// What [`section`] writes for every part.
pub(super) trait Section: Default {
    /// Name of the TOML table.
    const NAME: &'static str;
    /// Lines of explanation.
    const DOC: &'static [&'static str];

    /// The settings in the order of declaration, with their defaults.
    fn fields() -> Vec<Field>;

    /// Takes a value; `None` when the section has no such key.
    fn apply(&mut self, key: &str, value: &Value) -> Option<Result<(), Illegal>>;
}

/// Declares a section: a struct, its defaults, and what [`Section`] needs.
macro_rules! section {
    (
        $(#[doc = $section_doc:literal])+
        $name:ident = $table:literal;
        $(
            $(#[doc = $doc:literal])+
            $field:ident: $type:ty = $key:literal, $default:expr $(, within $range:expr)?;
        )+
    ) => {
        $(#[doc = $section_doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $crate::config::section::Section for $name {
            const NAME: &'static str = $table;
            const DOC: &'static [&'static str] = &[$($section_doc),+];

            fn fields() -> Vec<$crate::config::Field> {
                let defaults = Self::default();
                vec![$($crate::config::Field {
                    key: $key,
                    doc: &[$($doc),+],
                    default: $crate::config::Setting::show(&defaults.$field),
                },)+]
            }

            fn apply(
                &mut self,
                key: &str,
                value: &$crate::config::Value,
            ) -> Option<Result<(), $crate::config::section::Illegal>> {
                use $crate::config::section::Illegal;
                match key {
                    $($key => Some(match <$type as $crate::config::Setting>::read(value) {
                        Some(read) => {
                            $(
                                let range = $range;
                                if !range.contains(&read) {
                                    let (from, to) = (range.start(), range.end());
                                    return Some(Err(Illegal(format!(
                                        "a whole number from {from} to {to}",
                                    ))));
                                }
                            )?
                            self.$field = read;
                            Ok(())
                        }
                        None => Err(Illegal(
                            <$type as $crate::config::Setting>::LEGAL.to_owned(),
                        )),
                    }),)+
                    _ => None,
                }
            }
        }
    };
}

pub(super) use section;
