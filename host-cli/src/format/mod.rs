//! Model files: one file of code per format, behind [`Codec`].
//!
//! A format is chosen by its name, by the ending of the file, or, when reading a file of unknown ending, by what the
//! file holds. To add one: a module with its [`Codec`], a variant of [`Format`], and an arm in [`Format::codec`].
// Whatever a file holds, nothing here panics: these lints forbid what would.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    )
)]

mod finalfusion;
mod image;
mod lines;
pub(crate) mod matrix;
mod numpy;
mod projector;
mod rows;
pub(crate) mod safetensors;
mod source;
#[cfg(test)]
mod tests;
mod text;
mod word2vec_binary;
mod words;

use std::path::{Path, PathBuf};

#[cfg(feature = "cli")]
use clap::ValueEnum;
use motevec_core::image::Encoding;

use crate::{Error, Result, Vectors, VectorsRef, compression, output};
pub(crate) use image::{Image, name as encoding_name};
pub use source::Source;

/// How word vectors are laid out in a file.
pub trait Codec: Sync {
    /// The endings of files in this format, in lower case, with their dots; the usual one first.
    fn endings(&self) -> &'static [&'static str];

    /// Whether a file that begins with `start` (up to some thousand bytes) is certainly in this format.
    fn recognizes(&self, start: &[u8]) -> bool;

    /// How a file that begins with `start` holds its numbers.
    fn numbers(&self, _start: &[u8]) -> &'static str {
        "f32"
    }

    /// Whether a file may be compressed, with `.gz` or `.zst` after its ending.
    fn compresses(&self) -> bool {
        false
    }

    /// The second file that belongs to the file `path`, if the format has one.
    fn companion(&self, _path: &Path) -> Option<PathBuf> {
        None
    }

    /// The most dimensions that a file in this format can hold.
    fn most_dimensions(&self) -> usize {
        usize::MAX
    }

    /// Reads all vectors of a file.
    ///
    /// # Errors
    /// If the file cannot be read, or holds anything but whole, finite vectors for distinct words.
    fn read(&self, source: Source) -> Result<Vectors>;

    /// [`read`](Self::read), without the outside vectors, which queries do not need: faster if there are some.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_center(&self, source: Source) -> Result<Vectors> {
        Ok(Vectors { outside: None, ..self.read(source)? })
    }

    /// Writes `vectors` to the file `path`, whole or not at all.
    ///
    /// # Errors
    /// If the file cannot be written, or `vectors` holds what the format cannot.
    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()>;
}

/// The names of the formats, as `--format` takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(ValueEnum))]
#[non_exhaustive]
pub enum Format {
    /// word2vec binary (.bin)
    #[cfg_attr(feature = "cli", value(name = "word2vec-bin"))]
    Word2vecBinary,
    /// word2vec text (.txt)
    #[cfg_attr(feature = "cli", value(name = "word2vec-text"))]
    Word2vecText,
    /// fastText text (.vec)
    #[cfg_attr(feature = "cli", value(name = "fasttext"))]
    FastText,
    /// GloVe text, without a first line of sizes (.glove)
    Glove,
    /// NumPy matrix, with the words in a .vocab file beside it (.npy)
    Numpy,
    /// Full model: outside vectors, counts, and how it was made (.safetensors)
    #[cfg_attr(feature = "cli", value(name = "safetensors"))]
    SafeTensors,
    /// finalfusion: unit vectors and their norms (.fifu)
    Finalfusion,
    /// TensorFlow projector, with the words in a .metadata.tsv file beside it (.tsv)
    Projector,
    /// Flash image, for devices; keeps counts and outside vectors (.mote)
    Mote,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 9] = [
        Self::Word2vecBinary,
        Self::Word2vecText,
        Self::FastText,
        Self::Glove,
        Self::Numpy,
        Self::SafeTensors,
        Self::Finalfusion,
        Self::Projector,
        Self::Mote,
    ];

    /// The name, as `--format` takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Word2vecBinary => "word2vec-bin",
            Self::Word2vecText => "word2vec-text",
            Self::FastText => "fasttext",
            Self::Glove => "glove",
            Self::Numpy => "numpy",
            Self::SafeTensors => "safetensors",
            Self::Finalfusion => "finalfusion",
            Self::Projector => "projector",
            Self::Mote => "mote",
        }
    }

    /// The codec of this format.
    #[must_use]
    pub fn codec(self) -> &'static dyn Codec {
        match self {
            Self::Word2vecBinary => &word2vec_binary::Word2vecBinary,
            Self::Word2vecText => &text::WORD2VEC,
            Self::FastText => &text::FASTTEXT,
            Self::Glove => &text::GLOVE,
            Self::Numpy => &numpy::Numpy,
            Self::SafeTensors => &safetensors::SafeTensors,
            Self::Finalfusion => &finalfusion::Finalfusion,
            Self::Projector => &projector::Projector,
            Self::Mote => &Image(Encoding::F32),
        }
    }

    /// The format of files named like `path`, in upper or lower case.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        let plain = compression::without_ending(path);
        let name = plain.unwrap_or(path).file_name()?.to_string_lossy().to_lowercase();
        let matches = |codec: &dyn Codec| codec.endings().iter().any(|ending| name.ends_with(ending));
        let fits = |format: &&Self| matches(format.codec()) && (plain.is_none() || format.codec().compresses());
        Self::ALL.iter().find(fits).copied()
    }

    /// The format of files that begin with `start`.
    fn of_content(start: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|format| format.codec().recognizes(start)).copied()
    }
}

/// A model file that has been opened and whose format is known.
pub struct ModelFile {
    format: Format,
    source: Source,
}

impl ModelFile {
    /// The format of the file.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The bytes that the file holds; `None` for a pipe.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.source.length()
    }

    /// How the file holds its numbers.
    ///
    /// # Errors
    /// If reading fails.
    pub fn numbers(&mut self) -> Result<&'static str> {
        Ok(self.format.codec().numbers(self.source.peek()?))
    }

    /// Reads the vectors.
    ///
    /// # Errors
    /// As [`Codec::read`].
    pub fn read(self) -> Result<Vectors> {
        self.read_with(<dyn Codec>::read)
    }

    /// Reads the center vectors only.
    ///
    /// # Errors
    /// As [`Codec::read`].
    pub fn read_center(self) -> Result<Vectors> {
        self.read_with(<dyn Codec>::read_center)
    }

    /// Reads with `read`. If that fails, and the content is certainly of another format, the error says so.
    fn read_with(mut self, read: impl FnOnce(&'static dyn Codec, Source) -> Result<Vectors>) -> Result<Vectors> {
        let codec = self.format.codec();
        let start = self.source.peek()?;
        let content = if codec.recognizes(start) { None } else { Format::of_content(start) };
        read(codec, self.source).map_err(|error| match (error, content) {
            (Error::Input { path, line, message }, Some(content)) => {
                let hint = format!("its content looks like format {}", content.name());
                Error::Input { path, line, message: format!("{message} ({hint})") }
            }
            (error, _) => error,
        })
    }
}

/// Opens the model file `path`, in `format` if given: by the `option` of the command line, if there is one.
///
/// # Errors
/// If the file cannot be opened, or its format is unknown.
pub fn open<'a>(path: &Path, format: Option<Format>, option: impl Into<Option<&'a str>>) -> Result<ModelFile> {
    let mut source = Source::open(path)?;
    let format = match format.or_else(|| Format::of_name(path)) {
        Some(format) => format,
        None => {
            let found = Format::of_content(source.peek()?);
            found.ok_or_else(|| unknown(path, "neither its name nor its content tells the format", option.into()))?
        }
    };
    Ok(ModelFile { format, source })
}

/// Reads the vectors in the file `path`, in `format` if given.
///
/// # Errors
/// As [`open`] and [`Codec::read`].
pub fn read(path: &Path, format: Option<Format>) -> Result<Vectors> {
    open(path, format, None)?.read()
}

/// Writes `vectors` to the file `path`, whole or not at all, in `format` if given.
///
/// # Errors
/// As [`for_output`] and [`Codec::write`].
pub fn write(path: &Path, format: Option<Format>, vectors: VectorsRef<'_>) -> Result<()> {
    for_output(path, format, None)?.write(path, vectors)
}

/// The codec that will write the file `path`, to be checked before hours of work. For `option` see [`open`].
///
/// # Errors
/// If no `format` is given and the name of the file does not tell it.
pub fn for_output<'a>(
    path: &Path,
    format: Option<Format>,
    option: impl Into<Option<&'a str>>,
) -> Result<&'static dyn Codec> {
    let format = format.or_else(|| Format::of_name(path));
    format.map(Format::codec).ok_or_else(|| unknown(path, "its name does not tell the format", option.into()))
}

/// Checks that `codec` can write the file `path`, and the one beside it if the format has one.
///
/// # Errors
/// As [`output::check`].
pub fn check_output(codec: &dyn Codec, path: &Path) -> Result<()> {
    match codec.companion(path) {
        None => output::check(path),
        Some(companion) => [path, &companion].into_iter().try_for_each(output::check_file),
    }
}

/// The error for a file in no known format: lists the formats, and the `option` that names them.
fn unknown(path: &Path, why: &str, option: Option<&str>) -> Error {
    let known: Vec<_> = Format::ALL
        .iter()
        .map(|format| format!("{} ({})", format.name(), format.codec().endings().join(", ")))
        .collect();
    let or = option.map_or(" of".to_owned(), |option| format!(", or {option} with one of"));
    Error::Usage(format!("{}: {why}: use a known ending{or} {}", path.display(), known.join(", ")))
}
