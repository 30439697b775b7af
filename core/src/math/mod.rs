//! The scalar functions of word2vec, over [`Real`]: `f32` on devices and in training, `f64` to check against.
//!
//! Every function is total: it takes any number, infinities included, and a NaN among its inputs gives NaN.
//! Exponentials, logarithms and roots come from `libm`, so that the same input gives the same bits on every machine.

mod real;
mod relu;
mod shape;
mod sigmoid;
mod softmax;
mod vector;

pub use real::Real;
pub use relu::{relu, relu_derivative};
pub use shape::ShapeError;
pub use sigmoid::{log_sigmoid, sigmoid, sigmoid_derivative};
pub use softmax::{log_sum_exp, softmax};

pub(crate) use shape::check_len;
pub(crate) use vector::{add_scaled, dot};
