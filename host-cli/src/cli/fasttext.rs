//! `motevec fasttext`: the command line of the program fastText, for existing scripts.
//!
//! Each of its commands becomes one of ours, which does the work.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use indicatif::BinaryBytes;

use super::lines::{self, Answers};
use super::old_options::{self, Renamed, at_least_one, joined, number, whole};
use super::{progress, report, vectors};
use crate::format::Rules;
use crate::query::{self, Neighbor, Question, Wanted};
use crate::{Error, Result, Vectors, format, output};

/// Train and ask with the command line of the program fastText
///
/// Takes the commands skipgram, cbow, nn, analogies and print-word-vectors of fastText with its options and defaults;
/// also if the program is called `fasttext`, through a link. But without -thread, all cores work, and the vectors do
/// not depend on it. What motevec does not do is refused.
#[derive(Debug, clap::Args)]
#[command(
    disable_help_flag = true,
    override_usage = "motevec fasttext skipgram|cbow -input FILE -output PREFIX [OPTION VALUE]...\n       \
                      motevec fasttext nn|analogies MODEL [K]\n       motevec fasttext print-word-vectors MODEL",
    after_help = "Options of skipgram and cbow, which write PREFIX.bin and PREFIX.vec:
  -input FILE     The text
  -output PREFIX  The files to write, without their endings
  -lr RATE        The learning rate at the start; 0.05         (train: --lr)
  -dim N          Components of a vector; 100                  (--dim)
  -ws N           Words to each side of a center; 5            (--window)
  -epoch N        Passes over the text; 5                      (--epochs)
  -minCount N     Leave out words that occur less often; 5     (--min-count)
  -neg N          Negative samples per step; 5                 (--negatives)
  -loss NAME      ns, hs or softmax; ns                        (--loss)
  -minn N         Characters of the shortest n-gram; 3         (--min-n)
  -maxn N         Of the longest one; 6, and 0 for none        (--max-n)
  -bucket N       Rows that all n-grams share; 2000000         (--buckets)
  -t SHARE        Thin out words more frequent than this; 1e-4 (--subsample)
  -thread N       Threads                                      (--threads)
  -seed N         Seed of all random choices                   (--seed)
  -lrUpdateRate N, -verbose N, -wordNgrams 1: accepted, without effect

nn, analogies (A - B + C) and print-word-vectors read words from standard input, a line at a time.

Examples:
  motevec fasttext skipgram -input text.txt -output model
  echo freedom | motevec fasttext nn model.bin 5"
)]
pub(super) struct Args {
    /// The command, and its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT", hide = true)]
    arguments: Vec<OsString>,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        if old_options::print_help("fasttext", &self.arguments)? {
            return Ok(());
        }
        let [command, arguments @ ..] = &self.arguments[..] else { return Ok(()) };
        match (&*command.to_string_lossy(), arguments) {
            (kind @ ("skipgram" | "cbow"), options) => train(kind, options),
            ("nn", [model, k @ ..]) if k.len() < 2 => neighbors(model, how_many(k)?),
            ("analogies", [model, k @ ..]) if k.len() < 2 => analogies(model, how_many(k)?),
            ("print-word-vectors", [model]) => print_vectors(model),
            (name @ ("nn" | "analogies" | "print-word-vectors"), _) => {
                Err(Error::Usage(format!("{name}: give it a model; see motevec fasttext --help")))
            }
            (name, _) => {
                let ours = "skipgram, cbow, nn, analogies and print-word-vectors";
                Err(Error::Usage(format!("{name}: of fastText's commands, motevec has {ours}")))
            }
        }
    }
}

/// The number of answers that a command asks for, or fastText's.
fn how_many(k: &[OsString]) -> Result<usize> {
    let Some(k) = k.first() else { return Ok(10) };
    at_least_one("K", k)?;
    Ok(usize::try_from(whole("K", k)?).unwrap_or(usize::MAX))
}

fn read(model: &OsStr) -> Result<Vectors> {
    let rules = Rules { note: report::note, ..Rules::default() };
    progress::busy("reading", || format::open(&PathBuf::from(model), None, None)?.with(rules).read_center())
}

/// A line for each word that was found, as fastText prints them.
fn text(found: &[Neighbor<'_>]) -> String {
    let lines = found.iter().map(|near| format!("{} {:.6}", report::printable(near.word), near.similarity));
    lines.collect::<Vec<_>>().join("\n")
}

/// Lists what is near each word.
fn neighbors(model: &OsStr, k: usize) -> Result<()> {
    let vectors = read(model)?;
    lines::answer("words", Answers::Paragraphs, k.min(vectors.vocabulary.len()), |questions| {
        let words: Vec<_> = questions.iter().flatten().map(std::slice::from_ref).collect();
        let asked: Vec<_> = words.iter().map(|word| Question::new(word, &[])).collect();
        let mut found = query::answer(&vectors, &asked, &Wanted::nearest(k)).into_iter();
        let mut next = |words: &Vec<&str>| -> Result<_> {
            let lists: Vec<_> = found.by_ref().take(words.len()).collect();
            let are_all_unknown = lists.iter().all(Result::is_err);
            let answers = lists.into_iter().map(|list| match list {
                Ok(list) => Ok(text(&list)),
                // Other words of the line have answers.
                Err(error) if !are_all_unknown => Ok(error.to_string()),
                Err(error) => Err(error),
            });
            Ok(answers.collect::<Result<Vec<_>>>()?.join("\n"))
        };
        questions.iter().map(&mut next).collect()
    })
}

/// Prints the vector of each word: zeros where it has none.
fn print_vectors(model: &OsStr) -> Result<()> {
    let vectors = read(model)?;
    let zeros = vec![0.0; vectors.dim];
    let line = |word: &&str| vectors::line(word, vectors.embed(word).as_deref().unwrap_or(&zeros));
    lines::answer("words", Answers::Words, vectors.dim, |questions| {
        questions.iter().map(|words| Ok(words.iter().map(line).collect::<Vec<_>>().join("\n"))).collect()
    })
}

/// Answers A − B + C for each line of three words.
fn analogies(model: &OsStr, k: usize) -> Result<()> {
    let vectors = read(model)?;
    lines::answer("three words", Answers::Paragraphs, k.min(vectors.vocabulary.len()), |questions| {
        let questions: Vec<_> = questions.iter().map(|words| in_our_order(words)).collect();
        query::analogies(&vectors, &questions, k).into_iter().map(|found| Ok(text(&found?))).collect()
    })
}

/// The words of `A − B + C`, in the order of "B is to A as C is to …?".
fn in_our_order<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    if words.len() > 1 {
        words.swap(0, 1);
    }
    words
}

/// Trains, and writes the vectors of words as text beside the model.
fn train(kind: &str, options: &[OsString]) -> Result<()> {
    let (prefix, options) = translate(kind, options)?;
    let renamed = RENAMED.iter().map(|&(old, new, _)| (old, new));
    let n_grams = [("-minn", "--min-n"), ("-maxn", "--max-n"), ("-bucket", "--buckets"), ("-neg", "--negatives")];
    old_options::run("train", options, renamed.chain(n_grams))?;
    let ([model, text], quiet) = ([".bin", ".vec"].map(|ending| with_ending(&prefix, ending)), report::quiet());
    let convert = ["--quiet", "--to=fasttext", "--"].map(OsString::from).into_iter().chain([model, text.clone()]);
    old_options::run("convert", convert.collect(), [])?;
    if quiet {
        return Ok(());
    }
    // Below the line of the summary that names the model.
    let size = output::length(text.as_ref()).map_or_else(String::new, |bytes| format!(", {}", BinaryBytes(bytes)));
    report::print_text(&format!("written     {}{size}\n", report::printable(&text.to_string_lossy())))
}

fn with_ending(prefix: &OsStr, ending: &str) -> OsString {
    let mut name = prefix.to_owned();
    name.push(ending);
    name
}

/// The options of fastText that are options of `train`, under another name.
const RENAMED: [Renamed; 8] = [
    ("-lr", "--lr", number),
    ("-dim", "--dim", at_least_one),
    ("-ws", "--window", at_least_one),
    ("-epoch", "--epochs", at_least_one),
    ("-minCount", "--min-count", at_least_one),
    ("-t", "--subsample", number),
    ("-thread", "--threads", at_least_one),
    ("-seed", "--seed", whole_number),
];

/// Its other options.
const OTHERS: [&str; 10] =
    ["-input", "-output", "-neg", "-loss", "-minn", "-maxn", "-bucket", "-lrUpdateRate", "-verbose", "-wordNgrams"];

/// Options that fastText has, most of them for what motevec does not do.
const NOT_TAKEN: [&str; 14] = [
    "-pretrainedVectors",
    "-saveOutput",
    "-minCountLabel",
    "-label",
    "-autotune-validation",
    "-autotune-metric",
    "-autotune-predictions",
    "-autotune-duration",
    "-autotune-modelsize",
    "-cutoff",
    "-retrain",
    "-qnorm",
    "-qout",
    "-dsub",
];

fn whole_number(name: &str, value: &OsStr) -> Result<()> {
    whole(name, value).map(drop)
}

/// The prefix of the output, and the arguments of `motevec train`.
fn translate(kind: &str, options: &[OsString]) -> Result<(OsString, Vec<OsString>)> {
    let usage = |message: String| Err(Error::Usage(message));
    let (mut input, mut output, mut loss) = (None, None, "ns".to_owned());
    let (mut least, mut most, mut buckets, mut negatives) = (3, 6, 2_000_000, 5);
    let (mut rate, mut epochs) = (true, true);
    let mut train = Vec::new();
    let names: Vec<_> = RENAMED.iter().map(|&(old, _, _)| old).chain(OTHERS).collect();
    if let Some(name) = options.iter().step_by(2).find(|name| NOT_TAKEN.iter().any(|known| name == known)) {
        let name = name.display();
        return usage(format!("{name}: motevec does not take this option of fastText; see motevec fasttext --help"));
    }
    for (name, value) in old_options::pairs("fasttext", options, &names, &["-output"])? {
        if let Some(ours) = old_options::rename(&RENAMED, name, value)? {
            rate &= name != "-lr";
            epochs &= name != "-epoch";
            train.push(ours);
            continue;
        }
        match name {
            "-input" => input = Some(value),
            "-output" => output = Some(value),
            "-loss" => loss = value.to_string_lossy().into_owned(),
            "-neg" => negatives = whole(name, value)?,
            "-minn" => least = whole(name, value)?,
            "-maxn" => most = whole(name, value)?,
            "-bucket" => buckets = whole(name, value)?,
            "-wordNgrams" if whole(name, value)? > 1 => {
                return usage(format!("-wordNgrams {}: words have no n-grams of words here", value.display()));
            }
            _ => whole(name, value).map(drop)?,
        }
    }
    if rate {
        train.push("--lr=0.05".into());
    }
    if epochs {
        train.push("--epochs=5".into());
    }
    match &*loss {
        "ns" => train.push(format!("--negatives={negatives}").into()),
        "hs" => train.push("--loss=hierarchical-softmax".into()),
        "softmax" if most > 0 => {
            return usage("-loss softmax: words with n-grams train with ns or hs; add -maxn 0".to_owned());
        }
        "softmax" => train.push("--loss=softmax".into()),
        _ => return usage(format!("-loss {loss}: motevec has ns, hs and softmax")),
    }
    if kind == "cbow" {
        train.extend(["--architecture=cbow", "--cbow-gradient=word2vec"].map(OsString::from));
    }
    if most > 0 {
        let least = least.max(1);
        if least > most {
            let message = format!("-minn {least}: no part is so long, with -maxn {most}");
            return usage(format!("{message}; lower one, or raise the other, or use -maxn 0 for none"));
        }
        train.push("--subwords".into());
        train.extend(
            [("min-n", least), ("max-n", most), ("buckets", buckets)].map(|(name, n)| format!("--{name}={n}").into()),
        );
    }
    let missing = |option| old_options::missing("fasttext", option);
    let (input, output) = (input.ok_or_else(|| missing("-input"))?, output.ok_or_else(|| missing("-output"))?);
    train.extend([joined("--output", &with_ending(output, ".bin")), "--format=fasttext-bin".into()]);
    train.extend(["--".into(), input.to_owned()]);
    Ok((output.to_owned(), train))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn options_are_translated() {
        let translated = |kind, line: &str| translate(kind, &words(line)).unwrap().1;
        let expected = "--lr=0.05 --epochs=5 --negatives=5 --subwords --min-n=3 --max-n=6 --buckets=2000000 \
                        --output=m.bin --format=fasttext-bin -- in.txt";
        assert_eq!(translated("skipgram", "-input in.txt -output m"), words(expected));
        let line = "-input in.txt -output m -dim 20 -lr 0.1 -loss hs -minn 0 -maxn 0 -verbose 0 -wordNgrams 1 -t 1e-3";
        let expected = "--dim=20 --lr=0.1 --subsample=1e-3 --epochs=5 --loss=hierarchical-softmax --architecture=cbow \
                        --cbow-gradient=word2vec --output=m.bin --format=fasttext-bin -- in.txt";
        assert_eq!(translated("cbow", line), words(expected));
    }

    #[test]
    fn what_motevec_does_not_do_is_refused_by_name() {
        let cases = [
            ("-wordNgrams 2", "-wordNgrams 2: words have no n-grams of words here"),
            ("-loss ova", "-loss ova: motevec has ns, hs and softmax"),
            ("-label __x__", "-label: motevec does not take this option of fastText"),
            ("-dim 5 -saveOutput -ws 5", "-saveOutput: motevec does not take this option of fastText"),
            ("-labels __x__", "-labels: fasttext has no such option"),
            ("-loss softmax", "-loss softmax: words with n-grams train with ns or hs; add -maxn 0"),
            ("-minn 4 -maxn 2", "-minn 4: no part is so long, with -maxn 2; lower one, or raise the other"),
            ("-dim none", "-dim none: expected a whole number"),
        ];
        for (options, expected) in cases {
            let error = translate("cbow", &words(&format!("-input in.txt -output m {options}"))).unwrap_err();
            assert!(error.to_string().starts_with(expected) && error.exit_code() == 2, "{options}: {error}");
        }
    }
}
