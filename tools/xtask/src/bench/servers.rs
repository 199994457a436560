//! Two servers of one installation: how soon an edit is on the other one, how long they take to agree after a cut, and how long a new one takes to
//! have everything. What was lost, and where they differ, is counted in the same run.
//!
//! Root is needed: the servers lie in a network namespace of their own, in which nothing but loopback is and packets between them can be dropped.

mod edits;
mod heal;
mod newcomer;
mod node;
mod parting;

use std::env;
use std::time::Duration;

use super::figure::Figure;
use super::server::fresh_folder;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::server_binary::{self, Profile};
use crate::{process, say, tool, web};

use node::Node;
use parting::Parting;

/// Set within the namespace.
const INSIDE: &str = "XTASK_SERVERS_INSIDE";
/// How long the two may take for anything before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs the whole story in a namespace of its own.
///
/// # Errors
/// Where there is no namespace, a server does not start, or the two do not agree in time.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    if env::var_os(INSIDE).is_some() {
        return inside();
    }
    installer::bring(&[&tool::lab::NETWORKS], consent)?;
    web::prepare(consent)?;
    server_binary::build(Profile::Release)?;
    newcomer::build()?;
    let own = env::current_exe().map_err(|error| Failure::unavailable(format!("This program does not find itself: {error}.")))?;
    let mut alone = process::command("unshare");
    alone.args(["--net", "--"]).arg(own).args(["bench", "servers", "--no-install"]).env(INSIDE, "1");
    let (success, output) = process::shown(&mut alone)?;
    let figures: Vec<Figure> = output.lines().filter_map(Figure::row).collect();
    if figures.is_empty() {
        return Err(Failure::failed("The servers were not measured; the lines above say why."));
    }
    if !success {
        say::note("Some figures of the servers are missing; the lines above say why.");
    }
    Ok(figures)
}

/// Prints a figure as soon as it is measured: what comes after it may fail.
fn tell(figure: Figure) -> Figure {
    let Figure { name, aim, measured, peer, ratio } = &figure;
    say::line(format_args!("| {name} | {aim} | {measured} | {peer} | {ratio} |"));
    figure
}

fn inside() -> Result<Vec<Figure>, Failure> {
    process::quiet(process::command("ip").args(["link", "set", "lo", "up"]))?;
    let binary = server_binary::path(Profile::Release);
    let folder = fresh_folder("servers")?;
    let mut main = Node::main(&binary, &folder.join("main"))?;
    let mut sub = Node::empty(&binary, &folder.join("sub"))?;
    sub.join(&main, "Pier")?;
    node::until("both are connected", || Ok(main.meets()? && sub.meets()?))?;

    let mut figures = vec![tell(edits::measure(&mut main, &mut sub)?)];
    let parting = Parting::between(&[&main, &sub]);
    figures.push(tell(heal::measure(&mut main, &mut sub, &parting)?));
    main.stop();
    sub.stop();
    figures.push(tell(newcomer::measure(&binary, &folder)?));
    Ok(figures)
}
