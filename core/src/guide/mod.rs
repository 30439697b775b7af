//! From softmax to the window update: the mathematics of word2vec, a step at a time.
//!
//! Each step is an equation, the function that computes it, and a few lines of code that check the one against the other.
//! The equations' numbers are those that the whole crate quotes.
//!
//! 1. [Naive softmax](softmax): what is to be learned, and its gradients (eq. 1–8).
//! 2. [Negative sampling](negative_sampling): the same for a thousandth of the work (eq. 9–13).
//! 3. [The window update](window): from a pair of words to a window, a step, and the loop that all time is spent in
//!    (eq. 14, 15).
//! 4. [Common mistakes](mistakes): slips that are easily made on the way, each with the check that catches it.
//!
//! What comes after, other optimizers and dropout (eq. 16–19), stands in [`optim`](crate::optim).
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
//! Vectors are rows. Each word has two of them, because a word is seldom found near itself: with one vector a word,
//! `u_w·v_w` could not be small.
//!
//! # How to check a gradient
//!
//! Believe no gradient, neither your own nor ours: compare it with central differences, (f(x + h) − f(x − h)) / 2h. In `f64` and
//! with h = 10⁻⁵ these are right to nine or ten digits, and a mistake in a formula is seen in the first ones. The examples of this guide
//! share these few numbers and functions:
//!
//! ```
#![doc = include_str!("example.rs")]
//!
//! // d/dx (x² + 3y) = 2x, d/dy = 3
//! let gradient = central_differences(&[2.0, -5.0], |x| x[0] * x[0] + 3.0 * x[1]);
//! assert!(apart(&gradient, &[4.0, 3.0]) < 1e-9);
//! ```
//!
//! The command `motevec gradcheck` does this for every gradient of this crate. With `--explain` it prints all that lies between
//! the vectors and the gradients, scores, sigmoids and errors, so that an own program can be compared number by number;
//! with `-o cases.json` it writes new cases for such a program, and with `--results` it reads what the program made of them.

pub mod mistakes;
pub mod negative_sampling;
pub mod softmax;
pub mod window;
