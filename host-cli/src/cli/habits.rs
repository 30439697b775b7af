//! What people who know gensim, word2vec.c or fastText type, where motevec has it in another form.
//!
//! Where it has the same thing, the other name is an alias of the option.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory as _};

use super::Cli;

/// Options, without dashes, and what to use instead.
const ANSWERS: [(&[&str], &str); 13] = [
    (&["sg", "cbow"], "the model is --architecture skip-gram, which is the default, or --architecture cbow"),
    (&["cbow-mean"], "--architecture cbow predicts from the mean; see also --cbow-gradient"),
    (&["hs"], "the loss is --loss hierarchical-softmax"),
    (
        &["input", "train", "corpus", "corpus-file", "sentences", "model", "file"],
        "files are named without an option, as in `motevec train text.txt -o model.bin`",
    ),
    (&["positive", "word", "words"], "words are named without an option, as in `motevec neighbors model.bin king`"),
    (&["binary"], "the name of a model says its format: model.bin is word2vec's binary one, model.txt its text"),
    (&["min-alpha", "lr-update-rate", "lrupdaterate"], "the rate falls to nearly 0, or as --schedule says"),
    (&["shrink-windows"], "windows shrink at random, as by default there; --window-draw fixed keeps their width"),
    (&["ns-exponent"], "negatives are drawn as by word2vec, by the power 0.75 of their counts"),
    (&["classes"], "train first, then `motevec clusters model.bin -k N -o FILE`"),
    (&["pretrained-vectors", "pretrainedvectors"], "to train a model further there is --resume-from MODEL"),
    (&["restrict-vocab"], "--limit N reads the first N words alone"),
    (&["verbose", "debug", "compute-loss"], "a terminal shows progress and loss; --quiet hides them"),
];

/// What to say of a command line that clap refuses with `error`, if it is a habit; `args` begin with the program.
pub(super) fn answer(error: &clap::Error, args: &[OsString]) -> Option<String> {
    let cli = Cli::command();
    let arguments = || args.iter().skip(1).filter_map(|argument| argument.to_str());
    let command = arguments().find_map(|argument| cli.find_subcommand(argument)).unwrap_or(&cli);
    if let Some(message) = arguments().find_map(|argument| one_dash(command, argument)) {
        return Some(message);
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    Some(format!("{argument}: {}", instead(argument.trim_start_matches('-'))?))
}

/// What to say of `-name`, which clap takes for several options of one letter.
fn one_dash(command: &Command, argument: &str) -> Option<String> {
    let name = argument.strip_prefix('-').filter(|name| name.len() > 1 && !name.starts_with('-'))?;
    if let Some(answer) = instead(name) {
        return Some(format!("{argument}: {answer}"));
    }
    let is_it = |option: &&Arg| {
        let has_alias = || option.get_all_aliases().is_some_and(|aliases| aliases.contains(&name));
        option.get_long() == Some(name) || has_alias()
    };
    let option = command.get_arguments().find(is_it)?;
    let ours =
        option.get_long().map(|long| format!("--{long}")).or(option.get_short().map(|short| format!("-{short}")))?;
    Some(format!("{argument}: this is {ours} here; `motevec word2vec` and `motevec fasttext` take one dash"))
}

/// What to use instead of the option `name`.
fn instead(name: &str) -> Option<&'static str> {
    let name = name.replace('_', "-").to_lowercase();
    ANSWERS.iter().find(|(names, _)| names.contains(&&*name)).map(|&(_, answer)| answer)
}
