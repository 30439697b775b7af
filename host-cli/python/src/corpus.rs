//! Corpora: from files, or from sentences that Python holds.

use std::path::PathBuf;

use motevec::corpus::{self, Options, Sentences, Source};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use crate::error::Failure;
use crate::vectors::Vectors;

/// Sentences between two looks at whether Ctrl-C was pressed.
const PATIENCE: usize = 4_096;

/// A text as numbers of words, with its vocabulary.
#[pyclass(frozen, module = "motevec._motevec")]
pub(crate) struct Corpus {
    pub(crate) corpus: motevec::corpus::Corpus,
    pub(crate) options: Options,
}

#[pymethods]
impl Corpus {
    /// Reads files, one sentence a line; `vocabulary` and `earlier` are models whose words it keeps to, or adds to.
    #[staticmethod]
    #[pyo3(signature = (paths, *, min_count, max_vocab=None, vocabulary=None, earlier=None, workers=None))]
    fn read(
        py: Python<'_>,
        paths: Vec<PathBuf>,
        min_count: u64,
        max_vocab: Option<usize>,
        vocabulary: Option<&Vectors>,
        earlier: Option<&Vectors>,
        workers: Option<usize>,
    ) -> PyResult<Self> {
        let options = options(min_count, max_vocab, vocabulary, earlier, workers);
        let sources: Vec<_> = paths.into_iter().map(Source::Path).collect();
        let corpus = py.detach(|| corpus::read(&sources, &options, &|_| {}));
        Ok(Self { corpus: corpus.map_err(Failure::Motevec)?, options })
    }

    /// Goes once through sentences, each an iterable of strings.
    #[staticmethod]
    #[pyo3(signature = (sentences, *, min_count, max_vocab=None, vocabulary=None, earlier=None, workers=None))]
    fn gather(
        py: Python<'_>,
        sentences: Py<PyAny>,
        min_count: u64,
        max_vocab: Option<usize>,
        vocabulary: Option<&Vectors>,
        earlier: Option<&Vectors>,
        workers: Option<usize>,
    ) -> PyResult<Self> {
        let options = options(min_count, max_vocab, vocabulary, earlier, workers);
        let fill = |corpus: &mut Sentences<'_>| {
            Python::attach(|py| {
                each_sentence(sentences.bind(py), |sentence| {
                    each_word(sentence, |word| Ok(corpus.word(word)?))?;
                    Ok(corpus.end()?)
                })
            })
        };
        Ok(Self { corpus: py.detach(|| corpus::gather(&options, fill))?, options })
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

fn options(
    min_count: u64,
    max_vocab: Option<usize>,
    vocabulary: Option<&Vectors>,
    earlier: Option<&Vectors>,
    workers: Option<usize>,
) -> Options {
    let default = Options::default();
    let words = |vectors: &Vectors| vectors.vectors.vocabulary.clone();
    Options {
        min_count,
        max_vocab,
        vocabulary: vocabulary.map(words),
        earlier: earlier.map(words),
        // Beyond the cores, threads only take memory.
        threads: workers.unwrap_or(default.threads).min(default.threads),
        ..default
    }
}

/// Calls `take` with each sentence.
pub(crate) fn each_sentence<'py>(
    sentences: &Bound<'py, PyAny>,
    mut take: impl FnMut(&Bound<'py, PyAny>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for (number, sentence) in sentences.try_iter()?.enumerate() {
        if number % PATIENCE == 0 {
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
