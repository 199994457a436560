//! Files between servers: what is uploaded at one is soon at the other, both ways, also where only one of them can be called.

use std::io::Cursor;

use serde_json::Value;
use testkit::lab::Lab;

use crate::desk::{Desk, on};
use crate::running::until;
use crate::servers::{Server, pair};

/// A picture whose bytes do not compress: some MiB of them.
fn large_picture(seed: u8) -> Vec<u8> {
    let mut noise = u32::from(seed) + 1;
    let mut next = || {
        // Xorshift (Marsaglia 2003): any noise will do.
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        noise.to_le_bytes()[0]
    };
    let pixels: Vec<u8> = (0..1_200 * 900 * 3).map(|_| next()).collect();
    let mut bytes = Cursor::new(Vec::new());
    let image = image::RgbImage::from_raw(1_200, 900, pixels).unwrap();
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Uploads it at this server; what its record says.
fn uploaded(server: &Server, desk: &Desk, name: &str, bytes: Vec<u8>) -> Value {
    on(&server.host, async {
        let media = desk.upload(name, bytes).await;
        desk.get(&format!("/media/{media}")).await
    })
}

/// Waits until this server has the file and its thumbnail, byte for byte.
#[track_caller]
fn has(server: &Server, record: &Value, bytes: &[u8]) {
    let file = |hash: &str| server.data.path().join("media").join(&hash[..2]).join(&hash[2..4]).join(hash);
    let (hash, thumbnail) = (record["hash"].as_str().unwrap(), record["thumbnail"].as_str().unwrap());
    until("the file of another server is here", || file(hash).exists() && file(thumbnail).exists());
    assert!(std::fs::read(file(hash)).unwrap() == bytes, "the file is the one that was uploaded");
}

#[test]
fn lab_files_follow_their_records_both_ways() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, bob, name) = pair(&lab.segment()?)?;
    let (down, up) = (large_picture(1), large_picture(2));
    let from_main = uploaded(&main, &ada, "down.png", down.clone());
    has(&sub, &from_main, &down);
    let from_sub = uploaded(&sub, &bob, "up.png", up.clone());
    has(&main, &from_sub, &up);

    // Uploaded while it was cut off, it travels up afterwards.
    sub.host.card().cut()?;
    let late = large_picture(3);
    let cut_off = uploaded(&sub, &bob, "late.png", late.clone());
    sub.host.card().restore()?;
    has(&main, &cut_off, &late);
    main.meets("Pier");
    sub.meets(&name);
    Ok(())
}

#[test]
fn lab_a_server_that_cannot_be_called_gives_and_gets_its_files() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    drop(bob);
    sub.kill();
    // Nothing from outside reaches it but answers.
    let _closed = sub.host.drop_incoming("iifname eth0 ct state new tcp dport { 80, 443, 7237 }")?;
    let down = large_picture(4);
    let from_main = uploaded(&main, &ada, "down.png", down.clone());
    sub.run()?;
    sub.meets(&name);
    has(&sub, &from_main, &down);
    let bob = sub.sign_in();
    let up = large_picture(5);
    let from_sub = uploaded(&sub, &bob, "up.png", up.clone());
    has(&main, &from_sub, &up);
    Ok(())
}
