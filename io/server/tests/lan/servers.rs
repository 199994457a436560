//! Servers of one installation, each on a host of its own: joined by a token, cut off from each other, and equal again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::lab::{Host, Lab, Program, Segment};

use crate::desk::{Desk, on};
use crate::running::{PATIENCE, Said, signboard, until};

pub(crate) const PASSWORD: &str = "a long way to the harbour";

/// A server that can be stopped and started again on its data.
pub(crate) struct Server {
    pub(crate) host: Host,
    pub(crate) data: TempDir,
    start: Start,
    program: Option<Program>,
}

/// How a server's program is started.
#[derive(Clone, Default)]
pub(crate) struct Start {
    /// The program; none: this build's.
    pub(crate) program: Option<PathBuf>,
    /// What is in its environment besides what is in ours.
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl Start {
    fn command(&self) -> Command {
        let mut command = Command::new(self.program.as_deref().unwrap_or(Path::new(env!("CARGO_BIN_EXE_signboard"))));
        command.envs(self.environment.iter().cloned());
        command
    }
}

impl Server {
    pub(crate) fn start(host: Host) -> anyhow::Result<Self> {
        Self::start_as(host, Start::default())
    }

    /// One that is started in this way, also again.
    pub(crate) fn start_as(host: Host, start: Start) -> anyhow::Result<Self> {
        Self::start_on(host, start, tempfile::tempdir()?)
    }

    /// One with these data.
    pub(crate) fn start_on(host: Host, start: Start, data: TempDir) -> anyhow::Result<Self> {
        let mut server = Self { host, data, start, program: None };
        server.run()?;
        Ok(server)
    }

    pub(crate) fn run(&mut self) -> anyhow::Result<()> {
        let program = self.begin()?;
        program.wait_for("Signboard is ready", PATIENCE)?;
        self.program = Some(program);
        Ok(())
    }

    /// Starts the program, whatever will become of it.
    pub(crate) fn begin(&self) -> anyhow::Result<Program> {
        let mut command = self.start.command();
        command.args(["server", "--data"]).arg(self.data.path());
        self.host.start(&mut command)
    }

    /// Its process; none while it is not running.
    pub(crate) fn id(&self) -> Option<u32> {
        self.program.as_ref().map(Program::id)
    }

    /// As after its power was cut.
    pub(crate) fn kill(&mut self) {
        self.program.take().unwrap().kill().unwrap();
    }

    /// As it is stopped by people.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        let mut program = self.program.take().unwrap();
        let status = Command::new("kill").args(["-TERM", &program.id().to_string()]).status()?;
        anyhow::ensure!(status.success(), "kill: {status}");
        anyhow::ensure!(program.wait()?.success(), "{:?}", program.lines());
        Ok(())
    }

    /// A command of this server's owner.
    pub(crate) fn command(&self, words: &[&str]) -> Said {
        let data = self.data.path().to_str().unwrap();
        signboard(&self.host, &[words, &["--data", data]].concat())
    }

    pub(crate) fn set_up(&self) -> anyhow::Result<Desk> {
        let line = self.program.as_ref().unwrap().wait_for("/setup?link=", PATIENCE)?;
        let link = line.split_once("link=").unwrap().1.trim().to_owned();
        Ok(on(&self.host, Desk::set_up(&link)))
    }

    pub(crate) fn sign_in(&self) -> Desk {
        on(&self.host, Desk::sign_in("ada", PASSWORD))
    }

    pub(crate) fn token(&self, name: &str) -> String {
        let said = self.command(&["server-token", "--name", name]);
        assert_eq!(said.code, 0, "{said:?}");
        said.out.trim().to_owned()
    }

    /// The servers as this one sees them.
    pub(crate) fn servers(&self) -> Value {
        let said = self.command(&["servers", "--json"]);
        assert_eq!(said.code, 0, "{said:?}");
        serde_json::from_str(&said.out).unwrap()
    }

    /// How another server stands to this one.
    pub(crate) fn sees(&self, name: &str) -> Value {
        let servers = self.servers();
        let all = servers["servers"].as_array().unwrap();
        all.iter().find(|server| server["name"] == name).cloned().unwrap_or_default()
    }

    /// Waits until the two are connected and nothing is pending in either direction.
    #[track_caller]
    pub(crate) fn meets(&self, name: &str) {
        until(&format!("{name} is connected and up to date"), || {
            let seen = self.sees(name);
            (&seen["state"], &seen["pending_out"], &seen["pending_in"]) == (&json!("connected"), &json!(0), &json!(0))
        });
    }

    pub(crate) fn names(&self, desk: &Desk) -> Vec<String> {
        let screens = on(&self.host, desk.get("/viewers?limit=500"));
        screens["items"].as_array().unwrap().iter().map(|screen| screen["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until this server shows a screen of that name.
    #[track_caller]
    pub(crate) fn shows(&self, desk: &Desk, name: &str) {
        until(&format!("{name} is shown"), || self.names(desk).iter().any(|screen| screen == name));
    }

    pub(crate) fn make(&self, desk: &Desk, names: &[&str]) {
        for name in names {
            on(&self.host, desk.make("/viewers", json!({"name": name})));
        }
    }

    /// Everything that people made, with versions: equal on equal servers.
    pub(crate) fn state(&self, desk: &Desk) -> Vec<Value> {
        let nouns = ["/viewers?limit=500", "/grants", "/priorities", "/servers"];
        nouns.map(|noun| on(&self.host, desk.get(noun))).to_vec()
    }
}

/// The name that the Main has: that of the machine on which the tests run.
pub(crate) fn name_of_main(main: &Server) -> String {
    let servers = main.servers();
    servers["servers"][0]["name"].as_str().unwrap().to_owned()
}

/// A Main and a server that joined it.
pub(crate) fn pair(segment: &Segment) -> anyhow::Result<(Server, Desk, Server, Desk, String)> {
    pair_on(segment.host("main")?, segment.host("sub")?)
}

/// The same on these hosts.
pub(crate) fn pair_on(main: Host, sub: Host) -> anyhow::Result<(Server, Desk, Server, Desk, String)> {
    let (main, sub) = (Server::start(main)?, Server::start(sub)?);
    let ada = main.set_up()?;
    main.make(&ada, &["Before"]);
    let said = sub.command(&["join", &main.token("Pier")]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("has joined Harbour"), "{said:?}");
    main.meets("Pier");
    let name = name_of_main(&main);
    sub.meets(&name);
    let bob = sub.sign_in();
    sub.shows(&bob, "Before");
    Ok((main, ada, sub, bob, name))
}

#[test]
fn lab_two_servers_edited_on_both_sides_of_a_cut_are_equal_again() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, bob, name) = pair(&lab.segment()?)?;
    main.make(&ada, &["From Main"]);
    sub.shows(&bob, "From Main");
    sub.make(&bob, &["From Sub"]);
    main.shows(&ada, "From Sub");
    main.meets("Pier");
    sub.meets(&name);

    let both = on(&main.host, ada.get("/viewers?q=Before"))["items"][0]["id"].as_str().unwrap().to_owned();
    let both = format!("/viewers/{both}");
    sub.host.card().cut()?;
    main.make(&ada, &["M1", "M2", "M3"]);
    sub.make(&bob, &["S1", "S2"]);
    // Each creation of a screen is one operation; nothing of the other side is counted.
    assert_eq!(main.sees("Pier")["pending_out"], 3);
    assert_eq!(sub.sees(&name)["pending_out"], 2);
    assert!(main.sees("Pier")["oldest_out_at"].is_i64());
    until("the cut is noticed on both sides, with a reason", || {
        let seen = [main.sees("Pier"), sub.sees(&name)];
        seen.iter().all(|server| server["state"] == "not_connected" && server["why"].as_str().is_some_and(|why| !why.is_empty()))
    });
    let said = main.command(&["servers"]);
    assert!(said.out.contains("not connected"), "{said:?}");

    // Both sides change the same member: the later change will stand on both, and the other one be told of.
    on(&main.host, ada.change(&both, &json!({"location": "as Main has it"})));
    on(&sub.host, bob.change(&both, &json!({"location": "as Sub has it"})));

    sub.host.card().restore()?;
    for screen in ["S1", "S2"] {
        main.shows(&ada, screen);
    }
    for screen in ["M1", "M2", "M3"] {
        sub.shows(&bob, screen);
    }
    main.meets("Pier");
    sub.meets(&name);
    assert_eq!(main.state(&ada), sub.state(&bob));
    assert_eq!(on(&main.host, ada.get(&both))["location"], "as Sub has it", "the later one");
    for (server, desk) in [(&main, &ada), (&sub, &bob)] {
        let notices = on(&server.host, desk.get("/notices?open=true"));
        let notices = notices["items"].as_array().unwrap();
        assert!(notices.iter().any(|one| one["what"] == "concurrent_edit" && one["cell"] == "location"), "{notices:?}");
        assert_eq!(notices.len(), 1, "{notices:?}");
    }
    let id = on(&main.host, ada.get("/notices"))["items"][0]["id"].as_str().unwrap().to_owned();
    let resolved = on(&main.host, ada.ask_nothing(&format!("/notices/{id}/resolve")));
    assert_eq!(resolved, 204);
    assert_eq!(on(&main.host, ada.get("/notices?open=true"))["items"], json!([]));
    Ok(())
}

#[test]
fn lab_three_servers_pass_on_what_each_makes_and_a_killed_one_goes_on() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada, mut sub, bob, name) = pair(&segment)?;
    let third = Server::start(segment.host("third")?)?;
    let said = third.command(&["join", &main.token("Quay")]);
    assert_eq!(said.code, 0, "{said:?}");
    main.meets("Quay");
    third.meets(&name);
    let cy = third.sign_in();
    assert_eq!(third.sees("Pier")["state"], "indirect", "{}", third.servers());

    sub.make(&bob, &["From Pier"]);
    third.shows(&cy, "From Pier");
    third.make(&cy, &["From Quay"]);
    sub.shows(&bob, "From Quay");
    // The Main tells each how the other one is.
    let told = |server: &Server, name: &str| {
        let seen = server.sees(name);
        ["pending_out", "pending_in", "files_missing", "records_waiting"].map(|member| seen[member].clone())
    };
    until("each knows how far the other one is", || told(&third, "Pier") == [0, 0, 0, 0] && told(&sub, "Quay") == [0, 0, 0, 0]);

    sub.kill();
    main.make(&ada, &["Meanwhile"]);
    third.shows(&cy, "Meanwhile");
    assert_eq!(told(&third, "Pier")[..2], [json!(1), json!(0)], "counted from what was heard of it last");
    assert!(third.sees("Pier")["oldest_out_at"].is_i64());
    sub.run()?;
    let bob = sub.sign_in();
    sub.shows(&bob, "Meanwhile");
    for other in ["Pier", "Quay"] {
        main.meets(other);
    }
    sub.meets(&name);
    third.meets(&name);
    let expected = main.state(&ada);
    assert_eq!(sub.state(&bob), expected);
    assert_eq!(third.state(&cy), expected);
    Ok(())
}

#[test]
fn lab_a_token_counts_once_and_a_server_with_content_stays_what_it_is() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, sub) = (Server::start(segment.host("main")?)?, Server::start(segment.host("sub")?)?);
    let refused = main.command(&["server-token"]);
    assert!(refused.code != 0 && refused.err.contains("not set up yet"), "{refused:?}");
    let _ada = main.set_up()?;
    let token = main.token("Pier");
    let refused = main.command(&["join", &token]);
    assert!(refused.code != 0 && refused.err.contains("content of its own"), "{refused:?}");
    let refused = sub.command(&["join", &token[..token.len() - 9]]);
    assert!(refused.code != 0 && refused.err.contains("cut off or damaged"), "{refused:?}");
    assert_eq!(sub.command(&["join", &token]).code, 0);
    main.meets("Pier");
    let again = sub.command(&["join", &main.token("Again")]);
    assert!(again.code != 0 && again.err.contains("has joined an installation already"), "{again:?}");

    let other = Server::start(segment.host("other")?)?;
    let refused = other.command(&["join", &token]);
    assert!(refused.code != 0 && refused.err.contains("was used"), "{refused:?}");
    let alone = other.command(&["servers"]);
    assert!(alone.out.contains("This is the only server"), "{alone:?}");
    Ok(())
}

#[test]
fn lab_any_one_of_7237_443_and_80_is_enough_for_two_servers() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    drop(bob);
    let cases = [
        ("7237", ["https", "http"].as_slice()),
        ("443", &["control", "http"]),
        ("80", &["control", "https"]),
        ("7237, 80", &["https"]),
        ("443, 80", &["control"]),
        ("7237, 443", &["http"]),
    ];
    for (closed, left) in cases {
        sub.kill();
        until("the Main has heard of it", || main.sees("Pier")["state"] == "not_connected");
        // People at the servers themselves go on.
        let filters = [&main, &sub].map(|server| server.host.drop_incoming(&format!("iifname eth0 tcp dport {{ {closed} }}")));
        let filters: Vec<_> = filters.into_iter().collect::<Result<_, _>>()?;
        main.make(&ada, &[&format!("Without {closed}")]);
        sub.run()?;
        let bob = sub.sign_in();
        sub.shows(&bob, &format!("Without {closed}"));
        sub.make(&bob, &[&format!("Back without {closed}")]);
        main.shows(&ada, &format!("Back without {closed}"));
        // Who dialled knows the way; the other one was called. Of two connections one stays in the end.
        until(&format!("without {closed} the two are connected by another way"), || {
            let ways = [main.sees("Pier")["way"].clone(), sub.sees(&name)["way"].clone()];
            let dialled: Vec<&str> = ways.iter().filter_map(Value::as_str).filter(|way| *way != "called").collect();
            ways.iter().all(Value::is_string) && dialled.len() == 1 && left.contains(&dialled[0])
        });
        drop(filters);
    }
    Ok(())
}
