//! `motevec completions`: what a shell needs to complete command lines.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, report};
use crate::Result;

/// Print a script that lets your shell complete commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec completions bash > ~/.local/share/bash-completion/completions/motevec
  motevec completions zsh > ~/.zfunc/_motevec    # a folder in $fpath
  motevec completions fish > ~/.config/fish/completions/motevec.fish")]
pub(super) struct Args {
    /// Your shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "motevec", &mut script);
        report::print_text(&String::from_utf8_lossy(&script))
    }
}
