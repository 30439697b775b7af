//! Checks of core's losses and gradients (MATH.md eq. 5–14, 21–23): against central differences on random windows, and
//! against published results.

mod case;
mod cases;
mod check;
mod compare;
mod differences;
mod expected;
mod explain;
mod mistakes;
mod random;
mod results;
mod window;

pub use cases::{CaseFile, CaseResult};
pub use compare::{Comparison, compare};
pub use differences::central_differences;
pub use expected::ByCenter;
pub use explain::{Explanation, Pair, Target};
pub use random::{Check, MOST_NUMBERS, check_random};
pub use results::Results;
pub use window::{Outcome, Targets, Window};
