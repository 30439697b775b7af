//! `motevec gradcheck`: core's gradients against central differences, or against published cases.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::report::{self, Columns};
use crate::gradcheck::{CaseFile, CaseResult, Check, MOST_NUMBERS, check_random};
use crate::{Error, Result};

/// Check the losses and gradients that training rests on
///
/// Compares every gradient with central differences on random vectors, or, with --cases, the losses and gradients of
/// given windows with those expected. Exits with 1 if one differs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec gradcheck
  motevec gradcheck --dim 50 --vocab 20 --seed 7
  motevec gradcheck --cases course-cases.json --json")]
pub(super) struct Args {
    /// Compute the cases in this JSON file, and compare them with what it expects
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seed", "dim", "vocab"])]
    cases: Option<PathBuf>,

    /// Which random vectors, words and negatives
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Numbers a vector
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    dim: u32,

    /// Words, each with two vectors
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..))]
    vocab: u32,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        match &self.cases {
            Some(path) => self.run_cases(path),
            None => self.run_random(),
        }
    }

    fn run_random(&self) -> Result<()> {
        if u64::from(self.dim) * u64::from(self.vocab) > MOST_NUMBERS {
            let message = format!("--dim times --vocab is more than {MOST_NUMBERS}: the check would take too long");
            return Err(Error::Usage(message));
        }
        let checks = check_random(self.seed, self.dim as usize, self.vocab as usize)
            .map_err(|error| Error::Failed(error.to_string()))?;
        let report = RandomReport { seed: self.seed, dim: self.dim, vocab: self.vocab, checks };
        report::print(&report, self.json, None)?;

        let differing = report.checks.iter().filter(|check| !check.comparison.agrees());
        let names = differing.map(|check| format!("{}, ∂J/∂{} in {}", check.loss, check.gradient, check.precision));
        failure(names.collect(), ["gradient differs", "gradients differ"])
    }

    fn run_cases(&self, path: &Path) -> Result<()> {
        let report = CaseReport { cases: CaseFile::read(path)?.run()? };
        report::print(&report, self.json, None)?;

        let differing = report.cases.iter().filter_map(|case| {
            let (first, rest) = case.differences.split_first()?;
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            Some(format!("`{}`: {first}{more}", case.name))
        });
        failure(differing.collect(), ["case differs", "cases differ"])
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

fn verdict(agrees: bool) -> &'static str {
    if agrees { "ok" } else { "DIFFERS" }
}

#[derive(Serialize)]
struct RandomReport {
    seed: u64,
    dim: u32,
    vocab: u32,
    checks: Vec<Check>,
}

impl Display for RandomReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns =
            Columns::new(["loss", "gradient", "in", "shape", "largest difference", "relative", "verdict"]);
        for Check { loss, gradient, precision, shape: [rows, dim], comparison } in &self.checks {
            columns.row([
                (*loss).to_owned(),
                format!("∂J/∂{gradient}"),
                (*precision).to_owned(),
                format!("{rows} × {dim}"),
                format!("{:.1e}", comparison.absolute),
                format!("{:.1e}", comparison.relative),
                verdict(comparison.agrees()).to_owned(),
            ]);
        }
        columns.fmt(f)
    }
}

#[derive(Serialize)]
struct CaseReport {
    cases: Vec<CaseResult>,
}

impl Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, case) in self.cases.iter().enumerate() {
            let separator = if i > 0 { "\n\n" } else { "" };
            let verdict = match (case.compared, case.differences.is_empty()) {
                (false, true) => "nothing to compare with",
                (_, agrees) => verdict(agrees),
            };
            write!(f, "{separator}{}: {verdict}\n  {:14} {:>11.6}", report::printable(&case.name), "loss", case.loss)?;
            row(f, "grad_center", &case.grad_center)?;
            for (w, gradient) in case.grad_outside.iter().enumerate() {
                row(f, &format!("grad_outside {w}"), gradient)?;
            }
        }
        Ok(())
    }
}

/// A line of `numbers` under their `name`.
fn row(f: &mut fmt::Formatter<'_>, name: &str, numbers: &[f32]) -> fmt::Result {
    write!(f, "\n  {name:14}")?;
    numbers.iter().try_for_each(|x| write!(f, " {x:11.6}"))
}
