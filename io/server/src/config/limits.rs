//! How much the server accepts.

use super::section::section;

section! {
    /// How much the server accepts from outside.
    Limits = "limits";

    /// Largest file that can be uploaded, in bytes.
    upload_bytes: u64 = "upload-bytes", 8 << 30, within 1..=1 << 42;
    /// Largest picture, in pixels (width times height), checked before it is decoded.
    image_pixels: u64 = "image-pixels", 100_000_000, within 1..=1_000_000_000;
    /// Largest body of an API request other than an upload, in bytes.
    body_bytes: u64 = "body-bytes", 8 << 20, within 64 << 10..=256 << 20;
    /// Longest video, in seconds.
    video_seconds: u64 = "video-seconds", 4 * 60 * 60, within 1..=86_400;
    /// Most web connections open at once; further ones wait. Open WebSockets do not count.
    connections: u32 = "connections", 10_000, within 16..=1_000_000;
}
