//! `motevec word2phrase`: phrases with the options of Mikolov's word2phrase.c, for existing scripts.
//!
//! The options become those of `motevec phrases`, which does the work.

use std::ffi::{OsStr, OsString};

use super::old_options::{self, at_least_one, joined, number, whole};
use crate::Result;

/// Join phrases with the options of the program word2phrase
///
/// Takes the options of Mikolov's word2phrase.c and does what `motevec phrases --scoring word2phrase` does; also if the
/// program is called `word2phrase`, through a link. The words written are those of word2phrase, but without its space
/// at the start of each line, and words and pairs of 60 bytes or more are not cut.
#[derive(Debug, clap::Args)]
#[command(
    disable_help_flag = true,
    override_usage = "motevec word2phrase -train FILE -output FILE [OPTION VALUE]...",
    after_help = "Options:
  -train FILE       The text
  -output FILE      The file to write the text with phrases to
  -min-count N      Join no words that occur less often; 5    (phrases: --min-count)
  -threshold SCORE  Join pairs with a higher score; 100       (--threshold)
  -debug 0          Print no summary                          (--quiet)

Examples:
  motevec word2phrase -train text8 -output text8-phrases -threshold 200 -debug 0
  ln -s $(command -v motevec) word2phrase && ./word2phrase -train text8 -output text8-phrases"
)]
pub(super) struct Args {
    /// The options, each with its value
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION", hide = true)]
    options: Vec<OsString>,
}

const OPTIONS: [&str; 5] = ["-train", "-output", "-min-count", "-threshold", "-debug"];

impl Args {
    pub(super) fn run(self) -> Result<()> {
        if old_options::print_help("word2phrase", &self.options)? {
            return Ok(());
        }
        old_options::run("phrases", translate(&self.options)?, [("-threshold", "--threshold")])
    }
}

/// The arguments of `motevec phrases` for `options` of word2phrase.
fn translate(options: &[OsString]) -> Result<Vec<OsString>> {
    let (mut text, mut output) = (None, None);
    // Distinct words and pairs that word2phrase.c keeps: 0.7 of its hash table.
    let mut phrases: Vec<OsString> = ["--scoring=word2phrase", "--max-vocab=350000000"].map(Into::into).into();
    for (name, value) in old_options::pairs("word2phrase", options, &OPTIONS, &["-output"])? {
        match name {
            "-train" => text = Some(value),
            "-output" => output = Some(value),
            "-min-count" => at_least_one(name, value).map(|()| phrases.push(joined("--min-count", value)))?,
            "-threshold" => number(name, value).map(|()| phrases.push(joined("--threshold", value)))?,
            _ if whole(name, value)? == 0 => phrases.push("--quiet".into()),
            _ => {}
        }
    }
    let missing = |option| old_options::missing("word2phrase", option);
    let (text, output): (&OsStr, &OsStr) =
        (text.ok_or_else(|| missing("-train"))?, output.ok_or_else(|| missing("-output"))?);
    phrases.extend([joined("--output", output), "--".into(), text.to_owned()]);
    Ok(phrases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_translated() {
        let words = |line: &str| line.split_whitespace().map(OsString::from).collect::<Vec<_>>();
        let translated = translate(&words("-train in.txt -output out -threshold 2e2 -min-count 3 -debug 0")).unwrap();
        let expected =
            "--scoring=word2phrase --max-vocab=350000000 --threshold=2e2 --min-count=3 --quiet --output=out -- in.txt";
        assert_eq!(translated, words(expected));
        let least = translate(&words("-train in.txt -output out -debug 2")).unwrap();
        assert_eq!(least, words("--scoring=word2phrase --max-vocab=350000000 --output=out -- in.txt"));
    }
}
