//! Secret cells are encrypted at rest under a key that lies beside the database, not in it.
//!
//! AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits; the place of the cell is authenticated, so that a sealed value cannot
//! be moved to another document.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::document::Class;
use domain::log::canonical;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::error::Error;
use crate::folder;

/// The only key of the object that stands for a sealed value.
const SEALED: &str = "$sealed";

/// Says who may see a cell of a kind.
pub type Classes = Arc<dyn Fn(&str, &str) -> Class + Send + Sync>;

/// Seals and opens cells.
pub(crate) struct Sealer {
    key: RandomizedNonceKey,
    id: String,
    classes: Classes,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Sealer {
    /// Reads the key file.
    pub(crate) fn read(path: &Path, classes: Classes) -> Result<Self, Error> {
        let wrong = |what| Error::Key { path: path.to_owned(), what };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(wrong("is missing")),
            Err(error) => return Err(Error::file(path, error)),
        };
        let bytes = hex::decode(text.trim()).map_err(|_| wrong("is damaged"))?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| wrong("is damaged"))?;
        let id = blake3::hash(&bytes).to_hex()[..16].to_owned();
        Ok(Self { key, id, classes })
    }

    /// Writes a new key file, durably, and reads it.
    pub(crate) fn create(path: &Path, classes: Classes) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::file(path, std::io::Error::other("no random numbers")))?;
        // Under another name until it is whole: half a key would look like a damaged one at the next start.
        let unfinished = path.with_extension("key.new");
        let write = || {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
            file.write_all(hex::encode(bytes).as_bytes())?;
            File::sync_all(&file)?;
            std::fs::rename(&unfinished, path)
        };
        write().map_err(|error| {
            // A left-over is overwritten by the next attempt.
            let _ = std::fs::remove_file(&unfinished);
            Error::file(path, error)
        })?;
        folder::sync(path.parent().expect("the key lies in a folder"))?;
        Self::read(path, classes)
    }

    /// Names the key without giving it away.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Whether a value must not be stored as it is: it is secret, or looks like a sealed one.
    pub(crate) fn must_seal(&self, kind: &str, cell: &str, value: &Value) -> bool {
        sealed(value).is_some() || (self.classes)(kind, cell) == Class::Secret
    }

    /// The value to be stored instead of a secret one.
    pub(crate) fn seal(&self, kind: &str, id: Uuid, cell: &str, value: &Value) -> Value {
        let mut bytes = canonical(value).into_bytes();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(place(kind, id, cell)), &mut bytes)
            .expect("a short text can be encrypted");
        let mut all = nonce.as_ref().to_vec();
        all.append(&mut bytes);
        json!({ SEALED: STANDARD_NO_PAD.encode(all) })
    }

    /// Undoes [`Self::seal`]; other values stay as they are.
    pub(crate) fn open(&self, kind: &str, id: Uuid, cell: &str, value: Value) -> Result<Value, Error> {
        let Some(text) = sealed(&value) else { return Ok(value) };
        let damaged = || Error::damaged(format!("secret {cell} of {kind} {id}"));
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| damaged())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let mut text = text.to_vec();
        let plain = self.key.open_in_place(nonce, Aad::from(place(kind, id, cell)), &mut text).map_err(|_| damaged())?;
        serde_json::from_slice(plain).map_err(|_| damaged())
    }
}

/// False only if a stored body certainly holds no sealed value.
pub(crate) fn may_be_sealed(body: &str) -> bool {
    body.contains(SEALED)
}

fn sealed(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(SEALED)?.as_str()
}

/// The authenticated place: no two places share a text, since names hold no line break.
fn place(kind: &str, id: Uuid, cell: &str) -> Vec<u8> {
    format!("{kind}\n{id}\n{cell}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(folder: &Path) -> Sealer {
        let classes: Classes =
            Arc::new(|kind, cell| if (kind, cell) == ("user", "password") { Class::Secret } else { Class::Public });
        Sealer::create(&folder.join("secret.key"), classes).unwrap()
    }

    #[test]
    fn a_secret_opens_only_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = sealer(folder.path());
        let (ann, bob) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let stored = sealer.seal("user", ann, "password", &json!("harbour"));
        assert!(!stored.to_string().contains("harbour"));
        assert_ne!(stored, sealer.seal("user", ann, "password", &json!("harbour")), "nonces differ");
        assert_eq!(sealer.open("user", ann, "password", stored.clone()).unwrap(), json!("harbour"));
        assert!(sealer.open("user", bob, "password", stored.clone()).is_err());
        assert!(sealer.open("user", ann, "note", stored).is_err());
    }

    #[test]
    fn a_public_value_that_looks_sealed_survives() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = sealer(folder.path());
        let odd = json!({"$sealed": "AAAA"});
        assert!(sealer.must_seal("viewer", "name", &odd));
        assert!(!sealer.must_seal("viewer", "name", &json!({"$sealed": 1})));
        let stored = sealer.seal("viewer", Uuid::nil(), "name", &odd);
        assert_eq!(sealer.open("viewer", Uuid::nil(), "name", stored).unwrap(), odd);
    }
}
