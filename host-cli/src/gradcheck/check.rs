//! What must be true of a file of cases before it is computed.
// Whatever a file holds, nothing here panics: these lints forbid what would.
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    )
)]

use super::CaseFile;
use super::case::{Architecture, Case, Loss};

impl CaseFile {
    /// Checks that rows have D numbers, indices rows, and cases what their losses need. The message says where not.
    pub(super) fn check(&self) -> Result<(), String> {
        let dim = self.dim();
        if dim == 0 {
            return Err("center_vectors: no vector, or one without numbers".to_owned());
        }
        check_rows("center_vectors", &self.center_vectors, dim)?;
        check_rows("outside_vectors", &self.outside_vectors, dim)?;
        for (w, path) in self.paths.iter().enumerate() {
            for (l, &(node, bit)) in path.iter().enumerate() {
                check_index(&format!("paths[{w}][{l}]"), "node", node, (self.outside_vectors.len(), "vectors"))?;
                if bit > 1 {
                    return Err(format!("paths[{w}][{l}]: {bit} is not a bit of a code, 0 or 1"));
                }
            }
        }
        self.cases
            .iter()
            .try_for_each(|case| self.check_case(case).map_err(|message| format!("case `{}`: {message}", case.name)))
    }

    fn check_case(&self, case: &Case) -> Result<(), String> {
        let scored = (self.outside_vectors.len(), "vectors");
        let given = (self.center_vectors.len(), "vectors");
        let told = if case.loss() == Loss::HierarchicalSoftmax { (self.paths.len(), "paths") } else { scored };
        let (center, outside) = match case.architecture {
            Architecture::SkipGram => (given, told),
            Architecture::Cbow => (told, given),
        };
        check_index("center", "word", case.center, center)?;
        for (i, &o) in case.outside.iter().enumerate() {
            check_index(&format!("outside[{i}]"), "word", o, outside)?;
        }
        for (i, negatives) in case.negatives.iter().enumerate() {
            for (s, &w) in negatives.iter().enumerate() {
                check_index(&format!("negatives[{i}][{s}]"), "word", w, scored)?;
            }
        }
        let (words, lists) = (case.truths().len(), case.negatives.len());
        if case.loss() == Loss::NegativeSampling && lists != words {
            return Err(format!("{lists} lists of negatives for {words} words to predict: give one list per word"));
        }
        if case.loss() != Loss::NegativeSampling && lists > 0 {
            return Err("negatives: this loss has none; leave them out, or `loss`".to_owned());
        }
        case.expected.check(&self.window_of(case)).map_err(|message| format!("expected.{message}"))
    }
}

/// Checks that there is one more of these than `index`.
fn check_index(place: &str, what: &str, index: u32, (count, things): (usize, &str)) -> Result<(), String> {
    match (index as usize) < count {
        true => Ok(()),
        false => Err(format!("{place} is {what} {index}, but there are {count} {things} (counted from 0)")),
    }
}

/// Checks that each of `rows` has `dim` numbers within the range of `f32`.
fn check_rows(what: &str, rows: &[Vec<f64>], dim: usize) -> Result<(), String> {
    for (i, row) in rows.iter().enumerate() {
        if row.len() != dim {
            return Err(format!("{what}: row {i} has {} numbers, but a vector has {dim}", row.len()));
        }
        if let Some(x) = row.iter().find(|&&x| !(x as f32).is_finite()) {
            return Err(format!("{what}: row {i} has {x:e}, which is beyond the range of f32"));
        }
    }
    Ok(())
}
