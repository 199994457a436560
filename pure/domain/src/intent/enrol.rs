//! Whether a native viewer that introduces itself gets a place without a person, and which.

use crate::card::Mac;
use crate::document::Document;
use crate::enrolment::{Enrolment, EnrolmentToken, ExpectedDevice};
use crate::id::{CardId, DeviceId, EnrolmentTokenId, ExpectedDeviceId, GroupId, MembershipId, ServerId, ViewerId};
use crate::intent::approve::{Standing, approve};
use crate::intent::note_cards::note_cards;
use crate::log::{Change, Edit};
use crate::refusal::Refusal;
use crate::state::State;
use crate::viewer::{Device, PlayerKind, Viewer, key_name};

/// A machine that wants a place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Newcomer {
    /// SHA-256 of its public key.
    pub key: [u8; 32],
    /// The computer's name; empty = unknown.
    pub hostname: String,
    /// Serial number of its board; empty = unknown.
    pub serial: String,
    /// Which of its outputs; empty = the only one.
    pub output: String,
    /// Its network cards, each with an id for the document to be made.
    pub cards: Vec<(CardId, Mac)>,
    /// Its screen.
    pub screen: crate::cell::Size,
    /// Its program, such as `signboard-viewer 0.1.0`.
    pub agent: String,
}

/// By which way it gets in without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a token.
    Token(EnrolmentTokenId),
    /// By an entry of the list.
    List(ExpectedDeviceId),
    /// Because everybody is let in.
    Automatic,
}

/// Ids for what is made, and of who makes it.
#[derive(Clone, Copy, Debug)]
pub struct NewIds {
    /// Of the viewer.
    pub viewer: ViewerId,
    /// Of its membership in a group.
    pub membership: MembershipId,
    /// The server to which a new viewer belongs; none = Main.
    pub server: Option<ServerId>,
}

/// The way that is open to the machine now; none: a person decides. `token` is the SHA-256 of the token that it brings, 64 hexadecimal
/// digits. Whether it brought the right password has been seen to.
///
/// # Errors
/// [`Refusal::NotFound`] of a token that is unknown, used or expired.
pub fn way(state: &State, newcomer: &Newcomer, token: Option<&str>, now_ms: i64) -> Result<Option<Way>, Refusal> {
    if let Some(hash) = token {
        let found = state.enrolment_token_by_hash(hash).filter(|(_, token)| token.counts(now_ms));
        let (id, _) = found.ok_or_else(|| Refusal::not_found(EnrolmentToken::SPEC.name, "that counts"))?;
        return Ok(Some(Way::Token(id)));
    }
    let settings = Enrolment::of(state);
    let macs: Vec<Mac> = newcomer.cards.iter().map(|(_, mac)| *mac).collect();
    let fits = |entry: &ExpectedDevice| entry.device.is_none() && entry.is(&newcomer.serial, &macs);
    // An entry is for one screen: a computer with several outputs is placed by hand.
    let listed = (settings.by_list && newcomer.output.is_empty())
        .then(|| state.expected_devices.iter().find(|(_, held)| fits(&held.value)))
        .flatten();
    if let Some((id, _)) = listed {
        return Ok(Some(Way::List(id)));
    }
    Ok(settings.automatic.then_some(Way::Automatic))
}

/// Gives a machine its place by a way that [`way`] found in the same state.
///
/// # Errors
/// [`Refusal`] when the token's viewer is gone.
pub fn enrol(state: &State, newcomer: &Newcomer, way: Way, ids: NewIds, now_ms: i64) -> Result<(ViewerId, Vec<Edit>), Refusal> {
    let own = own_name(newcomer);
    let (place, note) = match way {
        Way::Token(id) => {
            let token = crate::noun::find::<EnrolmentToken>(state, id.0)?;
            let used = EnrolmentToken { used: token.used + 1, ..token.clone() };
            let place = match token.viewer {
                Some(viewer) => Standing::At(viewer),
                None => new_place(state, &own, token.group, ids, now_ms),
            };
            (place, changed(id.0, token, &used))
        }
        Way::List(id) => {
            let entry = crate::noun::find::<ExpectedDevice>(state, id.0)?;
            let came = ExpectedDevice { device: Some(DeviceId::of_key(&newcomer.key)), ..entry.clone() };
            let name = if entry.name.is_empty() { &own } else { &entry.name };
            let place = match empty_place(state, &entry.name) {
                Some(viewer) => Standing::At(viewer),
                None => new_place(state, name, entry.group, ids, now_ms),
            };
            (place, changed(id.0, entry, &came))
        }
        Way::Automatic => (new_place(state, &own, None, ids, now_ms), None),
    };
    let (viewer, mut edits) = admit(state, newcomer, Device { approved_at: now_ms, ..Device::default() }, &place, now_ms)?;
    edits.extend(note);
    Ok((viewer, edits))
}

/// Gives a machine the place that a person or a way chose. `by` says who approved it and when.
///
/// # Errors
/// [`Refusal`] when the viewer or a group does not exist, or the name is taken.
pub fn admit(
    state: &State,
    newcomer: &Newcomer,
    by: Device,
    place: &Standing,
    now_ms: i64,
) -> Result<(ViewerId, Vec<Edit>), Refusal> {
    let device = Device {
        player: PlayerKind::Native,
        key: key_name(&newcomer.key),
        hostname: newcomer.hostname.clone(),
        serial: newcomer.serial.clone(),
        output: newcomer.output.clone(),
        user_agent: newcomer.agent.clone(),
        screen: newcomer.screen,
        ..by
    };
    let (viewer, mut edits) = approve(state, DeviceId::of_key(&newcomer.key), device, place, now_ms)?;
    edits.extend(note_cards(state, viewer, &newcomer.cards, now_ms));
    Ok((viewer, edits))
}

/// How a viewer is called that nobody named.
fn own_name(newcomer: &Newcomer) -> String {
    let host: String = newcomer.hostname.chars().filter(|c| !c.is_control()).take(100).collect();
    let host = if host.trim().is_empty() { "Screen".to_owned() } else { host.trim().to_owned() };
    if newcomer.output.is_empty() { host } else { format!("{host} {}", newcomer.output) }
}

/// A viewer of that name at which no machine stands.
fn empty_place(state: &State, name: &str) -> Option<ViewerId> {
    let mut live = state.rows.viewers.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let (viewer, _) = live.find(|(_, held)| !name.is_empty() && held.value.name.to_lowercase() == name.to_lowercase())?;
    state.devices_of(viewer).all(|(_, device)| device.revoked_at.is_some()).then_some(viewer)
}

fn new_place(state: &State, name: &str, group: Option<GroupId>, ids: NewIds, now_ms: i64) -> Standing {
    let taken: Vec<String> = state
        .rows
        .viewers
        .iter()
        .filter(|(_, held)| held.value.trashed_at.is_none())
        .map(|(_, held)| held.value.name.to_lowercase())
        .filter(|other| other.starts_with(&name.to_lowercase()))
        .collect();
    let names = std::iter::once(name.to_owned()).chain((2_u32..).map(|number| format!("{name} {number}")));
    let free = names.into_iter().find(|name| !taken.contains(&name.to_lowercase())).expect("there is always a higher number");
    let viewer = Viewer { name: free, server: ids.server, made_at: now_ms, ..Viewer::default() };
    // A group that went into the trash since the token was made holds nobody up.
    let live = group.filter(|group| state.rows.groups.get(*group).is_some_and(|g| g.trashed_at.is_none()));
    Standing::New(ids.viewer, Box::new(viewer), live.map(|group| (ids.membership, group)).into_iter().collect())
}

fn changed<T: Document>(id: uuid::Uuid, before: &T, after: &T) -> Option<Edit> {
    let cells = after.changed_since(before);
    (!cells.is_empty()).then(|| Edit { kind: T::SPEC.name.to_owned(), id, change: Change::Update(cells) })
}
