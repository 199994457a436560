//! The store as a whole.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use domain::lead::Lead;
use domain::log::{Position, Row};
use domain::stamp::Actor;
use replica::election::Vote;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use crate::actors::Actors;
use crate::batch::Batch;
use crate::db::{self, Db, Moment, WriteConnection};
use crate::error::Error;
use crate::facts::{Facts, FactsJob};
use crate::fold::Lag;
use crate::folder::Folder;
use crate::lite::Lite;
use crate::load::{self, Digests};
use crate::media::Media;
use crate::migrate;
use crate::options::{Engine, Options};
use crate::peer::Peers;
use crate::secret::Sealer;
use crate::sql::state::{ADD_ACTOR, PUT_META};
use crate::standing::Standing;
use crate::writer::known::Known;

/// Batches of facts that may wait for the writer.
const WAITING_FACTS: usize = 1024;

/// An open data folder. It stays locked until the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) folder: Arc<Folder>,
    pub(crate) db: Db,
    pub(crate) actors: Arc<RwLock<Actors>>,
    pub(crate) sealer: Arc<Sealer>,
    /// What the writer published last.
    pub(crate) standing: Arc<watch::Sender<Arc<Standing>>>,
    pub(crate) peers: Peers,
    pub(crate) lead: Arc<watch::Sender<Lead>>,
    pub(crate) vote: Arc<Mutex<Vote>>,
    facts: Facts,
    media: Media,
    start: Arc<Mutex<Option<Start>>>,
}

/// What the writer takes over.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) found: Found,
    pub(crate) facts: mpsc::Receiver<FactsJob>,
}

/// What the writer goes on from.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) connection: WriteConnection,
    pub(crate) position: Position,
    pub(crate) lpos: i64,
    pub(crate) digests: Digests,
    pub(crate) lag: Lag,
    pub(crate) known: Known,
}

/// What was found in the data folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The installation, made up at the first start.
    pub installation: Uuid,
    /// Where this server stands.
    pub position: Position,
    /// Different at each start.
    pub boot_nonce: Uuid,
    /// Position of the last log entry; 0 if there is none.
    pub lpos: i64,
    /// How many documents of each kind there are.
    pub documents: BTreeMap<String, u64>,
    /// Whether the folder was empty.
    pub fresh: bool,
}

impl Store {
    /// Locks the data folder, brings it up to date, and hands each document to `each`.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::Newer`], [`Error::Key`], [`Error::Full`] and [`Error::Damaged`] say what is wrong with the folder.
    /// It is left as it was in these cases.
    pub async fn open(options: Options, mut each: impl FnMut(&str, Uuid, Row)) -> Result<(Self, Loaded), Error> {
        let folder = Arc::new(Folder::lock(&options.dir)?);
        let (db, connection) = connect(&options, &folder).await?;
        let known_key = load::meta(&db, "key").await?;
        let sealer = match &known_key {
            None if !folder.key().exists() => Sealer::create(&folder.key(), options.classes)?,
            _ => Sealer::read(&folder.key(), options.classes)?,
        };
        if known_key.as_ref().is_some_and(|known| known != sealer.id()) {
            return Err(Error::Key { path: folder.key(), what: "does not fit the database" });
        }
        let mut connection = connection;
        let fresh = load::meta(&db, "server").await?.is_none();
        if fresh {
            connection.run(&first_start(&sealer)).await?;
        }
        let boot_nonce = Uuid::new_v4();
        connection.run(&Batch::one(PUT_META, vec!["boot_nonce".into(), boot_nonce.to_string().into()])).await?;
        let installation = id(&db, "installation").await?;
        let server = id(&db, "server").await?;
        let incarnation = load::meta(&db, "incarnation").await?.and_then(|text| text.parse().ok());
        let incarnation = incarnation.ok_or_else(|| Error::damaged("incarnation"))?;
        let actors = load::actors(&db).await?;
        let mut moment = Moment::begin(&db).await?;
        let (position, lpos) = load::position(&mut moment, Actor { server, incarnation }, &actors).await?;
        let (digests, lag) = load::digests(&mut moment).await?;
        drop(moment);
        let digest = digests.values().fold(0_u128, |sum, part| sum.wrapping_add(*part));
        let forked = load::forked(&db).await?;
        let standing = Standing { installation, position: position.clone(), lpos, digest, forked };
        let mut known = Known::default();
        let mut note = |kind: &str, id, row| {
            known.add(kind, id);
            each(kind, id, row);
        };
        let documents = load::documents(&db, &actors, &sealer, &mut note).await?;
        let loaded = Loaded { installation, position: position.clone(), boot_nonce, lpos, documents, fresh };
        let (sender, receiver) = mpsc::channel(WAITING_FACTS);
        let start = Start { found: Found { connection, position, lpos, digests, lag, known }, facts: receiver };
        let store = Self {
            standing: Arc::new(watch::Sender::new(Arc::new(standing))),
            peers: Peers::load(&db).await?,
            lead: Arc::new(watch::Sender::new(load::lead(&db).await?)),
            vote: Arc::new(Mutex::new(load::vote(&db).await?)),
            facts: Facts::new(db.clone(), sender),
            media: Media::open(folder.root())?,
            folder,
            db,
            actors: Arc::new(RwLock::new(actors)),
            sealer: Arc::new(sealer),
            start: Arc::new(Mutex::new(Some(start))),
        };
        Ok((store, loaded))
    }

    /// The facts. What is added waits until a [`crate::Writer`] runs.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The media files.
    #[must_use]
    pub fn media(&self) -> &Media {
        &self.media
    }

    /// The data folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.folder.root()
    }

    /// What the writer takes over; none if there is one already.
    pub(crate) fn take_start(&self) -> Option<Start> {
        self.start.lock().expect("nothing panics with this lock").take()
    }
}

async fn connect(options: &Options, folder: &Folder) -> Result<(Db, WriteConnection), Error> {
    match &options.engine {
        Engine::Sqlite => {
            let path = folder.database();
            migrate::refuse_newer(folder, options.migrations)?;
            let mut connection = Lite::open(&path)?;
            migrate::lite(&mut connection, folder, options.migrations)?;
            let readers = db::open_lite_readers(&path).await?;
            Ok((Db::Lite(readers), WriteConnection::Lite(Box::new(connection))))
        }
        Engine::Postgres { url } => {
            let (readers, writer) = db::open_pg(url).await?;
            migrate::pg(&writer, folder, options.migrations).await?;
            Ok((Db::Pg(readers), WriteConnection::Pg(writer)))
        }
    }
}

/// Identity of a new server: one transaction, so that a crash leaves all of it or nothing.
fn first_start(sealer: &Sealer) -> Batch {
    let (installation, server) = (Uuid::now_v7(), Uuid::now_v7());
    let mut batch = Batch::one(ADD_ACTOR, vec![0_i64.into(), server.into(), 1_i64.into()]);
    let facts = [
        ("installation", installation.to_string()),
        ("server", server.to_string()),
        ("incarnation", "1".to_owned()),
        ("key", sealer.id().to_owned()),
    ];
    for (name, value) in facts {
        batch.push(PUT_META, vec![name.into(), value.into()]);
    }
    batch
}

async fn id(db: &Db, name: &str) -> Result<Uuid, Error> {
    let text = load::meta(db, name).await?;
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Error::damaged(name))
}
