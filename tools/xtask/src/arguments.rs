//! The words after a subcommand, sorted into switches, values and names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::failure::Failure;

/// What a subcommand understands.
pub(crate) struct Grammar {
    /// Words that stand alone, such as `--lan`.
    pub(crate) switches: &'static [&'static str],
    /// Words that a value follows, such as `--port 8090`.
    pub(crate) values: &'static [&'static str],
    /// Whether words without dashes are welcome.
    pub(crate) names: bool,
}

/// The words, once understood.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    switches: BTreeSet<String>,
    values: BTreeMap<String, String>,
    /// Words without dashes, in order.
    pub(crate) names: Vec<String>,
}

impl Arguments {
    /// Reads `words` by `grammar`; `--key=value` and `--key value` are the same.
    ///
    /// # Errors
    /// Names the first word that the grammar does not know, or a missing value.
    pub(crate) fn parse(words: &[String], grammar: &Grammar) -> Result<Self, Failure> {
        let mut found = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let (key, inline) = match word.split_once('=') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            if grammar.values.contains(&key) {
                let value = inline
                    .or_else(|| rest.next().cloned())
                    .ok_or_else(|| Failure::usage(format!("`{key}` needs a value, as in `{key} 8090`.")))?;
                found.values.insert(key.to_owned(), value);
            } else if grammar.switches.contains(&word.as_str()) {
                found.switches.insert(word.clone());
            } else if grammar.names && !word.starts_with('-') {
                found.names.push(word.clone());
            } else {
                return Err(Failure::usage(format!("`{word}` is not known here; `cargo xtask --help` lists what is.")));
            }
        }
        Ok(found)
    }

    /// Whether the switch was given.
    pub(crate) fn has(&self, switch: &str) -> bool {
        self.switches.contains(switch)
    }

    /// A path, if one was given.
    pub(crate) fn path(&self, key: &str) -> Option<PathBuf> {
        self.values.get(key).map(PathBuf::from)
    }

    /// A port number, or the given default.
    ///
    /// # Errors
    /// Where the value is no number from 1 to 65535.
    pub(crate) fn port(&self, key: &str, default: u16) -> Result<u16, Failure> {
        match self.values.get(key) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|port| *port != 0)
                .ok_or_else(|| Failure::usage(format!("`{key} {text}` is no port; give a number from 1 to 65535."))),
        }
    }

    /// A number from 1, or the given default.
    ///
    /// # Errors
    /// Where the value is none.
    pub(crate) fn number(&self, key: &str, default: u32) -> Result<u32, Failure> {
        let Some(text) = self.values.get(key) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| *number != 0);
        number.ok_or_else(|| Failure::usage(format!("`{key} {text}` is no number; give one from 1, as in `{key} {default}`.")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAMMAR: Grammar = Grammar { switches: &["--lan"], values: &["--port"], names: false };

    fn parse(text: &str) -> Result<Arguments, Failure> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Arguments::parse(&words, &GRAMMAR)
    }

    #[test]
    fn both_spellings_of_a_value_are_the_same() {
        for text in ["--lan --port 8090", "--port=8090 --lan"] {
            let found = parse(text).unwrap();
            assert!(found.has("--lan"));
            assert_eq!(found.port("--port", 8080).unwrap(), 8090);
        }
        assert_eq!(parse("").unwrap().port("--port", 8080).unwrap(), 8080);
    }

    #[test]
    fn wrong_words_are_named() {
        for (text, part) in [("--wan", "`--wan`"), ("--port", "needs a value"), ("name", "`name`")] {
            let failure = parse(text).unwrap_err();
            assert!(failure.sentence.contains(part), "{}", failure.sentence);
            assert_eq!(failure.code, 64);
        }
        for port in ["0", "65536", "http"] {
            let failure = parse(&format!("--port {port}")).unwrap().port("--port", 1).unwrap_err();
            assert!(failure.sentence.contains(port), "{}", failure.sentence);
        }
    }
}
