//! Films of an exact size, since the server takes pictures and films only.

use std::fs::{self, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::failure::Failure;
use crate::process;

/// Size and type of a box of ISO/IEC 14496-12, section 4.2.
const BOX_HEAD: u64 = 8;

/// Makes a film of one second and fills it up to exactly `bytes` with a box that players pass over.
///
/// # Errors
/// Where ffmpeg fails or the file cannot be written.
pub(super) fn make(path: &Path, bytes: u64) -> Result<(), Failure> {
    let mut ffmpeg = process::command("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=duration=1:size=320x180:rate=10"]);
    ffmpeg.args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]).arg(path);
    let answer = process::quiet(&mut ffmpeg)?;
    if !answer.success {
        return Err(Failure::failed(format!("ffmpeg made no film: {}", answer.stderr.trim())));
    }
    let file = |error| Failure::file(path, &error);
    let length = fs::metadata(path).map_err(file)?.len();
    let size = bytes.checked_sub(length).filter(|size| *size >= BOX_HEAD).and_then(|size| u32::try_from(size).ok());
    let size = size.ok_or_else(|| Failure::failed(format!("A film of {length} bytes cannot be filled up to {bytes}.")))?;
    let mut film = BufWriter::with_capacity(1 << 20, OpenOptions::new().append(true).open(path).map_err(file)?);
    film.write_all(&size.to_be_bytes()).and_then(|()| film.write_all(b"free")).map_err(file)?;
    let mut noise = Noise(bytes);
    let mut left = u64::from(size) - BOX_HEAD;
    while left > 0 {
        let block = noise.block();
        let part = usize::try_from(left).unwrap_or(block.len()).min(block.len());
        film.write_all(&block[..part]).map_err(file)?;
        left -= part as u64;
    }
    film.flush().map_err(file)
}

/// Bytes that do not compress, the same every time (splitmix64).
struct Noise(u64);

impl Noise {
    fn block(&mut self) -> [u8; 4096] {
        let mut block = [0; 4096];
        for word in block.chunks_exact_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_the_same_every_time_and_does_not_repeat() {
        let mut noise = Noise(7);
        let (first, second) = (noise.block(), noise.block());
        assert_eq!(first, Noise(7).block());
        assert_ne!(first, second);
    }
}
