//! Watches events: says which do not belong where they are, and learns from all.
//!
//! Each event is scored among those around it, before anything is learned from them ([`Learner::score`]). An alarm
//! tells of one whose score is below a threshold that sets itself ([`Quantile`]). Then the sentence is learned, and
//! some of late are learned again: vectors need many steps, and a device sees each sentence only once.

mod recent;

pub use recent::Recent;

use motevec_core::fixed_point::Q15;
use motevec_core::model::Component;
use motevec_core::query::Quantile;
use motevec_core::rand_core::Rng;
use motevec_core::sample::Generator;
use motevec_core::simd::Lanes;
use motevec_core::state::State;

use crate::learner::{FixedMemory, Learner, Notice, SENTENCE, Words};

/// How often a sentence is learned: once as it comes, and as often as others that are picked at random.
const PASSES: u32 = 8;
/// The learning rate in the long run, and at the first event; after so many events it is the mean of the two.
const RATE: f32 = 0.01;
const FIRST_RATE: f32 = 0.3;
const MEAN_RATE_AFTER: f32 = 1000.0;

/// The share of events that an alarm tells of, in the long run.
pub const ALARMS: f32 = 0.01;
/// How far an alarm lowers the threshold, in nats.
const STEP: f32 = 1.0;
/// The threshold at the start, below most scores of vectors that have learned nothing.
const START: f32 = -6.0;

/// What is seen in a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen<'a> {
    /// A token that does not belong where it is, with its score.
    Alarm(&'a str, f32),
    /// What the learner could not keep.
    Notice(Notice<'a>),
    /// Nothing: some work is done, and more is to come. A device may look at something else.
    Step,
}

/// Watches what a learner learns.
#[derive(Debug)]
pub struct Watch<'m, const TOKENS: usize> {
    recent: &'m mut Recent<TOKENS>,
    /// How many events the vectors have learned from at least.
    experience: u32,
    threshold: Quantile,
    picks: Generator,
}

impl<'m, const TOKENS: usize> Watch<'m, TOKENS> {
    /// One that has seen nothing.
    pub fn new(recent: &'m mut Recent<TOKENS>) -> Self {
        recent.clear();
        let threshold = Quantile::new(START, ALARMS, STEP);
        Self { recent, experience: 0, threshold, picks: Generator::new(1, [3]) }
    }

    /// Forgets everything, as its learner does.
    pub fn reset(&mut self) {
        self.recent.clear();
        (self.experience, self.threshold) = (0, Quantile::new(START, ALARMS, STEP));
        self.picks = Generator::new(1, [3]);
    }

    /// Must be told what the learner tells while it learns by other ways: another word may get the number of one that
    /// is forgotten, and the sentences of late are then of no use.
    pub fn hear(&mut self, notice: Notice<'_>) {
        if let Notice::Forgotten(_) = notice {
            self.recent.clear();
        }
    }

    /// Has it learn at the rate of the long run from now on, because its learner has vectors from elsewhere.
    pub fn settle(&mut self) {
        self.experience = u32::MAX;
    }

    /// The score below which there is an alarm.
    #[must_use]
    pub fn threshold(&self) -> f32 {
        self.threshold.level()
    }

    /// Tells what does not belong into a sentence, and learns from it. A long one is taken in pieces of [`SENTENCE`]
    /// tokens.
    pub fn sentence<'t, L: Lanes, const N: usize, const D: usize, const TEXT: usize>(
        &mut self,
        learner: &mut Learner<'_, L, FixedMemory<N, D, TEXT>>,
        tokens: impl Iterator<Item = &'t str> + Clone,
        tell: &mut dyn FnMut(Seen<'_>),
    ) {
        let mut rest = tokens;
        while rest.clone().next().is_some() {
            self.look(learner, rest.clone(), tell);
            self.learn(learner, rest.clone(), tell);
            rest.by_ref().take(SENTENCE).for_each(drop);
        }
    }

    /// Tells which of the first tokens do not belong there.
    #[inline(never)]
    fn look<'t, L: Lanes, const N: usize, const D: usize, const TEXT: usize>(
        &mut self,
        learner: &Learner<'_, L, FixedMemory<N, D, TEXT>>,
        tokens: impl Iterator<Item = &'t str> + Clone,
        tell: &mut dyn FnMut(Seen<'_>),
    ) {
        let words = learner.words(tokens.clone());
        for (place, token) in tokens.take(SENTENCE).enumerate() {
            if let Some(score) = learner.score(&words, place).filter(|&score| self.threshold.observe(score)) {
                tell(Seen::Alarm(token, score));
            }
            tell(Seen::Step);
        }
    }

    /// Learns from the first tokens, and again from sentences of late.
    #[inline(never)]
    fn learn<'t, L: Lanes, const N: usize, const D: usize, const TEXT: usize>(
        &mut self,
        learner: &mut Learner<'_, L, FixedMemory<N, D, TEXT>>,
        tokens: impl Iterator<Item = &'t str>,
        tell: &mut dyn FnMut(Seen<'_>),
    ) {
        let recent = &mut *self.recent;
        let mut words = learner.count_all(tokens, &mut |word| recent.forget(word), tell);
        let events = self.experience.max(learner.tokens()) as f32;
        let rate = RATE + (FIRST_RATE - RATE) * MEAN_RATE_AFTER / (MEAN_RATE_AFTER + events);
        self.recent.remember(&words);
        let mut loss = learner.train_in_context(&words, rate, &mut || tell(Seen::Step));
        for _ in 1..PASSES {
            self.pick(&mut words);
            let again = learner.train_in_context(&words, rate, &mut || tell(Seen::Step));
            loss.sum += again.sum;
            loss.pairs += again.pairs;
        }
        learner.restart_endless(loss, &mut |notice| tell(Seen::Notice(notice)));
    }

    /// Puts a sentence of late in place of `words`; a longer one is as likely as it is longer.
    fn pick(&mut self, words: &mut Words) {
        words.clear();
        let age = ((u64::from(self.picks.next_u32()) * u64::from(self.recent.len())) >> 32) as u32;
        // A piece of a sentence has room.
        self.recent.sentence(age, &mut |word| _ = words.push(word));
    }
}

/// What vectors are made of, and whether sentences of them can be watched: training in context is there for floats.
pub trait Watched: Component {
    /// [`Watch::sentence`]. Returns whether there is such a thing.
    fn watch<'t, L: Lanes, const N: usize, const D: usize, const TEXT: usize, const TOKENS: usize>(
        watch: &mut Watch<'_, TOKENS>,
        learner: &mut Learner<'_, L, FixedMemory<N, D, TEXT, Self>>,
        tokens: impl Iterator<Item = &'t str> + Clone,
        tell: &mut dyn FnMut(Seen<'_>),
    ) -> bool;
}

impl Watched for f32 {
    fn watch<'t, L: Lanes, const N: usize, const D: usize, const TEXT: usize, const TOKENS: usize>(
        watch: &mut Watch<'_, TOKENS>,
        learner: &mut Learner<'_, L, FixedMemory<N, D, TEXT>>,
        tokens: impl Iterator<Item = &'t str> + Clone,
        tell: &mut dyn FnMut(Seen<'_>),
    ) -> bool {
        watch.sentence(learner, tokens, tell);
        true
    }
}

impl Watched for Q15 {
    fn watch<'t, L: Lanes, const N: usize, const D: usize, const TEXT: usize, const TOKENS: usize>(
        _watch: &mut Watch<'_, TOKENS>,
        _learner: &mut Learner<'_, L, FixedMemory<N, D, TEXT, Self>>,
        _tokens: impl Iterator<Item = &'t str> + Clone,
        _tell: &mut dyn FnMut(Seen<'_>),
    ) -> bool {
        false
    }
}

/// All that changes while it watches, but for the learner.
impl<const TOKENS: usize> State for Watch<'_, TOKENS> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.experience.visit(visit);
        self.threshold.visit(visit);
        self.picks.visit(visit);
        self.recent.visit(visit);
    }
}
