//! Results as they stand in a file of cases or of another program.

use serde::{Deserialize, Serialize};

use super::{Outcome, Window};

/// The loss and the gradients of a case, as far as they are known. A misspelled name in a case would silently leave out
/// a check, so there are no others.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) loss: Option<f64>,
    pub(super) grad_center: Option<ByCenter<f64>>,
    pub(super) grad_outside: Option<Vec<Vec<f64>>>,
}

/// A gradient by what the hidden vector is made of.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum ByCenter<T> {
    /// Skip-gram: `∂J/∂v_c`, D numbers.
    Vector(Vec<T>),
    /// CBOW: `∂J/∂V`, |Vocab| rows of D numbers.
    Rows(Vec<Vec<T>>),
}

impl<T: Clone> ByCenter<T> {
    /// The gradient by the center vectors of `window`.
    pub(super) fn of(window: &Window, numbers: &[T]) -> Self {
        match window.mean_of {
            None => Self::Vector(numbers.to_vec()),
            Some(_) => Self::Rows(rows(numbers, window.dim)),
        }
    }
}

/// The rows of a matrix of `dim` columns.
pub(super) fn rows<T: Clone>(numbers: &[T], dim: usize) -> Vec<Vec<T>> {
    numbers.chunks(dim.max(1)).map(<[T]>::to_vec).collect()
}

/// One result: its name, its numbers, and where it is in an outcome.
pub(super) type Part = (&'static str, Vec<f64>, Place);
type Place = fn(&Outcome) -> &[f64];

impl Expected {
    /// All results of `window`.
    pub(super) fn of(window: &Window, outcome: &Outcome) -> Self {
        Self {
            loss: Some(outcome.loss),
            grad_center: Some(ByCenter::of(window, &outcome.center)),
            grad_outside: Some(rows(&outcome.outside, window.dim)),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.loss.is_none() && self.grad_center.is_none() && self.grad_outside.is_none()
    }

    /// Checks that gradients have the shapes of what they are by.
    pub(super) fn check(&self, window: &Window) -> Result<(), String> {
        match (&self.grad_center, window.mean_of.is_some()) {
            (None, _) => {}
            (Some(ByCenter::Vector(numbers)), false) => check_len("grad_center", numbers.len(), window.dim)?,
            (Some(ByCenter::Rows(rows)), true) => check_rows("grad_center", rows, &window.center_vectors, window.dim)?,
            (Some(ByCenter::Vector(_)), true) => {
                return Err("grad_center: the gradient of CBOW has a row for each center vector".to_owned());
            }
            (Some(ByCenter::Rows(_)), false) => {
                return Err("grad_center: the gradient of skip-gram is that of one vector, not of rows".to_owned());
            }
        }
        match &self.grad_outside {
            Some(rows) => check_rows("grad_outside", rows, &window.outside_vectors, window.dim),
            None => Ok(()),
        }
    }

    /// What is known.
    pub(super) fn parts(&self) -> Vec<Part> {
        let by_center = |gradient: &ByCenter<f64>| match gradient {
            ByCenter::Vector(numbers) => numbers.clone(),
            ByCenter::Rows(rows) => rows.concat(),
        };
        let parts: [(_, Option<Vec<f64>>, Place); 3] = [
            ("loss", self.loss.map(|loss| vec![loss]), |outcome| std::slice::from_ref(&outcome.loss)),
            ("grad_center", self.grad_center.as_ref().map(by_center), |outcome| &outcome.center),
            ("grad_outside", self.grad_outside.as_ref().map(|rows| rows.concat()), |outcome| &outcome.outside),
        ];
        parts.into_iter().filter_map(|(name, numbers, of)| Some((name, numbers?, of))).collect()
    }
}

fn check_rows(what: &str, rows: &[Vec<f64>], matrix: &[f64], dim: usize) -> Result<(), String> {
    let expected = matrix.len() / dim;
    if rows.len() != expected {
        return Err(format!("{what}: {} rows instead of {expected}", rows.len()));
    }
    rows.iter().enumerate().try_for_each(|(i, row)| check_len(&format!("{what}[{i}]"), row.len(), dim))
}

fn check_len(what: &str, found: usize, expected: usize) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what}: {found} numbers instead of {expected}")),
    }
}
