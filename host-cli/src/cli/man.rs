//! `motevec man`: manual pages, made from the same words as the help.

use std::fmt::{self, Display};
use std::fs;
use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use serde::Serialize;

use super::{Cli, printable, report};
use crate::{Error, Result, output};

/// Write the manual pages, one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec man ~/.local/share/man/man1 && man motevec-train
  motevec man . && man -l motevec.1")]
pub(super) struct Args {
    /// The folder; it is made where there is none
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    folder: String,
    pages: Vec<String>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        fs::create_dir_all(&self.folder).map_err(|error| Error::io(&self.folder, error))?;
        let mut command = Cli::command().disable_help_subcommand(true);
        // Gives the commands their full names: `motevec-train`.
        command.build();
        let commands = std::iter::once(&command).chain(command.get_subcommands());
        let pages = commands.map(|command| self.write(command.clone())).collect::<Result<_>>()?;
        let report = Report { folder: self.folder.display().to_string(), pages };
        report::print(&report, self.json, Some(&self.folder))
    }

    /// Writes the page of `command`, and returns its name.
    fn write(&self, command: Command) -> Result<String> {
        let page = Man::new(command);
        let name = page.get_filename();
        output::write(&self.folder.join(&name), |mut out| page.render(&mut out))?;
        Ok(name)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "written  {} pages in {}", self.pages.len(), printable(&self.folder))
    }
}
