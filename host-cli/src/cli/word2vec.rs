//! `motevec word2vec`: training with the options of Mikolov's word2vec.c, for scripts that know those.
//!
//! The options become those of `motevec train`, which does the work.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};

use clap::{CommandFactory as _, Parser as _};

use super::Cli;
use crate::{Error, Result};

/// Train with the options of the program word2vec
///
/// Takes the options of Mikolov's word2vec.c and does what `motevec train` does; also when the program is called by the
/// name `word2vec`, through a link. Where nothing is said, the defaults are word2vec's: -size 100 -window 5 -sample 1e-3
/// -negative 5 -iter 5 -min-count 5 -alpha 0.025 -binary 0. Without -threads, all cores work. What motevec does not do is
/// refused.
#[derive(Debug, clap::Args)]
#[command(
    disable_help_flag = true,
    override_usage = "motevec word2vec -train FILE -output FILE [OPTION VALUE]...",
    after_help = "Options:
  -train FILE       The text
  -output FILE      The file to write the vectors to
  -size N           Components of a vector                        (train: --dim)
  -window N         Words to each side of a center                (--window)
  -sample SHARE     Thin out words more frequent than this        (--subsample)
  -negative N       Negative samples a step                       (--negatives)
  -threads N        Threads; the vectors do not depend on it      (--threads)
  -iter N           Passes over the text                          (--epochs)
  -min-count N      Leave out words that occur less often         (--min-count)
  -alpha RATE       The learning rate at the start                (--lr)
  -binary 0|1       word2vec's text or binary format              (--format)
  -save-vocab FILE  Write the words and their counts              (--save-vocab)
  -read-vocab FILE  Take the words and their counts from FILE     (--read-vocab)
  -cbow 0, -hs 0, -classes 0, -debug N: accepted, and of no effect

Examples:
  motevec word2vec -train text8 -output vectors.bin -cbow 0 -size 200 -window 8 -negative 25 -sample 1e-4 -binary 1 -iter 15
  ln -s $(command -v motevec) word2vec && ./word2vec -train text8 -output vectors.txt -cbow 0"
)]
pub(super) struct Args {
    /// The options, each with its value
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION", hide = true)]
    options: Vec<OsString>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let help = |option: &OsString| ["-h", "-help", "--help"].iter().any(|name| option == name);
        if self.options.is_empty() || self.options.iter().any(help) {
            return print_help();
        }
        let translated = translate(&self.options)?;
        if translated.asks_for_cbow {
            // Where nobody can read it, the model is the same.
            let _ = writeln!(
                io::stderr(),
                "note: word2vec trains CBOW unless it is told `-cbow 0`; motevec trains skip-gram, as with `-cbow 0`"
            );
        }
        let command = ["motevec", "train"].map(OsString::from).into_iter().chain(translated.train);
        Cli::try_parse_from(command).map_err(|error| Error::Usage(plain(&error)))?.run()
    }
}

fn print_help() -> Result<()> {
    let mut cli = Cli::command();
    let help = cli.find_subcommand_mut("word2vec").map(|command| command.render_long_help().to_string());
    match write!(io::stdout(), "{}", help.unwrap_or_default()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::io("stdout", error)),
        _ => Ok(()),
    }
}

/// The first line of what clap says, without its own `error: `.
fn plain(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// A command line of word2vec, in other words.
#[derive(Debug, PartialEq)]
struct Translated {
    /// The arguments of `motevec train`.
    train: Vec<OsString>,
    /// Whether word2vec would have trained CBOW, for want of `-cbow 0`.
    asks_for_cbow: bool,
}

/// Reads pairs of an option and its value.
fn translate(options: &[OsString]) -> Result<Translated> {
    let usage = |message: String| Err(Error::Usage(message));
    let (mut text, mut output) = (None, None);
    let (mut sample, mut format, mut asks_for_cbow) = (OsString::from("1e-3"), "word2vec-text", true);
    // word2vec.c cuts sentences there.
    let mut train: Vec<OsString> = ["--max-sentence", "1000"].map(OsString::from).into();
    for pair in options.chunks(2) {
        let name = pair[0].to_string_lossy();
        let Some(value) = pair.get(1) else {
            return match KNOWN.contains(&&*name) {
                true => usage(format!("{name}: its value is missing")),
                false => usage(unknown(&name)),
            };
        };
        let number = || whole(&name, value);
        let mut add = |option: &str| train.extend([option.into(), value.clone()]);
        match &*name {
            "-train" => text = Some(value),
            "-output" => output = Some(value),
            "-size" => number().map(|_| add("--dim"))?,
            "-window" => number().map(|_| add("--window"))?,
            "-threads" => number().map(|_| add("--threads"))?,
            "-iter" => number().map(|_| add("--epochs"))?,
            "-min-count" => number().map(|_| add("--min-count"))?,
            "-alpha" => real(&name, value).map(|()| add("--lr"))?,
            "-save-vocab" => add("--save-vocab"),
            "-read-vocab" => add("--read-vocab"),
            "-sample" => real(&name, value).map(|()| sample.clone_from(value))?,
            "-negative" if number()? == 0 => {
                let message = "-negative 0: motevec trains with negative samples only; 5 to 20 are usual";
                return usage(message.to_owned());
            }
            "-negative" => add("--negatives"),
            "-binary" => format = if number()? == 0 { "word2vec-text" } else { "word2vec-bin" },
            "-cbow" if number()? != 0 => {
                return usage("-cbow 1: motevec trains skip-gram only; use -cbow 0, with -alpha 0.025".to_owned());
            }
            "-cbow" => asks_for_cbow = false,
            "-hs" if number()? != 0 => {
                let message = "-hs 1: motevec has no hierarchical softmax; use -hs 0 with -negative 5";
                return usage(message.to_owned());
            }
            "-classes" if number()? != 0 => {
                let classes = value.display();
                return usage(format!(
                    "-classes {classes}: first train, and then: motevec clusters MODEL -k {classes} -o FILE"
                ));
            }
            "-hs" | "-classes" | "-debug" => {
                number()?;
            }
            _ => return usage(unknown(&name)),
        }
    }
    let missing = |option: &str| Error::Usage(format!("{option} FILE is missing; see motevec word2vec --help"));
    let text = text.ok_or_else(|| missing("-train"))?;
    let output = output.ok_or_else(|| missing("-output"))?;
    train.extend(["--subsample".into(), sample, "--format".into(), format.into()]);
    // Joined to its option, a name may begin with a dash.
    train.extend([joined("--output=", output), "--".into(), text.clone()]);
    Ok(Translated { train, asks_for_cbow })
}

/// The options of word2vec.c.
const KNOWN: [&str; 17] = [
    "-train",
    "-output",
    "-size",
    "-window",
    "-sample",
    "-negative",
    "-threads",
    "-iter",
    "-min-count",
    "-alpha",
    "-binary",
    "-save-vocab",
    "-read-vocab",
    "-cbow",
    "-hs",
    "-classes",
    "-debug",
];

fn joined(option: &str, value: &OsStr) -> OsString {
    let mut joined = OsString::from(option);
    joined.push(value);
    joined
}

fn unknown(name: &str) -> String {
    format!("{name}: word2vec has no such option; see motevec word2vec --help")
}

/// The whole number that an option has.
fn whole(name: &str, value: &OsStr) -> Result<u64> {
    let number = value.to_str().and_then(|value| value.parse().ok());
    number.ok_or_else(|| Error::Usage(format!("{name} {}: expected a whole number", value.display())))
}

/// Checks that an option has a number.
fn real(name: &str, value: &OsStr) -> Result<()> {
    let number = value.to_str().and_then(|value| value.parse::<f64>().ok());
    number.map(drop).ok_or_else(|| Error::Usage(format!("{name} {}: expected a number", value.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn options_are_translated() {
        let line = "-train in.txt -output out -size 200 -window 8 -negative 25 -sample 1e-4 -threads 20 -binary 1 -iter 15 \
                    -cbow 0 -hs 0 -alpha 0.05 -min-count 3 -debug 2 -classes 0 -save-vocab v -read-vocab w";
        let translated = translate(&words(line)).unwrap();
        let expected = "--max-sentence 1000 --dim 200 --window 8 --negatives 25 --threads 20 --epochs 15 --lr 0.05 \
                        --min-count 3 --save-vocab v --read-vocab w --subsample 1e-4 --format word2vec-bin --output=out -- in.txt";
        assert_eq!(translated, Translated { train: words(expected), asks_for_cbow: false });
        let least = translate(&words("-train in.txt -output out")).unwrap();
        let expected = "--max-sentence 1000 --subsample 1e-3 --format word2vec-text --output=out -- in.txt";
        assert_eq!(least, Translated { train: words(expected), asks_for_cbow: true });
    }

    #[test]
    fn what_motevec_does_not_do_is_refused_by_name() {
        let cases = [
            ("-cbow 1", "-cbow 1: motevec trains skip-gram only"),
            ("-hs 1", "-hs 1: motevec has no hierarchical softmax; use -hs 0"),
            ("-negative 0", "-negative 0: motevec trains with negative samples only"),
            ("-classes 500", "-classes 500: first train, and then: motevec clusters MODEL -k 500 -o FILE"),
            ("-size many", "-size many: expected a whole number"),
            ("-alpha fast", "-alpha fast: expected a number"),
            ("-epochs 5", "-epochs: word2vec has no such option"),
            ("-size", "-size: its value is missing"),
            ("text.txt", "text.txt: word2vec has no such option"),
        ];
        for (options, expected) in cases {
            let error = translate(&words(&format!("-train in.txt -output out {options}"))).unwrap_err();
            assert!(error.to_string().starts_with(expected) && error.exit_code() == 2, "{options}: {error}");
        }
        assert!(translate(&words("-output out")).unwrap_err().to_string().starts_with("-train FILE is missing"));
        assert!(translate(&words("-train in")).unwrap_err().to_string().starts_with("-output FILE is missing"));
    }
}
