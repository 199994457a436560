//! Who this server is to others: a key that never leaves its data folder, and what it was given when it joined.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use control::v1;
use net::control::{Identity, Key};
use parking_lot::Mutex;
use prost::Message as _;
use uuid::Uuid;

use crate::app::App;
use crate::control_port::server_certificate;
use crate::now::now_ms;

/// Folder of these files within the data folder.
const FOLDER: &str = "server";
/// The key, PKCS #8 in DER (RFC 5208).
const KEY: &str = "key.der";
/// What `Join` answered: `signboard.v1.JoinReply` and the addresses of the token.
const MEMBERSHIP: &str = "membership.bin";

/// What was given at joining.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// The answer.
    pub reply: v1::JoinReply,
    /// Where the server that took this one in answers.
    pub servers: Vec<v1::Server>,
}

impl Membership {
    /// The server that took this one in.
    #[must_use]
    pub fn main(&self) -> Option<Uuid> {
        Uuid::from_slice(&self.reply.server).ok()
    }
}

/// The server's identity.
#[derive(Debug)]
pub struct Own {
    folder: PathBuf,
    key: Key,
    membership: Mutex<Option<Membership>>,
}

impl Own {
    /// Reads the identity; makes the key at the first start.
    ///
    /// # Errors
    /// If a file cannot be read, or the key is none.
    pub fn open(data: &Path) -> io::Result<Self> {
        let folder = data.join(FOLDER);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let key = match fs::read(folder.join(KEY)) {
            Ok(bytes) => Key::load(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Key::make();
                write(&folder, KEY, &key.pkcs8())?;
                key
            }
            Err(error) => return Err(error),
        };
        let membership = match fs::read(folder.join(MEMBERSHIP)) {
            Ok(bytes) => Some(decode(&bytes).ok_or_else(|| io::Error::other("the file with the membership is damaged"))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(Self { folder, key, membership: Mutex::new(membership) })
    }

    /// Its key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What it was given at joining; none: it has not joined another one.
    #[must_use]
    pub fn membership(&self) -> Option<Membership> {
        self.membership.lock().clone()
    }

    /// Stores what it was given at joining.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn joined(&self, membership: Membership) -> io::Result<()> {
        write(&self.folder, MEMBERSHIP, &encode(&membership))?;
        *self.membership.lock() = Some(membership);
        Ok(())
    }

    /// Forgets a membership that came to nothing.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub fn left(&self) -> io::Result<()> {
        *self.membership.lock() = None;
        match fs::remove_file(self.folder.join(MEMBERSHIP)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What other servers are shown: a fresh certificate of the installation's authority, once this server knows that; before, the one
    /// that it was given. None: it belongs to no installation that it could meet others of.
    #[must_use]
    pub fn identity(&self, app: &App) -> Option<Identity> {
        let granted = server_certificate(app, &self.key.request(), now_ms());
        let granted = granted.or_else(|| self.membership()?.reply.certificate)?;
        Identity::new(self.key.clone(), &granted).ok()
    }
}

/// Two messages, each behind its length.
fn encode(membership: &Membership) -> Vec<u8> {
    let token = v1::ServerToken { servers: membership.servers.clone(), ..v1::ServerToken::default() };
    [membership.reply.encode_length_delimited_to_vec(), token.encode_length_delimited_to_vec()].concat()
}

fn decode(mut bytes: &[u8]) -> Option<Membership> {
    let reply = v1::JoinReply::decode_length_delimited(&mut bytes).ok()?;
    let token = v1::ServerToken::decode_length_delimited(&mut bytes).ok()?;
    Some(Membership { reply, servers: token.servers })
}

/// Writes a file that only its owner can read, as a whole or not at all.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (path, begun) = (folder.join(name), folder.join(format!("{name}.part")));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&begun)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&begun, &path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_membership_survive_a_restart_and_only_the_owner_reads_them() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let own = Own::open(data.path()).unwrap();
        assert_eq!(own.membership(), None);
        let reply = v1::JoinReply { server: vec![7; 16], name: "Harbour".into(), ..v1::JoinReply::default() };
        let servers = vec![v1::Server { host: "main".into(), control_port: 7237, ..v1::Server::default() }];
        let membership = Membership { reply, servers };
        own.joined(membership.clone()).unwrap();
        let again = Own::open(data.path()).unwrap();
        assert_eq!(again.key().fingerprint(), own.key().fingerprint());
        assert_eq!(again.membership(), Some(membership.clone()));
        assert_eq!(membership.main(), Some(Uuid::from_bytes([7; 16])));
        let mode = fs::metadata(data.path().join(FOLDER).join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
        again.left().unwrap();
        assert_eq!(Own::open(data.path()).unwrap().membership(), None);
    }

    #[test]
    fn a_damaged_key_is_not_replaced_silently() {
        let data = tempfile::tempdir().unwrap();
        Own::open(data.path()).unwrap();
        fs::write(data.path().join(FOLDER).join(KEY), b"garbage").unwrap();
        assert_eq!(Own::open(data.path()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
