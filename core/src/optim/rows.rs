//! Optimizers with the state of all rows of a matrix, to step the rows that a window touches.

use super::{AdamW, Momentum, Sgd};
use crate::model::RowsMut;
use crate::simd::{Block, LANES, Lanes, padded, unpad};

/// Steps rows of one matrix, block by block, each with its own state.
///
/// Multiplications and additions round separately in every arithmetic, so the bits are those of [`Sgd::step`],
/// [`Momentum::step`] and [`AdamW::step`] on the row.
///
/// The state of a row changes only when the row is stepped: see [lazy and dense](super#lazy-and-dense).
pub trait RowOptimizer {
    /// The values that all blocks of a row's step share.
    type Step;

    /// Whether two steps are one step against the sum of both gradients.
    #[inline(always)]
    fn adds(&self) -> bool {
        false
    }

    /// Begins the step of row `row` at `rate` (η). `None` if there is no state for such a row.
    fn begin(&mut self, row: u32, rate: f32) -> Option<Self::Step>;

    /// Steps block `block` of the row, with components `theta` (θ), against `gradient` (g).
    fn block<L: Lanes>(
        &mut self,
        lanes: L,
        step: &Self::Step,
        block: usize,
        gradient: &Block,
        theta: &mut Block,
    ) -> Option<()>;
}

impl<O: RowOptimizer + ?Sized> RowOptimizer for &mut O {
    type Step = O::Step;

    #[inline(always)]
    fn adds(&self) -> bool {
        (**self).adds()
    }

    #[inline(always)]
    fn begin(&mut self, row: u32, rate: f32) -> Option<O::Step> {
        (**self).begin(row, rate)
    }

    #[inline(always)]
    fn block<L: Lanes>(&mut self, lanes: L, step: &O::Step, block: usize, g: &Block, theta: &mut Block) -> Option<()> {
        (**self).block(lanes, step, block, g, theta)
    }
}

/// `θ ← θ − g`, whatever the rate: what stands for an optimizer where the gradient is a step already, or is wanted as
/// it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Subtract;

impl RowOptimizer for Subtract {
    type Step = ();

    #[inline(always)]
    fn adds(&self) -> bool {
        true
    }

    #[inline(always)]
    fn begin(&mut self, _row: u32, _rate: f32) -> Option<()> {
        Some(())
    }

    #[inline(always)]
    fn block<L: Lanes>(&mut self, lanes: L, _step: &(), _block: usize, g: &Block, theta: &mut Block) -> Option<()> {
        for part in 0..L::PARTS {
            lanes.store(lanes.sub(lanes.load(theta, part), lanes.load(g, part)), theta, part);
        }
        Some(())
    }
}

/// SGD has no state. A step is the rate.
impl RowOptimizer for Sgd<f32> {
    type Step = f32;

    #[inline(always)]
    fn begin(&mut self, _row: u32, rate: f32) -> Option<f32> {
        Some(rate)
    }

    #[inline(always)]
    fn block<L: Lanes>(&mut self, lanes: L, rate: &f32, _block: usize, g: &Block, theta: &mut Block) -> Option<()> {
        let (rate, l2) = (lanes.splat(*rate), lanes.splat(self.l2));
        for part in 0..L::PARTS {
            let x = lanes.load(theta, part);
            let g = lanes.add(lanes.load(g, part), lanes.mul(l2, x));
            lanes.store(lanes.sub(x, lanes.mul(rate, g)), theta, part);
        }
        Some(())
    }
}

/// [`Momentum`] with its means: 4·D bytes per row.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MomentumRows<M> {
    /// The optimizer.
    pub momentum: Momentum<f32>,
    /// m, in the shape of the parameters; zero before the first step.
    pub mean: M,
}

/// [`MomentumRows`] whose sizes are types, for firmware: N rows of D components.
pub type FixedMomentum<const N: usize, const D: usize> = MomentumRows<[[f32; D]; N]>;

impl<const N: usize, const D: usize> FixedMomentum<N, D> {
    /// The state before the first step. [`FixedAdam::new`] says what it costs as a `static`.
    #[must_use]
    pub const fn new(momentum: Momentum<f32>) -> Self {
        Self { momentum, mean: [[0.0; D]; N] }
    }
}

/// The step of a row of [`MomentumRows`].
#[derive(Clone, Copy, Debug)]
pub struct MomentumStep {
    row: usize,
    rate: f32,
}

impl<M: RowsMut<Component = f32>> RowOptimizer for MomentumRows<M> {
    type Step = MomentumStep;

    #[inline(always)]
    fn begin(&mut self, row: u32, rate: f32) -> Option<MomentumStep> {
        let row = row as usize;
        (row < self.mean.rows()).then_some(MomentumStep { row, rate })
    }

    #[inline(always)]
    fn block<L: Lanes>(
        &mut self,
        lanes: L,
        step: &MomentumStep,
        block: usize,
        g: &Block,
        theta: &mut Block,
    ) -> Option<()> {
        let Momentum { beta, l2 } = self.momentum;
        let (keep, take) = (lanes.splat(beta), lanes.splat(1.0 - beta));
        let (rate, l2) = (lanes.splat(step.rate), lanes.splat(l2));
        let mean = self.mean.row_mut(step.row)?;
        let mut means = read_block(mean, block);
        for part in 0..L::PARTS {
            let x = lanes.load(theta, part);
            let g = lanes.add(lanes.load(g, part), lanes.mul(l2, x));
            let m = lanes.add(lanes.mul(keep, lanes.load(&means, part)), lanes.mul(take, g));
            lanes.store(m, &mut means, part);
            lanes.store(lanes.sub(x, lanes.mul(rate, m)), theta, part);
        }
        write_block(mean, block, &means);
        Some(())
    }
}

/// [`AdamW`], or [`Adam`](super::Adam) if the decay is 0, with its moments: 8·D + 4 bytes per row.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AdamRows<M, T> {
    /// The optimizer.
    pub adamw: AdamW<f32>,
    /// m, in the shape of the parameters; zero before the first step.
    pub mean: M,
    /// v, likewise.
    pub square: M,
    /// t of each row: the steps that it has taken. With one count for all rows, as in PyTorch's `SparseAdam`, a row's
    /// first gradient would pass for the mean of many, and the step would be several times too long.
    pub steps: T,
}

/// [`AdamRows`] whose sizes are types, for firmware: N rows of D components.
pub type FixedAdam<const N: usize, const D: usize> = AdamRows<[[f32; D]; N], [u32; N]>;

impl<const N: usize, const D: usize> FixedAdam<N, D> {
    /// The state before the first step.
    ///
    /// As a `static` it takes as many bytes of flash as of RAM, because its settings are not zero. [`AdamRows`] over
    /// `&mut` of zeroed arrays does not.
    #[must_use]
    pub const fn new(adamw: AdamW<f32>) -> Self {
        Self { adamw, mean: [[0.0; D]; N], square: [[0.0; D]; N], steps: [0; N] }
    }
}

/// The step of a row of [`AdamRows`].
#[derive(Clone, Copy, Debug)]
pub struct AdamStep {
    row: usize,
    rate: f32,
    corrections: (f32, f32),
}

impl<M: RowsMut<Component = f32>, T: AsMut<[u32]>> RowOptimizer for AdamRows<M, T> {
    type Step = AdamStep;

    #[inline(always)]
    fn begin(&mut self, row: u32, rate: f32) -> Option<AdamStep> {
        let row = row as usize;
        let steps = self.steps.as_mut().get_mut(row)?;
        *steps = steps.saturating_add(1);
        Some(AdamStep { row, rate, corrections: self.adamw.adam.corrections(*steps) })
    }

    #[inline(always)]
    fn block<L: Lanes>(&mut self, lanes: L, step: &AdamStep, block: usize, g: &Block, theta: &mut Block) -> Option<()> {
        let AdamW { adam, decay } = self.adamw;
        let (keep1, take1) = (lanes.splat(adam.beta1), lanes.splat(1.0 - adam.beta1));
        let (keep2, take2) = (lanes.splat(adam.beta2), lanes.splat(1.0 - adam.beta2));
        let (correction1, correction2) = (lanes.splat(step.corrections.0), lanes.splat(step.corrections.1));
        let (rate, epsilon, l2) = (lanes.splat(step.rate), lanes.splat(adam.epsilon), lanes.splat(adam.l2));
        let decay = lanes.splat(step.rate * decay);
        let (mean, square) = (self.mean.row_mut(step.row)?, self.square.row_mut(step.row)?);
        let (mut means, mut squares) = (read_block(mean, block), read_block(square, block));
        for part in 0..L::PARTS {
            let x = lanes.load(theta, part);
            let g = lanes.add(lanes.load(g, part), lanes.mul(l2, x));
            let m = lanes.add(lanes.mul(keep1, lanes.load(&means, part)), lanes.mul(take1, g));
            let v = lanes.add(lanes.mul(keep2, lanes.load(&squares, part)), lanes.mul(lanes.mul(take2, g), g));
            lanes.store(m, &mut means, part);
            lanes.store(v, &mut squares, part);
            let root = lanes.sqrt(lanes.div(v, correction2));
            let toward = lanes.div(lanes.mul(rate, lanes.div(m, correction1)), lanes.add(root, epsilon));
            lanes.store(lanes.sub(lanes.sub(x, toward), lanes.mul(decay, x)), theta, part);
        }
        write_block(mean, block, &means);
        write_block(square, block, &squares);
        Some(())
    }
}

/// Block `block` of a row, padded with zeros if the row is shorter.
#[inline(always)]
pub(crate) fn read_block(row: &[f32], block: usize) -> Block {
    let (blocks, tail) = row.as_chunks::<LANES>();
    match blocks.get(block) {
        Some(whole) => *whole,
        None => padded(tail),
    }
}

/// Writes what [`read_block`] reads.
#[inline(always)]
pub(crate) fn write_block(row: &mut [f32], block: usize, from: &Block) {
    let (blocks, tail) = row.as_chunks_mut::<LANES>();
    match blocks.get_mut(block) {
        Some(whole) => *whole = *from,
        None => unpad(from, tail),
    }
}
