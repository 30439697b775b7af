//! What `motevec gradcheck` prints.

use std::fmt::{self, Display};
use std::path::Path;

use serde::Serialize;

use crate::cli::report::{Columns, printable};
use crate::gradcheck::{ByCenter, CaseResult, Check, Explanation, Pair};

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
            match &case.grad_center {
                ByCenter::Vector(gradient) => row(f, "grad_center", &wide(gradient))?,
                ByCenter::Rows(gradients) => rows(f, "grad_center", gradients)?,
            }
            rows(f, "grad_outside", &case.grad_outside)?;
            case.hints.iter().try_for_each(|hint| write!(f, "\n  hint: {hint}"))?;
        }
        Ok(())
    }
}

/// All that comes before the sums of a window.
fn explained(f: &mut fmt::Formatter<'_>, explanation: &Explanation) -> fmt::Result {
    let Explanation { architecture, kind, hidden_vector, pairs } = explanation;
    let cbow = *architecture == "CBOW";
    let (hidden, truth) = if cbow { ("h", "center") } else { ("v_c", "outside") };
    write!(f, "\n  {}{kind}", if cbow { "CBOW, " } else { "" })?;
    row(f, hidden, hidden_vector)?;
    let scored = if *kind == "hierarchical softmax" { "node" } else { "word" };
    let score = if cbow { "u·h" } else { "u·v" };
    let predicted = if *kind == "naive softmax" { "ŷ" } else { &format!("σ({score})") };
    for Pair { truth: word, targets, loss, grad_hidden } in pairs {
        write!(f, "\n\n  {truth} word {word}\n  {scored:14}")?;
        ["label", score, predicted, "error", "loss"].iter().try_for_each(|heading| write!(f, " {heading:>11}"))?;
        for target in targets {
            write!(f, "\n  {:<14} {:>11}", target.word, target.label)?;
            numbers(f, &[target.score, target.predicted, target.error, target.loss])?;
        }
        write!(f, "\n  {:14}{:48}", "sum", "")?;
        numbers(f, &[*loss])?;
        row(f, "Σ error · u_w", grad_hidden)?;
    }
    writeln!(f)?;
    let over = if pairs.len() > 1 { " over the window" } else { "" };
    write!(f, "\n  sums{over}, with grad_outside w = Σ error · {hidden}")?;
    if cbow {
        write!(f, ",\n  and of Σ error · u_w one part in n for each of the n words of the window")?;
    }
    Ok(())
}

/// A line for each row of a matrix.
fn rows(f: &mut fmt::Formatter<'_>, name: &str, rows: &[Vec<f32>]) -> fmt::Result {
    rows.iter().enumerate().try_for_each(|(w, numbers)| row(f, &format!("{name} {w}"), &wide(numbers)))
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
