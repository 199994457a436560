//! Which compressed copy of a file the client takes (RFC 9110, section 12.5.3).

/// A copy that the web build made beside each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Brotli (RFC 7932), the smallest.
    Brotli,
    /// Gzip (RFC 1952).
    Gzip,
    /// As it is.
    Identity,
}

impl Encoding {
    /// In the order of preference.
    pub(super) const ALL: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// The name in HTTP; `None` for the file as it is.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What the build adds to the file's name.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    /// Whether a field `Accept-Encoding` takes it. The file as it is is always sent rather than nothing.
    pub(super) fn is_accepted(self, field: &str) -> bool {
        let Some(name) = self.name() else {
            return true;
        };
        let mut any = false;
        for part in field.split(',') {
            let (coding, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|text| text.trim().parse::<f32>().ok());
            let taken = weight.unwrap_or(1.0) > 0.0;
            match coding.trim() {
                coding if coding.eq_ignore_ascii_case(name) => return taken,
                "*" => any = taken,
                _ => {}
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity};

    #[test]
    fn takes_what_the_client_names() {
        for (field, brotli, gzip) in [
            ("", false, false),
            ("gzip, deflate, br", true, true),
            ("gzip;q=0, br;q=0.5", true, false),
            ("*", true, true),
            ("*;q=0, gzip", false, true),
            ("br;q=0, *", false, true),
            ("BR", true, false),
        ] {
            assert_eq!(Brotli.is_accepted(field), brotli, "br of {field}");
            assert_eq!(Gzip.is_accepted(field), gzip, "gzip of {field}");
            assert!(Identity.is_accepted(field));
        }
    }
}
