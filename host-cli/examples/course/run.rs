//! The course's training run: stochastic gradient descent on random contexts, fifty per step.

use std::num::NonZeroU64;

use motevec::Result;
use motevec_core::model::{Rows, RowsMut};
use motevec_core::optim::Schedule;
use motevec_core::sample::{Generator, Negatives as _};
use motevec_core::simd::{Kernel, LANES, Lanes, Level, Machine, PairUpdate, Simd, WindowError};
use rand_core::Rng;

use crate::data::{Contexts, Table, Text};

/// D: the numbers of a vector.
pub(crate) const DIM: usize = 10;

/// A row. The numbers after the first [`DIM`] are 0 and stay 0: kernels are faster on whole rows of lanes.
type Row = [f32; LANES];

/// The largest half-width of the window.
const WINDOW: usize = 5;

/// K: the negatives of an outside word.
const NEGATIVES: usize = 10;

/// Contexts per step.
const BATCH: usize = 50;

/// The rate at the start.
const RATE: f32 = 0.3;

/// The rate is halved after this many steps.
const HALVING: Schedule = Schedule::HalveEvery(NonZeroU64::new(20_000).unwrap());

/// Steps between two looks at the loss.
pub(crate) const LOOK_EVERY: u64 = 10;

/// The weight of the old running loss at each look.
const KEEP: f64 = 0.95;

/// The result of a run.
pub(crate) struct Trained {
    /// The center vectors: |Vocab| × [`DIM`].
    pub(crate) center: Vec<f32>,
    /// The running loss of a context at the end; NaN if no step was measured.
    pub(crate) loss: f64,
}

/// Trains for `steps` steps. `observe` gets the running loss at every tenth step.
///
/// The arithmetic is the portable one: the same seed gives the same vectors on every machine.
pub(crate) fn train(text: &Text, seed: u64, steps: u64, observe: &mut dyn FnMut(u64, f64)) -> Result<Trained> {
    let batches = Batches::new(text, seed)?;
    let simd = Simd::new(Level::best(), false).expect("the best level is one that is there");
    Ok(simd.enter(Run { batches, steps, observe }))
}

/// A whole run, compiled for the machine's instructions.
struct Run<'a> {
    batches: Batches,
    steps: u64,
    observe: &'a mut dyn FnMut(u64, f64),
}

impl Kernel for Run<'_> {
    type Output = Trained;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Trained {
        let Self { mut batches, steps, observe } = self;
        let mut running = None;
        for step in 1..=steps {
            let look = step % LOOK_EVERY == 0;
            let rate = HALVING.rate(RATE, step - 1, steps);
            let loss = batches.descend(lanes, rate, look).expect("each word has a row");
            if look {
                let loss = running.map_or(loss, |running| KEEP * running + (1.0 - KEEP) * loss);
                running = Some(loss);
                observe(step, loss);
            }
        }
        let rows = batches.center.before.iter();
        Trained { center: rows.flat_map(|row| &row[..DIM]).copied().collect(), loss: running.unwrap_or(f64::NAN) }
    }
}

/// The parameters, and what the steps draw.
struct Batches {
    contexts: Contexts,
    table: Table,
    center: Step,
    outside: Step,
}

impl Batches {
    /// Center vectors of numbers from −1/2D to 1/2D, and outside vectors of zeros.
    fn new(text: &Text, seed: u64) -> Result<Self> {
        let mut rng = Generator::new(seed, [3]);
        let mut center = vec![[0.0; LANES]; text.vocabulary.len()];
        for x in center.iter_mut().flat_map(|row: &mut Row| &mut row[..DIM]) {
            *x = (rng.next_u32() as f32 / 4_294_967_296.0 - 0.5) / DIM as f32;
        }
        let outside = vec![[0.0; LANES]; text.vocabulary.len()];
        let (contexts, table) = (Contexts::new(text, seed)?, Table::new(&text.vocabulary, seed));
        Ok(Self { contexts, table, center: Step::new(center), outside: Step::new(outside) })
    }

    /// A step against the mean gradient of [`BATCH`] random contexts (eq. 14, 15). Gives their mean loss, or 0.
    #[inline(always)]
    fn descend<L: Lanes>(&mut self, lanes: L, rate: f32, with_loss: bool) -> Result<f64, WindowError> {
        let Self { contexts, table, center, outside: u } = self;
        let rate = rate / BATCH as f32;
        let (mut context, mut targets) = (Vec::new(), [0; 1 + NEGATIVES]);
        let mut sum = 0.0;
        for _ in 0..BATCH {
            let width = contexts.width(WINDOW);
            let c = contexts.draw(width, &mut context) as usize;
            let before = center.before[c];
            for &o in &context {
                targets[0] = o;
                table.draw(o, &mut targets[1..]);
                // Each pair starts from the vector before the step.
                let mut v_c = before;
                let pair = PairUpdate { v_c: &mut v_c, u: &mut *u, targets: &targets, labels: 1, rate, with_loss };
                sum += f64::from(lanes.enter(pair)?);
                for (after, (moved, before)) in center.write(c).iter_mut().zip(v_c.into_iter().zip(before)) {
                    *after += moved - before;
                }
            }
        }
        center.finish();
        u.finish();
        Ok(sum / BATCH as f64)
    }
}

/// Vectors during a step: reads see the values from before, writes take effect after it.
///
/// So all gradients of a batch are taken at the same point, and add up in the order of the batch.
struct Step {
    before: Vec<Row>,
    /// The new values of the rows that change: few, so that they stay in the nearest caches.
    after: Vec<Row>,
    /// Which rows these are, and the place of each row among them, if any.
    moved: Vec<usize>,
    place: Vec<u32>,
}

/// The place of a row that does not change.
const STAYS: u32 = u32::MAX;

impl Step {
    fn new(rows: Vec<Row>) -> Self {
        Self { after: Vec::new(), moved: Vec::new(), place: vec![STAYS; rows.len()], before: rows }
    }

    #[inline(always)]
    fn write(&mut self, word: usize) -> &mut Row {
        let place = &mut self.place[word];
        if *place == STAYS {
            *place = self.moved.len() as u32;
            self.moved.push(word);
            self.after.push(self.before[word]);
        }
        &mut self.after[*place as usize]
    }

    /// The end of the step.
    fn finish(&mut self) {
        for (word, after) in self.moved.drain(..).zip(self.after.drain(..)) {
            self.before[word] = after;
            self.place[word] = STAYS;
        }
    }
}

impl Rows for Step {
    type Component = f32;

    fn rows(&self) -> usize {
        self.before.len()
    }

    fn dim(&self) -> usize {
        DIM
    }

    #[inline(always)]
    fn row(&self, index: usize) -> Option<&[f32]> {
        self.before.get(index).map(Row::as_slice)
    }
}

impl RowsMut for Step {
    #[inline(always)]
    fn row_mut(&mut self, index: usize) -> Option<&mut [f32]> {
        (index < self.before.len()).then(|| self.write(index).as_mut_slice())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use motevec_core::loss::{Gradients, NegativeSampling, skip_gram};
    use motevec_core::optim::Sgd;
    use motevec_core::simd::{Portable, Scalar};

    use super::*;

    /// Two kinds of sentences that share no word.
    fn text() -> Text {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = |i: usize| {
            let kind = if i.is_multiple_of(2) { 'x' } else { 'y' };
            let words: Vec<_> = (0..6).map(|j| format!("{kind}{}", (i * 7 + j * 5) % 40)).collect();
            format!("{i}\t{}\n", words.join(" "))
        };
        fs::write(file.path(), (0..2000).map(line).collect::<String>()).unwrap();
        Text::read(file.path()).unwrap()
    }

    #[test]
    fn the_loss_falls_and_the_same_seed_gives_the_same_vectors() {
        let text = text();
        let mut losses = Vec::new();
        let trained = train(&text, 1, 2000, &mut |step, loss| losses.push((step, loss))).unwrap();
        assert_eq!((losses.len(), losses[0].0, losses[199].0), (200, 10, 2000));
        assert!(losses[199].1 < 0.9 * losses[0].1, "{losses:?}");
        assert_eq!(losses[199].1, trained.loss);
        assert_eq!(trained.center.len(), text.vocabulary.len() * DIM);
        assert_eq!(train(&text, 1, 2000, &mut |_, _| ()).unwrap().center, trained.center);
        assert_ne!(train(&text, 2, 2000, &mut |_, _| ()).unwrap().center, trained.center);
    }

    /// The loss, and both matrices after a step as in the assignment: whole gradients, in f64, of the mean loss.
    fn reference(batches: &Batches, rate: f64) -> (f64, Vec<f64>, Vec<f64>) {
        let (mut contexts, mut table) = (batches.contexts.clone(), batches.table.clone());
        let wide = |step: &Step| step.before.iter().flatten().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let (mut v, mut u) = (wide(&batches.center), wide(&batches.outside));
        let (mut by_v, mut by_u) = (vec![0.0; v.len()], vec![0.0; u.len()]);
        let (mut sum, mut context) = (0.0, Vec::new());
        for _ in 0..BATCH {
            let width = contexts.width(WINDOW);
            let row = contexts.draw(width, &mut context) as usize * LANES;
            let mut negatives = vec![0; context.len() * NEGATIVES];
            for (&o, drawn) in context.iter().zip(negatives.chunks_mut(NEGATIVES)) {
                table.draw(o, drawn);
            }
            let mut loss = NegativeSampling { negatives: negatives.chunks(NEGATIVES) };
            let mut gradients = Gradients { center: &mut by_v[row..][..LANES], outside: &mut by_u };
            sum += skip_gram(&mut loss, &v[row..][..LANES], context.iter().copied(), &u, &mut gradients).unwrap();
        }
        let rate = rate / BATCH as f64;
        Sgd::default().step(rate, &by_v, &mut v).unwrap();
        Sgd::default().step(rate, &by_u, &mut u).unwrap();
        (sum / BATCH as f64, v, u)
    }

    #[test]
    fn a_step_is_one_of_gradient_descent_on_the_mean_loss_of_the_batch() {
        let mut batches = Batches::new(&text(), 1).unwrap();
        for _ in 0..20 {
            let (loss, v, u) = reference(&batches, 3.0);
            let found = batches.descend(Scalar::<Portable>::new(), 3.0, true).unwrap();
            assert!((found - loss).abs() < 1e-5 * loss, "{found} instead of {loss}");
            for (step, expected) in [(&batches.center, v), (&batches.outside, u)] {
                assert!(step.after.is_empty() && step.place.iter().all(|&place| place == STAYS));
                for (&found, expected) in step.before.iter().flatten().zip(expected) {
                    assert!((f64::from(found) - expected).abs() < 1e-6, "{found} instead of {expected}");
                }
            }
        }
        assert!(batches.outside.before.iter().flatten().any(|&x| x.abs() > 1e-3), "nothing has moved");
        assert!(batches.center.before.iter().all(|row| row[DIM..].iter().all(|&x| x == 0.0)));
    }
}
