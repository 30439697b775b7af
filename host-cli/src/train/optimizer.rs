//! Which optimizer moves the vectors.

use motevec_core::model::{Rows, RowsMut, Slab};
use motevec_core::optim::{
    Adam, AdamRows, AdamStep, AdamW, Momentum, MomentumRows, MomentumStep, RowOptimizer, Sgd, Subtract,
};
use motevec_core::simd::{Block, Lanes};

use super::matrix::stride;
use crate::train::pages::Pages;
use crate::{Error, Result};

/// An optimizer and its settings (MATH.md eq. 15–18).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd(Sgd<f32>),
    /// Momentum.
    Momentum(Momentum<f32>),
    /// Adam.
    Adam(Adam<f32>),
    /// Adam with a decay apart from the gradient.
    AdamW(AdamW<f32>),
}

impl Default for Optimizer {
    fn default() -> Self {
        Self::Sgd(Sgd::default())
    }
}

impl Optimizer {
    /// The name that the command line takes.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sgd(_) => "sgd",
            Self::Momentum(_) => "momentum",
            Self::Adam(_) => "adam",
            Self::AdamW(_) => "adamw",
        }
    }

    /// Numbers that it remembers of each of a model's.
    pub(crate) fn state(&self) -> u64 {
        match self {
            Self::Sgd(_) => 0,
            Self::Momentum(_) => 1,
            Self::Adam(_) | Self::AdamW(_) => 2,
        }
    }

    /// Its numbers, under the names that the command line takes.
    pub(crate) fn numbers(&self) -> Vec<(&'static str, f32)> {
        let of_adam = |adam: &Adam<f32>| vec![("beta1", adam.beta1), ("beta2", adam.beta2), ("epsilon", adam.epsilon)];
        match self {
            Self::Sgd(Sgd { l2 }) => vec![("l2", *l2)],
            Self::Momentum(Momentum { beta, l2 }) => vec![("momentum", *beta), ("l2", *l2)],
            Self::Adam(adam) => [of_adam(adam), vec![("l2", adam.l2)]].concat(),
            Self::AdamW(AdamW { adam, decay }) => [of_adam(adam), vec![("weight-decay", *decay)]].concat(),
        }
    }

    /// Checks its numbers.
    pub(super) fn check(&self) -> Result<()> {
        for (name, number) in self.numbers() {
            let (allowed, advice) = match name {
                "momentum" | "beta1" | "beta2" => {
                    ((0.0..1.0).contains(&number), "a number from 0 to less than 1, such as 0.9")
                }
                "epsilon" => (number.is_finite() && number > 0.0, "a small positive number, such as 1e-8"),
                _ => (number.is_finite() && number >= 0.0, "0 (none) or a small positive number"),
            };
            if !allowed {
                return Err(Error::setting(name, number, format!("give {advice}")));
            }
        }
        Ok(())
    }

    /// The state of a matrix of `rows` rows before the first step.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub(super) fn of_rows(self, rows: usize, dim: usize) -> Result<OptimizerRows> {
        let matrix = || {
            let pages = Pages::zeros(rows.saturating_mul(stride(dim)))?;
            Ok::<_, Error>(Slab::new(pages, dim, stride(dim)).expect("whole rows"))
        };
        let of_adam = |adamw| {
            Ok(OptimizerRows::Adam(AdamRows { adamw, mean: matrix()?, square: matrix()?, steps: vec![0; rows] }))
        };
        match self {
            Self::Sgd(sgd) => Ok(OptimizerRows::Sgd(sgd)),
            Self::Momentum(momentum) => Ok(OptimizerRows::Momentum(MomentumRows { momentum, mean: matrix()? })),
            Self::Adam(adam) => of_adam(AdamW { adam, decay: 0.0 }),
            Self::AdamW(adamw) => of_adam(adamw),
        }
    }
}

/// An [`Optimizer`] with what it remembers of the rows of one matrix.
///
/// One type for all optimizers: what trains is compiled once for each set of instructions, and not for each optimizer
/// too.
pub(super) enum OptimizerRows {
    Subtract,
    Sgd(Sgd<f32>),
    Momentum(MomentumRows<Slab<Pages>>),
    Adam(AdamRows<Slab<Pages>, Vec<u32>>),
}

/// The step of a row.
pub(super) enum Step {
    Subtract,
    Sgd(f32),
    Momentum(MomentumStep),
    Adam(AdamStep),
}

/// The numbers of a checkpoint, by name.
pub(super) type Numbers = Vec<(String, Vec<f32>)>;

impl OptimizerRows {
    /// What it remembers, `dim` numbers of each row, under names that begin with that of the `matrix`.
    pub(super) fn save(&self, matrix: &str, dim: usize) -> Numbers {
        let rows = |slab: &Slab<Pages>| -> Vec<f32> {
            (0..slab.rows()).filter_map(|row| slab.row(row)).flat_map(|row| &row[..dim]).copied().collect()
        };
        match self {
            Self::Subtract | Self::Sgd(_) => Vec::new(),
            Self::Momentum(state) => vec![(format!("{matrix}.mean"), rows(&state.mean))],
            Self::Adam(state) => vec![
                (format!("{matrix}.mean"), rows(&state.mean)),
                (format!("{matrix}.square"), rows(&state.square)),
                // Counts, as they are in memory: a conversion would round them.
                (format!("{matrix}.steps"), state.steps.iter().copied().map(f32::from_bits).collect()),
            ],
        }
    }

    /// Takes what [`save`](Self::save) gave from `saved`. Whether all of it was there.
    pub(super) fn restore(&mut self, matrix: &str, dim: usize, saved: &mut Numbers) -> bool {
        let mut take = |name: &str| {
            let found = saved.iter().position(|(other, _)| *other == format!("{matrix}.{name}"))?;
            Some(saved.swap_remove(found).1)
        };
        let mut fill = |slab: &mut Slab<Pages>, name| {
            let rows = slab.rows();
            let Some(numbers) = take(name).filter(|numbers| numbers.len() == rows * dim) else { return false };
            for (row, numbers) in numbers.chunks_exact(dim).enumerate() {
                if let Some(row) = slab.row_mut(row) {
                    row[..dim].copy_from_slice(numbers);
                }
            }
            true
        };
        match self {
            Self::Subtract | Self::Sgd(_) => true,
            Self::Momentum(state) => fill(&mut state.mean, "mean"),
            Self::Adam(state) => {
                let filled = fill(&mut state.mean, "mean") && fill(&mut state.square, "square");
                let steps = take("steps").filter(|steps| steps.len() == state.steps.len());
                let restored = filled && steps.is_some();
                state.steps = steps.unwrap_or_default().into_iter().map(f32::to_bits).collect();
                restored
            }
        }
    }
}

impl RowOptimizer for OptimizerRows {
    type Step = Step;

    #[inline(always)]
    fn adds(&self) -> bool {
        matches!(self, Self::Subtract)
    }

    #[inline(always)]
    fn begin(&mut self, row: u32, rate: f32) -> Option<Step> {
        Some(match self {
            Self::Subtract => Step::Subtract,
            Self::Sgd(rows) => Step::Sgd(rows.begin(row, rate)?),
            Self::Momentum(rows) => Step::Momentum(rows.begin(row, rate)?),
            Self::Adam(rows) => Step::Adam(rows.begin(row, rate)?),
        })
    }

    #[inline(always)]
    fn block<L: Lanes>(
        &mut self,
        lanes: L,
        step: &Step,
        block: usize,
        gradient: &Block,
        theta: &mut Block,
    ) -> Option<()> {
        match (self, step) {
            (Self::Subtract, Step::Subtract) => Subtract.block(lanes, &(), block, gradient, theta),
            (Self::Sgd(rows), Step::Sgd(step)) => rows.block(lanes, step, block, gradient, theta),
            (Self::Momentum(rows), Step::Momentum(step)) => rows.block(lanes, step, block, gradient, theta),
            (Self::Adam(rows), Step::Adam(step)) => rows.block(lanes, step, block, gradient, theta),
            // Steps come from the same rows.
            _ => None,
        }
    }
}
