//! The whole state of an installation in memory: what the log says when read to its end.

use imbl::OrdSet;
use uuid::Uuid;

use crate::alert::{AlertRules, OnHours};
use crate::authority::Authority;
use crate::card::{Card, Mac};
use crate::document::{Document, KindSpec};
use crate::download::DownloadRule;
use crate::enrolment::{Enrolment, EnrolmentToken, ExpectedDevice};
use crate::folder::Folder;
use crate::id::{CardId, DeviceId, EnrolmentTokenId, GrantId, IdentityId, TokenId, UserId, ViewerId};
use crate::log::Row;
use crate::notify::{MailAccount, Recipient};
use crate::rows::Rows;
use crate::server::{Server, ServerInvitation};
use crate::table::Table;
use crate::task::Task;
use crate::user::{Grant, Identity, Suspension, Token, User};
use crate::viewer::Device;
use crate::viewer_settings::ViewerSettings;

/// All tables. Copies are cheap, so a reader keeps one and is never disturbed.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// What decides what plays.
    pub rows: Rows,
    /// Folders of the library.
    pub folders: Table<Folder>,
    /// Machines.
    pub devices: Table<Device>,
    /// Certification authorities for devices.
    pub authorities: Table<Authority>,
    /// Tokens by which machines enrol.
    pub enrolment_tokens: Table<EnrolmentToken>,
    /// Machines that are expected.
    pub expected_devices: Table<ExpectedDevice>,
    /// One document: how native viewers may enrol.
    pub enrolments: Table<Enrolment>,
    /// Network cards of viewers.
    pub cards: Table<Card>,
    /// People.
    pub users: Table<User>,
    /// Ways to sign in.
    pub identities: Table<Identity>,
    /// Suspended users and devices.
    pub suspensions: Table<Suspension>,
    /// Roles given.
    pub grants: Table<Grant>,
    /// API tokens.
    pub tokens: Table<Token>,
    /// One document: what raises alerts.
    pub alert_rules: Table<AlertRules>,
    /// When viewers should be on.
    pub on_hours: Table<OnHours>,
    /// Who is told of alerts.
    pub recipients: Table<Recipient>,
    /// One document: the account from which mail is sent.
    pub mail_accounts: Table<MailAccount>,
    /// Limits for downloads.
    pub download_rules: Table<DownloadRule>,
    /// Settings of native viewers.
    pub viewer_settings: Table<ViewerSettings>,
    /// What viewers are to do.
    pub tasks: Table<Task>,
    /// Servers of the installation.
    pub servers: Table<Server>,
    /// One-time tokens by which servers join.
    pub server_invitations: Table<ServerInvitation>,
    logins: OrdSet<(String, UserId)>,
    devices_of: OrdSet<(ViewerId, DeviceId)>,
    cards_of: OrdSet<(ViewerId, CardId)>,
    macs: OrdSet<(Mac, CardId)>,
    grants_of: OrdSet<(UserId, GrantId)>,
    identities_of: OrdSet<(UserId, IdentityId)>,
    suspended: OrdSet<(Uuid, Uuid)>,
    token_hashes: OrdSet<(String, TokenId)>,
    enrolment_hashes: OrdSet<(String, EnrolmentTokenId)>,
}

/// The kinds of this version, for classes of cells and for documentation.
pub const KINDS: &[KindSpec] = &[
    crate::installation::Installation::SPEC,
    Folder::SPEC,
    crate::media::Media::SPEC,
    crate::presentation::Presentation::SPEC,
    crate::presentation::Revision::SPEC,
    crate::playlist::Playlist::SPEC,
    crate::playlist::PlaylistItem::SPEC,
    crate::group::Group::SPEC,
    crate::group::Membership::SPEC,
    crate::viewer::Viewer::SPEC,
    Device::SPEC,
    Authority::SPEC,
    Enrolment::SPEC,
    EnrolmentToken::SPEC,
    ExpectedDevice::SPEC,
    Card::SPEC,
    crate::priority::Priority::SPEC,
    crate::schedule::Schedule::SPEC,
    User::SPEC,
    Identity::SPEC,
    Suspension::SPEC,
    Grant::SPEC,
    Token::SPEC,
    AlertRules::SPEC,
    OnHours::SPEC,
    Recipient::SPEC,
    MailAccount::SPEC,
    DownloadRule::SPEC,
    ViewerSettings::SPEC,
    Task::SPEC,
    Server::SPEC,
    ServerInvitation::SPEC,
];

/// The class of a cell; cells of kinds or names that this version does not know count as internal.
#[must_use]
pub fn class_of(kind: &str, cell: &str) -> crate::document::Class {
    let spec = KINDS.iter().find(|spec| spec.name == kind).and_then(|spec| spec.cell(cell));
    spec.map_or(crate::document::Class::Internal, |cell| cell.class)
}

/// One index: what a document of the table is found by.
fn reindex<K: Ord + Clone, T: Document>(
    index: &mut OrdSet<K>,
    table: &mut Table<T>,
    id: Uuid,
    row: Option<Row>,
    key: impl Fn(&T) -> Option<K>,
) {
    if let Some(old) = table.put(id, row).and_then(|held| key(&held.value)) {
        index.remove(&old);
    }
    if let Some(new) = table.get(T::Id::from(id)).and_then(key) {
        index.insert(new);
    }
}

impl State {
    /// Takes a stored row; none: the document was removed. Kinds of newer versions are passed over.
    pub fn put(&mut self, kind: &str, id: Uuid, row: Option<Row>) {
        match kind {
            k if k == Folder::SPEC.name => drop(self.folders.put(id, row)),
            k if k == Device::SPEC.name => {
                reindex(&mut self.devices_of, &mut self.devices, id, row, |d| Some((d.viewer?, DeviceId(id))));
            }
            k if k == Authority::SPEC.name => drop(self.authorities.put(id, row)),
            k if k == Enrolment::SPEC.name => drop(self.enrolments.put(id, row)),
            k if k == ExpectedDevice::SPEC.name => drop(self.expected_devices.put(id, row)),
            k if k == EnrolmentToken::SPEC.name => {
                let key = |t: &EnrolmentToken| Some((t.secret_hash.clone(), EnrolmentTokenId(id)));
                reindex(&mut self.enrolment_hashes, &mut self.enrolment_tokens, id, row, key);
            }
            k if k == Card::SPEC.name => {
                if let Some(old) = self.cards.get(CardId(id)) {
                    self.macs.remove(&(old.mac, CardId(id)));
                }
                reindex(&mut self.cards_of, &mut self.cards, id, row, |c| Some((c.viewer?, CardId(id))));
                if let Some(new) = self.cards.get(CardId(id)) {
                    self.macs.insert((new.mac, CardId(id)));
                }
            }
            k if k == User::SPEC.name => {
                reindex(&mut self.logins, &mut self.users, id, row, |u| Some((u.login.to_lowercase(), UserId(id))));
            }
            k if k == Identity::SPEC.name => {
                reindex(&mut self.identities_of, &mut self.identities, id, row, |i| Some((i.user, IdentityId(id))));
            }
            k if k == Suspension::SPEC.name => {
                reindex(&mut self.suspended, &mut self.suspensions, id, row, |s| Some((s.subject, id)));
            }
            k if k == Grant::SPEC.name => {
                reindex(&mut self.grants_of, &mut self.grants, id, row, |g| Some((g.user, GrantId(id))));
            }
            k if k == Token::SPEC.name => {
                reindex(&mut self.token_hashes, &mut self.tokens, id, row, |t| Some((t.secret_hash.clone(), TokenId(id))));
            }
            k if k == Task::SPEC.name => drop(self.tasks.put(id, row)),
            k if k == Server::SPEC.name => drop(self.servers.put(id, row)),
            k if k == ServerInvitation::SPEC.name => drop(self.server_invitations.put(id, row)),
            k if k == AlertRules::SPEC.name => drop(self.alert_rules.put(id, row)),
            k if k == OnHours::SPEC.name => drop(self.on_hours.put(id, row)),
            k if k == Recipient::SPEC.name => drop(self.recipients.put(id, row)),
            k if k == MailAccount::SPEC.name => drop(self.mail_accounts.put(id, row)),
            k if k == DownloadRule::SPEC.name => drop(self.download_rules.put(id, row)),
            k if k == ViewerSettings::SPEC.name => drop(self.viewer_settings.put(id, row)),
            _ => drop(self.rows.put(kind, id, row)),
        }
    }

    /// The user of that sign-in name, whatever its case; trashed users do not count.
    #[must_use]
    pub fn user_by_login(&self, login: &str) -> Option<UserId> {
        let login = login.to_lowercase();
        let first = (login.clone(), UserId(Uuid::nil()));
        let mut same = self.logins.range(first..).take_while(|(l, _)| *l == login).map(|(_, id)| *id);
        same.find(|id| self.users.get(*id).is_some_and(|user| user.trashed_at.is_none()))
    }

    /// The devices that stand at a viewer, revoked ones too.
    pub fn devices_of(&self, viewer: ViewerId) -> impl Iterator<Item = (DeviceId, &Device)> {
        let first = (viewer, DeviceId(Uuid::nil()));
        let ids = self.devices_of.range(first..).take_while(move |(v, _)| *v == viewer);
        ids.filter_map(|(_, id)| self.devices.get(*id).map(|device| (*id, device)))
    }

    /// The network cards at a viewer.
    pub fn cards_of(&self, viewer: ViewerId) -> impl Iterator<Item = (CardId, &Card)> {
        let first = (viewer, CardId(Uuid::nil()));
        let ids = self.cards_of.range(first..).take_while(move |(v, _)| *v == viewer);
        ids.filter_map(|(_, id)| self.cards.get(*id).map(|card| (*id, card)))
    }

    /// The network cards with this address, and the viewers that they stand at.
    pub fn viewers_of(&self, mac: Mac) -> impl Iterator<Item = (CardId, ViewerId)> {
        let same = self.macs.range((mac, CardId(Uuid::nil()))..).take_while(move |(other, _)| *other == mac);
        same.filter_map(|(_, id)| Some((*id, self.cards.get(*id)?.viewer?)))
    }

    /// The roles given to a user.
    pub fn grants_of(&self, user: UserId) -> impl Iterator<Item = &Grant> {
        let first = (user, GrantId(Uuid::nil()));
        self.grants_of.range(first..).take_while(move |(u, _)| *u == user).filter_map(|(_, id)| self.grants.get(*id))
    }

    /// The user's ways to sign in.
    pub fn identities_of(&self, user: UserId) -> impl Iterator<Item = (IdentityId, &Identity)> {
        let first = (user, IdentityId(Uuid::nil()));
        let ids = self.identities_of.range(first..).take_while(move |(u, _)| *u == user);
        ids.filter_map(|(_, id)| self.identities.get(*id).map(|identity| (*id, identity)))
    }

    /// Whether a user or device is suspended.
    #[must_use]
    pub fn is_suspended(&self, subject: Uuid) -> bool {
        self.suspended.range((subject, Uuid::nil())..).next().is_some_and(|(s, _)| *s == subject)
    }

    /// The token whose secret has this SHA-256, 64 hexadecimal digits.
    #[must_use]
    pub fn token_by_hash(&self, hash: &str) -> Option<(TokenId, &Token)> {
        let first = (hash.to_owned(), TokenId(Uuid::nil()));
        let (_, id) = self.token_hashes.range(first..).next().filter(|(h, _)| h == hash)?;
        self.tokens.get(*id).map(|token| (*id, token))
    }

    /// The enrolment token whose secret has this SHA-256, 64 hexadecimal digits.
    #[must_use]
    pub fn enrolment_token_by_hash(&self, hash: &str) -> Option<(EnrolmentTokenId, &EnrolmentToken)> {
        let first = (hash.to_owned(), EnrolmentTokenId(Uuid::nil()));
        let (_, id) = self.enrolment_hashes.range(first..).next().filter(|(h, _)| h == hash)?;
        self.enrolment_tokens.get(*id).map(|token| (*id, token))
    }

    /// The native viewer whose public key has this SHA-256.
    #[must_use]
    pub fn device_by_key(&self, key: &[u8; 32]) -> Option<(DeviceId, &Device)> {
        let id = DeviceId::of_key(key);
        let device = self.devices.get(id)?;
        device.has_key(key).then_some((id, device))
    }

    /// The folder and all folders around it, the nearest first. Circles, which concurrent moves can make, are cut.
    #[must_use]
    pub fn folders_around(&self, folder: crate::id::FolderId) -> Vec<crate::id::FolderId> {
        let mut path = Vec::new();
        let mut next = Some(folder);
        while let Some(id) = next.filter(|id| !path.contains(id)) {
            path.push(id);
            next = self.folders.get(id).and_then(|folder| folder.parent);
        }
        path
    }
}
