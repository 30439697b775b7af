//! 5\. Common mistakes: easy mistakes, and the check that catches each.
//!
//! All of these occur in worked solutions of the course's assignment, and some in programs. One check finds nearly all
//! of them: central differences, as on the [guide's front page](super). Each example below first shows that the mistake
//! fails it, and then that the right form passes. `motevec gradcheck --cases FILE --results FILE` knows several of
//! these mistakes, and says so if a program's results look like one.
//!
//! | mistake | right | caught by |
//! |---|---|---|
//! | [σ' as σ² e⁻ˣ](#the-derivative-of-the-sigmoid-that-is-nan) | σ(x) σ(−x) (1) | a large negative x |
//! | [log σ as a logarithm of σ](#the-loss-that-is-infinite) | a form for x ≥ 0, one for x < 0 (2) | x ≪ 0 |
//! | [∂ŷ_o/∂s_w as ŷ_w (1 − ŷ_w)](#the-derivative-of-a-probability) | ŷ_o (y_w − ŷ_w) | ∂J/∂v_c (7) |
//! | [∂ŷ_o/∂v_c without ŷ_o](#the-factor-that-is-lost) | ŷ_o (u_o − Σ_w ŷ_w u_w) | ∂J/∂v_c (7) |
//! | [∂J/∂u_w as −ŷ_w v_c](#the-sign-and-the-truth) | (ŷ_w − y_w) v_c (8) | ∂J/∂u_w |
//! | [a negative's factor as σ − 1 or 1 − σ](#the-sign-of-a-negative) | σ(u_w·v_c) (10) | ∂J/∂v_c |
//! | [∂J/∂u_w as a number](#a-number-for-a-vector) | σ(u_w·v_c) v_c (12) | ∂J/∂u_w |
//! | [repeated negatives counted once](#repeats-counted-once) | n_w times (12) | a case with repeats |
//! | [a window −m ≤ j < m](#half-a-window) | −m ≤ j ≤ m, j ≠ 0 (14) | counting the words |
//! | [moving U before the gradient of v_c](#moving-too-early) | all gradients at a point (15) | a step of both |
//! | [L2 regularization as noise](#what-l2-does) | θ shrinks, the same way each time (18) | doing it twice |
//!
//! # The derivative of the sigmoid that is NaN
//!
//! σ'(x) = σ(x)² e⁻ˣ is right on paper. Below x ≈ −88 an `f32` has e⁻ˣ = ∞ and σ(x) = 0, and 0 · ∞ is NaN, which
//! spreads to every vector it touches. [`sigmoid_derivative`](crate::math::sigmoid_derivative) is σ(x) σ(−x), which
//! keeps its digits on both sides.
//!
//! ```
//! use motevec_core::math::sigmoid_derivative;
//!
//! let slip = |x: f32| (1.0 / (1.0 + (-x).exp())).powi(2) * (-x).exp();
//! assert!((slip(1.0) - sigmoid_derivative(1.0)).abs() < 1e-6);
//! assert!(slip(-100.0).is_nan());
//! assert!(sigmoid_derivative(-100.0_f32) >= 0.0);
//! ```
//!
//! # The loss that is infinite
//!
//! For the same reason ln(σ(x)) is −∞ where σ(x) is 0, and the loss of a single pair makes that of the whole run
//! infinite. [`log_sigmoid`](crate::math::log_sigmoid) takes x − log(1 + eˣ) there.
//!
//! ```
//! use motevec_core::math::{log_sigmoid, sigmoid};
//!
//! assert_eq!((1.0 / (1.0 + 100_f32.exp())).ln(), f32::NEG_INFINITY);
//! assert_eq!(log_sigmoid(-100_f32), -100.0);
//! ```
//!
//! # The derivative of a probability
//!
//! ŷ_o depends on *every* score: its derivative by its own score is ŷ_o (1 − ŷ_o), by another one −ŷ_o ŷ_w. Writing ŷ_w
//! (1 − ŷ_w) for all of them mistakes softmax for separate sigmoids.
//!
//! ```
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//! fn y_hat(v_c: &[f64]) -> [f64; 4] {
//!     let exps = U.map(|u_w| dot(&u_w, v_c).exp());
//!     exps.map(|e| e / exps.iter().sum::<f64>())
//! }
//!
//! /// ∂J/∂v_c = −1/ŷ_o Σ_w ∂ŷ_o/∂s_w u_w
//! fn by_center(by_score: impl Fn(usize) -> f64) -> Vec<f64> {
//!     (0..3).map(|i| -(0..4).map(|w| by_score(w) * U[w][i]).sum::<f64>() / y_hat(&V_C)[O]).collect()
//! }
//!
//! let y = y_hat(&V_C);
//! let truth = central_differences(&V_C, |v_c| -y_hat(v_c)[O].ln());
//! let slip = by_center(|w| y[w] * (1.0 - y[w]));
//! let right = by_center(|w| y[O] * (f64::from(w == O) - y[w]));
//! assert!(apart(&slip, &truth) > 0.1 && apart(&right, &truth) < 1e-8);
//! ```
//!
//! # The factor that is lost
//!
//! J = −log ŷ_o, so the chain starts with −1/ŷ_o; and ∂ŷ_o/∂v_c = ŷ_o (u_o − Σ_w ŷ_w u_w) ends it. Without the ŷ_o of
//! the second factor the gradient is too long by 1/ŷ_o: five times, for the numbers here, and thousands of times in a
//! vocabulary of thousands. It points the right way, so that training seems to work, but at a rate that nobody asked
//! for.
//!
//! ```
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//! fn y_hat(v_c: &[f64]) -> [f64; 4] {
//!     let exps = U.map(|u_w| dot(&u_w, v_c).exp());
//!     exps.map(|e| e / exps.iter().sum::<f64>())
//! }
//!
//! let y = y_hat(&V_C);
//! let inner: Vec<f64> = (0..3).map(|i| U[O][i] - (0..4).map(|w| y[w] * U[w][i]).sum::<f64>()).collect();
//! let truth = central_differences(&V_C, |v_c| -y_hat(v_c)[O].ln());
//! let times = |factor: f64| inner.iter().map(|x| factor * x).collect::<Vec<_>>();
//! assert!(apart(&times(-1.0 / y[O]), &truth) > 0.1 && apart(&times(-y[O] / y[O]), &truth) < 1e-8);
//! ```
//!
//! # The sign and the truth
//!
//! ∂J/∂u_w = (ŷ_w − y_w) v_c. Without the y_w, or with the sign reversed, descent pushes `u_o` away from `v_c` instead
//! of pulling it closer.
//!
//! ```
//! use motevec_core::loss::{Gradients, naive_softmax};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! fn y_hat(u: &[f64]) -> Vec<f64> {
//!     let exps: Vec<f64> = u.chunks(3).map(|u_w| dot(u_w, &V_C).exp()).collect();
//!     exps.iter().map(|e| e / exps.iter().sum::<f64>()).collect()
//! }
//!
//! let truth = central_differences(U.as_flattened(), |u| -y_hat(u)[O].ln());
//! let times_v_c = |errors: Vec<f64>| errors.iter().flat_map(|e| V_C.map(|x| e * x)).collect::<Vec<_>>();
//! let y = y_hat(U.as_flattened());
//! assert!(apart(&times_v_c(y.clone()), &truth) > 0.1); // no −y_w
//! assert!(apart(&times_v_c(y.iter().map(|y| -y).collect()), &truth) > 0.1); // and the sign turned
//!
//! let (mut center, mut outside) = ([0.0; 3], [0.0; 12]);
//! let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//! naive_softmax(&V_C, O as u32, U.as_flattened(), &mut [0.0; 4], &mut gradients)?;
//! assert!(apart(&outside, &truth) < 1e-8);
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```
//!
//! # The sign of a negative
//!
//! The derivative of −log σ(−x) by x has two minus signs, and is 1 − σ(−x) = σ(x). With one sign lost it becomes σ(x) −
//! 1, and descent pulls negatives closer; with the argument's sign lost, 1 − σ(x), which pushes hardest where it is no
//! longer needed.
//!
//! ```
//! use motevec_core::math::{log_sigmoid, sigmoid};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! /// Equation 10, with another factor for negatives.
//! fn by_center(factor: impl Fn(f64) -> f64) -> Vec<f64> {
//!     let term = |w: usize, factor: f64| U[w].map(|x| factor * x);
//!     let mut sum = term(O, sigmoid(dot(&U[O], &V_C)) - 1.0);
//!     for w in NEGATIVES {
//!         let term = term(w, factor(dot(&U[w], &V_C)));
//!         (0..3).for_each(|i| sum[i] += term[i]);
//!     }
//!     sum.to_vec()
//! }
//!
//! let truth = central_differences(&V_C, |v_c| {
//!     -log_sigmoid(dot(&U[O], v_c)) - NEGATIVES.iter().map(|&w| log_sigmoid(-dot(&U[w], v_c))).sum::<f64>()
//! });
//! assert!(apart(&by_center(|x| sigmoid(x) - 1.0), &truth) > 0.1);
//! assert!(apart(&by_center(|x| 1.0 - sigmoid(x)), &truth) > 0.01);
//! assert!(apart(&by_center(sigmoid), &truth) < 1e-8);
//! ```
//!
//! # A number for a vector
//!
//! The gradient by a vector is a vector: σ(u_w·v_c) v_c, not σ(u_w·v_c). NumPy silently adds the number to each
//! component. Compare shapes as well as numbers.
//!
//! ```
//! use motevec_core::math::{log_sigmoid, sigmoid};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let error = sigmoid(dot(&U[0], &V_C)); // word 0 was drawn once
//! let truth = central_differences(&U[0], |u_0| -log_sigmoid(-dot(u_0, &V_C)));
//! assert!(apart(&[error; 3], &truth) > 0.1);
//! assert!(apart(&V_C.map(|x| error * x), &truth) < 1e-8);
//! ```
//!
//! # Repeats counted once
//!
//! A word that was drawn twice has two terms in equation 9, and so two in equation 10 and 12. Programs lose one if they
//! make a set of the draws, or write `grad[negatives] += …` in NumPy, which adds once to a row that is listed twice;
//! `np.add.at` adds every time. One solution of the assignment took the course's published results to be impossible
//! because of this. They are not: `motevec gradcheck --cases tests/data/course-cases.json` reproduces them.
//!
//! ```
//! use motevec_core::loss::{Gradients, negative_sampling};
//! use motevec_core::math::log_sigmoid;
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let by_outside = |negatives: &[u32]| {
//!     let (mut center, mut outside) = ([0.0; 3], [0.0; 12]);
//!     let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//!     negative_sampling(&V_C, O as u32, negatives, U.as_flattened(), &mut gradients).map(|_| outside)
//! };
//! let truth = central_differences(U.as_flattened(), |u| {
//!     let score = |w: usize| dot(&u[3 * w..][..3], &V_C);
//!     -log_sigmoid(score(O)) - NEGATIVES.iter().map(|&w| log_sigmoid(-score(w))).sum::<f64>()
//! });
//! assert!(apart(&by_outside(&[2, 0])?, &truth) > 0.1);
//! assert!(apart(&by_outside(&[2, 0, 2])?, &truth) < 1e-8);
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```
//!
//! # Half a window
//!
//! `range(-m, m)` ends before m: the last word to the right is never predicted. No gradient check sees that, because
//! each gradient is right for the words it was given. Count the words: 2m inside a sentence, fewer at its ends, never
//! the center.
//!
//! ```
//! use motevec_core::loss::window;
//!
//! let sentence = [10, 11, 12, 13, 14, 15];
//! let slip: Vec<u32> = (-2_i32..2).filter(|&j| j != 0).map(|j| sentence[(3 + j) as usize]).collect();
//! assert_eq!(slip, [11, 12, 14]);
//! assert_eq!(window(&sentence, 3, 2).collect::<Vec<_>>(), [11, 12, 14, 15]);
//! assert_eq!(window(&sentence, 5, 2).collect::<Vec<_>>(), [13, 14]); // cut, not padded
//! ```
//!
//! # Moving too early
//!
//! All gradients of a step belong to the vectors before it. A loop that moves `u_w` and then uses the moved `u_w` for
//! `v_c` does not follow the gradient, a little at small rates and a lot at large ones.
//! [`PairUpdate`](crate::simd::PairUpdate) adds to `v_c` from all rows before any of them moves.
//!
//! ```
//! use motevec_core::math::{log_sigmoid, sigmoid};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let (rate, error) = (0.5, sigmoid(dot(&U[2], &V_C))); // word 2 as a negative
//! let moved_u: Vec<f64> = (0..3).map(|i| U[2][i] - rate * error * V_C[i]).collect();
//! let step = |u: &[f64]| (0..3).map(|i| -rate * error * u[i]).collect::<Vec<_>>();
//! let truth = central_differences(&V_C, |v_c| -rate * -log_sigmoid(-dot(&U[2], v_c)));
//! assert!(apart(&step(&moved_u), &truth) > 0.01);
//! assert!(apart(&step(&U[2]), &truth) < 1e-8);
//! ```
//!
//! # What L2 does
//!
//! L2 regularization adds λθ to the gradient: every parameter shrinks towards 0, in proportion to itself, and the same
//! way each time. What adds noise is [`Dropout`](crate::optim::Dropout).
//!
//! ```
//! use motevec_core::optim::Sgd;
//!
//! let shrunk = || {
//!     let mut theta = [4.0, -2.0, 0.0];
//!     Sgd { l2: 0.5 }.step(0.1, &[0.0; 3], &mut theta).map(|()| theta)
//! };
//! let theta: [f64; 3] = shrunk()?;
//! assert!(theta.iter().zip([3.8, -1.9, 0.0]).all(|(found, expected)| (found - expected).abs() < 1e-12));
//! assert_eq!(shrunk()?, theta);
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```
