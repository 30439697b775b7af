//! Models in compressed files: `.gz` and `.zst` after the ending of the format.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;

use crate::{Result, output};

/// How to compress a file that is written.
#[derive(Clone, Copy)]
enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// How to compress a file of this name.
    fn of_name(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
        match ending.as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// `path` without the ending that says how it is compressed; `None` if it has none.
pub(super) fn without_ending(path: &Path) -> Option<&Path> {
    Compression::of_name(path)?;
    path.file_stem().map(Path::new)
}

/// [`output::write`], compressed if the name of the file says so.
pub(super) fn write(path: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    output::write(path, |out| compress(path, out, content))
}

/// Hands `content` a writer to `out`, compressed if the name `path` says so.
pub(super) fn compress(
    path: &Path,
    out: &mut dyn Write,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    match Compression::of_name(path) {
        None => content(out),
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
    }
}
