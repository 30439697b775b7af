//! Results of another program for the cases of a file.

use std::path::Path;

use serde::Deserialize;

use super::cases::{CaseFile, CaseResult, read_json};
use super::explain::Explanation;
use super::mistakes::MISTAKES;
use super::{Outcome, Window, compare};
use crate::{Error, Result};

/// How far a program's results may be from core's in `f64`, absolutely or relatively: its own may be in `f32`.
const TOLERANCE: f64 = 1e-5;

/// The results of a program for cases: each may be missing, and anything else is ignored.
#[derive(Clone, Debug, Deserialize)]
pub struct Results {
    cases: Vec<CaseResults>,
}

/// The results of a program for one case.
#[derive(Clone, Debug, Deserialize)]
struct CaseResults {
    name: String,
    loss: Option<f64>,
    grad_center: Option<Vec<f64>>,
    grad_outside: Option<Vec<Vec<f64>>>,
}

impl Results {
    /// Reads and checks the results at `path` for the cases of `file`.
    ///
    /// # Errors
    /// If the file cannot be read, is not JSON of this form, or speaks of other cases or shapes; the message says
    /// where.
    pub fn read(path: &Path, file: &CaseFile) -> Result<Self> {
        let results: Self = read_json(path)?;
        results.check(file).map_err(|message| Error::input(path, None, message))?;
        Ok(results)
    }

    fn check(&self, file: &CaseFile) -> Result<(), String> {
        if self.cases.is_empty() {
            return Err("it contains no results".to_owned());
        }
        for CaseResults { name, loss, grad_center, grad_outside } in &self.cases {
            let Some(window) = file.window(name) else {
                return Err(format!("case `{name}`: the file of cases has no such case"));
            };
            if loss.is_none() && grad_center.is_none() && grad_outside.is_none() {
                return Err(format!("case `{name}`: it has none of `loss`, `grad_center` and `grad_outside`"));
            }
            let shape = |what: &str, found: usize, expected: usize| match found == expected {
                true => Ok(()),
                false => Err(format!("case `{name}`: {what}: {found} numbers instead of {expected}")),
            };
            if let Some(gradient) = grad_center {
                shape("grad_center", gradient.len(), window.center.len())?;
            }
            if let Some(gradient) = grad_outside {
                let rows = window.outside_vectors.len() / window.center.len();
                if gradient.len() != rows {
                    return Err(format!("case `{name}`: grad_outside: {} rows instead of {rows}", gradient.len()));
                }
                for (w, row) in gradient.iter().enumerate() {
                    shape(&format!("grad_outside[{w}]"), row.len(), window.center.len())?;
                }
            }
        }
        Ok(())
    }

    /// Compares with what core computes, instead of what `results` were compared with before.
    ///
    /// # Errors
    /// If core refuses a shape, which reading the files has ruled out.
    pub fn compare(&self, file: &CaseFile, results: &mut [CaseResult]) -> Result<()> {
        for result in results {
            let given = self.cases.iter().find(|given| given.name == result.name);
            (result.compared, result.differences, result.hints) = (given.is_some(), Vec::new(), Vec::new());
            if let (Some(given), Some(window)) = (given, file.window(&result.name)) {
                let failed = |error| Error::Failed(format!("case `{}`: {error}", result.name));
                let truth = window.evaluate::<f64>().map_err(failed)?;
                given.compare(&window, &truth, result);
            }
        }
        Ok(())
    }
}

/// A result: its name, the value of a program, and how to find it in an outcome.
type Part<'a> = (&'static str, Option<Vec<f64>>, fn(&Outcome) -> &[f64]);

impl CaseResults {
    fn compare(&self, window: &Window, truth: &Outcome, result: &mut CaseResult) {
        let (explanation, mut slips) = (window.explain(), Vec::<(Vec<&str>, &str)>::new());
        let parts: [Part<'_>; 3] = [
            ("loss", self.loss.map(|loss| vec![loss]), |outcome| std::slice::from_ref(&outcome.loss)),
            ("grad_center", self.grad_center.clone(), |outcome| &outcome.center),
            ("grad_outside", self.grad_outside.as_ref().map(|rows| rows.concat()), |outcome| &outcome.outside),
        ];
        for (name, given, part) in parts {
            let Some(given) = given else { continue };
            let expected = part(truth);
            let Some(worst) = compare(&given, expected, TOLERANCE).worst else { continue };
            let dim = window.center.len();
            let place = match name {
                "loss" => name.to_owned(),
                "grad_center" => format!("{name}[{worst}]"),
                _ => format!("{name}[{}][{}]", worst / dim, worst % dim),
            };
            result.differences.push(format!("{place} is {} instead of {}", given[worst], expected[worst]));
            if let Some(as_if) = recognize(window, &explanation, &given, expected, part) {
                match slips.iter_mut().find(|(_, slip)| *slip == as_if) {
                    Some((names, _)) => names.push(name),
                    None => slips.push((vec![name], as_if)),
                }
            }
        }
        let hint = |(names, as_if): (Vec<&str>, &str)| format!("{}: as if {as_if}", names.join(", "));
        result.hints = slips.into_iter().map(hint).collect();
    }
}

/// The mistake that leads to `given`, if there is one that does not also lead to `expected`.
fn recognize(
    window: &Window,
    explanation: &Explanation,
    given: &[f64],
    expected: &[f64],
    part: fn(&Outcome) -> &[f64],
) -> Option<&'static str> {
    let slip = MISTAKES.iter().find(|mistake| {
        let outcome = mistake.outcome(window, explanation);
        let slipped = part(&outcome);
        compare(given, slipped, TOLERANCE).agrees() && !compare(slipped, expected, TOLERANCE).agrees()
    });
    slip.map(|mistake| mistake.as_if)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slip_is_recognized_in_new_cases_and_right_results_are_none() {
        let file = CaseFile::random(1, 3, 5).unwrap();
        let mut recognized = vec![false; MISTAKES.len()];
        for name in ["softmax-pair", "negsamp-pair", "softmax-window", "negsamp-window"] {
            let window = file.window(name).unwrap();
            let (truth, explanation) = (window.evaluate::<f64>().unwrap(), window.explain());
            let parts: [fn(&Outcome) -> &[f64]; 3] = [|o| std::slice::from_ref(&o.loss), |o| &o.center, |o| &o.outside];
            for part in parts {
                assert_eq!(recognize(&window, &explanation, part(&truth), part(&truth), part), None);
                for (index, mistake) in MISTAKES.iter().enumerate() {
                    let slipped = mistake.outcome(&window, &explanation);
                    let found = recognize(&window, &explanation, part(&slipped), part(&truth), part);
                    recognized[index] |= found == Some(mistake.as_if);
                }
            }
        }
        assert_eq!(recognized, [true; MISTAKES.len()]);
    }
}
