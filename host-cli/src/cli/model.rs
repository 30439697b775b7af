//! The arguments of every subcommand that reads a model.

use std::iter;
use std::path::{Path, PathBuf};

use super::input::only_once;
use super::{progress, report};
use crate::format::{self, Format, ModelFile, Rules};
use crate::query::{self, Excerpt, Found, Question, Wanted};
use crate::{Result, Vectors};

/// Which model to read.
#[derive(Debug, clap::Args)]
pub(super) struct ModelArgs {
    /// The file with the word vectors; `-` is standard input
    pub(super) model: PathBuf,

    /// The format of MODEL [default: by its ending, or else by its content]
    #[arg(long, hide_short_help = true, value_name = "NAME")]
    format: Option<Format>,

    #[command(flatten)]
    rules: RulesArgs,
}

/// How to read a model.
#[derive(Debug, clap::Args)]
pub(super) struct RulesArgs {
    /// Leave out rows that cannot be used (words that stand twice, NaN, words that are not UTF-8), and say how many,
    /// instead of refusing the file
    #[arg(long, hide_short_help = true)]
    lenient: bool,

    /// Read only the first N rows
    #[arg(long, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,

    /// The tensor with the vectors, in a .safetensors file of another program; its words are in a .vocab file beside
    /// it, one per line
    #[arg(long, hide_short_help = true, value_name = "NAME")]
    tensor: Option<String>,
}

impl RulesArgs {
    /// The rules, which tell what they mend.
    pub(super) fn rules(&self) -> Rules {
        let limit = self.limit.map(|limit| limit as usize);
        let (lenient, tensor) = (self.lenient, self.tensor.clone());
        Rules { lenient, limit, tensor, option: Some("--lenient"), note: report::note, ..Rules::default() }
    }
}

impl ModelArgs {
    /// Opens the model.
    pub(super) fn open(&self) -> Result<ModelFile> {
        Ok(format::open(&self.model, self.format, "--format")?.with(self.rules.rules()))
    }

    /// The name of the file, without its folder.
    pub(super) fn name(&self) -> String {
        let name = self.model.file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.model.display().to_string())
    }

    /// Reads the vectors of `words` alone.
    pub(super) fn excerpt(&self, words: &[&str]) -> Result<Excerpt> {
        let mut file = self.open()?;
        progress::busy("reading", || Excerpt::read(&mut file, words))
    }

    /// Answers `question` while the model is read.
    pub(super) fn answer(&self, question: Question<'_>, wanted: &Wanted) -> Result<Found> {
        let mut file = self.open()?;
        progress::busy("reading", || query::answer_from(&mut file, &[question], wanted))
    }

    /// Reads what questions on lines of standard input need of the model: all center vectors.
    pub(super) fn read_for_lines(&self) -> Result<Vectors> {
        self.read_center([Path::new("-")])
    }

    /// Reads what the `questions` in these files need of the model: all center vectors.
    pub(super) fn read_center<'p>(&'p self, questions: impl IntoIterator<Item = &'p Path>) -> Result<Vectors> {
        only_once(iter::once(&*self.model).chain(questions))?;
        let mut file = self.open()?;
        progress::busy("reading", || file.read_center())
    }
}
