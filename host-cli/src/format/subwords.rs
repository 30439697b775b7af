//! What formats that hold n-grams share.

use std::io::{self, Read as _, Write};
use std::path::Path;

use motevec_core::subword::Ngrams;

use super::rules::Flaw;
use super::{Source, matrix};
use crate::subwords::LONGEST_NGRAM;
use crate::{Error, Result, Subwords, VectorsRef};

/// The n-grams that the header of `source` tells of.
///
/// # Errors
/// If no words have such n-grams.
pub(super) fn ngrams(source: &Source, least: u32, most: u32, buckets: u32) -> Result<Ngrams> {
    if most > LONGEST_NGRAM {
        return Err(source.error(None, format!("it has n-grams of up to {most} characters, more than any model has")));
    }
    Ngrams::new(least, most, buckets).map_err(|error| source.error(None, error.to_string()))
}

/// The rows of buckets that have been read so far, without those of zeros, which need no room.
pub(super) struct Buckets {
    dim: usize,
    buckets: Vec<u32>,
    rows: Vec<f32>,
}

impl Buckets {
    /// No rows yet, and room for as many as `source` may hold, but no more than `most`.
    pub(super) fn new(source: &Source, dim: usize, most: usize) -> Self {
        let rows = matrix::reserve(source, (most, dim), size_of::<f32>());
        Self { dim, buckets: Vec::new(), rows }
    }

    /// Reads the row of `bucket`, which is past those before; returns whether it was there.
    ///
    /// # Errors
    /// If reading fails, or a number is not finite and the rules are strict.
    pub(super) fn read(&mut self, source: &mut Source, bucket: u32) -> Result<bool> {
        let start = self.rows.len();
        if matrix::read_more(source, self.dim, &mut self.rows)? < self.dim {
            return Ok(false);
        }
        self.push(source, bucket, start).map(|()| true)
    }

    /// Keeps the row of `bucket`, from `start` to the end of all rows, if it is one to keep.
    fn push(&mut self, source: &mut Source, bucket: u32, start: usize) -> Result<()> {
        let row = self.rows.get(start..).unwrap_or_default();
        let mut keep = row.iter().any(|x| x.to_bits() != 0);
        if let Err(problem) = check_row(bucket, row) {
            source.forgive(None, (Flaw::NotFinite, problem))?;
            keep = false;
        }
        if keep {
            self.buckets.push(bucket);
        } else {
            self.rows.truncate(start);
        }
        Ok(())
    }

    /// All that words are made of, with their own rows, `words`.
    pub(super) fn finish(self, ngrams: Ngrams, words: Vec<f32>) -> Subwords {
        Subwords::new(ngrams, self.dim, words, self.buckets, self.rows)
    }
}

/// Writes a row for each bucket, zeros where it has none: with as many as are usual, most of them.
pub(super) fn write_rows(subwords: &Subwords, dim: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut next = 0;
    for (&bucket, row) in subwords.buckets().iter().zip(subwords.rows().chunks_exact(dim)) {
        write_zeros(u64::from(bucket - next), dim, out)?;
        matrix::write(row, out)?;
        next = bucket + 1;
    }
    write_zeros(u64::from(subwords.ngrams.buckets() - next), dim, out)
}

/// Writes `rows` of `dim` zeros.
pub(super) fn write_zeros(rows: u64, dim: usize, out: &mut dyn Write) -> io::Result<()> {
    let bytes = rows.saturating_mul((dim * size_of::<f32>()) as u64);
    io::copy(&mut io::repeat(0).take(bytes), out).map(drop)
}

/// All that words are made of, as tensors hold it.
///
/// # Errors
/// If the buckets are not some of those of `ngrams`, in order, each with a row of finite numbers.
pub(super) fn of_tensors(
    source: &Source,
    ngrams: Ngrams,
    dim: usize,
    words: Vec<f32>,
    buckets: Vec<u32>,
    rows: Vec<f32>,
) -> Result<Subwords> {
    let last = ngrams.buckets() - 1;
    if !buckets.is_sorted_by(|one, other| one < other) || buckets.last().is_some_and(|&bucket| bucket > last) {
        return Err(source.error(None, format!("its buckets do not ascend from 0 to {last}")));
    }
    if rows.len() != buckets.len() * dim {
        let (rows, buckets) = (rows.len() / dim, buckets.len());
        return Err(source.error(None, format!("it has {buckets} buckets, but {rows} rows for them")));
    }
    for (bucket, row) in buckets.iter().zip(rows.chunks_exact(dim)) {
        check_row(*bucket, row).map_err(|problem| source.error(None, problem))?;
    }
    Ok(Subwords::new(ngrams, dim, words, buckets, rows))
}

/// Checks that the numbers in the row of `bucket` are finite.
fn check_row(bucket: u32, row: &[f32]) -> Result<(), String> {
    row.iter().find(|number| !number.is_finite()).map_or(Ok(()), |number| {
        Err(format!("the row of bucket {bucket} holds {number}, which is not a finite number"))
    })
}

/// Checks that the subwords of `vectors`, if any, can be read back once they are written.
///
/// # Errors
/// If not.
pub(super) fn check(path: &Path, vectors: VectorsRef<'_>) -> Result<()> {
    let Some(subwords) = vectors.subwords else { return Ok(()) };
    let refuse = |message: String| Err(Error::input(path, None, message));
    let (words, rows, most) = (subwords.words.len(), subwords.rows().len(), subwords.ngrams.most());
    if most > LONGEST_NGRAM {
        return refuse(format!("cannot write n-grams of up to {most} characters: at most {LONGEST_NGRAM} can be read"));
    }
    if words != vectors.data.len() || rows != subwords.buckets().len() * vectors.dim {
        return refuse("the rows of words and n-grams are not as long as the vectors".to_owned());
    }
    if subwords.buckets().last().is_some_and(|&last| last >= subwords.ngrams.buckets()) {
        return refuse("a row is that of a bucket past the last one".to_owned());
    }
    match subwords.words.iter().chain(subwords.rows()).find(|x| !x.is_finite()) {
        Some(number) => refuse(format!("the row of a word or an n-gram holds {number}, which is not a finite number")),
        None => Ok(()),
    }
}
