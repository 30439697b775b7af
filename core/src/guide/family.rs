//! 4\. The family: other hidden vectors, other targets, the same step.
//!
//! # One step for all
//!
//! A step of the window update is a few hidden vectors against a few targets, each with a label, 1 or 0. Nothing in it
//! says where they come from. What the literature knows as different models are different answers to two questions:
//!
//! | | hidden vectors | | targets (label) |
//! |---|---|---|---|
//! | skip-gram | the rows of the window's words | negative sampling | the center (1), K drawn words (0) |
//! | CBOW | their mean | hierarchical softmax | the inner nodes on the center's path (1 − b) |
//!
//! In code: [`Cbow`](crate::train::Cbow) around any shape of training, and an
//! [`Objective`](crate::sample::Objective), which any source of negatives is, and
//! [`HierarchicalSoftmax`](crate::sample::HierarchicalSoftmax).
//!
//! # CBOW
//!
//! ```text
//! h = (1/n) Σ_i v_{w_i}          over the n words of the window                           (21)
//! ∂J/∂v_{w_i} = (1/n) ∂J/∂h
//! ```
//!
//! word2vec.c adds the whole of ∂J/∂h to each row. That is not the gradient of any loss: it is a step n times as long
//! (İrsoy, Benton and Stratos 2021). Here both can be had, and the true one wants a higher learning rate.
//!
//! ```
//! use motevec_core::loss::{Gradients, NegativeSampling, cbow};
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let v = [0.2, 0.1, -0.4, /**/ 0.5, -0.3, 0.3, /**/ -0.6, 0.2, 0.1, /**/ 0.9, -0.4, 0.6];
//! let window = [0, 3, 0]; // a word that occurs twice counts twice
//! let j = |v: &[f64], by_v: &mut [f64]| {
//!     let mut gradients = Gradients { center: by_v, outside: &mut [0.0; 12] };
//!     let mut loss = NegativeSampling { negatives: std::iter::once(&[2, 0, 2][..]) };
//!     cbow(&mut loss, window, 1, (v, U.as_flattened()), &mut [0.0; 6], &mut gradients).unwrap()
//! };
//! let mut by_v = [0.0; 12];
//! j(&v, &mut by_v);
//! assert!(apart(&by_v, &central_differences(&v, |v| j(v, &mut [0.0; 12]))) < 1e-8);
//! assert_eq!(by_v[3..9], [0.0; 6]); // words 1 and 2 are not in the window
//! ```
//!
//! # Hierarchical softmax
//!
//! Put the words at the leaves of a binary tree. The way from the root to a word is a series of decisions, left or
//! right, and each inner node n has a vector that says which is likelier, given h:
//!
//! ```text
//! P(w | h) = Π_l σ((1 − 2 b_l) u_{n_l}·h)                                                 (22)
//! J = −Σ_l log σ((1 − 2 b_l) u_{n_l}·h)
//! ∂J/∂h = Σ_l (σ(u_{n_l}·h) − (1 − b_l)) u_{n_l}                                          (23)
//! ∂J/∂u_{n_l} = (σ(u_{n_l}·h) − (1 − b_l)) h
//! ```
//!
//! At each node the two probabilities sum to 1, so those of all words do, whatever the vectors: it is a true
//! distribution over the vocabulary, for the price of one path. With the tree of Huffman, frequent words have short
//! ones. And equation 23 is equation 13 once more, with labels 1 − b_l: nothing is left to write but the tree.
//!
//! ```
//! use motevec_core::loss::{Gradients, hierarchical_softmax};
//! use motevec_core::sample::HuffmanTree;
//! # mod example { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/example.rs")); }
//! # use example::*;
//!
//! let counts = [40, 20, 10, 5, 5];
//! let tree = HuffmanTree::new([0; 9], &mut [0; 4], 5, |word| counts[word])?;
//! assert_eq!((tree.path(0).count(), tree.path(4).count()), (1, 4));
//!
//! let nodes = U.as_flattened(); // five words have four inner nodes
//! let j = |word, h: &[f64], by_h: &mut [f64]| {
//!     let mut gradients = Gradients { center: by_h, outside: &mut [0.0; 12] };
//!     hierarchical_softmax(h, tree.path(word).collect::<Vec<_>>(), nodes, &mut gradients).unwrap()
//! };
//! let probabilities = (0..5).map(|word| (-j(word, &V_C, &mut [0.0; 3])).exp());
//! assert!((probabilities.sum::<f64>() - 1.0).abs() < 1e-12);
//!
//! let mut by_h = [0.0; 3];
//! j(4, &V_C, &mut by_h);
//! assert!(apart(&by_h, &central_differences(&V_C, |h| j(4, h, &mut [0.0; 3]))) < 1e-8);
//! # Ok::<(), motevec_core::sample::HuffmanError>(())
//! ```
//!
//! # Subwords
//!
//! Words that share parts share meaning. A word's hidden vector may be the mean of a row of its own and of the rows of
//! its n-grams, which it shares with all words that have them:
//!
//! ```text
//! h = 1/(|G_w| + 1) · (v_w + Σ_{g∈G_w} z_g)                                               (24)
//! ```
//!
//! There are too many n-grams for a list, so they are hashed into a number of rows ([`subword`](crate::subword)). A
//! word that was never seen has n-grams all the same, and so a vector: their mean. fastText (Bojanowski et al. 2017)
//! adds the whole ∂J/∂h to each of the rows; then the word's vector, their mean, moves by ∂J/∂h too: by the plain step.
//!
//! # Phrases
//!
//! `New York` is a thing of its own. Whoever trains on it as one word joins words that are neighbors more often than by
//! chance, before training, by a score from counts alone, with a discount δ for pairs that are rare:
//!
//! ```text
//! score(a, b) = (count(ab) − δ) · N / (count(a) · count(b))                               (25)
//! ```
//!
//! N only moves the threshold: word2phrase has the number of words, gensim that of distinct words and pairs. Nothing of
//! that is in this crate; `motevec phrases` does it.
