//! What all tests of the store stand on: a state, a clock, and a store in a folder.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use domain::document::Class;
use domain::log::{Cells, Change, Edit, Row};
use serde_json::json;
use store::{Classes, Loaded, Options, Setup, State, Store, Writer};
use uuid::Uuid;

/// Documents as rows: the simplest state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows(pub(crate) BTreeMap<(String, Uuid), Row>);

impl State for Rows {
    fn put(&mut self, kind: &str, id: Uuid, row: Option<&Row>) {
        let key = (kind.to_owned(), id);
        match row {
            Some(row) => self.0.insert(key, row.clone()),
            None => self.0.remove(&key),
        };
    }
}

impl Rows {
    /// The value of a cell.
    pub(crate) fn cell(&self, kind: &str, id: Uuid, cell: &str) -> Option<&serde_json::Value> {
        Some(&self.0.get(&(kind.to_owned(), id))?.cells.get(cell)?.value)
    }
}

/// Cells called `password` are secret.
pub(crate) fn classes() -> Classes {
    Arc::new(|_, cell| if cell == "password" { Class::Secret } else { Class::Public })
}

/// A clock that always shows the same time: what depends on order must not depend on it.
pub(crate) fn setup() -> Setup {
    Setup { merge: replica::commit, clock: Arc::new(|| 1_790_000_000_000), schema: 1 }
}

/// An open store with its writer.
pub(crate) struct Site {
    pub(crate) store: Store,
    pub(crate) writer: Writer<Rows>,
    pub(crate) loaded: Loaded,
}

pub(crate) async fn open(options: Options) -> Result<Site, store::Error> {
    let mut rows = Rows::default();
    let (store, loaded) = Store::open(options, |kind, id, row| rows.put(kind, id, Some(&row))).await?;
    let writer = Writer::start(&store, rows, setup())?;
    Ok(Site { store, writer, loaded })
}

pub(crate) async fn open_folder(dir: &Path) -> Site {
    open(Options::new(dir, classes())).await.unwrap()
}

impl Site {
    /// Closes everything, so that the folder can be opened again.
    pub(crate) async fn close(self) {
        self.writer.close().await;
    }
}

pub(crate) fn edit(kind: &str, id: u128, change: Change) -> Edit {
    Edit { kind: kind.into(), id: Uuid::from_u128(id), change }
}

pub(crate) fn name(text: &str) -> Cells {
    [("name".to_owned(), json!(text))].into()
}

pub(crate) fn insert(kind: &str, id: u128, text: &str) -> Edit {
    edit(kind, id, Change::Insert(name(text)))
}

pub(crate) fn update(kind: &str, id: u128, text: &str) -> Edit {
    edit(kind, id, Change::Update(name(text)))
}
