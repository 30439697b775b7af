//! From softmax to the window update: the mathematics of word2vec, step by step.
//!
//! Each step is an equation, the function that computes it, and a few lines of code that check one against the other.
//! The whole crate quotes the equations by these numbers.
//!
//! 1. [Naive softmax](softmax): what to learn, and its gradients (eq. 1–8).
//! 2. [Negative sampling](negative_sampling): the same for a thousandth of the work (eq. 9–13).
//! 3. [The window update](window): from a pair of words to a window, a step, and the loop that takes all the time
//!    (eq. 14, 15).
//! 4. [The family](family): CBOW, hierarchical softmax and subwords, by the same step, and phrases (eq. 21–25).
//! 5. [Common mistakes](mistakes): easy mistakes, each with the check that catches it.
//!
//! Other optimizers and dropout (eq. 16–19) are in [`optim`](crate::optim).
//!
//! # Notation
//!
//! | symbol | meaning | shape |
//! |---|---|---|
//! | V | center vectors, a row `v_w` for each word | \|Vocab\| × D |
//! | U | outside vectors, a row `u_w` for each word | \|Vocab\| × D |
//! | c, o | a center word, and one outside word: a word near it | |
//! | y, ŷ | the truth, which is 1 at o and 0 elsewhere; the predicted probabilities | \|Vocab\| |
//! | w_1 … w_K | the negative samples of one (c, o), none of them o; a word may be drawn again | |
//! | m | half the width of the window, in words | |
//! | σ(x) | 1 / (1 + e⁻ˣ) | |
//! | J | the loss, in nats | |
//!
//! Vectors are rows. Each word has two of them, because a word rarely occurs near itself: with one vector per word,
//! `u_w·v_w` could not be small.
//!
//! # How to check a gradient
//!
//! Trust no gradient, neither your own nor ours: compare it with central differences, (f(x + h) − f(x − h)) / 2h. In
//! `f64` and with h = 10⁻⁵ these are right to nine or ten digits, and a mistake in a formula shows in the first ones.
//! The examples of this guide share these numbers and functions:
//!
//! ```
#![doc = include_str!("example.rs")]
//!
//! // d/dx (x² + 3y) = 2x, d/dy = 3
//! let gradient = central_differences(&[2.0, -5.0], |x| x[0] * x[0] + 3.0 * x[1]);
//! assert!(apart(&gradient, &[4.0, 3.0]) < 1e-9);
//! ```
//!
//! The command `motevec gradcheck` does this for every gradient of this crate. With `--explain` it prints every
//! intermediate value between the vectors and the gradients (scores, sigmoids and errors), so that your own program can
//! be compared number by number; with `-o cases.json` it writes new cases for such a program, and with `--results` it
//! checks the program's answers.

pub mod family;
pub mod mistakes;
pub mod negative_sampling;
pub mod softmax;
pub mod window;
