//! fastText's model format (`.bin`), as the program of that name and gensim write and read it.
//!
//! In turn, little-endian: a magic number and a version; the settings of training; the words and their counts; the
//! input matrix, with the words' own rows, and then a row for each bucket of n-grams; and the output matrix, which are
//! the outside vectors. The vector of a word, the mean of its rows (eq. 24), is not in the file, but computed.
//!
//! With hierarchical softmax, the output matrix has the inner nodes of a tree, and a row of zeros. The tree is that of
//! word2vec.c, node for node. But fastText has a node predict the bit of a word's code, where word2vec.c, and so eq.
//! 22, has it predict one minus the bit: rows have the opposite sign.
//!
//! Models for classification are refused, and so are pruned ones, and quantized ones (`.ftz`), which fastText makes of
//! models for classification only.

mod settings;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use motevec_core::subword::Ngrams;

use self::settings::{HIERARCHICAL_SOFTMAX, MAGIC, Settings};
use super::apart::Words;
use super::matrix::Numbers;
use super::rows::{self, LONGEST_WORD};
use super::rules::Flaw;
use super::subwords::{self, Buckets};
use super::visit::without_rows;
use super::{Codec, Rest, Source, Visitor, Whole, matrix, nodes};
use crate::{Error, Result, Run, Subwords, VectorsRef, compression};

/// In place of a number of pruned n-grams: all are there.
const NOT_PRUNED: i64 = -1;

/// The format `fasttext-bin`.
pub(super) struct FastTextModel;

impl Codec for FastTextModel {
    fn endings(&self) -> &'static [&'static str] {
        &[".bin"]
    }

    fn compresses(&self) -> bool {
        true
    }

    fn holds_subwords(&self) -> bool {
        true
    }

    fn recognizes(&self, start: &[u8]) -> bool {
        start.starts_with(&MAGIC.to_le_bytes())
    }

    fn visit(&self, source: Source, visitor: &mut dyn Visitor) -> Result<Rest> {
        Reader(source).read(visitor)
    }

    /// Any row may be made of any bucket.
    fn reads_whole(&self) -> bool {
        true
    }

    fn write(&self, path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
        rows::check(path, vectors, check_word)?;
        subwords::check(path, vectors)?;
        let settings = Settings::of(vectors);
        let buckets = vectors.subwords.map_or(0, |subwords| subwords.ngrams.buckets());
        let rows = vectors.vocabulary.len() as u64 + u64::from(buckets);
        if i32::try_from(rows).is_err() {
            let message = format!("cannot write {rows} words and buckets: fastText has at most {}", i32::MAX);
            return Err(Error::input(path, None, message));
        }
        compression::write(path, |out| {
            settings.write(out)?;
            write_words(vectors, out)?;
            write_head(rows, vectors.dim, out)?;
            match vectors.subwords {
                None => matrix::write(vectors.data, out)?,
                Some(subwords) => {
                    matrix::write(&subwords.words, out)?;
                    subwords::write_rows(subwords, vectors.dim, out)?;
                }
            }
            write_head(vectors.vocabulary.len() as u64, vectors.dim, out)?;
            match (vectors.nodes, vectors.outside) {
                (Some(nodes), _) => {
                    let opposite = |row: &[f32]| row.iter().map(|x| -x).collect::<Vec<_>>();
                    nodes.chunks(vectors.dim).try_for_each(|row| matrix::write(&opposite(row), out))?;
                    subwords::write_zeros(1, vectors.dim, out)
                }
                (None, Some(outside)) => matrix::write(outside, out),
                // As before training.
                (None, None) => subwords::write_zeros(vectors.vocabulary.len() as u64, vectors.dim, out),
            }
        })
    }
}

fn check_word(word: &str) -> Result<(), String> {
    rows::check_word_without(word, &['\0'], "a zero byte")
}

fn write_words(VectorsRef { vocabulary, history, .. }: VectorsRef<'_>, out: &mut dyn Write) -> io::Result<()> {
    // For other programs a word that does not occur is none: they divide by the sum of all counts.
    let counts = || vocabulary.counts().iter().map(|&count| i64::try_from(count).unwrap_or(i64::MAX).max(1));
    let words = (vocabulary.len() as u32).to_le_bytes();
    let labels = [0; 4];
    let tokens = tokens(history, counts().fold(0, i64::saturating_add));
    out.write_all(&[words, words, labels].concat())?;
    out.write_all(&[tokens, NOT_PRUNED].map(i64::to_le_bytes).concat())?;
    for (word, count) in vocabulary.words().zip(counts()) {
        out.write_all(word.as_bytes())?;
        out.write_all(&[0])?;
        out.write_all(&count.to_le_bytes())?;
        // A word, and not a label.
        out.write_all(&[0])?;
    }
    Ok(())
}

/// The words of the text, also those that have no row, if the runs of `history` are those that counted the words to
/// `counted`.
fn tokens(history: &[Run], counted: i64) -> i64 {
    let sum = |words: fn(&Run) -> u64| {
        let sum = history.iter().map(words).fold(0, u64::saturating_add);
        i64::try_from(sum).unwrap_or(i64::MAX)
    };
    if sum(|run| run.kept_words) == counted { sum(|run| run.words).max(counted) } else { counted }
}

/// What comes before the numbers of a matrix.
fn write_head(rows: u64, dim: usize, out: &mut dyn Write) -> io::Result<()> {
    // Not quantized.
    out.write_all(&[0])?;
    out.write_all(&[rows, dim as u64].map(u64::to_le_bytes).concat())
}

struct Reader(Source);

impl Reader {
    fn read(mut self, visitor: &mut dyn Visitor) -> Result<Rest> {
        let settings = Settings::read(&mut self)?;
        let ngrams = settings.ngrams(&self.0)?;
        let (mut words, tokens) = self.words()?;
        let (rows, dim) = matrix::size(&self.0, words.len() as u64, settings.dim as u64)?;
        let buckets = settings.buckets.cast_unsigned();
        self.head("input", rows as u64 + u64::from(buckets), dim)?;
        let possible = self.0.possible_rows(rows, dim * size_of::<f32>());
        let mut own = Whole::default();
        let into: &mut dyn Visitor = if ngrams.is_some() { &mut own } else { &mut *visitor };
        into.begin(dim, possible);
        let mut shown = Numbers::F32.rows(&mut self.0, (rows, dim), "its words", |source, row, numbers| {
            words.center(source, row, numbers, into)
        })?;
        let mut subwords = None;
        if let Some(ngrams) = ngrams {
            let made = self.buckets(ngrams, dim)?.finish(ngrams, own.data);
            visitor.begin(dim, possible);
            shown = self.compose(&words, &made, visitor)?;
            subwords = Some(made);
        } else if shown.is_continue() && !self.0.skip(u64::from(buckets) * (dim * size_of::<f32>()) as u64)? {
            return Err(self.cut("the rows of its buckets"));
        }
        if shown.is_continue() {
            self.head("output", rows as u64, dim)?;
            if visitor.wants_outside() && settings.loss == HIERARCHICAL_SOFTMAX {
                self.nodes((rows, dim), visitor)?;
            } else if visitor.wants_outside() {
                self.outside(&mut words, (rows, dim), visitor)?;
            } else if !self.0.skip((rows * dim * size_of::<f32>()) as u64)? {
                return Err(self.cut("its output matrix"));
            }
            if !self.0.at_end()? {
                return Err(self.0.error(None, "the file continues after its output matrix"));
            }
        }
        if let Some(made) = &mut subwords {
            without_rows(&mut made.words, dim, words.late());
        }
        let kept = words.total();
        let vocabulary = words.finish(&self.0, visitor);
        Ok(Rest { vocabulary, dim, subwords, history: vec![settings.run(tokens, kept, ngrams)] })
    }

    /// Shows the vectors that words are made of their own rows and of those of their n-grams.
    fn compose(&self, words: &Words, subwords: &Subwords, visitor: &mut dyn Visitor) -> Result<ControlFlow<()>> {
        for (word, own) in words.shown().zip(subwords.words.chunks_exact(subwords.dim())) {
            let vector = subwords.with_row(word, own);
            rows::check_numbers(word, &vector).map_err(|problem| self.0.error(None, problem))?;
            if visitor.row(word, &vector).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Shows the outside vectors, unless all are zero: these were never trained, or are not known.
    fn outside(&mut self, words: &mut Words, shape: (usize, usize), visitor: &mut dyn Visitor) -> Result<()> {
        let (zeros, mut trained) = (vec![0.0; shape.1], false);
        let shown = Numbers::F32.rows(&mut self.0, shape, "its output matrix", |source, row, numbers| {
            if !trained && numbers.iter().any(|&x| x != 0.0) {
                trained = true;
                (0..row).try_for_each(|row| words.outside(source, row, &zeros, visitor))?;
            }
            if trained {
                words.outside(source, row, numbers, visitor)?;
            }
            Ok(ControlFlow::Continue(()))
        });
        shown.map(drop)
    }

    /// Shows the rows of inner nodes, of which there is one less than words, unless all are zero.
    fn nodes(&mut self, shape: (usize, usize), visitor: &mut dyn Visitor) -> Result<()> {
        let mut matrix = Numbers::F32.matrix(&mut self.0, shape, "its output matrix")?;
        matrix.truncate(matrix.len() - shape.1);
        if matrix.iter().all(|&x| x == 0.0) {
            return Ok(());
        }
        matrix.iter_mut().for_each(|x| *x = -*x);
        nodes::show(&mut self.0, &matrix, shape.1, visitor)
    }

    /// The words, and how many the text had.
    fn words(&mut self) -> Result<(Words, u64)> {
        let what = "its list of words";
        let (all, count, labels) = (self.i32(what)?, self.i32(what)?, self.i32(what)?);
        let (tokens, pruned) = (self.i64(what)?, self.i64(what)?);
        if labels != 0 {
            return Err(self.refuse("has labels of texts", "word vectors"));
        }
        if pruned != NOT_PRUNED {
            return Err(self.refuse("has a pruned list of n-grams, as quantized ones have", "a whole one"));
        }
        if all != count || count < 1 {
            let message = format!("its header promises {count} words among {all}: there is nothing to read");
            return Err(self.0.error(None, message));
        }
        let (mut words, mut word) = (Words::default(), Vec::new());
        for row in 1..=count {
            self.0.read_until(0, LONGEST_WORD, &mut word)?;
            let Some(word) = word.strip_suffix(&[0]) else {
                return Err(match word.len() < LONGEST_WORD {
                    true => self.cut(what),
                    false => self.0.error(None, format!("row {row}: its word does not end with a zero byte")),
                });
            };
            let count = self.i64(what)?;
            let kind = self.array::<1>(what)?;
            let count = u64::try_from(count).map_err(|_| {
                let word = String::from_utf8_lossy(word);
                self.0.error(None, format!("row {row}: the count of `{}` is below 0", word.escape_debug()))
            })?;
            let word = rows::utf8(word).and_then(|word| match check_word(word) {
                Ok(()) => Ok(word.as_bytes()),
                Err(problem) => Err((Flaw::NotARow, problem)),
            });
            words.push(&mut self.0, None, word, count)?;
            if kind != [0] {
                return Err(self.refuse("has labels of texts", "word vectors"));
            }
        }
        Ok((words, u64::try_from(tokens).unwrap_or_default()))
    }

    /// What comes before the numbers of a matrix.
    fn head(&mut self, name: &str, rows: u64, dim: usize) -> Result<()> {
        let what = format!("its {name} matrix");
        if self.array::<1>(&what)? != [0] {
            return Err(self.refuse("has quantized numbers", "f32"));
        }
        let [found_rows, found_dim] = [self.i64(&what)?, self.i64(&what)?];
        if (u64::try_from(found_rows), usize::try_from(found_dim)) == (Ok(rows), Ok(dim)) {
            return Ok(());
        }
        let message = format!("{what} is {found_rows} × {found_dim}; {rows} × {dim} was expected");
        Err(self.0.error(None, message))
    }

    fn buckets(&mut self, ngrams: Ngrams, dim: usize) -> Result<Buckets> {
        let mut buckets = Buckets::new(&self.0, dim, ngrams.buckets() as usize);
        for bucket in 0..ngrams.buckets() {
            if !buckets.read(&mut self.0, bucket)? {
                return Err(self.cut("the rows of its buckets"));
            }
        }
        Ok(buckets)
    }

    fn i32(&mut self, what: &str) -> Result<i32> {
        self.array(what).map(i32::from_le_bytes)
    }

    fn i64(&mut self, what: &str) -> Result<i64> {
        self.array(what).map(i64::from_le_bytes)
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        self.0.array()?.ok_or_else(|| self.cut(what))
    }

    fn cut(&self, what: &str) -> Error {
        self.0.error(None, format!("the file ends within {what}"))
    }

    fn refuse(&self, found: &str, readable: &str) -> Error {
        self.0.error(None, format!("this fastText model {found}; only {readable} can be read"))
    }
}
