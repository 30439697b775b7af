//! `motevec export`: a model as a device wants it.

use std::fmt::{self, Display};
use std::path::PathBuf;

use clap::ValueEnum;
use indicatif::{BinaryBytes, HumanCount};
use motevec_core::image::Encoding;
use serde::Serialize;

use super::model::ModelArgs;
use super::progress;
use super::report::{self, printable};
use crate::format::{self, Codec as _, Format, Image};
use crate::output::Files;
use crate::{Error, Result, output};

/// Make an image for the flash of a device
///
/// An image holds words, counts and vectors in one piece that `motevec-core` reads in place, without RAM. All commands
/// read it like any other model.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec export model.bin -o model.mote
  motevec export model.bin -o model.mote --top 2000
  motevec train events.txt -o events.mote
  motevec export events.mote -o flash.mote --outside --quantize f32")]
pub(super) struct Args {
    #[command(flatten)]
    model: ModelArgs,

    /// The file to write
    #[arg(short, long, value_name = "IMAGE")]
    output: PathBuf,

    /// Export only the N most frequent words, or the first N if MODEL has no counts
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    top: Option<u32>,

    /// How to store the numbers
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Quantize::Int8)]
    quantize: Quantize,

    /// Export the outside vectors too, for a device that trains on; MODEL must have them, as a .mote file of `train`
    /// does
    #[arg(long)]
    outside: bool,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// `--quantize`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Quantize {
    /// 1 byte per number, and 4 per vector
    Int8,
    /// 4 bytes per number, without rounding
    F32,
}

impl From<Quantize> for Encoding {
    fn from(quantize: Quantize) -> Self {
        match quantize {
            Quantize::Int8 => Self::Int8,
            Quantize::F32 => Self::F32,
        }
    }
}

#[derive(Serialize)]
struct Report {
    output: String,
    /// Unknown for a pipe.
    file_bytes: Option<u64>,
    words: usize,
    /// How many the model has.
    of_words: usize,
    dim: usize,
    numbers: &'static str,
    outside: bool,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        if Format::of_name(&self.output).is_some_and(|format| format != Format::Mote) {
            let path = self.output.display();
            return Err(Error::Usage(format!(
                "{path}: this is the name of another format; the name of an image must end in .mote"
            )));
        }
        let mut file = self.model.open()?;
        Files::reading(file.files()).write(&self.output)?;
        let mut vectors = progress::busy("reading", || file.read())?;
        let of_words = vectors.vocabulary.len();
        if let Some(top) = self.top {
            vectors = vectors.most_frequent(top as usize);
        }
        if !self.outside {
            vectors.outside = None;
        } else if vectors.outside.is_none() {
            let message = "it has no outside vectors: leave out --outside, or train again with a .mote file as output";
            return Err(Error::input(&self.model.model, None, message));
        }
        let encoding = self.quantize.into();
        Image(encoding).write(&self.output, vectors.view())?;
        format::lost(Format::Mote, vectors.view()).iter().for_each(|lost| report::note(lost));
        let report = Report {
            output: self.output.display().to_string(),
            file_bytes: output::length(&self.output),
            words: vectors.vocabulary.len(),
            of_words,
            dim: vectors.dim,
            numbers: format::encoding_name(encoding),
            outside: self.outside,
        };
        report::print(&report, self.json, Some(&self.output))
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, of_words) = (HumanCount(self.words as u64), HumanCount(self.of_words as u64));
        writeln!(f, "words       {words} of {of_words}")?;
        writeln!(f, "dimensions  {}", self.dim)?;
        writeln!(f, "numbers     {}", self.numbers)?;
        writeln!(f, "vectors     {}", report::matrices(self.outside, false))?;
        write!(f, "written     {}", printable(&self.output))?;
        self.file_bytes.map_or(Ok(()), |bytes| write!(f, ", {}", BinaryBytes(bytes)))
    }
}
