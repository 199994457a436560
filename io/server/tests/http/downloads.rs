//! Files on their way to screens: held to their limits, listed, and in nobody's way.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::caller::Caller;
use crate::desk::row;
use crate::screen::Device;
use crate::server::Site;
use crate::uploads::upload;

/// Bytes per second of one screen.
const RATE: u64 = 400_000;

/// A picture that cannot be pressed: about two megabytes.
pub(crate) fn noise() -> Vec<u8> {
    let mut seed = 7_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    let picture = image::RgbImage::from_fn(1_000, 700, |_, _| image::Rgb([next(), next(), next()]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A fetch as a screen makes it; how long it took, and its bytes.
async fn fetch(device: &Device, hash: &str) -> (Duration, usize) {
    let cookie = format!("signboard_device={}.{}", device.id, device.secret);
    let caller = Caller::new(&device.base).with("cookie", &cookie);
    let began = Instant::now();
    let answer = caller.get(&format!("{}/media/{hash}", device.base)).await;
    assert_eq!(answer.status, 200);
    (began.elapsed(), answer.bytes.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_download_keeps_its_rate_is_listed_and_delays_nobody() {
    let (site, ada) = Site::set_up(&[]).await;
    let file = noise();
    let outcome = upload(&ada, "noise.png", &file, None).await;
    let media = outcome["media"].as_str().unwrap().to_owned();
    let hash = ada.get(&format!("/media/{media}")).await.ok()["hash"].as_str().unwrap().to_owned();
    let device = Device::new(&site.base);
    let (mut session, viewer) = device.pair(&ada, "Pier").await;
    let other = Device::new(&site.base);
    let (_other_session, _) = other.pair(&ada, "Hall").await;
    let limit = json!({"destination": {"viewer": viewer}, "bytes_per_second": RATE});
    ada.make("/download-rules", limit).await;

    let slow = tokio::spawn({
        let (device, hash) = (device.clone(), hash.clone());
        async move { fetch(&device, &hash).await }
    });
    let listed = loop {
        let list: Value = ada.get("/downloads").await.ok();
        if list["items"].as_array().unwrap().len() == 1 && list["items"][0]["left"].as_u64() < list["items"][0]["bytes"].as_u64()
        {
            break list["items"][0].clone();
        }
        assert!(!slow.is_finished(), "it was never listed");
    };
    assert_eq!((&listed["viewer"]["id"], &listed["hash"], &listed["name"]), (&json!(viewer), &json!(hash), &json!("noise.png")));
    assert_eq!((&listed["bytes"], &listed["limit"]), (&json!(file.len()), &json!(RATE)));
    // The session of the same screen, other screens and people do not wait behind it.
    let asked = Instant::now();
    session.say(json!({"type": "time", "t0": 1.0})).await;
    session.hear("time").await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(fetch(&other, &hash).await.0 < Duration::from_secs(2));
    assert!(!slow.is_finished());
    let (took, bytes) = slow.await.unwrap();
    let least = Duration::from_secs_f64((file.len() as f64 / RATE as f64 - 1.0).max(1.0));
    assert!(bytes == file.len() && took >= least, "{bytes} bytes in {took:?}, expected {least:?} at least");
    assert_eq!(ada.get("/downloads").await.ok()["items"], json!([]));
    let outsider = site.person(&ada, "none", &[]).await;
    assert_eq!(outsider.get("/downloads").await.ok()["items"], json!([]));

    // What an emergency needs does not wait.
    let mut alarm = row(json!({"media": media}), json!({"viewer": viewer}));
    alarm["emergency"] = json!(true);
    alarm["when"]["until"] = json!("2099-01-01T00:00:00");
    ada.make("/schedules", alarm).await;
    assert!(fetch(&device, &hash).await.0 < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emergency_does_not_wait_for_what_is_on_its_way_already() {
    let (site, ada) = Site::set_up(&[]).await;
    let file = noise();
    let outcome = upload(&ada, "noise.png", &file, None).await;
    let media = outcome["media"].as_str().unwrap().to_owned();
    let hash = ada.get(&format!("/media/{media}")).await.ok()["hash"].as_str().unwrap().to_owned();
    let device = Device::new(&site.base);
    let (_session, viewer) = device.pair(&ada, "Pier").await;
    // At this rate it takes more than three minutes.
    ada.make("/download-rules", json!({"destination": {"viewer": viewer}, "bytes_per_second": 10_000})).await;
    let slow = tokio::spawn({
        let (device, hash) = (device.clone(), hash.clone());
        async move { fetch(&device, &hash).await }
    });
    while ada.get("/downloads").await.ok()["items"].as_array().unwrap().is_empty() {
        assert!(!slow.is_finished(), "it was never listed");
    }
    let mut alarm = row(json!({"media": media}), json!({"viewer": viewer}));
    alarm["emergency"] = json!(true);
    alarm["when"]["until"] = json!("2099-01-01T00:00:00");
    ada.make("/schedules", alarm).await;
    let (took, bytes) = tokio::time::timeout(Duration::from_secs(20), slow).await.expect("it waits no more").unwrap();
    assert_eq!(bytes, file.len(), "in {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_screens_together_keep_the_rate_of_the_server() {
    let (site, ada) = Site::set_up(&[]).await;
    let file = noise();
    let outcome = upload(&ada, "noise.png", &file, None).await;
    let hash = ada.get(&format!("/media/{}", outcome["media"].as_str().unwrap())).await.ok()["hash"].as_str().unwrap().to_owned();
    ada.make("/download-rules", json!({"destination": "all", "all_bytes_per_second": 1_500_000})).await;
    let mut screens = Vec::new();
    for name in ["A", "B", "C"] {
        let device = Device::new(&site.base);
        screens.push((device.pair(&ada, name).await, device));
    }
    let began = Instant::now();
    let fetches = screens.iter().map(|(_, device)| fetch(device, &hash));
    let fetched = futures::future::join_all(fetches).await;
    assert!(fetched.iter().all(|(_, bytes)| *bytes == file.len()));
    let least = Duration::from_secs_f64(3.0 * file.len() as f64 / 1_500_000.0 - 1.0);
    assert!(began.elapsed() >= least, "{:?}, expected {least:?} at least", began.elapsed());
    assert_eq!(ada.get("/downloads").await.ok()["limit"], 1_500_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_is_told_its_hours_before_its_plan_and_whenever_they_change() {
    let (site, ada) = Site::set_up(&[]).await;
    let night = json!({"daily": {"start": "22:00:00", "end": "06:00:00"}});
    let all = ada.make("/download-rules", json!({"destination": "all", "at_once": 3, "hours": night})).await;
    let device = Device::new(&site.base);
    let (mut session, viewer) = device.pair(&ada, "Pier").await;
    let first = session.next().await.unwrap();
    assert_eq!(first, json!({"type": "download", "at_once": 3, "hours": [{"from": 1320, "until": 360}]}), "before the plan");
    session.hear("plan").await;
    // The screen's own rule comes before the one for all, member by member.
    let own = ada.make("/download-rules", json!({"destination": {"viewer": viewer}, "at_once": 1, "hours": "always"})).await;
    let told = session.hear("download").await;
    assert_eq!((&told["at_once"], &told["hours"]), (&json!(1), &json!([])));
    // What its own rule hides, and a rate, which the server keeps by itself, are not told.
    ada.patch(&format!("/download-rules/{}", all), &json!({"bytes_per_second": 50_000})).await.ok();
    ada.patch(&format!("/download-rules/{}", all), &json!({"at_once": 5})).await.ok();
    let group = ada.make("/groups", json!({"name": "Lobby"})).await;
    ada.make("/memberships", json!({"group": group, "member": {"viewer": viewer}})).await;
    ada.make("/download-rules", json!({"destination": {"group": group}, "hours": night})).await;
    ada.delete(&format!("/download-rules/{own}")).await;
    let told = session.hear("download").await;
    assert_eq!((&told["at_once"], &told["hours"][0]["from"]), (&json!(5), &json!(1320)), "nothing else was told in between");
    // Who comes back hears it again.
    drop(session);
    let mut session = device.connect(None).await;
    assert_eq!(session.hear("download").await["hours"][0]["until"], 360);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shares_a_rate_takes_turns_and_nobody_waits_for_long() {
    const SCREENS: usize = 24;
    let (site, ada) = Site::set_up(&[]).await;
    let outcome = upload(&ada, "noise.png", &noise(), None).await;
    let hash = ada.get(&format!("/media/{}", outcome["media"].as_str().unwrap())).await.ok()["hash"].as_str().unwrap().to_owned();
    ada.make("/download-rules", json!({"destination": "all", "all_bytes_per_second": 600_000})).await;
    let mut screens = Vec::new();
    for n in 0..SCREENS {
        let device = Device::new(&site.base);
        screens.push((device.pair(&ada, &format!("Screen {n}")).await, device));
    }
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let fetches = screens.iter().enumerate().map(|(n, (_, device))| {
        let cookie = format!("signboard_device={}.{}", device.id, device.secret);
        let caller = Caller::new(&device.base).with("cookie", &cookie);
        let (address, tell) = (format!("{}/media/{hash}", device.base), tell.clone());
        tokio::spawn(async move {
            let mut answer = caller.request(reqwest::Method::GET, &address).send().await.unwrap();
            while let Ok(Some(bytes)) = answer.chunk().await {
                if tell.send((n, bytes.len())).is_err() {
                    return;
                }
            }
        })
    });
    let fetches: Vec<_> = fetches.collect();
    // From the moment when everybody has something: who gets six of the largest pieces sees everybody else get some more.
    let (mut before, mut since) = ([0; SCREENS], [0; SCREENS]);
    while since.iter().max() < Some(&(6 * 65_536)) {
        let (n, bytes) = tokio::time::timeout(Duration::from_secs(30), told.recv()).await.expect("something comes").unwrap();
        if before.contains(&0) {
            before[n] += bytes;
        } else {
            since[n] += bytes;
        }
    }
    assert!(since.iter().all(|bytes| *bytes > 0), "{since:?} after {before:?}");
    fetches.iter().for_each(tokio::task::JoinHandle::abort);
}
