//! The account at an ACME authority.

use std::fs;
use std::path::{Path, PathBuf};

use instant_acme::{Account, AccountBuilder, AccountCredentials, NewAccount};
use serde::{Deserialize, Serialize};

use super::TlsError;
use super::key_files::write_owner_only;
use crate::config::read_secret_file;

/// Where the account is, and how the authority is reached.
#[derive(Clone, Debug)]
pub(super) struct AcmeAccount {
    pub(super) file: PathBuf,
    pub(super) directory: String,
    pub(super) contact: Option<String>,
    pub(super) root: Option<PathBuf>,
}

/// What is kept: credentials are only good for the directory that gave them.
#[derive(Deserialize, Serialize)]
struct Kept {
    directory: String,
    credentials: AccountCredentials,
}

impl AcmeAccount {
    /// The kept account if it is one of this directory, else a new one.
    pub(super) async fn open(&self) -> Result<Account, TlsError> {
        if let Some(kept) = self.kept()? {
            return self.builder()?.from_credentials(kept.credentials).await.map_err(|error| self.error(&error));
        }
        let contact = self.contact.as_ref().map(|address| match address.starts_with("mailto:") {
            true => address.clone(),
            false => format!("mailto:{address}"),
        });
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let created = self.builder()?.create(&new, self.directory.clone(), None).await;
        let (account, credentials) = created.map_err(|error| self.error(&error))?;
        let kept = Kept { directory: self.directory.clone(), credentials };
        let text = serde_json::to_vec_pretty(&kept).expect("credentials are plain text");
        write_owner_only(&self.file, &text)?;
        Ok(account)
    }

    /// An error of the authority in our words.
    pub(super) fn error(&self, error: &dyn std::error::Error) -> TlsError {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        TlsError::Acme { directory: self.directory.clone(), message }
    }

    fn kept(&self) -> Result<Option<Kept>, TlsError> {
        if !fs::exists(&self.file).unwrap_or(false) {
            return Ok(None);
        }
        let text = read_secret_file(&self.file)?;
        let kept: Option<Kept> = serde_json::from_slice(&text).ok();
        Ok(kept.filter(|kept| kept.directory == self.directory))
    }

    fn builder(&self) -> Result<AccountBuilder, TlsError> {
        let builder = match self.root.as_deref() {
            Some(root) => Account::builder_with_root(Path::new(root)),
            None => Account::builder(),
        };
        builder.map_err(|error| self.error(&error))
    }
}
