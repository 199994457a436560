//! Fonts that viewers get by hash, shipped inside the program.

use std::collections::BTreeMap;

use bytes::Bytes;
use control::plan::PlanFont;
use domain::cell::Hash;
use rust_embed::RustEmbed;
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "../../web/packages/fonts/"]
#[include = "fonts.json"]
#[include = "files/*.woff2"]
struct Files;

/// One line of `fonts.json`.
#[derive(Deserialize)]
struct Line {
    family: String,
    weight: String,
    style: String,
    range: String,
    file: String,
}

/// All fonts.
pub struct Fonts {
    list: Vec<PlanFont>,
    files: BTreeMap<Hash, Bytes>,
}

impl Fonts {
    /// Reads the fonts that were built in.
    ///
    /// # Panics
    /// If the build put in a broken list, which a test would show.
    #[must_use]
    pub fn load() -> Self {
        let lines = Files::get("fonts.json").expect("the list of fonts is built in");
        let lines: Vec<Line> = serde_json::from_slice(&lines.data).expect("the list of fonts is JSON");
        let mut fonts = Self { list: Vec::new(), files: BTreeMap::new() };
        for line in lines {
            let data = Files::get(&format!("files/{}", line.file)).expect("each listed font is built in").data;
            let hash = Hash::of(&data);
            fonts.list.push(PlanFont {
                family: line.family,
                weight: line.weight,
                style: line.style,
                range: line.range,
                hash,
                sha256: hex::encode(Sha256::digest(&data)),
                bytes: data.len() as u64,
            });
            fonts.files.insert(hash, Bytes::from(data.into_owned()));
        }
        fonts
    }

    /// For plans.
    #[must_use]
    pub fn list(&self) -> &[PlanFont] {
        &self.list
    }

    /// The file of a hash.
    #[must_use]
    pub fn file(&self, hash: &Hash) -> Option<Bytes> {
        self.files.get(hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_cover_the_promised_alphabets() {
        let fonts = Fonts::load();
        let covers = |family: &str, letter: char| {
            let wanted = u32::from(letter);
            fonts.list().iter().filter(|font| font.family == family && font.style == "normal").any(|font| {
                font.range.split(',').any(|part| {
                    let part = part.trim().trim_start_matches("U+");
                    let (first, last) = part.split_once('-').unwrap_or((part, part));
                    let parse = |digits: &str| u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
                    (parse(first)..=parse(last)).contains(&wanted)
                })
            })
        };
        for letter in ['A', 'ß', 'Ω', 'Ж', 'ش', 'א'] {
            assert!(covers("Inter", letter), "{letter}");
        }
        assert!(fonts.file(&fonts.list()[0].hash).is_some());
    }
}
