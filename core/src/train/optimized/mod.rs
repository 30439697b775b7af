//! Training by any optimizer, with or without dropout.

mod descent;
mod mask;
mod softmax;

use self::descent::{Descent, Shaped};
pub use self::mask::{InputDropout, Masks};
pub use self::softmax::Softmax;
use super::{Dynamic, Fixed, Prediction, Shape};
use crate::model::RowsMut;
use crate::optim::RowOptimizer;
use crate::sample::{Labeled, Objective};
use crate::simd::{MAX_INPUTS, MAX_PAIR_TARGETS, Machine, WindowError, updates};

/// A [`Shape`] whose rows are stepped by any optimizers.
///
/// A step is as that of `shape`, [`Fixed`] or [`Dynamic`], but what moves a row is its gradient summed over the whole
/// window (eq. 14), once, however often the row occurs. With [`Sgd`](crate::optim::Sgd) that is the descent of the
/// plain shapes, except for rounding, and for words that occur twice in a window, which those move twice. The plain
/// shapes are faster.
///
/// ```
/// use motevec_core::model::FixedModel;
/// use motevec_core::optim::{AdamW, FixedAdam};
/// use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
/// use motevec_core::simd::{Portable, Scalar};
/// use motevec_core::train::{Fixed, Optimized, Trainer};
///
/// let mut model = FixedModel::<6, 8>::zeros();
/// model.initialize(&mut Generator::new(1, [0]));
/// let table = AliasTable::new([Slot::default(); 6], |_| 1)?;
/// let negatives = Unigram { table: &table, rng: Generator::new(1, [1]) };
///
/// // The state of Adam for the rows of each matrix.
/// let adam = AdamW { decay: 0.0, ..AdamW::default() };
/// let (mut center, mut outside) = (FixedAdam::<6, 8>::new(adam), FixedAdam::<6, 8>::new(adam));
/// let shape = Optimized::new(Fixed::<2, 4>, &mut center, &mut outside);
/// let mut trainer = Trainer::new(Scalar::<Portable>::new(), &mut model, negatives, shape, 0.01);
/// trainer.sentence(&[0, 1, 2], &mut Generator::new(1, [2]))?;
/// assert_eq!(center.steps, [2, 2, 2, 0, 0, 0]); // each word was in the windows of two others
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Optimized<S, V, U, D = ()> {
    shape: S,
    /// Steps the center vectors.
    center: V,
    /// Steps the outside vectors.
    outside: U,
    dropout: D,
}

impl<S: Shape, V: RowOptimizer, U: RowOptimizer> Optimized<S, V, U> {
    /// Without dropout. `center` and `outside` have state for all rows of their matrices.
    pub const fn new(shape: S, center: V, outside: U) -> Self {
        Self { shape, center, outside, dropout: () }
    }
}

impl<S: Shape, V: RowOptimizer, U: RowOptimizer, D: Masks> Optimized<S, V, U, D> {
    /// With dropout on the inputs of each step.
    pub const fn with_dropout(shape: S, center: V, outside: U, dropout: D) -> Self {
        Self { shape, center, outside, dropout }
    }
}

impl<V: RowOptimizer, U: RowOptimizer, D: Masks, const WINDOW: usize, const TARGETS: usize> Shape
    for Optimized<Fixed<WINDOW, TARGETS>, V, U, D>
{
    type Targets = [u32; TARGETS];

    #[inline(always)]
    fn window(&self) -> u32 {
        Shape::<f32>::window(&self.shape)
    }

    #[inline(always)]
    fn targets(&self) -> Self::Targets {
        Shape::<f32>::targets(&self.shape)
    }

    #[inline(always)]
    fn predict<M: Machine, MV: RowsMut<Component = f32>, MU: RowsMut<Component = f32>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, MV, MU, O>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Self { center: v_optimizer, outside: u_optimizer, dropout, .. } = self;
        let Prediction { v, u, objective, hidden: inputs, truths: [truths, more], rate, with_loss } = prediction;
        let (&[truth], []) = (truths, more) else { return Err(WindowError::TooLarge) };
        let Labeled { rows: targets, labels } = objective.targets(truth, targets);
        let labels = labels as u64;
        let descent = Descent { v, u, inputs, targets, labels, rate, with_loss, v_optimizer, u_optimizer, dropout };
        machine.enter(Shaped::<_, _, _, _, _, WINDOW, TARGETS>(descent))
    }
}

/// Windows of more than [`MAX_INPUTS`] words, and paths of more than [`MAX_PAIR_TARGETS`] nodes, take several steps.
impl<V: RowOptimizer, U: RowOptimizer, D: Masks> Shape for Optimized<Dynamic, V, U, D> {
    type Targets = <Dynamic as Shape>::Targets;

    #[inline(always)]
    fn window(&self) -> u32 {
        self.shape.window()
    }

    fn targets(&self) -> Self::Targets {
        self.shape.targets()
    }

    #[inline(always)]
    fn center_predicts(&self) -> bool {
        self.shape.center_predicts()
    }

    #[inline(always)]
    fn predict<M: Machine, MV: RowsMut<Component = f32>, MU: RowsMut<Component = f32>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, MV, MU, O>,
        room: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        const WINDOW: usize = MAX_INPUTS / 2;
        let Self { center: v_optimizer, outside: u_optimizer, dropout, .. } = self;
        let Prediction { v, u, objective, hidden, truths, rate, with_loss } = prediction;
        let mut loss = 0.0;
        for &truth in truths.into_iter().flatten() {
            let Labeled { rows, labels } = objective.targets(truth, room);
            for inputs in updates(hidden) {
                let mut rest = labels;
                for targets in rows.chunks(MAX_PAIR_TARGETS) {
                    let labels = rest as u64;
                    let descent =
                        Descent { v, u, inputs, targets, labels, rate, with_loss, v_optimizer, u_optimizer, dropout };
                    loss += machine.enter(Shaped::<_, _, _, _, _, WINDOW, MAX_PAIR_TARGETS>(descent))?;
                    rest >>= MAX_PAIR_TARGETS;
                }
            }
        }
        Ok(loss)
    }
}
