//! `motevec word2vec`: training with the options of Mikolov's word2vec.c, for existing scripts.
//!
//! The options become those of `motevec train`, which does the work.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::old_options::{self, Renamed, at_least_one, joined, number, whole};
use super::report;
use crate::format::Format;
use crate::{Error, Result};

/// Train with the options of the program word2vec
///
/// Takes the options of Mikolov's word2vec.c and does what `motevec train` does; also if the program is called
/// `word2vec`, through a link. The defaults are word2vec's: -cbow 1 -size 100 -window 5 -sample 1e-3 -negative 5 -hs 0
/// -iter 5 -min-count 5 -alpha 0.05 (0.025 with -cbow 0) -binary 0; but without -threads, all cores work. What motevec
/// does not do is refused.
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
  -cbow 0|1         Skip-gram or CBOW, whose words each take the  (--architecture,
                    whole gradient of their mean                  --cbow-gradient)
  -negative N       Negative samples per step                     (--negatives)
  -hs 0|1           Hierarchical softmax, with -negative 0        (--loss)
  -threads N        Threads; the vectors do not depend on it      (--threads)
  -iter N           Passes over the text                          (--epochs)
  -min-count N      Leave out words that occur less often         (--min-count)
  -alpha RATE       The learning rate at the start                (--lr)
  -binary 0|1       word2vec's text or binary format              (--format)
  -save-vocab FILE  Write the words and their counts              (--save-vocab)
  -read-vocab FILE  Take the words and their counts from FILE     (--read-vocab)
  -debug 0          Print no summary                              (--quiet)
  -classes 0: accepted, without effect

Examples:
  motevec word2vec -train text8 -output vectors.bin -cbow 0 -size 200 -sample 1e-4 -binary 1 -iter 15
  ln -s $(command -v motevec) word2vec && ./word2vec -train text8 -output vectors.txt -cbow 0"
)]
pub(super) struct Args {
    /// The options, each with its value
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION", hide = true)]
    options: Vec<OsString>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        if old_options::print_help("word2vec", &self.options)? {
            return Ok(());
        }
        let translated = translate(&self.options)?;
        translated.misnamed.iter().for_each(|note| report::note(note));
        let renamed = RENAMED.iter().map(|&(old, new, _)| (old, new));
        old_options::run(
            "train",
            translated.train,
            renamed.chain([("-sample", "--subsample"), ("-negative", "--negatives")]),
        )
    }
}

/// A command line of word2vec, in other words.
#[derive(Debug, PartialEq)]
struct Translated {
    /// The arguments of `motevec train`.
    train: Vec<OsString>,
    /// What to say if the name of the output promises another format.
    misnamed: Option<String>,
}

/// Reads pairs of an option and its value.
fn translate(options: &[OsString]) -> Result<Translated> {
    let usage = |message: String| Err(Error::Usage(message));
    let (mut text, mut output) = (None, None);
    let (mut sample, mut binary) = (OsString::from("1e-3"), false);
    let (mut cbow, mut tree, mut negatives, mut epochs) = (true, false, 5, true);
    // word2vec.c cuts sentences there.
    let mut train: Vec<OsString> = vec!["--max-sentence=1000".into()];
    let names: Vec<_> = RENAMED.iter().map(|&(old, _, _)| old).chain(OTHERS).collect();
    let files = ["-output", "-save-vocab", "-read-vocab"];
    for (name, value) in old_options::pairs("word2vec", options, &names, &files)? {
        if let Some(ours) = old_options::rename(&RENAMED, name, value)? {
            epochs &= name != "-iter";
            train.push(ours);
            continue;
        }
        match name {
            "-train" => text = Some(value),
            "-output" => output = Some(value),
            "-sample" => number(name, value).map(|()| value.clone_into(&mut sample))?,
            "-binary" => binary = whole(name, value)? != 0,
            "-negative" => negatives = whole(name, value)?,
            "-cbow" => cbow = whole(name, value)? != 0,
            "-hs" => tree = whole(name, value)? != 0,
            "-classes" if whole(name, value)? != 0 => {
                let classes = value.display();
                return usage(format!(
                    "-classes {classes}: train first, then run motevec clusters MODEL -k {classes} -o FILE"
                ));
            }
            "-debug" if whole(name, value)? == 0 => train.push("--quiet".into()),
            _ => {
                whole(name, value)?;
            }
        }
    }
    match (tree, negatives) {
        (true, 0) => train.push("--loss=hierarchical-softmax".into()),
        (true, _) => {
            return usage("-hs 1: motevec descends one loss at a time; add -negative 0, or use -hs 0".to_owned());
        }
        (false, 0) => return usage("-negative 0: nothing would be learned; add -hs 1".to_owned()),
        (false, negatives) => train.push(format!("--negatives={negatives}").into()),
    }
    if epochs {
        train.push("--epochs=5".into());
    }
    if cbow {
        train.extend(["--architecture=cbow", "--cbow-gradient=word2vec"].map(OsString::from));
    }
    let missing = |option| old_options::missing("word2vec", option);
    let text = text.ok_or_else(|| missing("-train"))?;
    let output = output.ok_or_else(|| missing("-output"))?;
    let format = if binary { Format::Word2vecBinary } else { Format::Word2vecText };
    train.extend([joined("--subsample", &sample), joined("--format", OsStr::new(format.name()))]);
    train.extend([joined("--output", output), "--".into(), text.to_owned()]);
    Ok(Translated { train, misnamed: misnamed(output.as_ref(), format) })
}

/// What to say about a file whose name promises another format than `written`.
fn misnamed(output: &Path, written: Format) -> Option<String> {
    let promised = Format::of_name(output).filter(|&promised| promised != written)?;
    if (promised, written) == (Format::FastText, Format::Word2vecText) {
        // They look the same.
        return None;
    }
    let binary = if written == Format::Word2vecBinary { "with `-binary 1`" } else { "without `-binary 1`" };
    let instead = match promised {
        Format::Word2vecBinary => "add `-binary 1`",
        Format::Word2vecText => "leave out `-binary 1`",
        _ => "give it another name",
    };
    let (output, promised, written) = (output.display(), promised.name(), written.name());
    Some(format!(
        "{output} is of format {written}, as word2vec writes {binary}, but its name says {promised}: {instead}, or \
         read it with --format {written}"
    ))
}

/// The options of word2vec.c that are options of `train`, under another name.
const RENAMED: [Renamed; 8] = [
    ("-size", "--dim", at_least_one),
    ("-window", "--window", at_least_one),
    ("-threads", "--threads", at_least_one),
    ("-iter", "--epochs", at_least_one),
    ("-min-count", "--min-count", at_least_one),
    ("-alpha", "--lr", positive),
    ("-save-vocab", "--save-vocab", anything),
    ("-read-vocab", "--read-vocab", anything),
];

/// The other options of word2vec.c.
const OTHERS: [&str; 9] =
    ["-train", "-output", "-sample", "-negative", "-binary", "-cbow", "-hs", "-classes", "-debug"];

fn positive(name: &str, value: &OsStr) -> Result<()> {
    let number =
        value.to_str().and_then(|value| value.parse::<f32>().ok()).filter(|&rate| rate > 0.0 && rate.is_finite());
    let refused = || Error::Usage(format!("{name} {}: expected a positive number (0.025 is usual)", value.display()));
    number.map(drop).ok_or_else(refused)
}

fn anything(_name: &str, _value: &OsStr) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn options_are_translated() {
        let line = "-train in.txt -output out -size 200 -window 8 -negative 25 -sample 1e-4 -threads 20 -binary 1 \
                    -iter 15 -cbow 0 -hs 0 -alpha 0.05 -min-count 3 -debug 2 -classes 0 -save-vocab v -read-vocab w";
        let translated = translate(&words(line)).unwrap();
        let expected = "--max-sentence=1000 --dim=200 --window=8 --threads=20 --epochs=15 --lr=0.05 --min-count=3 \
                        --save-vocab=v --read-vocab=w --negatives=25 --subsample=1e-4 --format=word2vec-bin \
                        --output=out -- in.txt";
        assert_eq!(translated, Translated { train: words(expected), misnamed: None });
        let least = translate(&words("-train in.txt -output out")).unwrap();
        let expected = "--max-sentence=1000 --negatives=5 --epochs=5 --architecture=cbow --cbow-gradient=word2vec \
                        --subsample=1e-3 --format=word2vec-text --output=out -- in.txt";
        assert_eq!(least, Translated { train: words(expected), misnamed: None });
        let tree = translate(&words("-train in.txt -output out -cbow 0 -hs 1 -negative 0")).unwrap();
        let expected = "--max-sentence=1000 --loss=hierarchical-softmax --epochs=5 --subsample=1e-3 \
                        --format=word2vec-text --output=out -- in.txt";
        assert_eq!(tree.train, words(expected));
    }

    #[test]
    fn what_motevec_does_not_do_is_refused_by_name() {
        let cases = [
            ("-hs 1", "-hs 1: motevec descends one loss at a time; add -negative 0"),
            ("-negative 0", "-negative 0: nothing would be learned; add -hs 1"),
            ("-cbow yes", "-cbow yes: expected a whole number"),
            ("-classes 500", "-classes 500: train first, then run motevec clusters MODEL -k 500 -o FILE"),
            ("-size many", "-size many: expected a whole number"),
            ("-alpha fast", "-alpha fast: expected a positive number"),
            ("-epochs 5", "-epochs: word2vec has no such option"),
            ("-size 0", "-size 0: expected at least 1"),
            ("-size 5 -size 6", "-size: given twice"),
            ("-save-vocab -", "-save-vocab -: name a file"),
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

    #[test]
    fn names_that_promise_another_format_are_told() {
        let of = |options: &str| translate(&words(&format!("-train in -output {options}"))).unwrap().misnamed;
        let told = "w.bin is of format word2vec-text, as word2vec writes without `-binary 1`, but its name says \
                    word2vec-bin: add `-binary 1`, or read it with --format word2vec-text";
        assert_eq!(of("w.bin").as_deref(), Some(told));
        let told = of("w.txt -binary 1").unwrap();
        assert!(
            told.ends_with("word2vec-text: leave out `-binary 1`, or read it with --format word2vec-bin"),
            "{told}"
        );
        assert!(of("w.npy").unwrap().contains("numpy: give it another name, or"));
        for fitting in ["w.bin -binary 1", "w.txt", "w.vec", "w"] {
            assert_eq!(of(fitting), None);
        }
    }
}
