//! What a bench program printed as lines `name value unit`.

use std::collections::BTreeMap;

/// Numbers by name; units are part of the agreement between the program and who reads it.
pub(super) struct Values(BTreeMap<String, f64>);

impl Values {
    /// Reads every line that begins with a name without spaces and a number.
    pub(super) fn read(output: &str) -> Self {
        let pair = |line: &str| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
        };
        Self(output.lines().filter_map(pair).collect())
    }

    /// The number of this name.
    pub(super) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_name_and_words_are_passed_over() {
        let values =
            Values::read("error bound stated by our clock: 3.0 us\nours_312_cpu 0.40 percent\nours_312_lost 2 of 3120\n\nx\n");
        assert_eq!((values.get("ours_312_cpu"), values.get("ours_312_lost")), (Some(0.4), Some(2.0)));
        assert_eq!((values.get("error"), values.get("x")), (None, None));
    }
}
