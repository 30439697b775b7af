//! Core's training on any sizes and tokens: the same bits on every instruction set and by every way to feed it, and
//! close to the equations in plain f64.

use arbitrary::{Arbitrary, Unstructured};
use motevec_core::loss::{Gradients, negative_sampling, window};
use motevec_core::model::{Model, Rows as _, Slab};
use motevec_core::query;
use motevec_core::sample::{Generator, Negatives};
use motevec_core::simd::{Kernel, LANES, Lanes, Level, MAX_INPUTS, MAX_TARGETS, Machine as _, Simd, WindowError};
use motevec_core::train::{Dynamic, Fixed, MAX_NEGATIVES, Shape, Stream, Trainer, Update};
use rand_core::Rng as _;

/// The most tokens of all sentences together: more would only take longer.
const MOST_TOKENS: usize = 100;
/// A token that stands for a row that there is not.
const NO_ROW: u8 = 255;

/// What to train, and how.
#[derive(Clone, Debug, Arbitrary)]
struct Plan {
    dim: u8,
    words: u8,
    window: u8,
    negatives: u8,
    pairs: bool,
    fused: bool,
    seed: u64,
    rate: f32,
    sentences: Vec<Vec<u8>>,
}

impl Plan {
    /// The plan within what core can do.
    fn bounded(mut self) -> Self {
        self.dim = 1 + self.dim % 80;
        self.words = 1 + self.words % 32;
        self.window = 1 + self.window % 12;
        self.negatives %= MAX_NEGATIVES as u8 + 1;
        let mut left = MOST_TOKENS;
        for sentence in &mut self.sentences {
            sentence.truncate(left);
            left -= sentence.len();
        }
        self
    }

    fn sentences(&self) -> impl Iterator<Item = Vec<u32>> {
        let row = |&token: &u8| if token == NO_ROW { u32::MAX } else { u32::from(token % self.words) };
        self.sentences.iter().map(move |sentence| sentence.iter().map(row).collect())
    }

    fn settings(&self) -> Dynamic {
        let update = if self.pairs { Update::Pair } else { Update::Window };
        Dynamic::new(self.window.into(), self.negatives.into(), update).expect("settings within bounds")
    }

    /// Components in (−½, ½), in rows that are padded to whole blocks.
    fn model(&self) -> Model<Slab<Vec<f32>>, Slab<Vec<f32>>> {
        let (dim, stride) = (usize::from(self.dim), usize::from(self.dim).next_multiple_of(LANES));
        let mut rng = Generator::new(self.seed, [0]);
        let mut matrix = || {
            let mut data = vec![0.0; usize::from(self.words) * stride];
            let row = |row: &mut [f32]| row[..dim].fill_with(|| rng.next_u32() as f32 / (1_u64 << 32) as f32 - 0.5);
            data.chunks_exact_mut(stride).for_each(row);
            Slab::new(data, dim, stride).expect("whole rows")
        };
        Model { center: matrix(), outside: matrix() }
    }
}

/// Bytes as a `Plan`.
pub fn train(data: &[u8]) {
    let Ok(plan) = Plan::arbitrary(&mut Unstructured::new(data)) else { return };
    let plan = plan.bounded();
    let run = |level, feed| {
        Some(Run { plan: &plan, shape: plan.settings(), rate: plan.rate, feed }.on(Simd::new(level, plan.fused)?))
    };
    let expected = run(Level::Scalar, Feed::Sentences).expect("every machine has plain arithmetic");
    let best = Simd::new(Level::best(), plan.fused).expect("the best level is here");
    for level in Level::ALL {
        for feed in [Feed::Sentences, Feed::Tokens] {
            // After an error, a stream leaves out what a sentence has trained on.
            if let Some(found) = run(level, feed)
                && (feed == Feed::Sentences || expected.error.is_none())
            {
                assert_eq!(found, expected, "{level:?}, {feed:?}, {plan:?}");
            }
        }
    }
    if (plan.window, plan.negatives, plan.pairs) == (2, 5, false) {
        let run = Run { plan: &plan, shape: Fixed::<2, 6>, rate: plan.rate, feed: Feed::Sentences };
        assert_eq!(run.on(best), expected, "a fixed shape, {plan:?}");
    }
    if expected.error.is_none() {
        // Where steps overshoot, they magnify what rounding does.
        let steps = f32::from(plan.window) * 2.0 * (1.0 + f32::from(plan.negatives));
        let rate = (0.05 / steps).min(0.002);
        let found = Run { plan: &plan, shape: plan.settings(), rate, feed: Feed::Sentences }.on(best);
        Plain::train(&plan, rate, &found.draws).assert_is(&found, &plan);
    }
}

/// How tokens come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Feed {
    Sentences,
    Tokens,
}

/// A training run.
struct Run<'a, S> {
    plan: &'a Plan,
    shape: S,
    rate: f32,
    feed: Feed,
}

/// The result of a run.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// The components' bits, padding left out.
    v: Vec<u32>,
    u: Vec<u32>,
    loss: u64,
    pairs: u64,
    error: Option<WindowError>,
    draws: Vec<(u32, Vec<u32>)>,
    near: Vec<u32>,
}

impl<S: Shape> Run<'_, S> {
    fn on(self, simd: Simd) -> Outcome {
        let Self { plan, shape, rate, feed } = self;
        let (mut model, mut draws) = (plan.model(), Draws::new(plan));
        let mut trainer = Trainer::new(simd, &mut model, &mut draws, shape, rate);
        let mut widths = Generator::new(plan.seed, [2]);
        let mut stream = Stream::<25>::new();
        let result = plan.sentences().try_for_each(|sentence| match feed {
            Feed::Sentences => trainer.sentence(&sentence, &mut widths),
            Feed::Tokens => {
                sentence.iter().try_for_each(|&token| stream.push(token, &mut trainer, &mut widths))?;
                stream.end_sentence(&mut trainer, &mut widths)
            }
        });
        let loss = trainer.loss;
        let near = simd.enter(Nearest(&model.center));
        assert!(near.iter().all(|&row| row != 0 && row < plan.words.into()), "{near:?}");
        let [v, u] = [&model.center, &model.outside].map(|matrix| components(plan, matrix, f32_bits));
        Outcome {
            v,
            u,
            loss: if loss.sum.is_nan() { f64::NAN.to_bits() } else { loss.sum.to_bits() },
            pairs: loss.pairs,
            error: result.err(),
            draws: draws.all,
            near,
        }
    }
}

/// The rows nearest to row 0.
struct Nearest<'a>(&'a Slab<Vec<f32>>);

impl Kernel for Nearest<'_> {
    type Output = Vec<u32>;

    fn run<L: Lanes>(self, lanes: L) -> Vec<u32> {
        let query = &self.0.row(0).unwrap_or_default()[..self.0.dim()];
        let near = query::nearest::<_, _, 3>(lanes, self.0, query, &[0]);
        near.iter().map(|neighbor| neighbor.row).collect()
    }
}

/// The bits of a number. Those of NaN say nothing: which of two the sum of both is, no standard tells.
fn f32_bits(number: f32) -> u32 {
    if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() }
}

fn components<T>(plan: &Plan, matrix: &Slab<Vec<f32>>, map: fn(f32) -> T) -> Vec<T> {
    let row = |row| matrix.row(row).unwrap_or_default().iter().take(plan.dim.into()).map(|&number| map(number));
    (0..plan.words.into()).flat_map(row).collect()
}

/// Negative samples, and a record of them.
struct Draws {
    rng: Generator,
    words: u32,
    all: Vec<(u32, Vec<u32>)>,
}

impl Draws {
    fn new(plan: &Plan) -> Self {
        Self { rng: Generator::new(plan.seed, [1]), words: plan.words.into(), all: Vec::new() }
    }
}

impl Negatives for &mut Draws {
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        negatives.fill_with(|| self.rng.next_u32() % self.words);
        self.all.push((target, negatives.to_vec()));
    }
}

/// The vectors as f64, and the steps that the equations say.
struct Plain {
    dim: usize,
    v: Vec<f64>,
    u: Vec<f64>,
    rate: f64,
    loss: f64,
}

impl Plain {
    /// Trains with these negative samples.
    fn train(plan: &Plan, rate: f32, draws: &[(u32, Vec<u32>)]) -> Self {
        let model = plan.model();
        let [v, u] = [&model.center, &model.outside].map(|matrix| components(plan, matrix, f64::from));
        let mut plain = Self { dim: plan.dim.into(), v, u, rate: rate.into(), loss: 0.0 };
        let (mut draws, mut widths) = (draws.iter(), Generator::new(plan.seed, [2]));
        let mut negatives_of = |truth| {
            let (target, negatives) = draws.next().expect("a draw for each step");
            assert_eq!(*target, truth, "the next step's true target");
            negatives.as_slice()
        };
        for sentence in plan.sentences() {
            for (place, &center) in sentence.iter().enumerate() {
                let width = 1 + ((u64::from(widths.next_u32()) * u64::from(plan.window)) >> 32) as usize;
                let context: Vec<u32> = window(&sentence, place, width).collect();
                if plan.pairs {
                    context.iter().for_each(|&outside| plain.pair(center, outside, negatives_of(outside)));
                    continue;
                }
                let targets = [&[center], negatives_of(center)].concat();
                for inputs in context.chunks(MAX_INPUTS) {
                    for (group, targets) in targets.chunks(MAX_TARGETS).enumerate() {
                        plain.group(inputs, targets, group == 0);
                    }
                }
            }
        }
        assert!(draws.next().is_none(), "no more steps than these");
        plain
    }

    /// One descent step on one pair, eq. 9–12.
    fn pair(&mut self, center: u32, outside: u32, negatives: &[u32]) {
        let v_c = &mut self.v[center as usize * self.dim..][..self.dim];
        let (mut center, mut outsides) = (vec![0.0; self.dim], vec![0.0; self.u.len()]);
        let mut gradients = Gradients { center: &mut center, outside: &mut outsides };
        self.loss += negative_sampling(v_c, outside, negatives, &self.u, &mut gradients).expect("shapes that fit");
        let descend =
            |x: &mut [f64], gradient: &[f64]| x.iter_mut().zip(gradient).for_each(|(x, g)| *x -= self.rate * g);
        descend(v_c, &center);
        descend(&mut self.u, &outsides);
    }

    /// One step on words of a window and the targets that they share: all scores are taken before anything moves.
    fn group(&mut self, inputs: &[u32], targets: &[u32], truth: bool) {
        let dim = self.dim;
        let at = |row: u32| row as usize * dim;
        let dot = |v: &[f64], u: &[f64]| v.iter().zip(u).map(|(v, u)| v * u).sum::<f64>();
        let score = |&input: &u32, &target: &u32| dot(&self.v[at(input)..][..dim], &self.u[at(target)..][..dim]);
        let scores: Vec<Vec<f64>> =
            inputs.iter().map(|input| targets.iter().map(|target| score(input, target)).collect()).collect();
        let before = self.u.clone();
        for (&input, scores) in inputs.iter().zip(&scores) {
            // A word that stands twice in the window has moved once when its second turn comes.
            let v = self.v[at(input)..][..dim].to_vec();
            for (j, (&target, score)) in targets.iter().zip(scores).enumerate() {
                let label = if truth && j == 0 { 1.0 } else { 0.0 };
                let error = self.rate * (label - 1.0 / (1.0 + (-score).exp()));
                self.loss += (if label == 1.0 { -score } else { *score }).exp().ln_1p();
                for (d, v) in v.iter().enumerate() {
                    self.v[at(input) + d] += error * before[at(target) + d];
                    self.u[at(target) + d] += error * v;
                }
            }
        }
    }

    fn assert_is(&self, outcome: &Outcome, plan: &Plan) {
        let found = outcome.v.iter().chain(&outcome.u).map(|&bits| f64::from(f32::from_bits(bits)));
        for (found, exact) in found.zip(self.v.iter().chain(&self.u)) {
            assert!((found - exact).abs() < 5e-5 * exact.abs().max(1.0), "{found}, not {exact}: {plan:?}");
        }
        let loss = f64::from_bits(outcome.loss);
        assert!((loss - self.loss).abs() < 5e-5 * self.loss.max(1.0), "loss {loss}, not {}: {plan:?}", self.loss);
    }
}
