//! The command line: one file a subcommand, with its arguments and what it does with them.
//!
//! To add a subcommand: a module with an `Args` struct that has a `run`, and its line in each of the two lists below.

mod analogy;
mod bench;
mod completions;
mod convert;
mod demo;
mod eval;
mod explore;
mod export;
mod gradcheck;
mod info;
mod man;
mod model;
mod neighbors;
mod plot;
mod progress;
mod report;
mod summary;
mod train;

use clap::{Parser, Subcommand};

use crate::Result;
pub(crate) use report::printable;
pub use report::show_error;

/// Train word2vec vectors fast and reproducibly, query and score them.
#[derive(Debug, Parser)]
#[command(name = "motevec", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  motevec demo
  motevec train text.txt -o model.bin
  motevec neighbors model.bin freedom
  motevec explore model.bin -o explorer.html
  motevec help train")]
pub struct Cli {
    /// Show only results and errors: no progress, no warnings, no words about files written
    #[arg(short, long, global = true)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Train(train::Args),
    Neighbors(neighbors::Args),
    Analogy(analogy::Args),
    Eval(eval::Args),
    Plot(plot::Args),
    Explore(explore::Args),
    Info(info::Args),
    Convert(convert::Args),
    Export(export::Args),
    Gradcheck(gradcheck::Args),
    Bench(bench::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Cli {
    /// Does what the command line asks for. Results go to stdout.
    ///
    /// # Errors
    /// Where that fails. Nothing of the error has been shown yet.
    pub fn run(self) -> Result<()> {
        if self.quiet {
            report::be_quiet();
        }
        match self.command {
            Command::Demo(args) => args.run(),
            Command::Train(args) => args.run(),
            Command::Neighbors(args) => args.run(),
            Command::Analogy(args) => args.run(),
            Command::Eval(args) => args.run(),
            Command::Plot(args) => args.run(),
            Command::Explore(args) => args.run(),
            Command::Info(args) => args.run(),
            Command::Convert(args) => args.run(),
            Command::Export(args) => args.run(),
            Command::Gradcheck(args) => args.run(),
            Command::Bench(args) => args.run(),
            Command::Completions(args) => args.run(),
            Command::Man(args) => args.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
