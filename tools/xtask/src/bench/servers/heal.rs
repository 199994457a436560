//! How long two servers take to agree after a cut in which people worked on both, and what of their work is there then.

use std::collections::BTreeSet;
use std::thread;
use std::time::Instant;

use super::super::client::Client;
use super::super::figure::Figure;
use super::edits::text;
use super::node::{Node, until};
use super::parting::Parting;
use crate::failure::Failure;

/// Changes made on each side.
const PENDING: usize = 10_000;
/// Screens that both sides change at the same time, part of these.
const CONTESTED: usize = 100;
/// Who works on each side at a time.
const PEOPLE: usize = 4;

/// One figure.
///
/// # Errors
/// Where a change is refused, or the two do not agree in time.
pub(super) fn measure(main: &mut Node, sub: &mut Node, parting: &Parting) -> Result<Figure, Failure> {
    let contested = (0..CONTESTED).map(|n| make(&mut main.client, &format!("Contested {n}"))).collect::<Result<Vec<_>, _>>()?;
    until("both have what they will contest", || Ok(main.meets()? && sub.meets()?))?;
    parting.cut()?;
    let sides = [("Main", main.client.clone()), ("Pier", sub.client.clone())];
    let workers: Vec<_> = sides
        .into_iter()
        .flat_map(|(side, client)| (0..PEOPLE).map(move |person| (side, person, client.clone())))
        .map(|(side, person, client)| {
            let contested = contested.clone();
            thread::spawn(move || work(side, person, client, &contested))
        })
        .collect();
    let mut made = BTreeSet::new();
    for worker in workers {
        made.extend(worker.join().map_err(|_| Failure::failed("A worker of the bench panicked."))??);
    }
    let pending = [main.other()?.1, sub.other()?.1];
    // Each side gives the other one up first: what is measured begins with the line, not in the middle of a silence.
    until("the cut is noticed on both sides", || Ok(main.other()?.0 != "connected" && sub.other()?.0 != "connected"))?;

    parting.restore()?;
    let restored = Instant::now();
    until("the line is open again", || Ok(main.other()?.0 == "connected" || sub.other()?.0 == "connected"))?;
    let connected = Instant::now();
    until("nothing is pending", || Ok(main.meets()? && sub.meets()?))?;
    let healed = connected.elapsed();

    let (here, there) = (main.all("viewers")?, sub.all("viewers")?);
    let mut different = here.iter().zip(&there).filter(|(here, there)| here != there).count() + here.len().abs_diff(there.len());
    let names: BTreeSet<&str> = here.iter().map(|screen| text(screen, "name")).collect();
    let mut lost = made.iter().filter(|name| !names.contains(name.as_str())).count();
    // Of two changes of one field the later one stands, and the other one is told of.
    for screen in here.iter().filter(|screen| contested.iter().any(|id| text(screen, "id") == id)) {
        lost += usize::from(!["as Main has it", "as Pier has it"].contains(&text(screen, "location")));
    }
    let told = [main.all("notices")?, sub.all("notices")?].map(|notices| {
        let about =
            notices.iter().filter(|notice| text(notice, "what") == "concurrent_edit" && text(notice, "cell") == "location");
        about.map(|notice| text(notice, "document").to_owned()).collect::<BTreeSet<_>>()
    });
    lost += told.iter().map(|told| contested.iter().filter(|id| !told.contains(*id)).count()).sum::<usize>();
    different += told[0].symmetric_difference(&told[1]).count();

    let measured = format!(
        "{:.2} s after they were connected again, which took {:.1} s; {:.0} and {:.0} operations were pending; {lost} lost, {different} different \
         of {} screens, {CONTESTED} of them contested",
        healed.as_secs_f64(),
        (connected - restored).as_secs_f64(),
        pending[0],
        pending[1],
        here.len(),
    );
    let name = format!("two servers agree after {PENDING} changes on each side of a cut");
    Ok(Figure { name, aim: "5 s after reconnect; 0 lost, 0 different".to_owned(), measured, ..Figure::default() })
}

/// A part of one side's changes; hands back the names of what it made.
fn work(side: &str, person: usize, mut client: Client, contested: &[String]) -> Result<Vec<String>, Failure> {
    let mut made = Vec::new();
    for n in (person..PENDING).step_by(PEOPLE) {
        if let Some(id) = contested.get(n) {
            client.json("PATCH", &format!("/api/v1/viewers/{id}"), &format!(r#"{{"location":"as {side} has it"}}"#))?;
        } else {
            let name = format!("{side} {n:05}");
            make(&mut client, &name)?;
            made.push(name);
        }
    }
    Ok(made)
}

fn make(client: &mut Client, name: &str) -> Result<String, Failure> {
    let made = client.json("POST", "/api/v1/viewers", &format!(r#"{{"name":"{name}"}}"#))?.json();
    let id = made.as_ref().and_then(|made| made.get("id")?.text());
    id.map(str::to_owned).ok_or_else(|| Failure::failed("The server's answer names no id."))
}
