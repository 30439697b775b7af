//! 2\. Negative sampling: tell the true word from a few others.
//!
//! # Another question
//!
//! Softmax asks: which of all words is near c? Negative sampling (Mikolov et al. 2013) asks something easier: did
//! this pair come from the text, or from a lottery? The true pair (c, o) comes with K words w_1 … w_K, drawn at random,
//! and σ(u·v) is the probability that a pair is a true one. The loss is that of K + 1 answers:
//!
//! ```text
//! J = − log σ(u_o·v_c) − Σ_s log σ(−u_{w_s}·v_c)                                          (9)
//! ```
//!
//! σ(−x) = 1 − σ(x) is the probability of "drawn" (1). This loss differs from softmax's and has other minima: if
//! vectors have enough components, u_w·v_c approaches log P(w, c) / (P(w) P(c)) − log K (Levy & Goldberg 2014), where P
//! is also the distribution of the lottery. The vectors are much the same, because in both losses the similarity of
//! words rests on which words occur together.
//!
//! # Its pieces
//!
//! ```text
//! σ'(x) = σ(x) (1 − σ(x)) = σ(x) σ(−x)                                                    (1)
//! log σ(x) = − log(1 + e⁻ˣ)   for x ≥ 0;     x − log(1 + eˣ)   for x < 0                  (2)
//! (log σ)'(x) = σ'(x) / σ(x) = 1 − σ(x) = σ(−x)
//! ```
//!
//! [`sigmoid`](crate::math::sigmoid), [`sigmoid_derivative`](crate::math::sigmoid_derivative) and
//! [`log_sigmoid`](crate::math::log_sigmoid). The two forms of equation 2 are the same number; each is finite where the
//! other overflows.
//!
//! ```
//! use motevec_core::math::{log_sigmoid, sigmoid, sigmoid_derivative};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! for x in [-3.0, -0.5, 0.0, 2.0] {
//!     assert!(apart(&central_differences(&[x], |x| sigmoid(x[0])), &[sigmoid_derivative(x)]) < 1e-9);
//!     assert!(apart(&central_differences(&[x], |x| log_sigmoid(x[0])), &[sigmoid(-x)]) < 1e-9);
//! }
//! assert_eq!(log_sigmoid(-1000.0_f32), -1000.0); // ln(σ(−1000)) would be ln 0
//! ```
//!
//! # The gradients
//!
//! The derivative of equation 9 by each score, with (log σ)'(x) = σ(−x):
//!
//! ```text
//! by u_o·v_c:        −σ(−u_o·v_c)    = σ(u_o·v_c) − 1
//! by u_{w_s}·v_c:    −σ(u_{w_s}·v_c) · (−1)    = σ(u_{w_s}·v_c)
//! ```
//!
//! Two minus signs meet in the second line: one before the sum, one inside σ. So both are the same thing: the error
//! e = σ(score) − label, with label 1 for the true word and 0 for a drawn one. The chain rule does the rest:
//!
//! ```text
//! ∂J/∂v_c = (σ(u_o·v_c) − 1) u_o + Σ_s σ(u_{w_s}·v_c) u_{w_s}                             (10)
//! ∂J/∂u_o = (σ(u_o·v_c) − 1) v_c                                                          (11)
//! ∂J/∂u_w = n_w σ(u_w·v_c) v_c               for a word that was drawn n_w times          (12)
//! ```
//!
//! [`negative_sampling`](crate::loss::negative_sampling) is equations 9 to 12:
//!
//! ```
//! use motevec_core::loss::{Gradients, negative_sampling};
//! use motevec_core::math::{log_sigmoid, sigmoid};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! /// J, by equation 9.
//! fn loss(v_c: &[f64], u: &[f64]) -> f64 {
//!     let score = |w: usize| dot(&u[3 * w..][..3], v_c);
//!     -log_sigmoid(score(O)) - NEGATIVES.iter().map(|&w| log_sigmoid(-score(w))).sum::<f64>()
//! }
//!
//! let (mut center, mut outside) = ([0.0; 3], [0.0; 12]);
//! let mut gradients = Gradients { center: &mut center, outside: &mut outside };
//! let negatives = NEGATIVES.map(|w| w as u32);
//! let j = negative_sampling(&V_C, O as u32, &negatives, U.as_flattened(), &mut gradients)?;
//!
//! assert!((j - loss(&V_C, U.as_flattened())).abs() < 1e-12);
//! assert!(apart(&center, &central_differences(&V_C, |v_c| loss(v_c, U.as_flattened()))) < 1e-8);
//! assert!(apart(&outside, &central_differences(U.as_flattened(), |u| loss(&V_C, u))) < 1e-8);
//!
//! // Word 2 was drawn twice, and its gradient counts twice (12). Word 3 was not drawn, and has none.
//! let twice = V_C.map(|x| 2.0 * sigmoid(dot(&U[2], &V_C)) * x);
//! assert!(apart(&outside[6..9], &twice) < 1e-12 && outside[9..] == [0.0; 3]);
//! # Ok::<(), motevec_core::math::ShapeError>(())
//! ```
//!
//! # What it costs
//!
//! All of it needs K + 1 numbers, once (13):
//!
//! ```text
//! e = σ(U_{o, w_1 … w_K} v_c) − label                                                     (13)
//! ```
//!
//! That is O(K·D) per pair, whatever the size of the vocabulary.
//!
//! # The lottery
//!
//! Negatives are drawn by P(w) ∝ count(w)^¾: frequent words often, but rare ones more often than their counts suggest.
//! The course and word2vec.c keep a table of words for that, of which each word fills a share;
//! [`AliasTable`](crate::sample::AliasTable) needs only one slot per word, and [`Unigram`](crate::sample::Unigram)
//! draws from it until the word is not o.
//!
//! ```
//! use motevec_core::sample::{AliasTable, Generator, Negatives, Slot, Unigram};
//!
//! let counts = [16_u64, 1, 1, 1]; // 16^¾ = 8: of all draws, 8 in 11 are word 0
//! let table = AliasTable::new([Slot::default(); 4], |word| counts[word])?;
//! let mut drawn = [0; 11_000];
//! Unigram { table: &table, rng: Generator::new(1, [0]) }.draw(3, &mut drawn);
//! assert!(!drawn.contains(&3)); // the true word is not a negative, so 8 in 10 are left
//! let often = drawn.iter().filter(|&&word| word == 0).count() as f64 / 11_000.0;
//! assert!((often - 0.8).abs() < 0.02);
//! # Ok::<(), motevec_core::sample::AliasError>(())
//! ```
//!
//! Next: [from a pair to the window](super::window).
