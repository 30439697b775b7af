//! Word vectors: what they are asked, and the files they are read from and written to.

use std::path::PathBuf;
use std::sync::Arc;

use motevec::eval;
use motevec::format::{self, Format, Rules};
use motevec::plot::{Kind, Selection};
use motevec::query::{self, Question, Term, Wanted};
use motevec::train::Trained;
use motevec::{Run, Subwords, Vocabulary};
use motevec_core::subword::Ngrams;
use pyo3::exceptions::{PyFileNotFoundError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyTuple};

use crate::array::{Array, Numbers};
use crate::error::Failure;
use crate::map::draw;
use crate::patience::wait_for;

/// A word or a vector, and what it is multiplied by.
type PyTerm = (PyDirection, f64);

#[derive(FromPyObject)]
enum PyDirection {
    Word(String),
    Vector(Vec<f32>),
}

/// The sections of a file of analogies, and the questions.
type PyAnalogies<'a> = (Vec<String>, Vec<(usize, (&'a str, &'a str, &'a str, &'a str), bool)>);

impl PyDirection {
    fn of(&self) -> Term<'_> {
        match self {
            Self::Word(word) => Term::Word(word),
            Self::Vector(vector) => Term::Vector(vector),
        }
    }
}

/// What n-grams are, in parts: lengths and buckets; and as bytes, the words' own rows, the buckets that have a row,
/// and these rows.
type PySubwords = ((u32, u32, u32), PyBackedBytes, PyBackedBytes, PyBackedBytes);

/// A model that never changes: words, counts, vectors, and what else training needs to go on.
#[pyclass(frozen, module = "motevec._motevec")]
pub(crate) struct Vectors {
    pub(crate) vectors: Arc<motevec::Vectors>,
}

impl Vectors {
    /// What training made for the words of `vocabulary`.
    pub(crate) fn trained(trained: Trained, vocabulary: Vocabulary, dim: usize, history: Vec<Run>) -> Self {
        let is_tree = trained.outside_or_nodes().1.is_some();
        let Trained { center, outside, subwords, .. } = trained;
        let (outside, nodes) = if is_tree { (None, Some(outside)) } else { (Some(outside), None) };
        let new = motevec::Vectors::new(vocabulary, dim, center);
        Self { vectors: Arc::new(motevec::Vectors { outside, nodes, subwords, history, ..new }) }
    }

    fn array(&self, which: fn(&motevec::Vectors) -> Option<&[f32]>) -> Option<Array> {
        which(&self.vectors)?;
        Some(Array::rows(Numbers::Model(which, Arc::clone(&self.vectors)), self.vectors.dim))
    }
}

#[pymethods]
impl Vectors {
    /// Puts a model together; vectors are the bytes of rows of f32. The outside ones are those of words, or of the
    /// nodes of a tree, of which there is one less.
    #[new]
    #[pyo3(signature = (words, counts, dim, center, outside=None, subwords=None, history=None))]
    fn new(
        words: Vec<String>,
        counts: Vec<u64>,
        dim: usize,
        center: PyBackedBytes,
        outside: Option<PyBackedBytes>,
        subwords: Option<PySubwords>,
        history: Option<&str>,
    ) -> PyResult<Self> {
        let wrong = |message: &str| PyValueError::new_err(message.to_owned());
        let vocabulary: Vocabulary = words.iter().zip(&counts).map(|(word, &count)| (word, count)).collect();
        let numbers = vocabulary.len().checked_mul(dim).filter(|_| dim > 0);
        let (center, outside) = (floats(&center), outside.map(|outside| floats(&outside)));
        if vocabulary.len() != words.len() || words.len() != counts.len() {
            return Err(wrong("a word is there twice, or has no count"));
        }
        let (outside, nodes): (Option<Vec<f32>>, _) = match outside {
            Some(nodes) if nodes.len() + dim == center.len() => (None, Some(nodes)),
            outside => (outside, None),
        };
        if numbers != Some(center.len()) || outside.as_ref().is_some_and(|outside| outside.len() != center.len()) {
            return Err(wrong("there is not one row of vector_size numbers for each word"));
        }
        let subwords = match subwords {
            None => None,
            Some(((least, most, buckets), own, rows_of, rows)) => {
                let ngrams = Ngrams::new(least, most, buckets).map_err(|error| wrong(&error.to_string()))?;
                let rows_of: Vec<u32> = rows_of.as_chunks().0.iter().map(|&four| u32::from_ne_bytes(four)).collect();
                let (own, rows) = (floats(&own), floats(&rows));
                let fits = own.len() == center.len() && rows.len() == rows_of.len() * dim;
                if !fits || !rows_of.is_sorted_by(|a, b| a < b) {
                    return Err(wrong("the n-grams do not fit the words"));
                }
                Some(Subwords::new(ngrams, dim, own, rows_of, rows))
            }
        };
        let history = history.map(serde_json::from_str).transpose().map_err(|error| wrong(&error.to_string()))?;
        let vectors = motevec::Vectors {
            outside,
            nodes,
            subwords,
            history: history.unwrap_or_default(),
            ..motevec::Vectors::new(vocabulary, dim, center)
        };
        Ok(Self { vectors: Arc::new(vectors) })
    }

    /// The same model with other rows, of words that begin with those that there are: new ones have outside vectors of
    /// zeros, if there are any. `center` is the bytes of rows of f32.
    fn with_rows(&self, words: Vec<String>, counts: Vec<u64>, center: PyBackedBytes) -> PyResult<Self> {
        let motevec::Vectors { dim, outside, nodes, history, .. } = &*self.vectors;
        let new = Self::new(words, counts, *dim, center, None, None, None)?;
        let vectors = Arc::unwrap_or_clone(new.vectors);
        let outside = outside.clone().map(|mut outside| {
            outside.resize(vectors.data.len(), 0.0);
            outside
        });
        // New words would have another tree.
        let nodes = nodes.clone().filter(|_| vectors.data.len() == self.vectors.data.len());
        let vectors = motevec::Vectors { outside, nodes, history: history.clone(), ..vectors };
        Ok(Self { vectors: Arc::new(vectors) })
    }

    /// Reads a model.
    #[staticmethod]
    #[pyo3(signature = (path, format=None, limit=None, lenient=false))]
    fn read(
        py: Python<'_>,
        path: PathBuf,
        format: Option<&str>,
        limit: Option<usize>,
        lenient: bool,
    ) -> PyResult<Self> {
        let format = format.map(named).transpose()?;
        let rules = Rules { limit, lenient, ..Rules::default() };
        let vectors = wait_for(py, move || format::open(&path, format, None)?.with(rules).read())?;
        Ok(Self { vectors: Arc::new(vectors.map_err(Failure::Motevec)?) })
    }

    /// Writes the model in `format`, or in that of the name, or else as `usual`.
    #[pyo3(signature = (path, format=None, usual=None))]
    fn write(&self, py: Python<'_>, path: PathBuf, format: Option<&str>, usual: Option<&str>) -> PyResult<()> {
        let format = format.map(named).transpose()?;
        let usual = usual.map(named).transpose()?;
        let format = format.or_else(|| Format::of_name(&path).is_none().then_some(usual)?);
        py.detach(|| format::write(&path, format, self.vectors.view())).map_err(|error| {
            let is_there = path.parent().is_none_or(|folder| folder.as_os_str().is_empty() || folder.exists());
            match is_there {
                true => Failure::Motevec(error).into(),
                false => PyFileNotFoundError::new_err(error.to_string()),
            }
        })
    }

    fn __len__(&self) -> usize {
        self.vectors.vocabulary.len()
    }

    #[getter]
    fn dim(&self) -> usize {
        self.vectors.dim
    }

    /// The words, in row order.
    fn words(&self) -> Vec<&str> {
        self.vectors.vocabulary.words().collect()
    }

    /// The row of a word.
    fn index(&self, word: &str) -> Option<usize> {
        self.vectors.vocabulary.row(word)
    }

    /// How often each word occurred, in row order; 0 where that is unknown.
    fn counts(&self) -> Array {
        Array::counts(Arc::clone(&self.vectors))
    }

    /// The vectors, row after row.
    fn center(&self) -> Option<Array> {
        self.array(|vectors| Some(&vectors.data))
    }

    /// The outside vectors of words, if they are known.
    fn outside(&self) -> Option<Array> {
        self.array(|vectors| vectors.outside.as_deref())
    }

    /// With hierarchical softmax, the vectors of the tree's inner nodes, if they are known.
    fn nodes(&self) -> Option<Array> {
        self.array(|vectors| vectors.nodes.as_deref())
    }

    /// The words' own rows, which with those of their n-grams make their vectors.
    fn own(&self) -> Option<Array> {
        self.array(|vectors| Some(&vectors.subwords.as_ref()?.words))
    }

    /// The rows of the n-grams that have one.
    fn ngrams(&self) -> Option<Array> {
        self.array(|vectors| Some(vectors.subwords.as_ref()?.rows()))
    }

    /// The buckets of these.
    fn buckets(&self) -> Option<Vec<u32>> {
        Some(self.vectors.subwords.as_ref()?.buckets().to_vec())
    }

    /// The lengths of n-grams, and how many buckets there are.
    fn lengths(&self) -> Option<(u32, u32, u32)> {
        let ngrams = self.vectors.subwords.as_ref()?.ngrams;
        Some((ngrams.least(), ngrams.most(), ngrams.buckets()))
    }

    /// How the model was made, as JSON.
    fn history(&self) -> PyResult<String> {
        serde_json::to_string(&self.vectors.history).map_err(|error| PyValueError::new_err(error.to_string()))
    }

    /// What [`new`](Self::new) takes, for pickling.
    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let motevec::Vectors { vocabulary, dim, data, outside, nodes, subwords, .. } = &*self.vectors;
        let bytes = |numbers: &[f32]| {
            let bytes = PyBytes::new_with(py, size_of_val(numbers), |bytes| {
                bytes.chunks_exact_mut(4).zip(numbers).for_each(|(four, x)| four.copy_from_slice(&x.to_ne_bytes()));
                Ok(())
            });
            bytes.map(Bound::into_any)
        };
        let subwords = match (subwords, self.lengths()) {
            (Some(subwords), Some(lengths)) => {
                let rows_of: Vec<u8> = subwords.buckets().iter().flat_map(|bucket| bucket.to_ne_bytes()).collect();
                let rows_of = PyBytes::new(py, &rows_of);
                Some((lengths, bytes(&subwords.words)?, rows_of, bytes(subwords.rows())?))
            }
            _ => None,
        };
        let outside = outside.as_ref().or(nodes.as_ref()).map(|rows| bytes(rows)).transpose()?;
        let arguments = (self.words(), vocabulary.counts(), dim, bytes(data)?, outside, subwords, self.history()?);
        arguments.into_pyobject(py)
    }

    /// The vector of a word, also of one that the model has not seen if it has n-grams.
    fn vector(&self, word: &str) -> PyResult<Array> {
        Ok(Array::row(query::vector(&*self.vectors, word).map_err(Failure::Motevec)?.into_owned()))
    }

    /// The vector that n-grams make for a word, zeros included; `None` without n-grams.
    fn embed(&self, word: &str) -> Option<Array> {
        Some(Array::row(self.vectors.embed(word)?.into_owned()))
    }

    /// The words nearest to each question, a sum of directions, among the rows from `start` to before `end`.
    #[pyo3(signature = (questions, most, start=0, end=None))]
    fn nearest(
        &self,
        py: Python<'_>,
        questions: Vec<Vec<PyTerm>>,
        most: usize,
        start: usize,
        end: Option<usize>,
    ) -> PyResult<Vec<Vec<(&str, f32)>>> {
        let asked: Vec<_> = questions.iter().map(|terms| question(terms)).collect();
        let wanted = Wanted { rows: start..end.unwrap_or(usize::MAX), ..Wanted::nearest(most) };
        let answers = py.detach(|| query::answer(&self.vectors, &asked, &wanted));
        let named = answers.into_iter().map(|found| {
            let found = found.map_err(Failure::Motevec)?;
            Ok(found.into_iter().map(|near| (near.word, near.similarity)).collect())
        });
        named.collect()
    }

    /// The cosine of two words.
    fn similarity(&self, one: &str, other: &str) -> PyResult<f32> {
        Ok(query::similarity(&*self.vectors, one, other).map_err(Failure::Motevec)?)
    }

    /// The words with their cosines to the mean of all, the odd one out first.
    fn odd_one_out(&self, words: Vec<String>) -> PyResult<Vec<(String, f32)>> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let fits = query::odd_one_out(&*self.vectors, &words).map_err(Failure::Motevec)?;
        Ok(fits.into_iter().map(|fit| (fit.word.to_owned(), fit.similarity)).collect())
    }

    /// The cosine of two vectors.
    #[staticmethod]
    fn cosine(one: Vec<f32>, other: Vec<f32>) -> PyResult<f32> {
        same_length(one.len(), other.len())?;
        Ok(query::precise_cosine(&one, &other) as f32)
    }

    /// The cosines of a vector with all words, in row order.
    fn cosines(&self, vector: Vec<f32>) -> PyResult<Array> {
        same_length(vector.len(), self.vectors.dim)?;
        let rows = self.vectors.rows();
        Ok(Array::row(match query::direction(&vector) {
            Some(unit) => rows.map(|row| query::cosine(&unit, row)).collect(),
            None => vec![0.0; rows.len()],
        }))
    }

    /// The length of each vector, in row order.
    fn norms(&self) -> Array {
        Array::row(self.vectors.rows().map(|row| query::length(row) as f32).collect())
    }

    /// Spearman's and Pearson's correlation with the scores of word pairs in a file; the pairs that count, and all.
    fn evaluate_pairs(&self, path: PathBuf, restrict: usize) -> PyResult<(Option<f64>, Option<f64>, usize, usize)> {
        let score = eval::similarity(&self.vectors, &path, restrict).map_err(Failure::Motevec)?;
        let all = score.pairs + score.missing + score.beyond;
        Ok((score.spearman, score.pearson, score.pairs, all))
    }

    /// The names of the sections of a file of analogies, and the questions that count: the section of each, its words,
    /// and whether the answer is right.
    fn evaluate_analogies(&self, py: Python<'_>, path: PathBuf, restrict: usize) -> PyResult<PyAnalogies<'_>> {
        let score = py.detach(|| eval::analogies(&self.vectors, &path, restrict)).map_err(Failure::Motevec)?;
        let question = |asked: eval::Asked| {
            let [a, b, c, expected] = asked.rows.map(|row| self.vectors.vocabulary.word(row));
            (asked.section, (a, b, c, expected), asked.correct)
        };
        let sections = score.sections.iter().map(|section| section.section.clone()).collect();
        Ok((sections, score.questions.into_iter().map(question).collect()))
    }

    /// A map of words as an SVG drawing: of `words`, or of the `top` most frequent ones after `skip`.
    #[pyo3(signature = (title, words=None, top=100, skip=0, size=(900.0, 640.0)))]
    fn map(
        &self,
        py: Python<'_>,
        title: String,
        words: Option<Vec<String>>,
        top: usize,
        skip: usize,
        size: (f64, f64),
    ) -> PyResult<String> {
        let selection = match &words {
            Some(words) => Selection::of_words(&self.vectors, words.iter().map(|word| (0, word.as_str()))),
            None => Selection::default().and_frequent(&self.vectors, skip, top),
        };
        let picture = py.detach(|| draw(&self.vectors, selection, title, size.into()));
        let svg = picture.and_then(|picture| picture.content(Kind::Svg)).map_err(Failure::Motevec)?;
        String::from_utf8(svg).map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

fn same_length(one: usize, other: usize) -> PyResult<()> {
    if one == other {
        return Ok(());
    }
    Err(PyValueError::new_err(format!("a vector of {one} numbers cannot be compared with one of {other}")))
}

fn question(terms: &[PyTerm]) -> Question<'_> {
    Question { terms: terms.iter().map(|(term, weight)| (term.of(), *weight)).collect() }
}

/// The format of this name.
fn named(name: &str) -> PyResult<Format> {
    let names = || Format::ALL.map(Format::name).join(", ");
    let found = Format::ALL.into_iter().find(|format| format.name() == name);
    found.ok_or_else(|| PyValueError::new_err(format!("format {name}: there are {}", names())))
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&four| f32::from_ne_bytes(four)).collect()
}
