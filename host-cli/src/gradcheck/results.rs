//! Results of another program for the cases of a file.

use std::path::Path;

use serde::Deserialize;

use super::cases::{CaseFile, CaseResult, read_json};
use super::expected::Expected;
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
    #[serde(flatten)]
    results: Expected,
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
        self.cases.iter().try_for_each(|CaseResults { name, results }| {
            let of_case = |message: String| format!("case `{name}`: {message}");
            let no_case = || of_case("the file of cases has no such case".to_owned());
            let window = file.window(name).ok_or_else(no_case)?;
            if results.is_empty() {
                return Err(of_case("it has none of `loss`, `grad_center` and `grad_outside`".to_owned()));
            }
            results.check(&window).map_err(of_case)
        })
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

impl CaseResults {
    fn compare(&self, window: &Window, truth: &Outcome, result: &mut CaseResult) {
        let (explanation, mut slips) = (window.explain(), Vec::<(Vec<&str>, &str)>::new());
        for (name, given, part) in self.results.parts() {
            let expected = part(truth);
            let Some(worst) = compare(&given, expected, TOLERANCE).worst else { continue };
            let place = window.place(name, worst);
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
        for name in file.names() {
            let window = file.window(&name).unwrap();
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
