//! 1\. Naive softmax: predict the words around a word.
//!
//! # The model
//!
//! A center word c should predict the words near it. Each word w of the vocabulary gets a score, the dot product of its
//! outside vector with the center's vector, and softmax turns the scores into probabilities:
//!
//! ```text
//! ŷ_w = exp(u_w·v_c) / Σ_x exp(u_x·v_c)                                                   (5)
//! ```
//!
//! The loss of one pair (c, o) is the cross-entropy between the truth y, which is 1 at o, and ŷ. Only one term remains:
//!
//! ```text
//! J = − Σ_w y_w log ŷ_w = − log ŷ_o = − u_o·v_c + log Σ_w exp(u_w·v_c)                    (6)
//! ```
//!
//! [`softmax`](crate::math::softmax) is equation 5, [`log_sum_exp`](crate::math::log_sum_exp) the last term of equation
//! 6. Both subtract the largest score first, which changes nothing on paper, but keeps `exp` from overflowing (3).
//!
//! ```
//! use motevec_core::math::{log_sum_exp, softmax};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let scores = U.map(|u_w| dot(&u_w, &V_C));
//! let mut y_hat = scores;
//! softmax(&mut y_hat);
//! assert!((y_hat.iter().sum::<f64>() - 1.0).abs() < 1e-12);
//! let loss = -scores[O] + log_sum_exp(&scores);
//! assert!((loss - -y_hat[O].ln()).abs() < 1e-12);
//!
//! let mut large = [1000.0_f32, 999.0]; // e¹⁰⁰⁰ is infinite
//! softmax(&mut large);
//! assert!((large[0] - 0.731_058_6).abs() < 1e-6);
//! ```
//!
//! # The gradients
//!
//! The derivative of equation 6 by one score `s_w = u_w·v_c` at a time: `−s_o` gives −1 at w = o, and the logarithm of
//! the sum gives `exp(s_w) / Σ_x exp(s_x)`, which is `ŷ_w`. Together that is the error, predicted less true:
//!
//! ```text
//! ∂J/∂s_w = ŷ_w − y_w
//! ```
//!
//! A score is a dot product; its derivative by `v_c` is `u_w`, and by `u_w` it is `v_c`. The chain rule sums over all
//! scores that depend on a vector: all of them on `v_c`, and one on each `u_w`.
//!
//! ```text
//! ∂J/∂v_c = Σ_w (ŷ_w − y_w) u_w            a sum over the whole vocabulary                (7)
//! ∂J/∂u_w = (ŷ_w − y_w) v_c                for every w, not only for o                    (8)
//! ```
//!
//! Going downhill, `v_c` moves towards `u_o` and away from the mean of all `u_w`, each counting as much as it was
//! expected. If ŷ = y, nothing moves.
//!
//! [`naive_softmax`](crate::loss::naive_softmax) is equations 5 to 8:
//!
//! ```
//! use motevec_core::loss::{Gradients, naive_softmax};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! /// J, by equation 6.
//! fn loss(v_c: &[f64], u: &[f64]) -> f64 {
//!     let scores: Vec<f64> = u.chunks(3).map(|u_w| dot(u_w, v_c)).collect();
//!     -scores[O] + scores.iter().map(|s| s.exp()).sum::<f64>().ln()
//! }
//!
//! let (mut center, mut outside, mut errors) = ([0.0; 3], [0.0; 12], [0.0; 4]);
//! let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//! let j = naive_softmax(&V_C, O as u32, U.as_flattened(), &mut errors, &mut gradients)?;
//!
//! assert!((j - loss(&V_C, U.as_flattened())).abs() < 1e-12);
//! assert!(errors.iter().sum::<f64>().abs() < 1e-12); // ŷ − y: both sum to 1
//! assert!(apart(&center, &central_differences(&V_C, |v_c| loss(v_c, U.as_flattened()))) < 1e-8);
//! assert!(apart(&outside, &central_differences(U.as_flattened(), |u| loss(&V_C, u))) < 1e-8);
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```
//!
//! # What it costs
//!
//! Every pair of words reads and moves all of U: O(|Vocab|·D). That is feasible for a thousand words, and hopeless for
//! a million. The next step is [negative sampling](super::negative_sampling).
