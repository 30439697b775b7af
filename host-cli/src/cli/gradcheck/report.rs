//! What `motevec gradcheck` prints.

use std::fmt::{self, Display};
use std::path::Path;

use serde::Serialize;

use crate::cli::report::{Columns, printable};
use crate::gradcheck::{CaseResult, Check, Explanation, Pair};

fn verdict(agrees: bool) -> &'static str {
    if agrees { "ok" } else { "DIFFERS" }
}

#[derive(Serialize)]
pub(super) struct RandomReport {
    pub(super) seed: u64,
    pub(super) dim: u32,
    pub(super) vocab: u32,
    pub(super) checks: Vec<Check>,
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
pub(super) struct Written<'a> {
    pub(super) output: &'a Path,
    pub(super) cases: Vec<String>,
}

impl Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cases    {}\nwritten  {}", self.cases.join(", "), printable(&self.output.to_string_lossy()))
    }
}

#[derive(Serialize)]
pub(super) struct CaseReport {
    pub(super) cases: Vec<CaseResult>,
}

impl Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, case) in self.cases.iter().enumerate() {
            let separator = if i > 0 { "\n\n" } else { "" };
            let verdict = match (case.compared, case.differences.is_empty()) {
                (false, true) => "nothing to compare with",
                (_, agrees) => verdict(agrees),
            };
            write!(f, "{separator}{}: {verdict}", printable(&case.name))?;
            if let Some(explanation) = &case.explanation {
                explained(f, explanation)?;
            }
            row(f, "loss", &[f64::from(case.loss)])?;
            row(f, "grad_center", &wide(&case.grad_center))?;
            for (w, gradient) in case.grad_outside.iter().enumerate() {
                row(f, &format!("grad_outside {w}"), &wide(gradient))?;
            }
            case.hints.iter().try_for_each(|hint| write!(f, "\n  hint: {hint}"))?;
        }
        Ok(())
    }
}

/// All that comes before the sums of a window.
fn explained(f: &mut fmt::Formatter<'_>, Explanation { kind, center_vector, pairs }: &Explanation) -> fmt::Result {
    write!(f, "\n  {kind}")?;
    row(f, "v_c", center_vector)?;
    let sampled = *kind == "negative sampling";
    let predicted = if sampled { "σ(u·v)" } else { "ŷ" };
    for Pair { outside, targets, loss, grad_center } in pairs {
        let headings = ["label", "u·v", predicted, "error", "loss"];
        write!(f, "\n\n  outside word {outside}\n  {:14}", "word")?;
        headings.iter().try_for_each(|heading| write!(f, " {heading:>11}"))?;
        for target in targets {
            write!(f, "\n  {:<14} {:>11}", target.word, target.label)?;
            numbers(f, &[target.score, target.predicted, target.error, target.loss])?;
        }
        write!(f, "\n  {:14}{:48}", "sum", "")?;
        numbers(f, &[*loss])?;
        row(f, "Σ error · u_w", grad_center)?;
    }
    writeln!(f)?;
    if pairs.len() > 1 {
        write!(f, "\n  sums over the window, with grad_outside w = Σ error · v_c")?;
    } else {
        write!(f, "\n  sums, with grad_outside w = Σ error · v_c")?;
    }
    Ok(())
}

/// A line of `numbers` under their `name`.
fn row(f: &mut fmt::Formatter<'_>, name: &str, numbers_of_it: &[f64]) -> fmt::Result {
    write!(f, "\n  {name:14}")?;
    numbers(f, numbers_of_it)
}

fn numbers(f: &mut fmt::Formatter<'_>, numbers: &[f64]) -> fmt::Result {
    numbers.iter().try_for_each(|x| write!(f, " {x:11.6}"))
}

fn wide(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}
