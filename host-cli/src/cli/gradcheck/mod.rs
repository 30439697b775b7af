//! `motevec gradcheck`: core's gradients against central differences or published cases, and other programs' gradients
//! against core's.

mod report;

use std::fs;
use std::path::{Path, PathBuf};

use self::report::{CaseReport, RandomReport, Written};
use super::report::{listed, print};
use crate::gradcheck::{CaseFile, MOST_NUMBERS, Results, check_random};
use crate::{Error, Result, output};

/// The size of the vectors that are checked at random, and of new cases, which people read.
const CHECKED: Size = Size { dim: 10, vocab: 12 };
const READ: Size = Size { dim: 3, vocab: 5 };

/// Check the losses and gradients that training rests on, or your own
///
/// Compares every gradient with central differences on random vectors; or, with --cases, the losses and gradients of
/// given windows with the expected ones; or, with --results, what another program computed for the cases with the right
/// answers. --explain prints every intermediate value between the vectors and the gradients, to find where a mistake
/// begins. Exits with 1 if something differs.
///
/// In a case whose `architecture` is "cbow", the mean of the center vectors of the `outside` words predicts the
/// `center`, and `grad_center` has a row for each center vector. If its `loss` is "hierarchical-softmax", rows of the
/// outside vectors are inner nodes, and `paths` has [node, bit of the code] for each node on the way to each word.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec gradcheck
  motevec gradcheck --dim 50 --vocab 20 --seed 7
  motevec gradcheck --explain --case negsamp-pair
  motevec gradcheck --cases course-cases.json --json

To check a program in any language, make new cases, let it read them, and let it write for each case its `name` and
`loss`, `grad_center` (of the center word's vector) and `grad_outside` (a row for each outside vector), or some of
these:

  motevec gradcheck --seed 7 -o cases.json
  motevec gradcheck --cases cases.json --results results.json --explain

where results.json is like
  {\"cases\": [{\"name\": \"negsamp-pair\", \"loss\": 3.2, \"grad_center\": [0.1, -0.2, 0.3]}]}")]
pub(super) struct Args {
    /// Compute the cases in this JSON file, and compare them with what it expects
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "dim", "vocab", "output"])]
    cases: Option<PathBuf>,

    /// Check another program's answers to the cases, in this JSON file, and print the right ones
    #[arg(long, value_name = "FILE", requires = "cases")]
    results: Option<PathBuf>,

    /// Print scores, predictions, errors and losses of each case, or without --cases of new ones
    #[arg(long)]
    explain: bool,

    /// Check only this case; the new ones are {softmax,negsamp,hierarchical}-{pair,window,cbow}
    #[arg(long, value_name = "NAME")]
    case: Option<String>,

    /// Write new cases and their expected results to this JSON file
    #[arg(short, long, value_name = "FILE", conflicts_with = "explain")]
    output: Option<PathBuf>,

    /// The seed of the random vectors, words and negatives
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Components of a vector [default: 10, or 3 for new cases]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    dim: Option<u32>,

    /// Words, each with two vectors [default: 12, or 5 for new cases]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    vocab: Option<u32>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Checks that a file of this name, or a stream, is for cases: another's content would be lost.
fn check_name(path: &Path) -> Result<()> {
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if !is_json && fs::metadata(path).is_ok_and(|file| file.is_file()) {
        let message = "this file exists, and its name is not that of cases: name a .json file";
        return Err(Error::Usage(format!("{}: {message}", path.display())));
    }
    Ok(())
}

/// The size of random vectors.
#[derive(Clone, Copy)]
struct Size {
    dim: u32,
    vocab: u32,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        match &self.cases {
            Some(path) => self.run_cases(CaseFile::read(path)?),
            None if self.explain || self.case.is_some() || self.output.is_some() => self.run_new_cases(),
            None => self.run_random(),
        }
    }

    fn run_random(&self) -> Result<()> {
        let Size { dim, vocab } = self.size(CHECKED)?;
        let checks =
            check_random(self.seed, dim as usize, vocab as usize).map_err(|error| Error::Failed(error.to_string()))?;
        let report = RandomReport { seed: self.seed, dim, vocab, checks };
        print(&report, self.json, None)?;

        let differing = report.checks.iter().filter(|check| !check.comparison.agrees());
        let names = differing.map(|check| format!("{}, ∂J/∂{} in {}", check.loss, check.gradient, check.precision));
        failure(names.collect(), ["gradient differs", "gradients differ"])
    }

    fn run_new_cases(&self) -> Result<()> {
        let Size { dim, vocab } = self.size(READ)?;
        let file = CaseFile::random(self.seed, dim as usize, vocab as usize)
            .map_err(|error| Error::Failed(error.to_string()))?;
        let Some(path) = &self.output else { return self.run_cases(file) };
        check_name(path)?;
        let file = self.chosen(file)?;
        let mut content = serde_json::to_vec_pretty(&file).map_err(|error| Error::Failed(error.to_string()))?;
        content.push(b'\n');
        output::write(path, |out| out.write_all(&content))?;
        print(&Written { output: path, cases: file.names() }, self.json, Some(path))
    }

    fn run_cases(&self, file: CaseFile) -> Result<()> {
        let results = self.results.as_deref().map(|path| Results::read(path, &file)).transpose()?;
        let file = self.chosen(file)?;
        let mut cases = file.run(self.explain)?;
        if let Some(results) = results {
            results.compare(&file, &mut cases)?;
        }
        let report = CaseReport { cases };
        print(&report, self.json, None)?;

        let differing = report.cases.iter().filter_map(|case| {
            let (first, rest) = case.differences.split_first()?;
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            Some(format!("`{}`: {first}{more}", case.name))
        });
        failure(differing.collect(), ["case differs", "cases differ"])
    }

    /// The size that was asked for, or else the `usual` one.
    fn size(&self, usual: Size) -> Result<Size> {
        let size = Size { dim: self.dim.unwrap_or(usual.dim), vocab: self.vocab.unwrap_or(usual.vocab) };
        match u64::from(size.dim) * u64::from(size.vocab) > MOST_NUMBERS {
            true => {
                let message = format!("--dim times --vocab is more than {MOST_NUMBERS}: the check would take too long");
                Err(Error::Usage(message))
            }
            false => Ok(size),
        }
    }

    /// The cases of `file` that were asked for.
    fn chosen(&self, file: CaseFile) -> Result<CaseFile> {
        let Some(name) = &self.case else { return Ok(file) };
        let names = file.names();
        let unknown = || Error::Usage(format!("--case {name}: no such case; there are {}", listed(&names)));
        file.only(name).ok_or_else(unknown)
    }
}

/// An error that lists `differing`, said of one or of several, unless there are none.
fn failure(differing: Vec<String>, [one, several]: [&str; 2]) -> Result<()> {
    let what = if differing.len() == 1 { one } else { several };
    match differing.len() {
        0 => Ok(()),
        n => Err(Error::Failed(format!("{n} {what}: {}", differing.join("; ")))),
    }
}
