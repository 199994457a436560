//! Searches for servers and prints each as it is found: `search SECONDS [NAME-OR-ADDRESS ...]`.
#![expect(clippy::print_stdout, reason = "it talks to the one who started it")]

use core::time::Duration;

use net::discovery::{Request, Search};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let patience = Duration::from_secs(arguments.next().map_or(Ok(5), |seconds| seconds.parse())?);
    let mut search = Search::start(Request { names: arguments.collect(), ..Request::default() })?;
    let look = async {
        loop {
            let found = search.next().await;
            let name = found.card.as_ref().map_or("", |card| &card.name);
            println!(
                "found {} {name:?} multicast={} unicast={} {:?}",
                found.endpoint, found.by_multicast, found.by_unicast, found.places
            );
        }
    };
    let _: Result<(), _> = tokio::time::timeout(patience, look).await;
    println!("done, {} found", search.found().count());
    Ok(())
}
