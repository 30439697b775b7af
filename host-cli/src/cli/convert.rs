//! `motevec convert`: from one format of model files to another.

use std::fmt::{self, Display};
use std::path::PathBuf;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::model::RulesArgs;
use super::progress;
use super::report::{self, printable};
use crate::format::{self, Format};
use crate::output::Files;
use crate::{Result, output};

/// Write a model in another format
///
/// All numbers stay as they are, to the last bit, except with finalfusion, which stores the length of a vector
/// separately, and so rounds. Outside vectors, n-grams and counts are left out if a format has no place for them; a
/// `.safetensors` file keeps everything. A model with n-grams is written to a `.bin` file in fastText's format, any
/// other in word2vec's, unless --to says otherwise. Text formats and `.bin` are compressed if `.gz` or `.zst` follows
/// the ending.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec convert model.bin model.vec
  motevec convert glove.6B.100d.txt model.bin --from glove
  motevec convert model.safetensors model.txt.gz
  motevec convert model.bin model.npy    # and model.vocab, one word per line
  motevec convert model.bin vectors.tsv  # and metadata.tsv, for projector.tensorflow.org
  motevec convert device.mote model.bin
  motevec convert cc.en.300.bin model.safetensors
  motevec convert model.bin fasttext.bin --to fasttext-bin
  motevec convert model.vec /dev/stdout --to word2vec-text | head")]
pub(super) struct Args {
    /// The file to read
    #[arg(value_name = "IN")]
    input: PathBuf,

    /// The file to write
    #[arg(value_name = "OUT")]
    output: PathBuf,

    /// The format of IN [default: by its ending, or else by its content]
    #[arg(long, value_name = "NAME")]
    from: Option<Format>,

    /// The format of OUT [default: by its ending]
    #[arg(long, value_name = "NAME")]
    to: Option<Format>,

    #[command(flatten)]
    rules: RulesArgs,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    input: String,
    from: &'static str,
    output: String,
    to: &'static str,
    words: usize,
    dim: usize,
    /// Unknown for a pipe.
    file_bytes: Option<u64>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let codec = format::for_output(&self.output, self.to, "--to")?;
        let mut file = format::open(&self.input, self.from, "--from")?.with(self.rules.rules());
        format::check_output(codec, &self.output, &mut Files::reading(file.files()))?;
        let vectors = progress::busy("reading", || file.read())?;
        let from = file.format().name();
        let to = format::for_model(&self.output, self.to, vectors.subwords.is_some(), "--to")?;
        progress::busy("writing", || to.codec().write(&self.output, vectors.view()))?;
        format::lost(to, vectors.view()).iter().for_each(|lost| report::note(lost));
        let report = Report {
            input: self.input.display().to_string(),
            from,
            output: self.output.display().to_string(),
            to: to.name(),
            words: vectors.vocabulary.len(),
            dim: vectors.dim,
            file_bytes: output::length(&self.output),
        };
        report::print(&report, self.json, Some(&self.output))
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, dim) = (HumanCount(self.words as u64), HumanCount(self.dim as u64));
        writeln!(f, "read     {}, {}: {words} words × {dim} dimensions", printable(&self.input), self.from)?;
        write!(f, "written  {}, {}", printable(&self.output), self.to)?;
        self.file_bytes.map_or(Ok(()), |bytes| write!(f, ": {}", BinaryBytes(bytes)))
    }
}
