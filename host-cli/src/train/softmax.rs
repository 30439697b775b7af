//! How long training by softmax takes, found out by taking a few steps.

use std::time::{Duration, Instant};

use motevec_core::model::{Model, Slab};
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::simd::Simd;
use motevec_core::train::{InputDropout, Softmax, Trainer};

use super::{Settings, matrix, plan};
use crate::corpus::Corpus;

/// Rows to take steps with; a step's time grows with the number of rows.
const ROWS: usize = 1_000;
const LEAST_TIME: Duration = Duration::from_millis(20);

/// About how long training on `corpus` by softmax takes here, from some steps on a model of at most a thousand words.
#[must_use]
pub fn estimate(corpus: &Corpus, settings: &Settings) -> Duration {
    let words = corpus.vocabulary.len();
    let rows = words.min(ROWS);
    let step = time_of_step(rows, settings);
    let centers = plan::kept(corpus, settings) as f64 * f64::from(settings.epochs);
    let seconds = step.as_secs_f64() * words as f64 / rows.max(1) as f64 * centers;
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// How long a step takes on a model of `rows` words.
fn time_of_step(rows: usize, settings: &Settings) -> Duration {
    let stride = matrix::stride(settings.dim);
    let Some(simd) = Simd::new(settings.level, settings.is_fused()) else { return Duration::ZERO };
    // The types are those of the trainer, so that nothing is compiled for this alone.
    let (mut center, mut outside) = (vec![0.0; rows * stride], vec![0.0; rows * stride]);
    let matrix = |rows| Slab::new(rows, settings.dim, stride).ok();
    let (Some(center), Some(outside)) = (matrix(&mut center[..]), matrix(&mut outside[..])) else {
        return Duration::ZERO;
    };
    let mut model = Model { center, outside };
    model.initialize(&mut Generator::new(settings.seed, [0]));
    let state = || settings.optimizer.of_rows(rows, settings.dim);
    let (Ok(mut center), Ok(mut outside)) = (state(), state()) else { return Duration::ZERO };
    let (errors, room) = (vec![0.0; rows], vec![0.0; 2 * stride]);
    let dropout = None::<InputDropout<Generator, Vec<f32>>>;
    let shape = Softmax::new(settings.window, &mut center, &mut outside, errors, room, dropout);
    let Ok(table) = AliasTable::new(vec![Slot::default(); rows], |_| 1) else { return Duration::ZERO };
    let negatives = Unigram { table: &table, rng: Generator::new(settings.seed, [1]) };
    let mut trainer = Trainer::new(simd, &mut model, negatives, shape, settings.rate);
    let (start, mut steps) = (Instant::now(), 0);
    while start.elapsed() < LEAST_TIME {
        let words: [u32; 3] = std::array::from_fn(|word| ((steps + word as u32) as usize % rows) as u32);
        if trainer.center(&words[..1], words[1], &words[2..]).is_err() {
            return Duration::ZERO;
        }
        steps += 1;
    }
    start.elapsed() / steps
}
