//! What is known of an upload besides its bytes.

use domain::id::{FolderId, UserId};
use serde::{Deserialize, Serialize};

use crate::http::error::{Error, Result};

/// What is known of an upload besides its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The file's name.
    pub filename: String,
    /// Name of the media record.
    pub name: String,
    /// Folder of the media record.
    pub folder: Option<FolderId>,
    /// Who uploads.
    pub user: UserId,
}

impl Note {
    /// Reads `Upload-Metadata`.
    ///
    /// # Errors
    /// 422 when `folder` is no id.
    pub fn new(metadata: &[(String, String)], user: UserId) -> Result<Self> {
        let get =
            |key: &str| metadata.iter().find(|(k, _)| k == key).map(|(_, value)| value.trim()).filter(|value| !value.is_empty());
        let filename: String =
            get("filename").unwrap_or("file").chars().filter(|c| !c.is_control() && *c != '/' && *c != '\\').collect();
        let name: String = get("name").unwrap_or(&filename).chars().filter(|c| !c.is_control()).take(200).collect();
        let folder = get("folder").map(str::parse).transpose();
        let folder = folder.map_err(|_| Error::invalid("folder", "folder is not an id"))?;
        Ok(Self { filename, name: if name.trim().is_empty() { "file".to_owned() } else { name }, folder, user })
    }
}
