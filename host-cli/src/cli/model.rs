//! The arguments of every subcommand that reads a model.

use std::path::PathBuf;

use super::progress;
use crate::format::{self, Format, ModelFile};
use crate::{Result, Vectors};

/// Which model to read.
#[derive(Debug, clap::Args)]
pub(super) struct ModelArgs {
    /// The file with the word vectors
    pub(super) model: PathBuf,

    /// The format of MODEL [default: by its ending, or else by its content]
    #[arg(long, hide_short_help = true, value_name = "NAME")]
    format: Option<Format>,
}

impl ModelArgs {
    /// Opens the model.
    pub(super) fn open(&self) -> Result<ModelFile> {
        format::open(&self.model, self.format, "--format")
    }

    /// Reads the model.
    pub(super) fn read(&self) -> Result<Vectors> {
        let file = self.open()?;
        progress::busy("reading", || file.read())
    }

    /// The name of the file, without its folder.
    pub(super) fn name(&self) -> String {
        let name = self.model.file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.model.display().to_string())
    }

    /// Reads what queries need of the model: the center vectors.
    pub(super) fn read_center(&self) -> Result<Vectors> {
        let file = self.open()?;
        progress::busy("reading", || file.read_center())
    }
}
