//! Two houses in one network: a screen does not choose between them.

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

/// The mark that the boot page sets beside each installation.
const MARK: [u8; 3] = [0xf6, 0xb4, 0x4b];

#[test]
fn lab_a_screen_lists_two_installations_and_joins_none() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let other = town.segment.host("other")?;
    let (one, two) = (Server::start(&town.server)?, Server::start(&other)?);
    let harbour = Desk::set_up_as(&town.server, &one.link()?, "Harbour")?;
    let museum = Desk::set_up_as(&other, &two.link()?, "Museum")?;

    let host = town.segment.host("screen")?;
    let computer = Computer::start(&host, "")?;
    harbour.until("the viewer meets both", || Ok((computer.ask("status")?["standing"] == "several").then_some(())))?;
    harbour.until("the screen lists both", || Ok((computer.display.bars(MARK)? == 2).then_some(())))?;
    let found = computer.ask("doctor")?;
    let search = found.as_array().into_iter().flatten().find(|finding| finding["subject"] == "search");
    let text = search.and_then(|finding| finding["text"].as_str()).unwrap_or_default();
    assert!(text.contains("Harbour (") && text.contains("Museum ("), "{found}");

    for desk in [&harbour, &museum] {
        assert!(desk.pending()?.is_empty());
        assert_eq!(desk.get("/devices")?["items"].as_array().map(Vec::len), Some(0));
    }
    assert_eq!(computer.ask("status")?["standing"], "several");
    Ok(())
}
