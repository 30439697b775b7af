//! The sources of a corpus: files, standard input or bundled bytes, decompressed on the way.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::compression::{Compression, explain};
use crate::{Error, Result};

/// One input of a corpus. gzip, Zstandard, xz and bzip2 data are recognized by their first bytes.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file, or anything else that can be opened and read once, such as a named pipe.
    Path(PathBuf),
    /// A part of a file that is not compressed.
    Part {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        range: Range<u64>,
    },
    /// Standard input.
    Stdin,
    /// Data that is part of the program.
    Bytes {
        /// Its name in messages.
        name: &'static str,
        /// The text, compressed or not.
        data: &'static [u8],
    },
    /// A copy of standard input or of a pipe, which can be read again.
    Copy {
        /// Its name in messages.
        name: PathBuf,
        /// A temporary file without a name.
        file: Arc<File>,
    },
}

impl Source {
    /// The source that a command line names: a path, or `-` for standard input.
    #[must_use]
    pub fn from_argument(argument: impl Into<PathBuf>) -> Self {
        let path = argument.into();
        if path.as_os_str() == "-" { Self::Stdin } else { Self::Path(path) }
    }

    /// The name of this source in messages: its path, `<stdin>`, or its name.
    #[must_use]
    pub fn name(&self) -> &Path {
        match self {
            Self::Path(path) | Self::Part { path, .. } => path,
            Self::Stdin => Path::new("<stdin>"),
            Self::Bytes { name, .. } => Path::new(name),
            Self::Copy { name, .. } => name,
        }
    }

    /// `sources` such that they can be read more than once: standard input and pipes are copied, as they are, to
    /// temporary files in `folder`. These have no names, so that the system removes them however the process ends.
    ///
    /// # Errors
    /// If a source does not exist, is a folder, or cannot be read; if the disk fails.
    pub(crate) fn keep(sources: Vec<Self>, folder: &Path) -> Result<Vec<Self>> {
        Self::check(&sources)?;
        sources.into_iter().map(|source| source.keep_one(folder)).collect()
    }

    fn keep_one(self, folder: &Path) -> Result<Self> {
        let mut pipe: Box<dyn Read> = match &self {
            Self::Stdin => Box::new(io::stdin().lock()),
            Self::Path(path) if self.size()?.is_none() => Box::new(File::open(path).map_err(|e| Error::io(path, e))?),
            _ => return Ok(self),
        };
        let name = self.name().to_owned();
        let failed = |error: io::Error| {
            let (name, folder) = (name.display(), folder.display());
            Error::Failed(format!("cannot copy {name} to folder `{folder}`: {error}; set TMPDIR to another folder"))
        };
        let mut file = tempfile::tempfile_in(folder).map_err(failed)?;
        io::copy(&mut pipe, &mut file).map_err(failed)?;
        Ok(Self::Copy { name, file: Arc::new(file) })
    }

    /// The size of all `sources` as stored, if it is known before reading.
    ///
    /// # Errors
    /// As [`size`](Self::size), and if standard input comes twice.
    pub(super) fn check(sources: &[Self]) -> Result<Option<u64>> {
        if sources.iter().filter(|source| matches!(source, Self::Stdin)).count() > 1 {
            return Err(Error::Usage("standard input (-) can be read only once".into()));
        }
        sources.iter().try_fold(Some(0), |total, source| Ok(source.size()?.and_then(|size| Some(size + total?))))
    }

    /// The size in bytes as stored, if it is known before reading.
    ///
    /// # Errors
    /// If there is no such file, or it is a folder: worth knowing before the files before it are read.
    pub(super) fn size(&self) -> Result<Option<u64>> {
        match self {
            Self::Path(path) => {
                let metadata = std::fs::metadata(path).map_err(|e| Error::io(path, e))?;
                if metadata.is_dir() {
                    let message = format!("is a directory; name the files, e.g. {}", path.join("*").display());
                    return Err(Error::input(path, None, message));
                }
                Ok(metadata.is_file().then_some(metadata.len()))
            }
            Self::Part { range, .. } => Ok(Some(range.end - range.start)),
            Self::Stdin => Ok(None),
            Self::Bytes { data, .. } => Ok(Some(data.len() as u64)),
            Self::Copy { name, file } => Ok(Some(file.metadata().map_err(|e| Error::io(name, e))?.len())),
        }
    }
}

/// Whether `source`, a file, is compressed.
pub(super) fn is_compressed(source: &Source) -> Result<bool> {
    let failed = |error| Error::io(source.name(), error);
    let mut start = Vec::new();
    let file = File::open(source.name()).map_err(failed)?;
    file.take(Compression::MAGIC_LEN as u64).read_to_end(&mut start).map_err(failed)?;
    Ok(Compression::of(&start).is_some() || Compression::is_cut_short(source.name(), &start))
}

/// The number of lines that lie before `source` in its file.
pub(super) fn lines_before(source: &Source) -> Result<u64> {
    let Source::Part { path, range } = source else { return Ok(0) };
    let (mut file, mut piece, mut lines) = (File::open(path).map_err(|e| Error::io(path, e))?, vec![0; 1 << 16], 0);
    let mut left = range.start;
    while left > 0 {
        let read = file.by_ref().take(left).read(&mut piece).map_err(|e| Error::io(path, e))?;
        if read == 0 {
            break;
        }
        lines += memchr::memchr_iter(b'\n', piece.get(..read).unwrap_or_default()).count() as u64;
        left -= read as u64;
    }
    Ok(lines)
}

/// An open source, read as plain text.
pub(super) struct Input {
    name: PathBuf,
    reader: Box<dyn Read + Send>,
    compressed: bool,
}

impl Input {
    /// Opens `source`; the bytes taken from it, before decompression, are added to `bytes_read`.
    pub(super) fn open(source: &Source, bytes_read: &Arc<AtomicU64>) -> Result<Self> {
        let name = source.name();
        let raw: Box<dyn Read + Send> = match source {
            Source::Path(path) => Box::new(File::open(path).map_err(|e| Error::io(path, e))?),
            Source::Part { path, range } => {
                let mut file = File::open(path).map_err(|e| Error::io(path, e))?;
                file.seek(SeekFrom::Start(range.start)).map_err(|e| Error::io(path, e))?;
                Box::new(file.take(range.end - range.start))
            }
            Source::Stdin => Box::new(io::stdin()),
            Source::Bytes { data, .. } => Box::new(*data),
            Source::Copy { file, .. } => {
                let mut file = Arc::clone(file);
                file.rewind().map_err(|e| Error::io(name, e))?;
                Box::new(file)
            }
        };
        let mut raw = Counted { inner: raw, bytes: Arc::clone(bytes_read) };
        let mut start = Vec::with_capacity(Compression::MAGIC_LEN);
        raw.by_ref().take(Compression::MAGIC_LEN as u64).read_to_end(&mut start).map_err(|e| Error::io(name, e))?;
        if Compression::is_cut_short(name, &start) && !matches!(source, Source::Part { .. }) {
            return Err(Error::input(name, None, "the compressed data ends early: its header is incomplete"));
        }
        let compression = Compression::of(&start).filter(|_| !matches!(source, Source::Part { .. }));
        let raw = Cursor::new(start).chain(raw);
        let reader = match compression {
            None => Box::new(raw),
            Some(kind) => kind.decoder(raw).map_err(|e| Error::io(name, e))?,
        };
        Ok(Self { name: name.to_owned(), reader, compressed: compression.is_some() })
    }

    /// Appends text until `buffer` holds `len` bytes; `false` if the text ended before.
    pub(super) fn fill(&mut self, buffer: &mut Vec<u8>, len: usize) -> Result<bool> {
        let missing = len.saturating_sub(buffer.len());
        buffer.reserve(missing);
        self.reader.by_ref().take(missing as u64).read_to_end(buffer).map_err(|e| self.explain(e))?;
        Ok(buffer.len() >= len)
    }

    /// Appends all the text that is left.
    pub(super) fn fill_to_end(&mut self, buffer: &mut Vec<u8>) -> Result<()> {
        self.reader.read_to_end(buffer).map(drop).map_err(|e| self.explain(e))
    }

    /// The error for a failed read.
    fn explain(&self, error: io::Error) -> Error {
        explain(&self.name, self.compressed, error)
    }
}

/// A reader that adds up what passes through it, for the progress report.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const KINDS: [Compression; 4] = [Compression::Gzip, Compression::Zstd, Compression::Xz, Compression::Bzip2];

    fn compress(kind: Compression, text: &[u8]) -> Vec<u8> {
        match kind {
            Compression::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
                encoder.include_checksum(true).unwrap();
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Compression::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(1);
                let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Compression::Bzip2 => {
                let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
        }
    }

    fn text() -> Vec<u8> {
        (0..30_u32).map(|i| format!("word{} ", i.wrapping_mul(2_654_435_761) >> 20)).collect::<String>().into_bytes()
    }

    /// The text of a file called `name` that holds `data`.
    fn read(name: &str, data: &[u8]) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, data).unwrap();
        let bytes_read = Arc::default();
        let mut text = Vec::new();
        Input::open(&Source::Path(path), &bytes_read)?.fill_to_end(&mut text)?;
        assert_eq!(bytes_read.load(Ordering::Relaxed), data.len() as u64, "all of the file is read");
        Ok(text)
    }

    #[test]
    fn the_content_tells_the_format_and_all_members_are_read() {
        for kind in KINDS {
            let (start, end) = (compress(kind, b"first "), compress(kind, &text()));
            let members = [start, compress(kind, b""), end].concat();
            assert_eq!(read("corpus.txt", &members).unwrap(), [b"first ", &text()[..]].concat(), "{kind:?}");
        }
        for plain in [&b""[..], b"B", b"BZh9 is text", b"(", b"a", b"7zXZ"] {
            assert_eq!(read("corpus.txt", plain).unwrap(), plain);
        }
    }

    #[test]
    fn a_skippable_frame_may_come_first() {
        let frame =
            [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0][..], b"size", &compress(Compression::Zstd, b"text")].concat();
        assert_eq!(read("corpus", &frame).unwrap(), b"text");
    }

    #[test]
    fn every_truncation_is_an_error() {
        for (kind, name) in KINDS.into_iter().zip(["a.gz", "a.zst", "a.xz", "a.bz2"]) {
            let data = compress(kind, &text());
            for len in 0..data.len() {
                let error = read(name, &data[..len]).expect_err(&format!("{kind:?} cut to {len} bytes")).to_string();
                assert!(error.contains(&format!("{name}: the compressed data ends early: ")), "{len}: {error}");
            }
        }
    }

    #[test]
    fn flipped_bits_never_change_the_text_unnoticed() {
        for kind in KINDS {
            let data = compress(kind, &text());
            for bit in 0..8 * data.len() {
                let mut bad = data.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                if Compression::of(&bad) != Some(kind) {
                    continue; // It is another kind of file now; if it is text, it is not UTF-8.
                }
                if let Ok(read) = read("corpus", &bad) {
                    // A bit that means nothing: a time or a flag in a header.
                    assert!(read == text(), "{kind:?}, bit {bit}");
                }
            }
        }
    }

    #[test]
    fn rubbish_behind_the_data_is_an_error() {
        for kind in KINDS {
            let data = [&compress(kind, &text())[..], b"rubbish, and more of it"].concat();
            let error = read("corpus", &data).expect_err(&format!("{kind:?}")).to_string();
            assert!(error.contains("corpus: the compressed data "), "{error}");
        }
    }
}
