//! The command line: one file per subcommand, with its arguments and what it does with them.
//!
//! To add a subcommand: a module with an `Args` struct that has a `run`, and a line in each of the two lists below.

mod align;
mod analogy;
mod bench;
mod clusters;
mod completions;
mod convert;
mod demo;
mod eval;
mod explore;
mod export;
mod fasttext;
mod gradcheck;
mod habits;
mod info;
mod input;
mod interrupt;
mod lines;
mod man;
mod model;
mod neighbors;
mod odd_one_out;
mod old_options;
mod phrases;
mod plot;
mod progress;
mod report;
mod similarity;
mod summary;
mod train;
mod vectors;
mod vocab;
mod word2phrase;
mod word2vec;

use std::any::TypeId;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{Error, Result};
pub(crate) use report::printable;
pub use report::show_error;

/// Train, query and score word2vec vectors, fast and reproducibly.
#[derive(Debug, Parser)]
#[command(name = "motevec", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  motevec demo
  motevec train text.txt -o model.bin
  motevec help train")]
pub struct Cli {
    /// Show only results and errors: no progress, warnings or notes
    #[arg(short, long, global = true)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,

    /// What is said of a `-` where no file of this name can be meant.
    #[arg(skip)]
    dash: Option<String>,
}

/// What to do where `-` is neither standard input nor standard output.
const NO_DASH: &str = "name a file; ./- is a file called `-`";

/// The arguments for which `-` is standard input, or standard output.
const STREAMS: [&str; 8] = ["corpus", "similarity", "analogies", "model", "input", "a", "b", "output"];

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Train(Box<train::Args>),
    Vocab(vocab::Args),
    Phrases(phrases::Args),
    #[command(aliases = ["nn", "distance", "most-similar"])]
    Neighbors(neighbors::Args),
    #[command(aliases = ["analogies", "word-analogy"])]
    Analogy(analogy::Args),
    Similarity(similarity::Args),
    #[command(alias = "doesnt-match")]
    OddOneOut(odd_one_out::Args),
    #[command(alias = "print-word-vectors")]
    Vectors(vectors::Args),
    Clusters(clusters::Args),
    Align(align::Args),
    Eval(eval::Args),
    Plot(plot::Args),
    Explore(explore::Args),
    Info(info::Args),
    Convert(convert::Args),
    Export(export::Args),
    Gradcheck(gradcheck::Args),
    Bench(bench::Args),
    Word2vec(word2vec::Args),
    Word2phrase(word2phrase::Args),
    Fasttext(fasttext::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Cli {
    /// Reads the command line of this process, which ends if that is wrong. A program that is called `word2vec`,
    /// `word2phrase` or `fasttext` takes the options of that program.
    #[must_use]
    pub fn from_env() -> Self {
        let mut args: Vec<OsString> = env::args_os().collect();
        let called = args.first().and_then(|name| Path::new(name).file_stem());
        if let Some(name) =
            ["word2vec", "word2phrase", "fasttext"].into_iter().find(|name| called == Some(OsStr::new(name)))
        {
            args.insert(1, name.into());
        }
        train::leave_to_first_rank(&args);
        // Rare, so that the arguments of the command need not be gone through.
        let may_be_dash = args.iter().any(|argument| argument.as_encoded_bytes().ends_with(b"-"));
        let matches = Self::command().try_get_matches_from(&args).unwrap_or_else(|error| {
            let Some(message) = habits::answer(&error, &args) else {
                if error.use_stderr() {
                    report::wait_for_another();
                } else if report::quiet() {
                    // Help that another rank shows.
                    process::exit(error.exit_code());
                }
                error.exit()
            };
            let error = Error::Usage(message);
            show_error(&error);
            process::exit(error.exit_code().into())
        });
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        if let (Command::Train(args), Some((_, matches))) = (&mut cli.command, matches.subcommand()) {
            args.note_command(matches);
        }
        cli.dash = matches.subcommand().filter(|_| may_be_dash).and_then(|(name, matches)| dash(name, matches));
        cli
    }

    /// Does what the command line asks for. Results go to stdout.
    ///
    /// # Errors
    /// If that fails. The error has not been shown yet.
    pub fn run(self) -> Result<()> {
        if let Some(message) = self.dash {
            return Err(Error::Usage(message));
        }
        interrupt::listen();
        if self.quiet {
            report::be_quiet();
        }
        match self.command {
            Command::Demo(args) => args.run(),
            Command::Train(args) => args.run(),
            Command::Vocab(args) => args.run(),
            Command::Phrases(args) => args.run(),
            Command::Neighbors(args) => args.run(),
            Command::Analogy(args) => args.run(),
            Command::Similarity(args) => args.run(),
            Command::OddOneOut(args) => args.run(),
            Command::Vectors(args) => args.run(),
            Command::Clusters(args) => args.run(),
            Command::Align(args) => args.run(),
            Command::Eval(args) => args.run(),
            Command::Plot(args) => args.run(),
            Command::Explore(args) => args.run(),
            Command::Info(args) => args.run(),
            Command::Convert(args) => args.run(),
            Command::Export(args) => args.run(),
            Command::Gradcheck(args) => args.run(),
            Command::Bench(args) => args.run(),
            Command::Word2vec(args) => args.run(),
            Command::Word2phrase(args) => args.run(),
            Command::Fasttext(args) => args.run(),
            Command::Completions(args) => args.run(),
            Command::Man(args) => args.run(),
        }
    }
}

/// What to say if the command `name` is given a file called `-` that cannot be standard input or output.
fn dash(name: &str, matches: &ArgMatches) -> Option<String> {
    let mut cli = Cli::command();
    let arguments = cli.find_subcommand_mut(name)?.get_arguments();
    let files = arguments.filter(|argument| argument.get_value_parser().type_id() == TypeId::of::<PathBuf>());
    let is_dash = |id: &str| matches.get_raw(id).is_some_and(|mut values| values.any(|value| value == "-"));
    let mut dashes = files.filter(|argument| is_dash(argument.get_id().as_str()));
    let argument = dashes.find(|argument| !STREAMS.contains(&argument.get_id().as_str()))?;
    let name = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    let option = argument.get_long().map(|long| format!("--{long}")).or(name).unwrap_or_default();
    Some(format!("{option} -: {NO_DASH}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
