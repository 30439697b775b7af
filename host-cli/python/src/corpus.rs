//! Corpora: from files, or from sentences that Python holds.

use std::path::PathBuf;

use motevec::corpus::{self, Options, Sentences, Source};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::error::Failure;
use crate::patience::wait_for;
use crate::vectors::Vectors;

/// Sentences between two looks at whether Ctrl-C was pressed.
const STRETCH: usize = 4_096;

/// A text as numbers of words, with its vocabulary.
#[pyclass(frozen, module = "motevec._motevec")]
pub(crate) struct Corpus {
    pub(crate) corpus: motevec::corpus::Corpus,
    pub(crate) options: Options,
}

#[pymethods]
impl Corpus {
    /// Reads `files`, one sentence a line, or goes once through `sentences`, each an iterable of strings; `vocabulary`
    /// and `earlier` are models whose words it keeps to, or adds to.
    #[new]
    #[pyo3(signature = (sentences, files, *, min_count, max_vocab=None, vocabulary=None, earlier=None, workers=None))]
    #[expect(clippy::too_many_arguments, reason = "they have names in Python")]
    fn new(
        py: Python<'_>,
        sentences: Option<Py<PyAny>>,
        files: Vec<PathBuf>,
        min_count: u64,
        max_vocab: Option<usize>,
        vocabulary: Option<&Vectors>,
        earlier: Option<&Vectors>,
        workers: Option<usize>,
    ) -> PyResult<Self> {
        let default = Options::default();
        let words = |vectors: &Vectors| vectors.vectors.vocabulary.clone();
        let options = Options {
            min_count,
            max_vocab,
            vocabulary: vocabulary.map(words),
            earlier: earlier.map(words),
            // Beyond the cores, threads only take memory.
            threads: workers.unwrap_or(default.threads).min(default.threads),
            ..default
        };
        let corpus = match &sentences {
            Some(sentences) => py.detach(|| corpus::gather(&options, |corpus| fill(corpus, sentences)))?,
            None => {
                let sources: Vec<_> = files.into_iter().map(Source::Path).collect();
                let options = options.clone();
                let corpus = wait_for(py, move || corpus::read(&sources, &options, &|_| {}))?;
                corpus.map_err(Failure::Motevec)?
            }
        };
        Ok(Self { corpus, options })
    }

    /// The same text, of which only the words are left that `keep` says yes to, by their spelling and count.
    fn keep(&self, py: Python<'_>, keep: Py<PyAny>, min_count: u64) -> PyResult<Self> {
        let mut failure = None;
        let says_yes = |word: &str, count: u64| {
            let answer = keep.call1(py, (word, count)).and_then(|answer| answer.is_truthy(py));
            answer.unwrap_or_else(|error| {
                failure.get_or_insert(error);
                false
            })
        };
        let corpus = self.corpus.keep(says_yes);
        match failure {
            Some(error) => Err(error),
            None => {
                let options = Options { min_count, ..self.options.clone() };
                Ok(Self { corpus: corpus.map_err(Failure::Motevec)?, options })
            }
        }
    }

    /// Words in the text.
    #[getter]
    fn words(&self) -> u64 {
        self.corpus.stats.words
    }

    /// Distinct words in the text.
    #[getter]
    fn distinct_words(&self) -> u64 {
        self.corpus.stats.distinct_words
    }

    /// Occurrences of words of the vocabulary.
    #[getter]
    fn kept_words(&self) -> u64 {
        self.corpus.stats.kept_words
    }

    /// Sentences with a word of the vocabulary.
    #[getter]
    fn sentences(&self) -> u64 {
        self.corpus.stats.sentences
    }
}

/// Adds `sentences` to `corpus`.
fn fill(corpus: &mut Sentences<'_>, sentences: &Py<PyAny>) -> Result<(), Failure> {
    Python::attach(|py| {
        each_sentence(sentences.bind(py), |sentence| {
            each_word(sentence, |word| Ok(corpus.word(word)?))?;
            Ok(corpus.end()?)
        })
    })
}

/// Calls `take` with each sentence.
pub(crate) fn each_sentence<'py>(
    sentences: &Bound<'py, PyAny>,
    mut take: impl FnMut(&Bound<'py, PyAny>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for (number, sentence) in sentences.try_iter()?.enumerate() {
        if number % STRETCH == 0 {
            sentences.py().check_signals()?;
        }
        take(&sentence?)?;
    }
    Ok(())
}

/// Calls `take` with each word of a sentence.
pub(crate) fn each_word(
    sentence: &Bound<'_, PyAny>,
    mut take: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut one = |word: &Bound<'_, PyAny>| match word.cast::<PyString>() {
        Ok(word) => take(word.to_str()?),
        Err(_) => {
            let kind = word.get_type().name()?;
            Err(PyTypeError::new_err(format!("a word must be a str, not {kind}: {word:?}")).into())
        }
    };
    if sentence.is_instance_of::<PyString>() {
        let message = "each sentence must be a list of words, not a str: split it, or wrap a single one in a list";
        return Err(PyTypeError::new_err(message).into());
    }
    match sentence.cast::<PyList>() {
        Ok(list) => list.iter().try_for_each(|word| one(&word)),
        Err(_) => sentence.try_iter()?.try_for_each(|word| one(&word?)),
    }
}
