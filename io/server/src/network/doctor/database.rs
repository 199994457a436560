//! Whether the database of the data folder is what was written into it.

use std::path::Path;

use api::network::Finding;

use crate::replication::{damaged_in_words, noted_damage};

/// What the server noted, and what its pages look like. Nothing is said of a folder without a database.
pub(super) fn check(data: &Path) -> Vec<Finding> {
    const SUBJECT: &str = "database";
    if let Some(damage) = noted_damage(data) {
        return vec![trouble(&damage)];
    }
    match store::look_at(data) {
        Ok(None) if !data.join("signboard.db").exists() => Vec::new(),
        Ok(None) => vec![Finding::fine(SUBJECT, "All pages of the database are in order.".to_owned())],
        Ok(Some(damage)) => vec![trouble(&damage)],
        Err(error) => {
            vec![Finding::note(SUBJECT, format!("Not looked at: {error}")).remedied("Run the doctor as the server's user.")]
        }
    }
}

fn trouble(damage: &str) -> Finding {
    let text = damaged_in_words(damage);
    // The first sentence is what is wrong, the rest what to do.
    let (wrong, remedy) = text.split_once(". ").unwrap_or((&text, ""));
    Finding::trouble("database", format!("{wrong}."), remedy.to_owned())
}

#[cfg(test)]
mod tests {
    use api::network::Verdict;

    use super::*;

    #[test]
    fn a_damaged_database_is_trouble_with_a_remedy_and_none_is_nothing() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(check(data.path()), []);
        std::fs::write(data.path().join("signboard.db"), "no database ".repeat(400)).unwrap();
        let findings = check(data.path());
        assert_eq!(findings[0].verdict, Verdict::Trouble, "{findings:?}");
        assert!(findings[0].remedy.as_ref().unwrap().contains("signboard rebuild"), "{findings:?}");
    }
}
