//! fastText's model format (`.bin`), as the program of that name and gensim write and read it.
//!
//! In turn, little-endian: a magic number and a version; the settings of training; the words and their counts; the
//! input matrix, with the words' own rows, and then a row for each bucket of n-grams; and the output matrix, which are
//! the outside vectors. The vector of a word, the mean of its rows (eq. 24), is not in the file, but computed.
//!
//! Models for classification, quantized ones (`.ftz`) and pruned ones are refused.

mod settings;

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
use super::{Codec, Rest, Source, Visitor, Whole, matrix};
use crate::{Error, Result, Subwords, VectorsRef, Vocabulary, compression};

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
            write_words(vectors.vocabulary, out)?;
            write_head(rows, vectors.dim, out)?;
            match vectors.subwords {
                None => matrix::write(vectors.data, out)?,
                Some(subwords) => {
                    matrix::write(&subwords.words, out)?;
                    subwords::write_rows(subwords, vectors.dim, out)?;
                }
            }
            write_head(vectors.vocabulary.len() as u64, vectors.dim, out)?;
            match vectors.outside {
                Some(outside) => matrix::write(outside, out),
                // As before training.
                None => subwords::write_zeros(vectors.vocabulary.len() as u64, vectors.dim, out),
            }
        })
    }
}

fn check_word(word: &str) -> Result<(), String> {
    rows::check_word_without(word, &['\0'], "a zero byte")
}

fn write_words(vocabulary: &Vocabulary, out: &mut dyn Write) -> io::Result<()> {
    // For other programs a word that does not occur is none: they divide by the sum of all counts.
    let counts = || vocabulary.counts().iter().map(|&count| i64::try_from(count).unwrap_or(i64::MAX).max(1));
    let words = (vocabulary.len() as u32).to_le_bytes();
    let labels = [0; 4];
    let tokens = counts().fold(0, i64::saturating_add);
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
            // The nodes of a tree are not words.
            if visitor.wants_outside() && settings.loss != HIERARCHICAL_SOFTMAX {
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

#[cfg(test)]
mod tests {
    use super::super::rows::testing;
    use super::*;
    use crate::{Run, Vectors};

    /// Two words with their n-grams, in five buckets.
    fn model() -> Vectors {
        let vocabulary = [("</s>", 9), ("ab", 3)].into_iter().collect();
        let ngrams = Ngrams::new(3, 3, 5).unwrap();
        let buckets = std::collections::BTreeSet::from_iter(ngrams.of("ab")).into_iter().collect::<Vec<_>>();
        let rows = (1..=2 * buckets.len()).map(|x| x as f32).collect();
        let subwords = Subwords::new(ngrams, 2, Vec::new(), buckets, rows);
        testing::with_subwords(Vectors::new(vocabulary, 2, vec![0.5, -1.25, 3.0, -0.0]), subwords)
    }

    #[test]
    fn all_that_fasttext_holds_is_kept() {
        let plain = Vectors { subwords: None, ..model() };
        let with_outside = Vectors { outside: Some(vec![4.0, 3.0, 2.0, 1.0]), ..model() };
        for model in [model(), plain, with_outside] {
            let content = testing::write(&FastTextModel, &model).unwrap();
            let read = testing::read(&FastTextModel, &content).unwrap();
            testing::assert_same(&read, &model);
            assert_eq!((&read.subwords, &read.outside), (&model.subwords, &model.outside));
            assert_eq!(read.vocabulary.counts(), model.vocabulary.counts());
            assert_eq!(testing::write(&FastTextModel, &read).unwrap(), content);
        }
        // The end of a line has no n-grams.
        assert_eq!(model().row(0), [0.5, -1.25]);
    }

    #[test]
    fn the_settings_of_training_are_kept() {
        let options = [("architecture", "cbow"), ("window", "3"), ("epochs", "7"), ("min-count", "2")];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let run = Run { program: String::new(), words: 20, kept_words: 12, options, losses: vec![Some(1.0)] };
        let content = testing::write(&FastTextModel, &Vectors { history: vec![run], ..model() }).unwrap();
        let history = testing::read(&FastTextModel, &content).unwrap().history;
        assert_eq!(
            history[0].command_line(),
            "--architecture cbow --loss negative-sampling --dim 2 --window 3 --epochs 7 --min-count 2 --negatives 5 \
             --subsample 0.0001 --subwords --min-n 3 --max-n 3 --buckets 5"
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let good = testing::write(&FastTextModel, &model()).unwrap();
        let with = |at: usize, bytes: &[u8]| [&good[..at], bytes, &good[at + bytes.len()..]].concat();
        // The words begin at 92, the input matrix at 118, its rows at 135, the output matrix at 191.
        assert_eq!((&good[92..97], good[118], good[119], good[191]), (&b"</s>\0"[..], 0, 7, 0));
        let cases = [
            (Vec::new(), "the file ends within its settings"),
            (b"2 2\nstate".to_vec(), "this is not a fastText model"),
            (with(4, &[10]), "this is version 10 of fastText's format; only 11 and 12 can be read"),
            (with(8, &[0]), "its settings are garbage: 0 dimensions"),
            (with(36, &[3]), "this fastText model classifies texts; only word vectors can be read"),
            (with(36, &[9]), "is of kind 9"),
            (with(40, &[0xff; 4]), "its settings are garbage: 2 dimensions, -1 buckets"),
            (with(40, &[0]), "n-grams need at least one bucket"),
            (with(40, &[6]), "its input matrix is 7 × 2; 8 × 2 was expected"),
            (with(48, &[0xff]), "it has n-grams of up to 255 characters"),
            (with(64, &[3]), "its header promises 2 words among 3"),
            (with(64, &[0; 8]), "its header promises 0 words"),
            (with(72, &[1]), "this fastText model has labels of texts"),
            (with(84, &[0]), "has a pruned list of n-grams"),
            (with(84, &[0; 8]), "has a pruned list of n-grams"),
            (with(104, &[0xff]), "row 1: the count of `</s>` is below 0"),
            (with(105, &[1]), "has labels of texts"),
            (with(106, b"\xff"), "row 2: the word `\u{fffd}b` is not UTF-8"),
            (with(118, &[1]), "has quantized numbers; only f32 can be read"),
            (with(127, &[3]), "its input matrix is 7 × 3; 7 × 2 was expected"),
            (with(135, &f32::NAN.to_le_bytes()), "row 1: the vector of `</s>` holds NaN"),
            (with(187, &f32::NAN.to_le_bytes()), "the row of bucket 4 holds NaN"),
            (with(192, &[3]), "its output matrix is 3 × 2; 2 × 2 was expected"),
            (good[..100].to_vec(), "the file ends within its list of words"),
            (good[..135].to_vec(), "the file ends early: it has 0 of 4 numbers of its words"),
            (good[..160].to_vec(), "the file ends within the rows of its buckets"),
            (good[..good.len() - 1].to_vec(), "the file ends early: it has 3 of 4 numbers of its output matrix"),
            ([&good[..], b"more"].concat(), "the file continues after its output matrix"),
        ];
        for (content, expected) in cases {
            let message = testing::read(&FastTextModel, &content).unwrap_err();
            assert!(message.contains(expected), "wanted: {expected}\nfound: {message}");
        }
    }

    #[test]
    fn words_and_buckets_beyond_fasttext_are_refused() {
        let vocabulary = [("a\0b", 1)].into_iter().collect();
        let message = testing::write(&FastTextModel, &Vectors::new(vocabulary, 1, vec![1.0])).unwrap_err();
        assert!(
            message.ends_with("the word `a\\0b` contains a zero byte, which ends a word in this format"),
            "{message}"
        );
        let ngrams = Ngrams::new(3, 6, u32::MAX).unwrap();
        let subwords = Subwords::new(ngrams, 2, model().subwords.unwrap().words, Vec::new(), Vec::new());
        let message = testing::write(&FastTextModel, &Vectors { subwords: Some(subwords), ..model() }).unwrap_err();
        assert!(message.ends_with("words and buckets: fastText has at most 2147483647"), "{message}");
    }
}
