//! Writing finalfusion files.

use std::io::{self, Write};

use motevec_core::subword::Ngrams;

use super::super::{matrix, subwords};
use super::{F32, MATRIX, NORMS, padding};
use crate::query::length;
use crate::{VectorsRef, Vocabulary};

/// The output, and how many bytes have been written.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) at: u64,
}

impl Writer<'_> {
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    /// Zeros, up to the alignment of numbers.
    fn pad(&mut self, bytes: u64) -> io::Result<()> {
        (0..bytes).try_for_each(|_| self.put(&[0]))
    }

    pub(super) fn chunk(&mut self, kind: u32, bytes: u64) -> io::Result<()> {
        self.put(&kind.to_le_bytes())?;
        self.put(&bytes.to_le_bytes())
    }

    pub(super) fn words(&mut self, kind: u32, vocabulary: &Vocabulary, ngrams: Option<Ngrams>) -> io::Result<()> {
        let bytes: u64 = vocabulary.words().map(|word| 4 + word.len() as u64).sum();
        let ngrams =
            ngrams.map(|ngrams| [ngrams.least(), ngrams.most(), ngrams.buckets()].map(u32::to_le_bytes).concat());
        let ngrams = ngrams.unwrap_or_default();
        self.chunk(kind, 8 + ngrams.len() as u64 + bytes)?;
        self.put(&(vocabulary.len() as u64).to_le_bytes())?;
        self.put(&ngrams)?;
        for word in vocabulary.words() {
            self.put(&(word.len() as u32).to_le_bytes())?;
            self.put(word.as_bytes())?;
        }
        Ok(())
    }

    /// Writes the vectors with length 1, and the rows of n-grams; returns the norms of the vectors.
    pub(super) fn units(&mut self, vectors: VectorsRef<'_>) -> io::Result<Vec<f32>> {
        // From the start of the chunk: its kind and length, 12 bytes, then rows, dimensions and type, 16 bytes.
        let padding = padding(self.at + 28);
        let buckets = vectors.subwords.map_or(0, |subwords| u64::from(subwords.ngrams.buckets()));
        let rows = vectors.vocabulary.len() as u64 + buckets;
        let row_bytes = (vectors.dim * size_of::<f32>()) as u64;
        self.chunk(MATRIX, 16 + padding + rows * row_bytes)?;
        self.put(&rows.to_le_bytes())?;
        self.put(&(vectors.dim as u32).to_le_bytes())?;
        self.put(&F32.to_le_bytes())?;
        self.pad(padding)?;
        let (mut norms, mut unit, mut bytes) = (Vec::new(), Vec::new(), Vec::new());
        for (_, numbers) in vectors.rows() {
            let norm = length(numbers);
            // A vector of zeros has no direction; one whose length exceeds an f32 stays as it is.
            let keeps = norm == 0.0 || !(norm as f32).is_finite();
            let scale = if keeps { 1.0 } else { norm };
            unit.clear();
            unit.extend(numbers.iter().map(|&number| (f64::from(number) / scale) as f32));
            norms.push(scale as f32);
            bytes.clear();
            matrix::put(&unit, &mut bytes);
            self.put(&bytes)?;
        }
        if let Some(subwords) = vectors.subwords {
            subwords::write_rows(subwords, vectors.dim, self.out)?;
            self.at += buckets * row_bytes;
        }
        Ok(norms)
    }

    pub(super) fn norms(&mut self, norms: &[f32]) -> io::Result<()> {
        let padding = padding(self.at + 24);
        self.chunk(NORMS, 12 + padding + norms.len() as u64 * 4)?;
        self.put(&(norms.len() as u64).to_le_bytes())?;
        self.put(&F32.to_le_bytes())?;
        self.pad(padding)?;
        let mut bytes = Vec::new();
        matrix::put(norms, &mut bytes);
        self.put(&bytes)
    }
}
