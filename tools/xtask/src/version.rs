//! Version numbers as programs print them.

use std::fmt;

/// Major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first dotted number in `text`, such as that of `rustc 1.95.0 (5980 2026-04-14)` or `v20.20.2`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split(|c: char| c.is_whitespace() || c == ',').find_map(Self::word)
    }

    fn word(word: &str) -> Option<Self> {
        let digits = word.trim_start_matches('v');
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
        let mut parts = digits[..end].split('.').map(str::parse::<u32>);
        let major = parts.next()?.ok()?;
        let minor = parts.next()?.ok()?;
        let patch = parts.next().and_then(Result::ok).unwrap_or(0);
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_where_programs_print_them() {
        let cases = [
            ("rustc 1.95.0 (59807616e 2026-04-14)", Some(Version(1, 95, 0))),
            ("rustc 1.96.0-nightly (abc 2026-05-01)", Some(Version(1, 96, 0))),
            ("v20.20.2\n", Some(Version(20, 20, 2))),
            ("11.19.1", Some(Version(11, 19, 1))),
            ("ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000", Some(Version(5, 1, 6))),
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some(Version(15, 18, 0))),
            ("wrk debian/4.1.0", None),
            ("", None),
        ];
        for (text, version) in cases {
            assert_eq!(Version::find(text), version, "{text}");
        }
    }

    #[test]
    fn versions_order_by_number_not_by_text() {
        assert!(Version(1, 100, 0) > Version(1, 95, 0));
        assert!(Version(20, 0, 0) > Version(18, 99, 9));
    }
}
