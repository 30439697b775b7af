//! Phrases: what is counted, and what is joined.

use std::collections::HashMap;

use motevec::phrases::{self, Learning, Scoring, Spelling};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::corpus::{each_sentence, each_word};
use crate::error::Failure;

/// The counts of words and pairs of neighbors.
#[pyclass(module = "motevec._motevec")]
#[derive(Clone)]
pub(crate) struct Counts(Learning);

#[pymethods]
impl Counts {
    #[new]
    fn new(
        min_count: u64,
        threshold: f64,
        max_vocab: usize,
        delimiter: String,
        scoring: &str,
        connectors: Vec<String>,
    ) -> PyResult<Self> {
        let scoring = match scoring {
            "default" => Scoring::Default,
            "npmi" => Scoring::Npmi,
            _ => return Err(PyValueError::new_err(format!("scoring {scoring}: there are default and npmi"))),
        };
        let spelling = Spelling { delimiter, connectors: connectors.into_iter().collect() };
        let settings =
            phrases::Settings { scoring, threshold, min_count, spelling, max_vocab, ..phrases::Settings::default() };
        Ok(Self(Learning::new(&settings).map_err(Failure::Motevec)?))
    }

    /// Counts those of more sentences.
    fn add(&mut self, sentences: &Bound<'_, PyAny>) -> PyResult<()> {
        let add = |sentence: &Bound<'_, PyAny>| Ok(self.0.sentence(words(sentence)?.iter().map(String::as_str))?);
        Ok(each_sentence(sentences, add)?)
    }

    /// Takes in counts that were made elsewhere, of so many words.
    fn restore(&mut self, words: u64, counts: HashMap<String, u64>) -> PyResult<()> {
        let counts = counts.iter().map(|(word, &count)| (word.as_str(), count));
        Ok(self.0.add(words, counts).map_err(Failure::Motevec)?)
    }

    /// The same counts, which go their own way.
    fn copy(&self) -> Self {
        self.clone()
    }

    /// Words so far.
    #[getter]
    fn words(&self) -> u64 {
        self.0.words()
    }

    /// The counts, by spelling.
    fn counts(&self) -> HashMap<String, u64> {
        self.0.counts().map(|(word, count)| (word.into_owned(), count)).collect()
    }

    /// The phrases so far.
    fn phrases(&self) -> PyResult<Phrases> {
        Ok(Phrases(self.0.phrases().map_err(Failure::Motevec)?))
    }
}

/// Which pairs are phrases.
#[pyclass(module = "motevec._motevec")]
pub(crate) struct Phrases(phrases::Phrases);

#[pymethods]
impl Phrases {
    /// The words of a sentence with its phrases joined, and the scores of these.
    fn join(&mut self, sentence: &Bound<'_, PyAny>) -> PyResult<(Vec<String>, HashMap<String, f64>)> {
        let words = words(sentence)?;
        let joined = self.0.sentence(words.iter().map(String::as_str)).map_err(Failure::Motevec)?;
        Ok((joined.0, joined.1.into_iter().map(|(phrase, joined)| (phrase, joined.score)).collect()))
    }

    /// All phrases, with their scores.
    fn all(&self) -> HashMap<String, f64> {
        self.0.all().into_iter().collect()
    }
}

fn words(sentence: &Bound<'_, PyAny>) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    each_word(sentence, |word| {
        words.push(word.to_owned());
        Ok(())
    })?;
    Ok(words)
}
