//! The model before training.

use motevec_core::model::Slab;
use motevec_core::sample::Generator;

use super::grams::Grams;
use super::matrix;
use super::start::Start;
use super::whole::INITIALIZE;
use super::{Settings, Trained};
use crate::{Result, Subwords, Vectors, Vocabulary};

/// The vectors that [`train()`](super::train()) starts from for the words of `vocabulary`; with `earlier`, those that
/// [`train_from`](super::train_from()) starts from.
///
/// # Errors
/// If the settings are impossible, or `earlier` has other dimensions or n-grams.
pub fn initial(vocabulary: &Vocabulary, settings: &Settings, earlier: Option<&Vectors>) -> Result<Trained> {
    settings.check()?;
    let start = match earlier {
        None => Start::new(vocabulary, settings),
        Some(earlier) => Start::from(vocabulary, settings, earlier)?,
    };
    let grams = settings.subwords.map(|ngrams| Grams::new(ngrams, vocabulary, Some(&start))).transpose()?;
    let (words, dim, stride) = (vocabulary.len(), settings.dim, matrix::stride(settings.dim));
    let slab = |rows: usize| Slab::new(vec![0.0; rows * stride], dim, stride).expect("whole rows");
    let mut center = slab(grams.as_ref().map_or(words, |grams| grams.all_rows));
    let mut outside = slab(settings.objective.outside_rows(words));
    start.set(
        &mut Generator::new(settings.seed, [INITIALIZE]),
        grams.as_ref(),
        |row, initial| {
            initial.write(&mut center, grams.as_ref().map_or(row, |grams| grams.matrix_rows[row as usize]) as usize);
        },
        |row, initial| initial.write(&mut outside, row as usize),
    )?;
    let rows = |slab: Slab<Vec<f32>>| -> Vec<f32> {
        slab.into_inner().chunks_exact(stride).flat_map(|row| &row[..dim]).copied().collect()
    };
    let (mut center, outside) = (rows(center), rows(outside));
    let subwords = settings.subwords.zip(grams).map(|(ngrams, grams)| {
        let of_rows =
            |rows: &[u32]| rows.iter().flat_map(|&row| &center[row as usize * dim..][..dim]).copied().collect();
        let (own, rest) = grams.matrix_rows.split_at(words);
        let subwords = Subwords::new(ngrams, dim, of_rows(own), grams.buckets, of_rows(rest));
        let own = subwords.words.chunks_exact(dim);
        center = vocabulary.words().zip(own).flat_map(|(word, own)| subwords.with_row(word, own)).collect();
        subwords
    });
    Ok(Trained { center, outside, subwords, ..Trained::default() })
}
