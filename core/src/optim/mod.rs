//! Optimizers, learning-rate schedules and dropout (eq. 15–19).
//!
//! An optimizer steps one slice of parameters θ against its gradient g: a row, or a whole matrix. It keeps nothing
//! itself. What it remembers of θ lies in slices that the caller owns, zeroed before the first step, so that a row
//! that is never touched costs no state. The rate η is given to each step; [`Schedule`] says which.
//!
//! Training steps rows: a [`RowOptimizer`] is an optimizer with the state of all rows of a matrix, and
//! [`train::Optimized`](crate::train::Optimized) takes steps with it. What the state adds to the 4·D bytes of a row:
//!
//! | optimizer | bytes a row | RAM for 40 words of 16 components, which have two rows each |
//! |---|---|---|
//! | [`Sgd`] | 0 | 5,120 (the model) |
//! | [`MomentumRows`] | 4·D | 5,120 + 5,120 + 16 |
//! | [`AdamRows`], Adam and AdamW | 8·D + 4 | 5,120 + 10,560 + 40 |
//!
//! ```
//! use motevec_core::optim::{Adam, AdamState, Schedule};
//!
//! let (mut theta, gradient) = ([1.0_f32, -2.0], [0.5, -0.5]);
//! let (mut mean, mut square, mut steps) = ([0.0; 2], [0.0; 2], 0);
//! let rate = Schedule::WORD2VEC.rate(0.025, 0, 1_000);
//!
//! let state = AdamState { mean: &mut mean, square: &mut square, steps: &mut steps };
//! Adam::default().step(rate, &gradient, &mut theta, state)?;
//! assert!((theta[0] - 0.975).abs() < 1e-6); // Adam's first step is the rate, against the sign of g
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```

mod adam;
mod dropout;
mod momentum;
mod rows;
mod schedule;
mod sgd;

pub use adam::{Adam, AdamState, AdamW};
pub use dropout::Dropout;
pub use momentum::Momentum;
pub use rows::{AdamRows, AdamStep, FixedAdam, FixedMomentum, MomentumRows, MomentumStep, RowOptimizer};
pub(crate) use rows::{read_block, write_block};
pub use schedule::Schedule;
pub use sgd::Sgd;
