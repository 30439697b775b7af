//! Compressed files: texts and models that are read, and models that are written.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::bufread::GzDecoder;

use crate::{Error, Result, output};

/// The compressed formats that a corpus or a model may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

impl Compression {
    /// Enough first bytes to tell every format.
    pub(crate) const MAGIC_LEN: usize = 10;

    /// The format of a file that starts with these bytes.
    pub(crate) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A Zstandard frame, or a skippable frame ahead of one (pzstd writes those).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            // "BZh9" might start a text; with the magic number of a block, or of an empty stream's end, it cannot.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// How a model file of this name is compressed.
    fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
        match ending.as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Whether a whole file named `name` and of these few bytes is what is left of a compressed one.
    pub(crate) fn is_cut_short(name: &Path, whole: &[u8]) -> bool {
        let magic: &[u8] = match name.extension().and_then(|e| e.to_str()) {
            Some("gz") => &[0x1f, 0x8b],
            Some("zst") => &[0x28, 0xb5, 0x2f, 0xfd],
            Some("xz") => &[0xfd, b'7', b'z', b'X', b'Z', 0],
            Some("bz2") => {
                return whole.len() < Self::MAGIC_LEN && (whole.starts_with(b"BZh") || b"BZh".starts_with(whole));
            }
            _ => return false,
        };
        whole.len() < magic.len() && magic.starts_with(whole)
    }

    /// A decoder of all members, frames or streams that `raw` holds, one after the other.
    pub(crate) fn decoder(self, raw: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        let raw = BufReader::with_capacity(128 << 10, raw);
        Ok(match self {
            Self::Gzip => Box::new(Gzip { member: Some(GzDecoder::new(raw)) }),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(raw)?;
                // What `zstd --long=31` makes, too.
                decoder.window_log_max(31)?;
                Box::new(decoder)
            }
            Self::Xz => Box::new(lzma_rust2::XzReader::new(raw, true)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(raw)),
        })
    }
}

/// The members of a gzip file, one after the other, and the zero bytes that may fill it up, as gzip allows.
struct Gzip<R> {
    /// `None` after the last member.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let read = member.read(bytes)?;
            if read > 0 || bytes.is_empty() {
                return Ok(read);
            }
            let raw = self.member.take().map(GzDecoder::into_inner);
            self.member = raw.map(skip_zeros).transpose()?.flatten().map(GzDecoder::new);
        }
        Ok(0)
    }
}

/// What follows the zero bytes, if anything does.
fn skip_zeros<R: BufRead>(mut raw: R) -> io::Result<Option<R>> {
    loop {
        let bytes = raw.fill_buf()?;
        let (zeros, all) = (bytes.iter().take_while(|&&byte| byte == 0).count(), bytes.len());
        raw.consume(zeros);
        match (all, zeros < all) {
            (0, _) => return Ok(None),
            (_, true) => return Ok(Some(raw)),
            _ => {}
        }
    }
}

/// What a failed read of the file `name` means: the decoders report damage as I/O errors that no operating system has a
/// number for.
pub(crate) fn explain(name: &Path, compressed: bool, error: io::Error) -> Error {
    if !compressed || error.raw_os_error().is_some() {
        return Error::io(name, error);
    }
    let what = if error.kind() == io::ErrorKind::UnexpectedEof { "ends early" } else { "is damaged" };
    Error::input(name, None, format!("the compressed data {what}: {error}"))
}

/// `path` without the ending that says how it is compressed; `None` where it has none.
pub(crate) fn without_ending(path: &Path) -> Option<&Path> {
    Compression::of_name(path)?;
    path.file_stem().map(Path::new)
}

/// [`output::write`], compressed where the name of the file says so.
pub(crate) fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    output::write(path, |out| compress(path, out, content))
}

/// Hands `content` what writes to `out`, compressed where the name `path` says so.
pub(crate) fn compress(
    path: &Path,
    out: &mut dyn Write,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match Compression::of_name(path) {
        Some(Compression::Gzip) => {
            let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::default());
            content(&mut encoder)?;
            encoder.finish().map(drop)
        }
        Some(Compression::Zstd) => {
            let mut encoder = zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?;
            encoder.include_checksum(true)?;
            content(&mut encoder)?;
            encoder.finish().map(drop)
        }
        _ => content(out),
    }
}
