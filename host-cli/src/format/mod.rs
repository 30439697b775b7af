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

mod apart;
mod fasttext_model;
mod finalfusion;
mod image;
mod lines;
pub(crate) mod matrix;
mod model_file;
mod nodes;
mod numpy;
mod projector;
mod rows;
mod rules;
pub(crate) mod safetensors;
mod signature;
mod source;
mod subwords;
#[cfg(test)]
mod tests;
mod text;
mod visit;
mod word2vec_binary;
mod words;

use std::path::{Path, PathBuf};

#[cfg(feature = "cli")]
use clap::ValueEnum;
use motevec_core::image::Encoding;

use crate::output::Files;
use crate::{Error, Result, Vectors, VectorsRef, compression};
pub(crate) use image::{Image, name as encoding_name};
pub use model_file::{ModelFile, open};
pub(crate) use rows::MOST_DIMENSIONS;
pub use rules::Rules;
pub use source::Source;
use visit::Whole;
pub use visit::{Rest, Visitor};

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

    /// Whether a file can hold n-grams, and so vectors for words that the model has not seen.
    fn holds_subwords(&self) -> bool {
        false
    }

    /// The most dimensions that a file in this format can hold.
    fn most_dimensions(&self) -> usize {
        usize::MAX
    }

    /// Reads a file, and shows its rows to `visitor`.
    ///
    /// # Errors
    /// If the file cannot be read, or holds anything but whole, finite vectors for distinct words.
    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest>;

    /// Reads all vectors of a file.
    ///
    /// # Errors
    /// As [`visit`](Self::visit).
    fn read(&self, source: Source) -> Result<Vectors> {
        let mut whole = Whole::with_outside();
        let rest = self.visit(source, &mut whole)?;
        Ok(whole.finish(rest))
    }

    /// Whether all numbers of a file are in memory while it is read, whoever visits it.
    fn reads_whole(&self) -> bool {
        false
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
    /// fastText's model, with n-grams and outside vectors (.bin)
    #[cfg_attr(feature = "cli", value(name = "fasttext-bin"))]
    FastTextModel,
    /// GloVe text, without a first line of sizes (.glove)
    Glove,
    /// NumPy matrix, with the words in a .vocab file beside it (.npy)
    Numpy,
    /// Full model: outside vectors, n-grams, counts, and how it was made (.safetensors)
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
    pub const ALL: [Self; 10] = [
        Self::Word2vecBinary,
        Self::Word2vecText,
        Self::FastText,
        Self::FastTextModel,
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
            Self::FastTextModel => "fasttext-bin",
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
            Self::FastTextModel => &fasttext_model::FastTextModel,
            Self::Glove => &text::GLOVE,
            Self::Numpy => &numpy::Numpy,
            Self::SafeTensors => &safetensors::SafeTensors,
            Self::Finalfusion => &finalfusion::Finalfusion,
            Self::Projector => &projector::Projector,
            Self::Mote => &Image(Encoding::F32),
        }
    }

    /// The format of files named like `path`, in upper or lower case; the usual one where several share an ending.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        Self::all_of_name(path).next()
    }

    /// The formats of files named like `path`.
    fn all_of_name(path: &Path) -> impl Iterator<Item = Self> {
        let plain = compression::without_ending(path);
        let name = plain.unwrap_or(path).file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let compressed = plain.is_some();
        Self::ALL.into_iter().filter(move |format| {
            let codec = format.codec();
            codec.endings().iter().any(|ending| name.ends_with(ending)) && (!compressed || codec.compresses())
        })
    }

    /// The format of files that begin with `start`.
    fn of_content(start: &[u8]) -> Option<Self> {
        Self::ALL.iter().find(|format| format.codec().recognizes(start)).copied()
    }
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
    for_model(path, format, vectors.subwords.is_some(), None)?.codec().write(path, vectors)
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
    for_model(path, format, false, option).map(Format::codec)
}

/// The format in which a model will be written to the file `path`: `format` if given. A model with `subwords` keeps
/// them where a format with this ending can hold them: `.bin` is fastText's then, not word2vec's.
///
/// # Errors
/// As [`for_output`].
pub fn for_model<'a>(
    path: &Path,
    format: Option<Format>,
    subwords: bool,
    option: impl Into<Option<&'a str>>,
) -> Result<Format> {
    let holds_them = || Format::all_of_name(path).find(|format| subwords && format.codec().holds_subwords());
    let format = format.or_else(holds_them).or_else(|| Format::of_name(path));
    format.ok_or_else(|| unknown(path, "its name does not tell the format", option.into()))
}

/// What is lost of `vectors` in a file of this `format`, as a note to the user.
#[must_use]
pub fn lost(format: Format, vectors: VectorsRef<'_>) -> Option<String> {
    if vectors.subwords.is_none() || format.codec().holds_subwords() {
        return None;
    }
    let holding = listed(Format::ALL.into_iter().filter(|format| format.codec().holds_subwords()));
    Some(format!(
        "the n-grams are left out, and with them vectors for words that the model has not seen: {} has no place for \
         them, but these formats have: {holding}",
        format.name()
    ))
}

/// Checks that `codec` can write the file `path`, and the one beside it if the format has one; adds both to `files`.
///
/// # Errors
/// As [`Files::write`].
pub fn check_output(codec: &dyn Codec, path: &Path, files: &mut Files) -> Result<()> {
    match codec.companion(path) {
        None => files.write(path),
        Some(companion) => [path, &companion].into_iter().try_for_each(|path| files.write_regular(path)),
    }
}

/// The error for a file in no known format: lists the formats, and the `option` that names them.
fn unknown(path: &Path, why: &str, option: Option<&str>) -> Error {
    let or = option.map_or(" of".to_owned(), |option| format!(", or {option} with one of"));
    Error::Usage(format!("{}: {why}: use a known ending{or} {}", path.display(), listed(Format::ALL.into_iter())))
}

/// The names of `formats`, with their endings.
fn listed(formats: impl Iterator<Item = Format>) -> String {
    let named = formats.map(|format| format!("{} ({})", format.name(), format.codec().endings().join(", ")));
    named.collect::<Vec<_>>().join(", ")
}
