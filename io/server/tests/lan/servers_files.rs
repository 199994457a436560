//! Files between servers: what is uploaded at one is soon at the other, both ways, also where only one of them can be called.

use std::io::Cursor;
use std::path::PathBuf;

use serde_json::{Value, json};
use testkit::lab::Lab;

use crate::desk::{Desk, on};
use crate::running::until;
use crate::servers::{Server, pair};

/// A picture of that many bytes, most of which lie behind its end, where no reader minds them.
pub(crate) fn picture(seed: u8, bytes: usize) -> Vec<u8> {
    let mut picture = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 48, image::Rgb([seed, 90, 200])).write_to(&mut picture, image::ImageFormat::Png).unwrap();
    let mut picture = picture.into_inner();
    let mut noise = u64::from(seed) + 1;
    while picture.len() < bytes {
        // Xorshift (Marsaglia 2003): any noise will do.
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        picture.extend_from_slice(&noise.to_le_bytes());
    }
    picture.truncate(bytes);
    picture
}

fn large_picture(seed: u8) -> Vec<u8> {
    picture(seed, 3_300_000)
}

/// Changes the record of a server.
pub(crate) fn set(main: &Server, desk: &Desk, name: &str, change: &Value) {
    let path = format!("/servers/{}", main.sees(name)["id"].as_str().unwrap());
    on(&main.host, desk.change(&path, change));
}

/// Uploads it at this server; what its record says.
pub(crate) fn uploaded(server: &Server, desk: &Desk, name: &str, bytes: Vec<u8>) -> Value {
    on(&server.host, async {
        let media = desk.upload(name, bytes).await;
        desk.get(&format!("/media/{media}")).await
    })
}

/// Where a server keeps a file.
pub(crate) fn stored(server: &Server, hash: &str) -> PathBuf {
    server.data.path().join("media").join(&hash[..2]).join(&hash[2..4]).join(hash)
}

/// Waits until this server has the file and its thumbnail, byte for byte.
#[track_caller]
pub(crate) fn has(server: &Server, record: &Value, bytes: &[u8]) {
    let file = |hash: &str| stored(server, hash);
    let (hash, thumbnail) = (record["hash"].as_str().unwrap(), record["thumbnail"].as_str().unwrap());
    until("the file of another server is here", || file(hash).exists() && file(thumbnail).exists());
    assert!(std::fs::read(file(hash)).unwrap() == bytes, "the file is the one that was uploaded");
}

#[test]
fn lab_files_follow_their_records_both_ways() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, bob, name) = pair(&lab.segment()?)?;
    set(&main, &ada, "Pier", &json!({"keeps": "all"}));
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
    set(&main, &ada, "Pier", &json!({"keeps": "all"}));
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
