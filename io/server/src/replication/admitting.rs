//! Inviting servers by one-time token, and taking them in.

use control::replication::Token;
use control::v1;
use domain::document::Document;
use domain::id::{ServerId, ServerInvitationId, UserId};
use domain::log::{Change as Altered, Edit};
use domain::noun::{create, update};
use domain::refusal::Refusal;
use domain::server::{Server, ServerAddress, ServerInvitation, ServerRole, server_by_key};
use domain::state::State;
use sha2::{Digest as _, Sha256};
use tonic::Status;
use uuid::Uuid;

use crate::app::App;
use crate::control_port::{answering_certificate, certificate_for_server, request_key};
use crate::core::{Change, Made};
use crate::http::error::Error;
use crate::now::{digest, new_id, now_ms, random};

/// How long a token counts, in milliseconds: a day.
const TOKEN_MS: i64 = 86_400_000;
/// The most addresses that a server may name.
const MOST_ADDRESSES: usize = 16;
/// The longest text that a server says of itself, in characters.
const LONGEST: usize = 200;

/// What a server shall be that is invited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Name; empty = that of its computer.
    pub name: String,
    /// Role.
    pub role: ServerRole,
    /// The server that it follows besides Main, or stands in for.
    pub parent: Option<ServerId>,
    /// Whether people may only look at things on it.
    pub read_only: bool,
}

/// An invitation and its token, which is shown this once.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub id: ServerInvitationId,
    /// What the new server is given.
    pub token: String,
    /// When it ends, Unix milliseconds.
    pub expires_at: i64,
}

/// Makes an invitation. The first one makes this server the Main of its installation.
///
/// # Errors
/// The refusal as an answer.
pub async fn invite(app: &App, author: Option<UserId>, wish: Wish) -> Result<(Made<()>, Invited), Error> {
    if app.core.state().rows.installation().set_up_at.is_none() {
        let text = "this installation is not set up yet: set it up, or join another one with a token of that one";
        return Err(Error::new(http::StatusCode::CONFLICT, "not_set_up", text));
    }
    let secret = random::<20>();
    let now = now_ms();
    let (id, expires_at) = (ServerInvitationId(new_id()), now + TOKEN_MS);
    let invitation = ServerInvitation {
        name: wish.name,
        role: wish.role,
        parent: wish.parent,
        read_only: wish.read_only,
        secret_hash: digest(&hex::encode(secret)),
        made_by: author,
        made_at: now,
        expires_at,
        used_by: None,
    };
    let own = own_document(app);
    let own_id = ServerId(app.core.server_id());
    let signer = app.control.authorities.signer(&app.core.state()).map_err(Error::unavailable)?;
    let token = Token { secret, authority: Sha256::digest(&signer.certificate).into(), servers: addresses(app) };
    let change = Change { author: author.map(|user| user.0), request: None };
    let made = app.core.change(change, move |state| {
        let mut edits = Vec::new();
        if state.servers.get(own_id).is_none() {
            let role = if has_main(state) { ServerRole::Sub } else { ServerRole::Main };
            edits.push(create(state, own_id.0, &Server { role, ..own })?);
        }
        edits.push(create(state, id.0, &invitation)?);
        Ok((edits, ()))
    });
    Ok((made.await?, Invited { id, token: token.to_string(), expires_at }))
}

fn has_main(state: &State) -> bool {
    state.servers.iter().any(|(_, held)| held.value.role == ServerRole::Main && held.value.retired_at.is_none())
}

/// This server as it describes itself, without a role.
pub(super) fn own_document(app: &App) -> Server {
    Server {
        name: host_name(),
        key: hex::encode(app.replication.own.key().fingerprint()),
        addresses: addresses(app).iter().filter_map(read_address).collect(),
        version: crate::cli::version().to_owned(),
        joined_at: now_ms(),
        ..Server::default()
    }
}

/// The computer's name.
pub(super) fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.trim().is_empty() { "server".to_owned() } else { tidy(&name) }
}

/// Where this server answers.
pub(super) fn addresses(app: &App) -> Vec<v1::Server> {
    let ports = app.control.ports();
    let server = |host| v1::Server {
        host,
        control_port: ports.control.into(),
        https_port: ports.https.into(),
        http_port: ports.http.into(),
        ..v1::Server::default()
    };
    let configured = app.config.replication.addresses.iter().cloned();
    let hosts: Vec<String> = configured.chain(app.control.hosts(app)).take(MOST_ADDRESSES).collect();
    hosts.into_iter().map(server).collect()
}

fn read_address(server: &v1::Server) -> Option<ServerAddress> {
    let address = net::control::Address::told(server)?;
    Some(ServerAddress {
        host: address.host,
        control_port: address.control_port,
        https_port: address.https_port,
        http_port: address.http_port,
    })
}

fn tidy(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
}

/// Takes a server in whose token counts. Decided in the writer's turn, so that a token counts once.
///
/// # Errors
/// `PERMISSION_DENIED` for a token that does not count, `INVALID_ARGUMENT` for a request that is none, `UNAVAILABLE` where the store takes
/// no change.
pub(super) async fn admit(app: &App, request: v1::JoinRequest) -> Result<v1::JoinReply, Status> {
    let id = Uuid::from_slice(&request.server).map_err(|_| Status::invalid_argument("the server's id has not 16 bytes"))?;
    let key = request_key(&request.csr).map_err(Status::invalid_argument)?;
    if id == app.core.server_id() {
        return Err(Status::invalid_argument("the address leads back to the server that joins: give the token to another one"));
    }
    let hash = digest(&hex::encode(&request.secret));
    let hostname = tidy(&request.hostname);
    let hostname = if hostname.is_empty() { id.to_string() } else { hostname };
    let server = Server {
        key: hex::encode(key),
        addresses: request.addresses.iter().take(MOST_ADDRESSES).filter_map(read_address).collect(),
        version: tidy(&request.version),
        joined_at: now_ms(),
        ..Server::default()
    };
    let made = app.core.change_own(move |state| Ok(take(state, id, &key, &hash, &hostname, server, now_ms()))).await;
    match made.map_err(|error| Status::unavailable(error.into_body().message))?.outcome {
        Some(Ok(())) => {}
        Some(Err(refused)) => return Err(Status::permission_denied(refused)),
        None => return Err(Status::unavailable("the answer was lost: try again")),
    }
    tracing::info!(server.id = %id, "a server joined");
    let certificate = certificate_for_server(app, id, &request.csr, now_ms())
        .ok_or_else(|| Status::unavailable("no certificate can be made at the moment: see the server's log"))?;
    Ok(v1::JoinReply {
        certificate: Some(certificate),
        server: app.core.server_id().as_bytes().to_vec(),
        name: app.core.state().rows.installation().name,
        installation: app.core.store().standing().installation.as_bytes().to_vec(),
        answering: answering_certificate(app, id, &request.csr, now_ms()).unwrap_or_default(),
    })
}

/// What takes a server in, or the sentence that refuses it.
fn take(
    state: &State,
    id: Uuid,
    key: &[u8; 32],
    hash: &str,
    hostname: &str,
    server: Server,
    now: i64,
) -> (Vec<Edit>, Result<(), String>) {
    let refuse = |text: &str| (Vec::new(), Err(text.to_owned()));
    let by_hash = state.server_invitations.iter().find(|(_, held)| held.value.secret_hash == hash);
    let Some((invitation_id, held)) = by_hash else {
        return refuse("the token is not known here: make a new one on the Main");
    };
    let invitation = &held.value;
    let present = state.servers.get(ServerId(id));
    // An answer that was lost is given again to the same key.
    let again = invitation.used_by == Some(ServerId(id)) && present.is_some_and(|present| present.has_key(key));
    if again {
        return (Vec::new(), Ok(()));
    }
    if !invitation.counts(now) {
        return refuse("the token was used or is older than a day: make a new one on the Main");
    }
    if server_by_key(state, key).is_some_and(|(other, _)| other != ServerId(id)) {
        return refuse(
            "another server has the same key, as after its disk was copied: start the new one with an empty data folder",
        );
    }
    let name = if invitation.name.is_empty() { hostname } else { &invitation.name };
    let server = Server {
        name: name.to_owned(),
        role: invitation.role,
        parent: invitation.parent,
        read_only: invitation.read_only,
        ..server
    };
    let entry = match present {
        Some(_) => update(state, id, &server),
        None => create(state, id, &server).map(Some),
    };
    let used = ServerInvitation { used_by: Some(ServerId(id)), ..invitation.clone() };
    let used = Edit {
        kind: ServerInvitation::SPEC.name.to_owned(),
        id: invitation_id.0,
        change: Altered::Update(used.changed_since(invitation)),
    };
    match entry {
        Ok(entry) => (entry.into_iter().chain([used]).collect(), Ok(())),
        Err(Refusal::Invalid { text, .. }) => refuse(&text),
        Err(other) => refuse(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::log::{Cell, Cells, Row};
    use domain::stamp::{Dot, Stamp};

    use super::*;

    fn row(cells: Cells) -> Row {
        let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
        Row { birth: Dot::default(), cells: cells.into_iter().map(cell).collect() }
    }

    /// The state after these edits.
    fn after(mut state: State, edits: Vec<Edit>) -> State {
        for edit in edits {
            let cells = match edit.change {
                Altered::Insert(cells) => cells,
                Altered::Update(cells) => {
                    let before = match edit.kind.as_str() {
                        kind if kind == Server::SPEC.name => state.servers.get(ServerId(edit.id)).unwrap().to_cells(),
                        _ => state.server_invitations.get(ServerInvitationId(edit.id)).unwrap().to_cells(),
                    };
                    before.into_iter().chain(cells).collect()
                }
                Altered::Delete => panic!("nothing is removed"),
            };
            state.put(&edit.kind, edit.id, Some(row(cells)));
        }
        state
    }

    fn invited() -> State {
        let mut state = State::default();
        let invitation = ServerInvitation { secret_hash: "h".into(), expires_at: 100, ..ServerInvitation::default() };
        state.put(ServerInvitation::SPEC.name, Uuid::from_u128(9), Some(row(invitation.to_cells())));
        state
    }

    fn ask(state: &State, id: u128, key: u8, hash: &str, now: i64) -> (Vec<Edit>, Result<(), String>) {
        let server = Server { key: hex::encode([key; 32]), ..Server::default() };
        take(state, Uuid::from_u128(id), &[key; 32], hash, "pier", server, now)
    }

    #[test]
    fn a_token_counts_once_and_its_answer_may_be_asked_for_again() {
        let (edits, taken) = ask(&invited(), 1, 1, "h", 99);
        assert_eq!((edits.len(), taken), (2, Ok(())));
        let state = after(invited(), edits);
        assert_eq!(state.servers.get(ServerId(Uuid::from_u128(1))).unwrap().name, "pier");
        assert_eq!(ask(&state, 1, 1, "h", 500), (Vec::new(), Ok(())), "the answer was lost");
        assert!(ask(&state, 2, 2, "h", 99).1.is_err(), "another one comes with the same token");
        assert!(ask(&state, 1, 2, "h", 99).1.is_err(), "another key says that it is the same server");
    }

    #[test]
    fn wrong_late_and_copied_are_refused_with_a_remedy() {
        assert!(ask(&invited(), 1, 1, "other", 1).1.unwrap_err().contains("make a new one"));
        assert!(ask(&invited(), 1, 1, "h", 100).1.unwrap_err().contains("older than a day"));
        let mut state = invited();
        let same = Server { key: hex::encode([1; 32]), name: "a".into(), ..Server::default() };
        state.put(Server::SPEC.name, Uuid::from_u128(5), Some(row(same.to_cells())));
        assert!(ask(&state, 1, 1, "h", 1).1.unwrap_err().contains("same key"));
    }
}
