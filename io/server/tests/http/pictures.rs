//! Pictures are looked at before they count: what they are, how large, and which way up.

use std::io::Cursor;

use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use serde_json::json;

use crate::desk::png;
use crate::server::Site;
use crate::uploads::upload;

fn jpeg(width: u32, height: u32, exif: Option<Vec<u8>>) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([250, 0, 0]) } else { Rgb([0, 0, 250]) });
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    encoder.write_image(picture.as_raw(), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes.into_inner()
}

/// EXIF (TIFF 6.0 section 2) with nothing but an orientation.
fn orientation(value: u8) -> Vec<u8> {
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([value, 0, 0, 0, 0, 0, 0]);
    exif
}

#[tokio::test]
async fn pictures_get_size_type_and_thumbnail() {
    let (_site, ada) = Site::set_up(&[]).await;
    let folder = ada.make("/folders", json!({"name": "Quay"})).await;
    let done = upload(&ada, "Photo.JPG", &jpeg(1200, 800, None), Some(&folder)).await;
    let path = format!("/media/{}", done["media"].as_str().unwrap());
    let media = ada.get(&path).await.ok();
    assert_eq!((&media["width"], &media["height"], &media["mime"]), (&json!(1200), &json!(800), &json!("image/jpeg")));
    assert_eq!((&media["folder"], &media["name"]), (&json!(folder), &json!("Photo.JPG")));
    let thumbnail = ada.get(&format!("{path}/thumbnail")).await.header("location").unwrap().to_owned();
    let answer = ada.get(&format!("{}{thumbnail}", ada.base)).await;
    assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    let small = image::load_from_memory(&answer.bytes).unwrap().to_rgb8();
    assert_eq!(small.dimensions(), (480, 320));
    assert!(small.get_pixel(20, 160).0[0] > 200 && small.get_pixel(460, 160).0[2] > 200);
}

#[tokio::test]
async fn pictures_taken_on_the_side_are_turned_upright() {
    let (_site, ada) = Site::set_up(&[]).await;
    // Orientation 6: the first row is the right side, so what is left in the file is on top.
    let done = upload(&ada, "side.jpg", &jpeg(800, 400, Some(orientation(6))), None).await;
    let path = format!("/media/{}", done["media"].as_str().unwrap());
    let media = ada.get(&path).await.ok();
    assert_eq!((&media["width"], &media["height"]), (&json!(400), &json!(800)));
    let thumbnail = ada.get(&format!("{path}/thumbnail")).await.header("location").unwrap().to_owned();
    let small = image::load_from_memory(&ada.get(&format!("{}{thumbnail}", ada.base)).await.bytes).unwrap().to_rgb8();
    assert_eq!(small.dimensions(), (240, 480));
    assert!(small.get_pixel(120, 20).0[0] > 200 && small.get_pixel(120, 460).0[2] > 200);
}

/// A PNG (RFC 2083 sections 3 and 4.1) that says it has this size and brings next to nothing.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(1, 1, [0, 0, 0]);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[tokio::test]
async fn broken_and_hostile_pictures_are_refused_with_a_reason() {
    let (site, ada) = Site::set_up(&["limits.image-pixels=1000000"]).await;
    let whole = jpeg(600, 400, None);
    let html = b"<!doctype html><script>alert(1)</script>".repeat(20);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec();
    let mut liar = b"\xff\xd8\xff\xe0".to_vec();
    liar.extend([0; 500]);
    let cases: [(&str, &[u8], &str, &str); 9] = [
        ("cut.jpg", &whole[..whole.len() / 2], "invalid", "broken"),
        ("short.jpg", &whole[..20], "invalid", "broken"),
        ("bomb.png", &bomb(60_000, 60_000), "invalid", "60000 x 60000"),
        ("wide.png", &bomb(u32::MAX >> 1, 1), "invalid", "limits.image-pixels"),
        ("large.png", &png(1001, 1000, [0, 0, 0]), "invalid", "limits.image-pixels"),
        ("page.jpg", &html, "media_type", "JPEG, PNG"),
        ("drawing.svg", &svg, "media_type", "JPEG, PNG"),
        ("text.png", b"only words", "media_type", "unknown type"),
        ("liar.jpg", &liar, "invalid", "broken"),
    ];
    for (name, bytes, code, part) in cases {
        let outcome = upload(&ada, name, bytes, None).await;
        assert_eq!((&outcome["state"], &outcome["error"]["code"]), (&json!("refused"), &json!(code)), "{name}: {outcome}");
        assert_eq!(outcome["error"]["field"], "file", "{name}");
        assert!(outcome["error"]["message"].as_str().unwrap().contains(part), "{name}: {outcome}");
    }
    assert!(ada.ids("/media").await.is_empty());
    let done = upload(&ada, "good.png", &png(1000, 1000, [9, 9, 9]), None).await;
    assert_eq!(done["state"], "done", "{done}");
    drop(site);
}

#[tokio::test]
async fn a_file_without_a_usable_name_gets_one() {
    let (_site, ada) = Site::set_up(&[]).await;
    for (filename, name) in [("", "file"), ("///", "file"), ("\u{7}\u{8}", "file")] {
        let done = upload(&ada, filename, &png(4, 4, [1, 1, 1]), None).await;
        let media = ada.get(&format!("/media/{}", done["media"].as_str().unwrap())).await.ok();
        assert_eq!(media["name"], name, "{filename:?}");
    }
}
