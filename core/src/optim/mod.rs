//! Optimizers, learning-rate schedules and dropout (eq. 15–19).
//!
//! An optimizer steps one slice of parameters θ against its gradient g: a row, or a whole matrix. It keeps nothing
//! itself. Its state for θ is in slices that the caller owns, zeroed before the first step, so that a row that is never
//! touched costs no state. The rate η is given to each step; [`Schedule`] computes it.
//!
//! Training steps rows: a [`RowOptimizer`] is an optimizer with the state of all rows of a matrix, and
//! [`train::Optimized`](crate::train::Optimized) takes steps with it. The state adds to the 4·D bytes of a row:
//!
//! | optimizer | bytes per row | RAM for 32 words of 16 components, which have two rows each |
//! |---|---|---|
//! | [`Sgd`] | 0 | 4,096 (the model) |
//! | [`MomentumRows`] | 4·D | 4,096 + 4,096, and 16 for settings |
//! | [`AdamRows`], Adam and AdamW | 8·D + 4 | 4,096 + 8,448, and 40 for settings |
//!
//! So a microcontroller with 16 KB of RAM can train about 32 words with Adam; its stack takes 2.2 KB on a Cortex-M0
//! (window 2, 5 negatives).
//!
//! # Lazy and dense
//!
//! A row is stepped when a step has a gradient for it, and only then does its state change: a window touches a few rows
//! out of many. Its path is that of a dense optimizer, such as PyTorch's, which is shown only those steps: a parameter
//! for each row, with `grad = None` where there is none. A dense optimizer of the whole matrix takes the missing
//! gradients for zeros, and differs:
//!
//! - momentum and Adam coast: at every step they keep moving a row by the mean of its gradients, which decays a little;
//! - weight decay and L2 regularization shrink every row at every step, whereas here a row shrinks only when it is
//!   touched, rare words less often than frequent ones;
//! - Adam's bias correction counts the steps of the matrix, but here those of the row. (PyTorch's `SparseAdam` is lazy
//!   but counts the steps of the matrix: a row whose first gradient comes late then takes a step several times too
//!   long.)
//!
//! SGD without L2 regularization has no state: lazy and dense are the same.
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
pub use rows::{AdamRows, AdamStep, FixedAdam, FixedMomentum, MomentumRows, MomentumStep, RowOptimizer, Subtract};
pub(crate) use rows::{read_block, write_block};
pub use schedule::Schedule;
pub use sgd::Sgd;
