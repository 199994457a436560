//! A setting that takes one of a few words.

/// Declares an enum whose variants are written as words in the configuration.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        $name:ident;
        $(#[doc = $first_doc:literal])+ $first:ident = $first_word:literal,
        $($(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal,)+
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $first_doc])+ $first,
            $($(#[doc = $variant_doc])+ $variant,)+
        }

        impl $crate::config::Setting for $name {
            const LEGAL: &'static str = concat!("one of ", $first_word, $(", ", $word,)+);

            fn read(value: &$crate::config::Value) -> Option<Self> {
                match value.text()? {
                    $first_word => Some(Self::$first),
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn show(&self) -> String {
                match self {
                    Self::$first => format!("{:?}", $first_word),
                    $(Self::$variant => format!("{:?}", $word),)+
                }
            }
        }
    };
}

pub(super) use choice;
