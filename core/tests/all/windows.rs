//! Which pairs a sentence trains, in which order, and by which equations: the trainer against plain f64 arithmetic.

use motevec_core::loss::{Gradients, negative_sampling, window};
use motevec_core::sample::Generator;
use motevec_core::simd::{MAX_INPUTS, MAX_TARGETS, WindowError};
use motevec_core::train::{Dynamic, MAX_NEGATIVES, ShapeError, Stream, Update};
use proptest::prelude::*;
use rand_core::Rng;

use crate::fixed::Fixed;
use crate::statistics::assert_distribution;
use crate::training::{self, DIM, Outcome, ROWS, Recorder, Task, model, trainer};

/// The vectors as f64, and the steps that the equations say.
struct Plain {
    v: Vec<f64>,
    u: Vec<f64>,
    rate: f64,
    loss: f64,
}

impl Plain {
    fn new(seed: u64, rate: f32) -> Self {
        let model = model(seed);
        let [v, u] = [model.center, model.outside].map(|m| m.as_flattened().iter().copied().map(f64::from).collect());
        Self { v, u, rate: rate.into(), loss: 0.0 }
    }

    /// One descent step on one pair, eq. 9–12.
    fn pair(&mut self, center: u32, outside: u32, negatives: &[u32]) {
        let v_c = &mut self.v[center as usize * DIM..][..DIM];
        let (mut center, mut outsides) = (vec![0.0; DIM], vec![0.0; self.u.len()]);
        let mut gradients = Gradients { center: &mut center, outside: &mut outsides };
        self.loss += negative_sampling(v_c, outside, negatives, &self.u, &mut gradients).unwrap();
        descend(v_c, &center, self.rate);
        descend(&mut self.u, &outsides, self.rate);
    }

    /// One step on a group of at most [`MAX_INPUTS`] words and [`MAX_TARGETS`] targets that they share.
    fn group(&mut self, inputs: &[u32], targets: &[u32], truth: bool) {
        let scores: Vec<f64> = inputs
            .iter()
            .flat_map(|&input| targets.iter().map(move |&target| (input as usize, target as usize)))
            .map(|(i, t)| (0..DIM).map(|d| self.v[i * DIM + d] * self.u[t * DIM + d]).sum())
            .collect();
        let before = self.u.clone();
        for (&input, scores) in inputs.iter().zip(scores.chunks(targets.len())) {
            // A word that stands twice in the window has moved once when its second turn comes.
            let v = self.v[input as usize * DIM..][..DIM].to_vec();
            for (j, (&target, score)) in targets.iter().zip(scores).enumerate() {
                let label = if truth && j == 0 { 1.0 } else { 0.0 };
                let error = self.rate * (label - 1.0 / (1.0 + (-score).exp()));
                self.loss += (if label == 1.0 { -score } else { *score }).exp().ln_1p();
                for (d, v) in v.iter().enumerate() {
                    self.v[input as usize * DIM + d] += error * before[target as usize * DIM + d];
                    self.u[target as usize * DIM + d] += error * v;
                }
            }
        }
    }

    fn assert_is(&self, outcome: &Outcome) {
        let found = outcome.v.iter().chain(&outcome.u).map(|&bits| f64::from(f32::from_bits(bits)));
        for (found, exact) in found.zip(self.v.iter().chain(&self.u)) {
            assert!((found - exact).abs() < 5e-5 * exact.abs().max(1.0), "{found}, not {exact}");
        }
        let loss = outcome.loss.sum;
        assert!((loss - self.loss).abs() < 5e-5 * self.loss.max(1.0), "loss {loss}, not {}", self.loss);
    }
}

fn descend(x: &mut [f64], gradient: &[f64], rate: f64) {
    x.iter_mut().zip(gradient).for_each(|(x, g)| *x -= rate * g);
}

/// The half-widths that the trainer draws, one a token: uniform from 1 ..= m.
fn widths(task: &Task) -> impl Iterator<Item = usize> {
    let (mut rng, m) = (task.widths(), u64::from(task.window));
    std::iter::from_fn(move || Some(1 + ((u64::from(rng.next_u32()) * m) >> 32) as usize))
}

/// Checks what `task` trains, and by which draws, in the order of the sentences.
fn assert_follows_the_equations(task: &Task) {
    let outcome = task.sentences();
    let mut plain = Plain::new(task.seed, task.rate);
    let (mut draws, mut pairs) = (outcome.draws.iter(), 0);
    let mut negatives_of = |truth| {
        let (target, negatives) = draws.next().expect("a draw for each step");
        assert_eq!(*target, truth, "the next step's true target");
        negatives.as_slice()
    };
    let mut widths = widths(task);
    for sentence in &task.sentences {
        for (position, &center) in sentence.iter().enumerate() {
            let context: Vec<u32> = window(sentence, position, widths.next().unwrap()).collect();
            pairs += context.len() as u64;
            match task.update {
                Update::Pair => {
                    context.iter().for_each(|&outside| plain.pair(center, outside, negatives_of(outside)));
                }
                Update::Window => {
                    let targets = [&[center], negatives_of(center)].concat();
                    for inputs in context.chunks(MAX_INPUTS) {
                        for (group, targets) in targets.chunks(MAX_TARGETS).enumerate() {
                            plain.group(inputs, targets, group == 0);
                        }
                    }
                }
            }
        }
    }
    assert!(draws.next().is_none(), "no more steps than these");
    assert_eq!(outcome.loss.pairs, pairs);
    plain.assert_is(&outcome);
}

proptest! {
    #[test]
    fn sentences_train_their_pairs_by_the_equations(task in training::tasks()) {
        // At high rates a vocabulary of a word or two swings to and fro, and magnifies what rounding does.
        assert_follows_the_equations(&Task { rate: 0.002, ..task });
    }
}

#[test]
fn windows_and_negatives_beyond_one_update_are_taken_in_groups() {
    for update in [Update::Window, Update::Pair] {
        for (window, negatives) in [(40, 5), (3, 20), (30, MAX_NEGATIVES)] {
            let sentence = (0..90).map(|place| place * 7 % 60).collect();
            let task = Task { words: 60, sentences: vec![sentence], window, negatives, update, seed: 4, rate: 0.02 };
            assert_follows_the_equations(&task);
        }
    }
}

#[test]
fn windows_are_cut_at_the_ends_of_a_sentence() {
    let outsides = |width: u32, sentences: &[&[u32]]| {
        let (mut model, mut recorder) = (model(1), Recorder::new(1));
        let mut trainer = trainer(&mut model, &mut recorder, Dynamic::new(2, 0, Update::Pair).unwrap(), 0.1);
        for sentence in sentences {
            trainer.sentence(sentence, &mut Fixed(width)).unwrap();
        }
        recorder.draws.into_iter().map(|(outside, _)| outside).collect::<Vec<_>>()
    };
    let (widest, narrowest) = (u32::MAX, 0);
    assert_eq!(outsides(widest, &[&[0, 1, 2, 3]]), [[1, 2].as_slice(), &[0, 2, 3], &[0, 1, 3], &[1, 2]].concat());
    assert_eq!(outsides(narrowest, &[&[0, 1, 2, 3]]), [1, 0, 2, 1, 3, 2]);
    assert_eq!(outsides(widest, &[&[0, 1], &[2], &[], &[3, 4]]), [1, 0, 4, 3], "none reaches into the next sentence");
    assert_eq!(outsides(widest, &[&[5, 5, 5]]), [5; 6], "a word beside itself is a pair like any other");
}

#[test]
fn half_widths_are_uniform_from_1_to_m() {
    for m in [1_u32, 2, 5, 10] {
        let (mut model, mut recorder) = (model(1), Recorder::new(1));
        let mut trainer = trainer(&mut model, &mut recorder, Dynamic::new(m, 0, Update::Window).unwrap(), 0.0);
        let (mut stream, mut rng) = (Stream::<21>::new(), Generator::new(8, [u64::from(m)]));
        let mut observed = vec![0; m as usize];
        for pushed in 0..60_000 {
            let before = trainer.loss.pairs;
            stream.push(0, &mut trainer, &mut rng).unwrap();
            // From here on each token completes a window that is cut at no side.
            if pushed >= 2 * m {
                observed[((trainer.loss.pairs - before) / 2) as usize - 1] += 1;
            }
        }
        let draws: u64 = observed.iter().sum();
        match m {
            1 => assert_eq!(draws, 59_998),
            _ => assert_distribution(&observed, &vec![draws as f64 / f64::from(m); m as usize], &format!("m = {m}")),
        }
    }
}

#[test]
fn a_token_that_is_no_row_is_an_error_after_those_before_it() {
    for update in [Update::Window, Update::Pair] {
        let train = |sentence: &[u32]| {
            let (mut model, mut recorder) = (model(1), Recorder::new(1));
            let mut trainer = trainer(&mut model, &mut recorder, Dynamic::new(1, 2, update).unwrap(), 0.1);
            let result = trainer.sentence(sentence, &mut Fixed(0));
            (result, training::bits(&model.center))
        };
        let (result, vectors) = train(&[0, 1, 2, ROWS as u32, 3]);
        assert_eq!(result, Err(WindowError::NoSuchRow));
        // Centers 0 and 1 have been trained on; center 2 has the unknown word beside it, after its pair with 1.
        let (_, before) = train(&[0, 1, 2]);
        match update {
            Update::Window => assert_eq!(vectors[..DIM], before[..DIM]),
            Update::Pair => assert_eq!(vectors, before),
        }
        assert_eq!(train(&[u32::MAX]).0, if update == Update::Pair { Ok(()) } else { Err(WindowError::NoSuchRow) });
    }
}

#[test]
fn impossible_settings_are_refused() {
    assert_eq!(Dynamic::new(0, 5, Update::Window), Err(ShapeError::NoWindow));
    assert_eq!(Dynamic::new(5, MAX_NEGATIVES + 1, Update::Pair), Err(ShapeError::TooManyNegatives));
    assert!(Dynamic::new(u32::MAX, MAX_NEGATIVES, Update::Window).is_ok());
}

#[test]
fn the_loss_is_measured_as_often_as_asked() {
    let pairs = |every| {
        let (mut model, mut recorder) = (model(1), Recorder::new(1));
        let mut trainer = trainer(&mut model, &mut recorder, Dynamic::new(1, 2, Update::Window).unwrap(), 0.1);
        trainer.loss_every = every;
        trainer.sentence(&[0; 21], &mut Fixed(0)).unwrap();
        trainer.loss.pairs
    };
    // The first center has one neighbor, the last one too, and the others have two.
    assert_eq!([0, 1, 2, 20, 21, 100].map(pairs), [0, 40, 20, 2, 1, 1]);
}
