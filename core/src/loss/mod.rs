//! The losses of word2vec and their gradients (eq. 5–14, 21–23), written to be read: the reference for testing
//! everything fast.
//!
//! [`naive_softmax`] and [`negative_sampling`] take one center word's vector `v_c` and one outside word's row `o` of
//! the outside vectors `U`; [`hierarchical_softmax`] takes the path of the word in a tree. [`skip_gram`] sums any of
//! them over a window, and in [`cbow`] the window's mean takes the place of `v_c`. They return the loss, in nats, and
//! **add** the gradients to what [`Gradients`] holds, so that the sum over a window, or a batch, follows the equations.
//! The caller zeroes them first.
//!
//! ```
//! use motevec_core::loss::{Gradients, NegativeSampling, skip_gram, window};
//!
//! let v_c = [0.5, -0.25];
//! let outside_vectors = [0.1, 0.2, /**/ -0.3, 0.4, /**/ 0.5, 0.6]; // U: three words, D = 2
//! let sentence = [0, 1, 2]; // word 1 is the center
//! let negatives = [1, 2, /**/ 1, 0]; // K = 2 for each outside word
//!
//! let (mut center, mut outside) = ([0.0; 2], [0.0; 6]);
//! let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//! let mut loss = NegativeSampling { negatives: negatives.chunks_exact(2) };
//! let j = skip_gram(&mut loss, &v_c, window(&sentence, 1, 5), &outside_vectors, &mut gradients)?;
//! assert!(j > 0.0);
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```

mod cbow;
mod hierarchical_softmax;
mod naive_softmax;
mod negative_sampling;
mod rows;
mod skip_gram;

pub use cbow::cbow;
pub use hierarchical_softmax::{HierarchicalSoftmax, hierarchical_softmax};
pub use naive_softmax::naive_softmax;
pub use negative_sampling::negative_sampling;
pub use skip_gram::{NaiveSoftmax, NegativeSampling, PairLoss, skip_gram, window};

/// The gradients to which a loss adds: slices that the caller owns and zeroes.
#[derive(Debug)]
pub struct Gradients<'a, R> {
    /// `∂J/∂v_c`: D numbers.
    pub center: &'a mut [R],
    /// `∂J/∂U`: |Vocab| × D numbers, row after row.
    pub outside: &'a mut [R],
}
