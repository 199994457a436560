//! Reads how many tests passed and failed from what the runners print.

/// Counts of one or several runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
}

impl Tally {
    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// Adds up every summary in the output of nextest, libtest, vitest, node's runner or Playwright.
    ///
    /// Where nextest sums up, only its sum counts: it shows the words of failed tests, which are libtest's, once or twice before.
    pub(crate) fn read(output: &str) -> Self {
        let clean = without_colour(output);
        let lines: Vec<&str> = clean.lines().map(str::trim).collect();
        let sums: Vec<&str> = lines.iter().copied().filter(|line| is_nextest(line)).collect();
        let counted = if sums.is_empty() { lines } else { sums };
        counted.into_iter().map(summary).fold(Self::default(), Self::plus)
    }
}

/// The tests that failed and then passed at a second try, as nextest or the browser tests name them; each once.
pub(crate) fn unsteady(output: &str) -> Vec<String> {
    let clean = without_colour(output);
    let lines = clean.lines().map(str::trim);
    // nextest: "FLAKY 2/2 [   1.262s] (3/9) package::binary test"; the browser tests: "UNSTEADY player/play.test.mjs"
    let named = lines.filter_map(|line| {
        let tried = line.strip_prefix("FLAKY ").and_then(|rest| rest.rsplit_once([']', ')'])).map(|(_, name)| name);
        tried.or_else(|| line.strip_prefix("UNSTEADY "))
    });
    let mut names: Vec<String> = named.map(|name| name.trim().to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

fn is_nextest(line: &str) -> bool {
    line.starts_with("Summary [") && line.contains(" run:")
}

fn summary(line: &str) -> Tally {
    let nextest = is_nextest(line);
    let libtest = line.starts_with("test result:");
    let vitest = line.starts_with("Tests ") && (line.contains(" passed") || line.contains(" failed"));
    if nextest || libtest || vitest {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        return Tally { passed: before(&words, "passed"), failed: before(&words, "failed") };
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        // node: "# pass 12", or with its own sign on a terminal
        [sign, "pass", count] if is_node(sign) => Tally { passed: number(count), failed: 0 },
        [sign, "fail", count] if is_node(sign) => Tally { passed: 0, failed: number(count) },
        // Playwright: "12 passed (30.1s)", "1 failed"
        [count, "passed", time] if time.starts_with('(') => Tally { passed: number(count), failed: 0 },
        [count, "failed"] => Tally { passed: 0, failed: number(count) },
        _ => Tally::default(),
    }
}

fn is_node(sign: &str) -> bool {
    sign == "#" || sign == "\u{2139}"
}

fn number(word: &str) -> u64 {
    word.parse().unwrap_or(0)
}

fn before(words: &[&str], key: &str) -> u64 {
    words.windows(2).find(|pair| pair[1] == key).map_or(0, |pair| number(pair[0]))
}

/// Removes escape sequences that set colours.
fn without_colour(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut parts = text.split('\x1b');
    clean.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic()).map_or(part.len(), |at| at + 1);
        clean.push_str(&part[end..]);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runner_is_understood() {
        let cases = [
            ("     Summary [   1.262s] 120 tests run: 119 passed (2 slow), 1 failed, 2 skipped", 119, 1),
            ("\x1b[32;1m     Summary\x1b[0m [   0.024s] 18 tests run: 18 passed, 0 skipped", 18, 0),
            ("test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s", 7, 0),
            ("test result: FAILED. 6 passed; 1 failed; 0 ignored", 6, 1),
            ("      Tests  1 failed | 11 passed (12)", 11, 1),
            (" Test Files  2 passed (2)\n      Tests  \x1b[1m\x1b[32m12 passed\x1b[39m (12)", 12, 0),
            ("# tests 13\n# pass 12\n# fail 1\n", 12, 1),
            ("\u{2139} pass 4\n\u{2139} fail 0", 4, 0),
            ("  1 failed\n    story.spec.ts:3:1\n  12 passed (30.1s)", 12, 1),
            ("Compiling the world\n error: 3 failed builds", 0, 0),
        ];
        for (text, passed, failed) in cases {
            assert_eq!(Tally::read(text), Tally { passed, failed }, "{text}");
        }
    }

    #[test]
    fn a_failed_test_counts_once_though_its_words_are_shown_twice() {
        let words = "    test result: FAILED. 0 passed; 1 failed; 0 ignored\n";
        let text = format!("{words}     Summary [   1.2s] 9 tests run: 8 passed, 1 failed, 0 skipped\n{words}");
        assert_eq!(Tally::read(&text), Tally { passed: 8, failed: 1 });
    }

    #[test]
    fn what_needed_a_second_try_is_named_once() {
        let text = "\x1b[33mFLAKY\x1b[0m 2/2 [   1.262s] (3/9) signboard::lan woken::lab_calls\n\
                    FLAKY 2/2 [   1.262s] (3/9) signboard::lan woken::lab_calls\n\
                    UNSTEADY player/play.test.mjs\nUNSTEADILY said";
        assert_eq!(unsteady(text), ["player/play.test.mjs", "signboard::lan woken::lab_calls"]);
    }
}
