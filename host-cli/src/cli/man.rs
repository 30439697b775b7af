//! `motevec man`: manual pages, made from the same words as the help.

use std::fmt::{self, Display};
use std::fs;
use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use serde::Serialize;

use super::{Cli, printable, report};
use crate::{Error, Result, output};

/// Write the manual pages, one per command
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec man ~/.local/share/man/man1 && man motevec-train
  motevec man . && man -l motevec.1")]
pub(super) struct Args {
    /// The folder; it is created if there is none
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
        let examples = command.get_after_long_help().or_else(|| command.get_after_help());
        let examples = examples.map(ToString::to_string).unwrap_or_default();
        let has_subcommands = command.has_subcommands();
        let page = Man::new(command).source(concat!("motevec ", env!("CARGO_PKG_VERSION"))).manual("motevec");
        let name = page.get_filename();
        output::write(&self.folder.join(&name), |mut out| {
            page.render_title(&mut out)?;
            page.render_name_section(&mut out)?;
            page.render_synopsis_section(&mut out)?;
            page.render_description_section(&mut out)?;
            page.render_options_section(&mut out)?;
            if has_subcommands {
                page.render_subcommands_section(&mut out)?;
            }
            out.write_all(as_typed(&examples).as_bytes())
        })?;
        Ok(name)
    }
}

/// Sections whose lines stay as they are, one for each heading (`Examples:`) in `text`.
fn as_typed(text: &str) -> String {
    let mut page = String::new();
    for line in text.lines() {
        match line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')) {
            Some(heading) => page += &format!(".fi\n.SH {}\n.nf\n", heading.to_uppercase()),
            // Hyphens to copy, and no line that roff would obey.
            None => page += &format!("\\&{}\n", line.replace('\\', "\\e").replace('-', "\\-")),
        }
    }
    page + ".fi\n"
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "written  {} pages in {}", self.pages.len(), printable(&self.folder))
    }
}
