//! Looking at a film with ffprobe and ffmpeg, as children that may crash without harm.

use std::ffi::OsStr;
use std::path::Path;

use http::StatusCode;
use serde::Deserialize;

use super::child::{ChildError, output};
use super::picture::THUMBNAIL_SIDE;
use crate::http::error::{Error, Result};

/// Codecs that browsers play.
const CODECS: [&str; 4] = ["h264", "vp8", "vp9", "av1"];

/// What a film is.
pub struct Film {
    /// Width in pixels as shown.
    pub width: u32,
    /// Height in pixels as shown.
    pub height: u32,
    /// Exact duration of its pictures in milliseconds.
    pub duration_ms: u64,
    /// Whether it has sound.
    pub has_audio: bool,
    /// A small JPEG of an early picture.
    pub thumbnail: Vec<u8>,
}

#[derive(Deserialize)]
struct Probe {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    duration: Option<String>,
    #[serde(default)]
    tags: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

#[derive(Deserialize)]
struct Format {
    duration: Option<String>,
}

fn invalid(text: impl Into<String>) -> Error {
    Error::invalid("file", text)
}

fn failed(error: ChildError) -> Error {
    match error {
        ChildError::Failed(said) => invalid(format!("the film is broken: {said}; export it anew and try again")),
        ChildError::Missing => Error::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "films cannot be checked, since ffmpeg is not installed on the server: apt-get install ffmpeg",
        ),
        ChildError::Slow => invalid("the film took too long to check: export it shorter or smaller"),
    }
}

/// Looks at a film.
///
/// # Errors
/// 422 when it is broken, too long, or in a codec that browsers do not play; 503 without ffmpeg.
pub async fn look_at(path: &Path, most_seconds: u64) -> Result<Film> {
    let quiet = ["-v", "error", "-print_format", "json", "-show_streams", "-show_format", "-protocol_whitelist", "file"];
    let mut arguments: Vec<&OsStr> = quiet.iter().map(OsStr::new).collect();
    arguments.push(path.as_os_str());
    let json = output("ffprobe", &arguments).await.map_err(failed)?;
    let probe: Probe = serde_json::from_slice(&json).map_err(|_| invalid("the film is broken: export it anew and try again"))?;
    let kind = |wanted: &str| probe.streams.iter().find(|stream| stream.codec_type.as_deref() == Some(wanted));
    let video = kind("video").ok_or_else(|| invalid("the film has no pictures: export it with a video track"))?;
    let codec = video.codec_name.as_deref().unwrap_or("unknown");
    if !CODECS.contains(&codec) {
        return Err(invalid(format!(
            "the film uses {codec}, which browsers do not play: export it as H.264 in MP4, or as VP9 or AV1"
        )));
    }
    let seconds = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<f64>().ok());
    let tagged = video.tags.iter().find(|(key, _)| key.starts_with("DURATION")).and_then(|(_, text)| clock_seconds(text));
    let whole = probe.format.as_ref().and_then(|format| seconds(&format.duration));
    let duration = seconds(&video.duration).or(tagged).or(whole).filter(|s| s.is_finite() && *s > 0.0);
    let duration = duration.ok_or_else(|| invalid("the film does not say how long it is: export it anew"))?;
    if duration > most_seconds as f64 {
        let text = format!("the film is {duration:.0} s long: at most {most_seconds} s are possible (limits.video-seconds)");
        return Err(invalid(text));
    }
    let (width, height) = (video.width.unwrap_or(0), video.height.unwrap_or(0));
    if width == 0 || height == 0 || width > 16_384 || height > 16_384 {
        return Err(invalid(format!("the film has {width} x {height} pixels: 1 to 16384 on each side are possible")));
    }
    let turn = video.side_data_list.iter().find_map(|data| data.rotation).unwrap_or(0.0);
    let (width, height) = if (turn / 90.0).round() as i64 % 2 == 0 { (width, height) } else { (height, width) };
    let thumbnail = thumbnail(path, duration).await?;
    Ok(Film { width, height, duration_ms: (duration * 1_000.0).round() as u64, has_audio: kind("audio").is_some(), thumbnail })
}

async fn thumbnail(path: &Path, duration: f64) -> Result<Vec<u8>> {
    let at = format!("{:.3}", (duration / 10.0).min(3.0));
    let scale = format!("scale='min({THUMBNAIL_SIDE},iw)':'min({THUMBNAIL_SIDE},ih)':force_original_aspect_ratio=decrease");
    let before = ["-v", "error", "-protocol_whitelist", "file", "-threads", "1", "-ss", &at, "-i"];
    let after = ["-frames:v", "1", "-vf", &scale, "-q:v", "4", "-f", "image2pipe", "-c:v", "mjpeg", "pipe:1"];
    let arguments: Vec<&OsStr> =
        before.iter().map(OsStr::new).chain([path.as_os_str()]).chain(after.iter().map(OsStr::new)).collect();
    let picture = output("ffmpeg", &arguments).await.map_err(failed)?;
    if picture.is_empty() { Err(invalid("the film shows no picture: export it anew and try again")) } else { Ok(picture) }
}

/// Seconds of a text such as `00:00:12.480000000`, as Matroska tags have it.
fn clock_seconds(text: &str) -> Option<f64> {
    let mut parts = text.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(hours * 3_600.0 + minutes * 60.0 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_tags_are_read() {
        assert_eq!(clock_seconds("01:02:03.5"), Some(3_723.5));
        assert_eq!(clock_seconds("12.5"), None);
    }
}
