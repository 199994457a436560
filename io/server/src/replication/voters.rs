//! Who votes for the Main: shown to people, and set by them.

use std::time::Duration;

use api::server::{ServersView, Succession};
use domain::id::ServerId;
use domain::state::State;
use domain::voters;
use http::StatusCode;

use crate::app::App;
use crate::core::{Change, Made};
use crate::http::error::Error;

/// Who takes over, as far as this server knows.
#[must_use]
pub fn succession(app: &App) -> Succession {
    let state = app.core.state();
    let (own, lead) = (ServerId(app.core.server_id()), app.core.lead());
    let voters = voters::in_force(&state);
    let (on, leads) = (voters.is_on(), app.core.is_main());
    let stands = app.replication.assembly.stands();
    let is_there = |id: &ServerId| *id == own || app.replication.assembly.can_vote(*id);
    let order = voters::order(&state, lead);
    let votes = voters.servers.contains(&own);
    Succession {
        next: order.iter().copied().find(is_there).filter(|_| on),
        heard: (on && leads).then(|| app.core.has_duties()),
        silent_s: (on && votes && !leads).then(|| Duration::from_millis(stands.silent_ms).as_secs()),
        unreached: voters.servers.iter().copied().filter(|id| !is_there(id)).collect(),
        settled: voters.is_settled(),
        seconds: voters.seconds,
        voters: voters.servers,
        term: stands.term,
    }
}

/// Names the voters, or none.
///
/// # Errors
/// The refusal as an answer; 409 where a server that shall vote is not connected, or its program does not vote.
pub async fn name_voters(app: &App, change: Change, servers: Vec<ServerId>, seconds: u32) -> Result<Made<()>, Error> {
    let named = servers.clone();
    let decide = move |state: &State| Ok((voters::name(state, named, seconds)?, ()));
    // What is refused anyway is refused for its own reason.
    voters::name(&app.core.state(), servers.clone(), seconds)?;
    if app.core.is_main() {
        able(app, &servers)?;
    }
    app.core.change(change, decide).await
}

/// Whether all of them are there and can vote: who is not there could not be asked, and would count as a silent one from the start.
fn able(app: &App, servers: &[ServerId]) -> Result<(), Error> {
    let (state, own) = (app.core.state(), ServerId(app.core.server_id()));
    let before = voters::in_force(&state).servers;
    for id in servers.iter().filter(|id| **id != own && !before.contains(id)) {
        if app.replication.assembly.can_vote(*id) {
            continue;
        }
        let name = state.servers.get(*id).map_or_else(|| id.to_string(), |server| server.name.clone());
        let text = match app.replication.links.is_open(*id) {
            true => format!("the program of {name} is an older one that does not vote: update it, then name it"),
            false => format!("{name} is not connected, so it does not hear that it votes: connect it, then name it"),
        };
        return Err(Error::new(StatusCode::CONFLICT, "voter_not_able", text));
    }
    Ok(())
}

/// What `signboard servers` says of it; empty where there is only one server.
#[must_use]
pub(super) fn sentence(view: &ServersView) -> String {
    let Succession { voters, seconds, next, heard, silent_s, settled, term, unreached } = &view.succession;
    let name = |id: &ServerId| {
        let server = view.servers.iter().find(|server| server.id == *id);
        server.map_or_else(|| id.to_string(), |server| server.name.clone())
    };
    let names = |ids: &[ServerId]| ids.iter().map(name).collect::<Vec<_>>().join(", ");
    if view.servers.len() < 2 {
        return String::new();
    }
    if voters.is_empty() {
        return "If the Main fails, no server takes over by itself: a person promotes one.".to_owned();
    }
    let main = view.main.as_ref().map_or_else(|| "the Main".to_owned(), name);
    let who = next.as_ref().map_or_else(|| "nobody that is connected".to_owned(), name);
    let mut lines = vec![
        format!("If {main} is silent for {seconds} s, {who} takes over, if most of these agree: {}.", names(voters)),
        format!("Last number of a promotion or a vote: {term}."),
    ];
    if !unreached.is_empty() {
        lines.push(format!("Not to be asked from here: {}.", names(unreached)));
    }
    match (heard, silent_s) {
        (Some(false), _) => {
            lines.push("Most of them have not been heard lately: this server does not act as the Main until they are.".to_owned())
        }
        (_, Some(silent)) if *silent >= 10 => lines.push(format!("The Main has not been heard for {silent} s.")),
        _ => {}
    }
    if !settled {
        lines.push("Most of those who voted before must agree too, until they know of the change.".to_owned());
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::{alone, server};
    use super::*;
    use api::server::ServerState;

    #[test]
    fn it_is_said_who_takes_over_and_what_is_in_the_way() {
        let servers = vec![server(1, ServerState::Connected), server(2, ServerState::Own), server(3, ServerState::NotConnected)];
        let ids: Vec<ServerId> = servers.iter().map(|server| server.id).collect();
        let off = ServersView { main: Some(ids[0]), servers, ..alone() };
        assert!(sentence(&off).contains("no server takes over by itself"));
        assert_eq!(sentence(&alone()), "");
        let succession = Succession {
            voters: ids.clone(),
            seconds: 60,
            next: Some(ids[1]),
            term: 4,
            settled: true,
            unreached: vec![ids[2]],
            silent_s: Some(12),
            heard: None,
        };
        let text = sentence(&ServersView { succession: succession.clone(), ..off.clone() });
        let first = "If server 1 is silent for 60 s, server 2 takes over, if most of these agree: server 1, server 2, server 3.";
        assert_eq!(text.lines().next(), Some(first));
        assert!(
            text.contains("promotion or a vote: 4.") && text.contains("from here: server 3.") && text.contains("for 12 s"),
            "{text}"
        );
        let unheard = Succession { heard: Some(false), settled: false, ..succession };
        let text = sentence(&ServersView { succession: unheard, ..off });
        assert!(text.contains("does not act as the Main") && text.contains("voted before"), "{text}");
    }
}
