//! What the doctor found.

use std::fmt::Write as _;

use serde::Serialize;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// As it should be.
    Fine,
    /// Worth knowing.
    Note,
    /// It keeps the viewer from working.
    Trouble,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) remedy: Option<String>,
}

impl Finding {
    pub(super) fn fine(subject: &str, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fine, subject: subject.to_owned(), text: text.into(), remedy: None }
    }

    pub(super) fn note(subject: &str, text: impl Into<String>, remedy: &str) -> Self {
        Self { verdict: Verdict::Note, subject: subject.to_owned(), text: text.into(), remedy: Some(remedy.to_owned()) }
    }

    pub(super) fn trouble(subject: &str, text: impl Into<String>, remedy: &str) -> Self {
        Self { verdict: Verdict::Trouble, subject: subject.to_owned(), text: text.into(), remedy: Some(remedy.to_owned()) }
    }
}

/// The findings for people.
pub(super) fn lines(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string cannot fail");
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Fine => "fine   ",
            Verdict::Note => "note   ",
            Verdict::Trouble => "TROUBLE",
        };
        line(format!("{mark}  {:width$}  {}", finding.subject, finding.text));
        if let Some(remedy) = &finding.remedy {
            line(format!("{:9}{:width$}  -> {remedy}", "", ""));
        }
    }
    line(String::new());
    line(match findings.iter().filter(|finding| finding.verdict == Verdict::Trouble).count() {
        0 => "Nothing is in trouble.".to_owned(),
        1 => "One thing is in trouble.".to_owned(),
        many => format!("{many} things are in trouble."),
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_sentences_with_remedies() {
        let findings = [Finding::fine("clock", "It is right."), Finding::trouble("server", "It is silent.", "Start it.")];
        let text = lines(&findings);
        assert_eq!(
            text,
            "fine     clock   It is right.\nTROUBLE  server  It is silent.\n                 -> Start it.\n\nOne thing is in trouble.\n"
        );
    }
}
