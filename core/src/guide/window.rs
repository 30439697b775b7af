//! 3\. The window update: from a pair of words to the loop that takes all the time.
//!
//! # A window
//!
//! A center predicts every word of its window; losses add, and so do gradients:
//!
//! ```text
//! J(v_c, w_{t−m} … w_{t+m}, U) = Σ_j J(v_c, w_{t+j}, U)        −m ≤ j ≤ m, j ≠ 0          (14)
//! ```
//!
//! No other center vector takes part, so their gradients are 0. At the ends of a sentence the window is cut. A word
//! that occurs in the window twice counts twice. [`window`](crate::loss::window) lists the words, and
//! [`skip_gram`](crate::loss::skip_gram) is the sum, of either loss: [`NaiveSoftmax`](crate::loss::NaiveSoftmax) or
//! [`NegativeSampling`](crate::loss::NegativeSampling), each outside word with its own negatives.
//!
//! ```
//! use motevec_core::loss::{Gradients, NegativeSampling, negative_sampling, skip_gram, window};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let sentence = [3, 0, 2, 1];
//! let outside_words: Vec<u32> = window(&sentence, 1, 2).collect();
//! assert_eq!(outside_words, [3, 2, 1]); // one word to the left, where two would be allowed
//!
//! let negatives: [u32; 6] = [1, 2, /**/ 0, 1, /**/ 0, 0]; // K = 2
//! let (mut center, mut outside) = ([0.0; 3], [0.0; 12]);
//! let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//! let mut loss = NegativeSampling { negatives: negatives.chunks_exact(2) };
//! let j = skip_gram(&mut loss, &V_C, outside_words.iter().copied(), U.as_flattened(), &mut gradients)?;
//!
//! let (mut sum, mut by_center, mut by_outside) = (0.0, [0.0; 3], [0.0; 12]);
//! for (o, drawn) in outside_words.into_iter().zip(negatives.chunks_exact(2)) {
//!     let mut gradients = Gradients { center: &mut by_center, outside: &mut by_outside };
//!     sum += negative_sampling(&V_C, o, drawn, U.as_flattened(), &mut gradients)?; // gradients add up
//! }
//! assert_eq!((j, center, outside), (sum, by_center, by_outside));
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```
//!
//! # A step
//!
//! Stochastic gradient descent moves all parameters a little against the gradient of what it has just seen:
//!
//! ```text
//! θ ← θ − η g                                                                             (15)
//! ```
//!
//! [`Sgd`](crate::optim::Sgd) is equation 15, and [`Schedule`](crate::optim::Schedule) sets the rate η: halved after
//! every 20,000 steps in the course's run, falling linearly to 1/10,000 of its start in word2vec. Only the rows of the
//! K + 1 targets and of the center have a gradient, and a step should touch no others.
//!
//! [`PairUpdate`](crate::simd::PairUpdate) is equations 9 to 13 and 15 for one pair, without ever storing the
//! gradients. It reads all scores before it moves anything: a step uses the vectors as they were before it.
//!
//! ```
//! use motevec_core::loss::{Gradients, negative_sampling};
//! use motevec_core::optim::Sgd;
//! use motevec_core::simd::{Machine, PairUpdate, Portable, Scalar};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let (mut v_c, mut u) = (V_C.map(|x| x as f32), U.map(|row| row.map(|x| x as f32)));
//! let (mut center, mut outside) = ([0.0; 3], [0.0; 12]);
//! let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//! let j = negative_sampling(&v_c, 1, &[2, 0, 2], u.as_flattened(), &mut gradients)?;
//! let (mut expected_v_c, mut expected_u) = (v_c, u);
//! Sgd::default().step(0.1, &center, &mut expected_v_c)?;
//! Sgd::default().step(0.1, &outside, expected_u.as_flattened_mut())?;
//!
//! let update = PairUpdate { v_c: &mut v_c, u: &mut u, targets: &[1, 2, 0, 2], labels: 1, rate: 0.1, with_loss: true };
//! let loss = Scalar::<Portable>::new().enter(update)?;
//! assert!((loss - j).abs() < 1e-5);
//! let expected = expected_v_c.iter().chain(expected_u.as_flattened());
//! for (found, expected) in v_c.iter().chain(u.as_flattened()).zip(expected) {
//!     assert!((found - expected).abs() < 1e-6);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The window update
//!
//! Pair by pair, each pair draws K negatives and reads and writes their rows: 2m·(K + 1) rows of U for a window. Two
//! observations make it cheap (Ji et al. 2016):
//!
//! - **The window may predict the center.** Over a whole text the pairs (c, o) are the same set in either direction.
//!   Then all pairs of a window have *the same* true target, the center.
//! - **They may share the negatives.** They are as random as before, but drawn once.
//!
//! A window then is 2m inputs (rows of V) against K + 1 targets (rows of U): a small matrix of scores, a matrix of
//! errors, and two products, whose rows are loaded once and stay in registers.
//!
//! ```text
//! s_ij = v_i·u_j                     for each input i and target j
//! e_ij = η (label_j − σ(s_ij))       (13), times −η
//! v_i ← v_i + Σ_j e_ij u_j           (10), (15)
//! u_j ← u_j + Σ_i e_ij v_i           (11), (12), (15): with v_i as it was
//! ```
//!
//! [`WindowUpdate`](crate::simd::WindowUpdate) does this; it is the loop in which training spends its time, written
//! once for scalars and all SIMD instructions. Its result is equation 15 for the sum of all its pairs:
//!
//! ```
//! use motevec_core::loss::{Gradients, negative_sampling};
//! use motevec_core::simd::{Machine, Portable, Scalar, WindowUpdate};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let mut v = [[0.2_f32, 0.1, -0.4], [0.5, -0.3, 0.3], [-0.6, 0.2, 0.1], [0.9, -0.4, 0.6]];
//! let mut u = U.map(|row| row.map(|x| x as f32));
//!
//! // Words 0 and 3 around the center 1; the negatives 2, 0, 2 for both.
//! let (mut by_v, mut by_u, mut j) = ([[0.0; 3]; 4], [0.0; 12], 0.0);
//! for input in [0, 3] {
//!     let mut gradients = Gradients { center: &mut by_v[input], outside: &mut by_u };
//!     j += negative_sampling(&v[input], 1, &[2, 0, 2], u.as_flattened(), &mut gradients)?;
//! }
//! let step = |theta: &f32, g: &f32| theta - 0.1 * g;
//! let expected_v: Vec<f32> = v.iter().flatten().zip(by_v.iter().flatten()).map(|(v, g)| step(v, g)).collect();
//! let expected_u: Vec<f32> = u.iter().flatten().zip(&by_u).map(|(u, g)| step(u, g)).collect();
//!
//! let inputs = [&[0][..], &[3]];
//! let targets = &[1, 2, 0, 2];
//! let update = WindowUpdate { v: &mut v, u: &mut u, inputs, targets, labels: 1, rate: 0.1, with_loss: true };
//! let loss = Scalar::<Portable>::new().enter(update)?;
//! assert!((loss - j).abs() < 1e-5);
//! let found = v.iter().chain(&u).flatten();
//! assert!(found.zip(expected_v.iter().chain(&expected_u)).all(|(found, expected)| (found - expected).abs() < 1e-6));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A text
//!
//! [`Trainer`](crate::train::Trainer) walks over sentences, or [`Stream`](crate::train::Stream) takes tokens as they
//! come; for each center a half-width is drawn from 1 to m, which gives near words more weight, and
//! [`Subsampler`](crate::sample::Subsampler) leaves out some of the frequent ones. That is all of word2vec. The
//! [crate's front page](crate) trains a model with it.
