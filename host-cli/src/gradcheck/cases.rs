//! Cases in a JSON file: vectors, windows over them, and published results to compare with.
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

use std::fs;
use std::path::Path;

use motevec_core::math::ShapeError;
use motevec_core::sample::Generator;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::case::{Architecture, Case, Loss};
use super::expected::{ByCenter, Expected, rows};
use super::explain::Explanation;
use super::random::{KINDS, Kind, paths};
use super::{Targets, Window, compare};
use crate::{Error, Result};

/// How far core's `f32` results may be from the published ones, absolutely or relatively, whichever is looser.
const TOLERANCE: f64 = 1e-5;

/// A file of cases, checked: every row has D numbers, and every index a row.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CaseFile {
    pub(super) center_vectors: Vec<Vec<f64>>,
    pub(super) outside_vectors: Vec<Vec<f64>>,
    /// For hierarchical softmax, of each word the inner nodes on its path, rows of `outside_vectors`, each with the bit
    /// of the word's code, 0 or 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) paths: Vec<Vec<(u32, u8)>>,
    pub(super) cases: Vec<Case>,
}

/// The loss, in nats, and the gradients of a case, as core computes them in `f32`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// J.
    pub loss: f32,
    /// `∂J/∂v_c`, or of CBOW `∂J/∂V`.
    pub grad_center: ByCenter<f32>,
    /// `∂J/∂U`: |Vocab| rows of D numbers.
    pub grad_outside: Vec<Vec<f32>>,
    /// Whether there is something to compare with: an expectation in the file, or results of another program.
    pub compared: bool,
    /// What is not as expected, and where, one line each.
    pub differences: Vec<String>,
    /// What may have gone wrong, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The explanation, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

impl CaseFile {
    /// Reads and checks the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read, is not JSON of this form, or contradicts itself; the message says where.
    pub fn read(path: &Path) -> Result<Self> {
        let file: Self = read_json(path)?;
        file.check().map_err(|message| Error::input(path, None, message))?;
        Ok(file)
    }

    /// New cases, the same ones for the same `seed`: a pair, a window and a window's mean for each loss, over the same
    /// vectors of four decimals, with core's results in `f64` to be expected.
    ///
    /// # Errors
    /// [`ShapeError`] if `dim` is 0.
    ///
    /// # Panics
    /// If `vocab` is less than 2: a word then has no negatives.
    pub fn random(seed: u64, dim: usize, vocab: usize) -> Result<Self, ShapeError> {
        assert!(vocab >= 2, "a vocabulary of one word has no negative samples");
        let mut rng = Generator::new(seed, [1]);
        let mut matrix = || -> Vec<Vec<f64>> {
            let numbers = Window::random(&mut rng, dim, vocab, Kind { words: 0, ..KINDS[0] }).outside_vectors;
            let short: Vec<_> = numbers.iter().map(|x| (x * 1e4).round() / 1e4).collect();
            rows(&short, dim)
        };
        let (center_vectors, outside_vectors) = (matrix(), matrix());
        let path = |path: Vec<_>| path.into_iter().map(|(node, bit)| (node, u8::from(bit))).collect();
        let paths = paths(&mut Generator::new(seed, [2]), vocab).into_iter().map(path).collect();
        let mut file = Self { center_vectors, outside_vectors, paths, cases: Vec::new() };
        for kind in KINDS {
            let Window { truths, mean_of, targets, .. } = Window::random(&mut rng, 1, vocab, kind);
            let (loss, negatives) = match targets {
                Targets::All => (None, Vec::new()),
                Targets::Negatives(negatives) => (None, negatives),
                Targets::Paths(_) => (Some(Loss::HierarchicalSoftmax), Vec::new()),
            };
            let (architecture, center, outside) = match mean_of {
                None => (Architecture::SkipGram, truths.iter().sum::<u32>() % vocab as u32, truths),
                Some(words) => (Architecture::Cbow, truths.iter().sum(), words),
            };
            let (name, expected) = (kind.name.to_owned(), Expected::default());
            let mut case = Case { name, architecture, loss, center, outside, negatives, expected };
            let window = file.window_of(&case);
            case.expected = Expected::of(&window, &window.evaluate::<f64>()?);
            file.cases.push(case);
        }
        Ok(file)
    }

    /// The same file with only the case of this name; `None` if there is no such case.
    #[must_use]
    pub fn only(mut self, name: &str) -> Option<Self> {
        self.cases.retain(|case| case.name == name);
        (!self.cases.is_empty()).then_some(self)
    }

    /// The cases' names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.cases.iter().map(|case| case.name.clone()).collect()
    }

    /// The window of the first case of this name.
    #[must_use]
    pub fn window(&self, name: &str) -> Option<Window> {
        self.cases.iter().find(|case| case.name == name).map(|case| self.window_of(case))
    }

    /// Computes every case, compares it with the expected results and, if asked to, explains it.
    ///
    /// # Errors
    /// If core refuses a shape, which reading the file has ruled out.
    pub fn run(&self, explain: bool) -> Result<Vec<CaseResult>> {
        self.cases.iter().map(|case| self.run_case(case, explain)).collect()
    }

    pub(super) fn dim(&self) -> usize {
        self.center_vectors.first().map_or(0, Vec::len)
    }

    pub(super) fn window_of(&self, case: &Case) -> Window {
        let path = |path: &Vec<(u32, u8)>| path.iter().map(|&(node, bit)| (node, bit == 1)).collect();
        Window {
            dim: self.dim(),
            center_vectors: match case.architecture {
                Architecture::SkipGram => self.center_vectors.get(case.center as usize).cloned().unwrap_or_default(),
                Architecture::Cbow => self.center_vectors.concat(),
            },
            outside_vectors: self.outside_vectors.concat(),
            mean_of: (case.architecture == Architecture::Cbow).then(|| case.outside.clone()),
            truths: case.truths().to_vec(),
            targets: match case.loss() {
                Loss::Softmax => Targets::All,
                Loss::NegativeSampling => Targets::Negatives(case.negatives.clone()),
                Loss::HierarchicalSoftmax => Targets::Paths(self.paths.iter().map(path).collect()),
            },
        }
    }

    fn run_case(&self, case: &Case, explain: bool) -> Result<CaseResult> {
        let window = self.window_of(case);
        let outcome =
            window.evaluate::<f32>().map_err(|error| Error::Failed(format!("case `{}`: {error}", case.name)))?;
        let known = case.expected.parts();
        let mut differences = Vec::new();
        for (name, found, _) in Expected::of(&window, &outcome).parts() {
            // Without an expectation a result must still be a number: compared with itself, it fails only if it is not.
            let expected = known.iter().find(|(other, ..)| *other == name).map_or(&found, |(_, numbers, _)| numbers);
            let Some(worst) = compare(&found, expected, TOLERANCE).worst else { continue };
            let place = window.place(name, worst);
            differences.extend(found.get(worst).zip(expected.get(worst)).map(
                |(found, expected)| match found.is_finite() {
                    true => format!("{place} is {} instead of {expected}", *found as f32),
                    false => format!("{place} is beyond the range of f32"),
                },
            ));
        }

        let narrow = |xs: &[f64]| xs.iter().map(|&x| x as f32).collect::<Vec<_>>();
        Ok(CaseResult {
            name: case.name.clone(),
            loss: outcome.loss as f32,
            grad_center: ByCenter::of(&window, &narrow(&outcome.center)),
            grad_outside: rows(&narrow(&outcome.outside), self.dim()),
            compared: !case.expected.is_empty(),
            differences,
            hints: Vec::new(),
            explanation: explain.then(|| window.explain()),
        })
    }
}

/// The value of the JSON in the file at `path`.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).map_err(|error| Error::io(path, error))?;
    // Some editors begin files with a byte order mark.
    serde_json::from_slice(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes)).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string().replace(&format!(" at line {line} column {column}"), "");
        Error::input(path, (line > 0).then_some(line as u64), format!("{message}, at column {column}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURSE: &str = include_str!("../../../tests/data/course-cases.json");

    /// Reads `text` from a file.
    fn read(text: &str) -> Result<CaseFile> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cases.json");
        fs::write(&path, text).unwrap();
        CaseFile::read(&path)
    }

    /// A file of one case over two vectors of two numbers.
    fn one_case(case: &str) -> String {
        format!(r#"{{"center_vectors": [[1, 2], [3, 4]], "outside_vectors": [[0, 1], [1, 0]], "cases": [{case}]}}"#)
    }

    /// A case of CBOW with `more` fields.
    fn cbow(more: &str) -> String {
        format!(r#"{{"name": "a", "architecture": "cbow", "center": 1, "outside": [0, 0, 1]{more}}}"#)
    }

    /// The outside vectors of [`one_case`], and the tree of two words.
    const PATHS: &str = r#"[0, 1], [1, 0]], "paths": [[[0, 0]], [[0, 1]]]"#;

    #[test]
    fn the_course_s_published_results_are_ours() {
        let results = read(COURSE).unwrap().run(false).unwrap();
        assert_eq!(results.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["softmax-1", "negsamp-1"]);
        for result in results {
            assert!(result.compared && result.differences.is_empty(), "{:?}", result.differences);
        }
    }

    #[test]
    fn every_published_number_is_compared() {
        for (published, wrong, place) in [
            ("11.16610900153398", "11.167", "loss is 11.166109 instead of 11.167"),
            ("-1.85942252", "-1.8595", "grad_center[1] is -1.8594227 instead of -1.8595"),
            ("1.58918512", "1.5893", "grad_outside[2][2] is 1.5891852 instead of 1.5893"),
        ] {
            assert!(COURSE.contains(published));
            let results = read(&COURSE.replace(published, wrong)).unwrap().run(false).unwrap();
            assert_eq!(results.into_iter().flat_map(|r| r.differences).collect::<Vec<_>>(), [place]);
        }
    }

    #[test]
    fn a_case_may_expect_nothing_but_is_to_be_finite() {
        let results = read(&one_case(r#"{"name": "a", "center": 0, "outside": [1, 1]}"#)).unwrap().run(false).unwrap();
        assert!(!results[0].compared && results[0].differences.is_empty() && results[0].loss > 0.0);

        let huge = one_case(r#"{"name": "a", "center": 0, "outside": [1]}"#).replace("[1, 2]", "[1e38, 1e38]");
        let results = read(&huge.replace("[0, 1]", "[1e38, 1e38]")).unwrap().run(false).unwrap();
        assert!(results[0].differences.contains(&"loss is beyond the range of f32".to_owned()), "{results:?}");
    }

    #[test]
    fn every_mistake_in_a_file_is_one_line_that_says_where() {
        for (text, expected) in [
            ("{\n  \"cases\": [\n}".to_owned(), ":3: expected value, at column 1"),
            (one_case("").replace('1', "NaN"), ":1: expected value, at column 22"),
            (one_case("").replace("[1, 2]", "[1, null]"), "invalid type: null, expected f64"),
            (one_case("").replace("[1, 2]", "[1, 1e400]"), "number out of range"),
            (
                one_case("").replace("[1, 2]", "[1, 1e39]"),
                "center_vectors: row 0 has 1e39, which is beyond the range of f32",
            ),
            (one_case("").replace("[3, 4]", "[3]"), "center_vectors: row 1 has 1 numbers, but a vector has 2"),
            (one_case("").replace("[0, 1]", "[0, 1, 2]"), "outside_vectors: row 0 has 3 numbers, but a vector has 2"),
            (one_case("").replace("[[1, 2], [3, 4]]", "[]"), "center_vectors: no vector, or one without numbers"),
            (
                one_case(r#"{"name": "a", "center": 2, "outside": []}"#),
                "case `a`: center is word 2, but there are 2 vectors (counted from 0)",
            ),
            (one_case(r#"{"name": "a", "center": -1, "outside": []}"#), "invalid value: integer `-1`, expected u32"),
            (
                one_case(r#"{"name": "a", "center": 0, "outside": [0, 9]}"#),
                "case `a`: outside[1] is word 9, but there are 2 vectors (counted from 0)",
            ),
            (
                one_case(r#"{"name": "a", "center": 0, "outside": [0], "negatives": [[1, 7]]}"#),
                "case `a`: negatives[0][1] is word 7, but there are 2 vectors (counted from 0)",
            ),
            (
                one_case(r#"{"name": "a", "center": 0, "outside": [0], "negatives": [[1], [1]]}"#),
                "case `a`: 2 lists of negatives for 1 words to predict: give one list per word",
            ),
            (one_case(r#"{"name": "a", "center": 0, "outside": [0], "negative": [[1]]}"#), "unknown field `negative`"),
            (
                one_case(r#"{"name": "a", "center": 0, "outside": [0], "expected": {"grad_center": [1]}}"#),
                "case `a`: expected.grad_center: 1 numbers instead of 2",
            ),
            (
                one_case(r#"{"name": "a", "center": 0, "outside": [0], "expected": {"grad_outside": [[1, 2]]}}"#),
                "case `a`: expected.grad_outside: 1 rows instead of 2",
            ),
            (
                one_case(
                    r#"{"name": "a", "center": 0, "outside": [0], "expected": {"grad_center": [[1, 2], [1, 2]]}}"#,
                ),
                "case `a`: expected.grad_center: the gradient of skip-gram is that of one vector, not of rows",
            ),
            (
                one_case(&cbow(r#", "expected": {"grad_center": [1, 2]}"#)),
                "case `a`: expected.grad_center: the gradient of CBOW has a row for each center vector",
            ),
            (
                one_case(&cbow(r#", "expected": {"grad_center": [[1, 2], [3]]}"#)),
                "case `a`: expected.grad_center[1]: 1 numbers instead of 2",
            ),
            (
                one_case(&cbow(r#", "negatives": [[0], [1]]"#)),
                "case `a`: 2 lists of negatives for 1 words to predict: give one list per word",
            ),
            (
                one_case(&cbow(r#", "loss": "hierarchical-softmax", "negatives": [[0]]"#))
                    .replace("[0, 1], [1, 0]]", PATHS),
                "case `a`: negatives: this loss has none; leave them out, or `loss`",
            ),
            (
                one_case(&cbow(r#", "loss": "hierarchical-softmax""#)),
                "case `a`: center is word 1, but there are 0 paths (counted from 0)",
            ),
            (one_case(&cbow(r#", "loss": "hs""#)), "unknown variant `hs`, expected one of `softmax`"),
            (
                one_case(&cbow("")).replace("[0, 1], [1, 0]]", &PATHS.replace("[0, 1]]]", "[0, 2]]]")),
                "paths[1][0]: 2 is not a bit of a code, 0 or 1",
            ),
            (
                one_case(&cbow("")).replace("[0, 1], [1, 0]]", &PATHS.replace("[0, 1]]]", "[2, 1]]]")),
                "paths[1][0] is node 2, but there are 2 vectors (counted from 0)",
            ),
        ] {
            let message = read(&text).unwrap_err().to_string();
            assert!(message.contains(expected) && !message.contains('\n'), "{message:?} for {text}");
        }
    }
}
