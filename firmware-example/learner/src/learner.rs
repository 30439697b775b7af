//! A vocabulary and its vectors, learned from sentences of tokens as they arrive: skip-gram with negative sampling.

mod context;
mod load;
mod memory;
mod slices;

pub use context::{SENTENCE, Words};
pub use load::LoadError;
pub use memory::{FixedMemory, Known, Memory};

use motevec_core::image::{Encoding, WriteError, Writer};
use motevec_core::model::{Component, Model, RowsMut};
use motevec_core::query::{Neighbor, nearest_in};
use motevec_core::sample::Generator;
use motevec_core::simd::Lanes;
use motevec_core::state::State;
use motevec_core::train::{Loss, Stream};
use motevec_core::vocab::{Observed, VocabIn};

use self::memory::start_row;
use self::slices::Work;
use crate::log::info;

/// How many tokens on each side of a center are its outside words.
const WINDOW: usize = 2;
/// The true target and five negative samples.
const TARGETS: usize = 6;

/// The learning rate to start with. Word2vec's 0.025 is for corpora of millions of words.
pub const RATE: f32 = 0.05;
/// The highest learning rate.
pub const MAX_RATE: f32 = 1.0;
/// The loss of an average pair (in nats) beyond which vectors are checked. Guessing has 6 · ln 2 = 4.2.
const ALARMING_LOSS: f32 = 16.0;
/// Counts fade when they add up to so many for each word that there is room for.
const FADE: u64 = 16;
/// The largest component of a vector that passes this check. Those that learn well stay below 4.
const LARGEST: f32 = 16.0;

/// Learns, in a [`Memory`].
///
/// What takes long can be done in slices, between which a device does something else: [`start`](Self::start) takes a
/// token, and [`step`](Self::step) does the work that it makes, a slice a call. The slices make no difference to what
/// is learned, nor does whatever else is asked of the learner in between: a slice moves all rows of a window or none.
/// So several tasks may share a learner that is behind a mutex, which they hold for a slice.
#[derive(Debug)]
pub struct Learner<'m, L, M> {
    lanes: L,
    memory: &'m mut M,
    streams: Streams,
    /// The learning rate, above 0 and at most [`MAX_RATE`].
    rate: f32,
    tokens: u32,
    loss: Option<f32>,
    /// The last words of the sentence that has begun, and its loss so far.
    window: Stream<{ 2 * WINDOW + 1 }>,
    sentence: Loss,
    /// What is left to do.
    work: Work,
}

/// A stream of random numbers for each purpose.
#[derive(Debug)]
struct Streams {
    rows: Generator,
    negatives: Generator,
    widths: Generator,
}

impl Streams {
    fn new() -> Self {
        const SEED: u64 = 1;
        let stream = |name| Generator::new(SEED, [name]);
        Self { rows: stream(0), negatives: stream(1), widths: stream(2) }
    }
}

/// What a learner could not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// A token that is not learned.
    Dropped(&'a str),
    /// A word that made room for another.
    Forgotten(&'a str),
    /// A word whose vectors grew without end, and were drawn again.
    Restarted(&'a str),
}

impl<'m, L, R, T, H, C> Learner<'m, L, Memory<R, T, H, C>>
where
    L: Lanes,
    R: RowsMut,
    T: AsRef<[u8]> + AsMut<[u8]>,
    H: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// A learner that knows nothing.
    pub fn new(lanes: L, memory: &'m mut Memory<R, T, H, C>) -> Self {
        let (window, sentence, work) = (Stream::new(), Loss::default(), Work::new());
        let streams = Streams::new();
        let mut learner = Self { lanes, memory, streams, rate: RATE, tokens: 0, loss: None, window, sentence, work };
        learner.fade_at(FADE * learner.memory.vocab.capacity() as u64);
        learner.reset();
        learner
    }

    /// Has all counts halved whenever they add up to more than `bound`, so that words of long ago make room; 0 is
    /// never: see [`VocabIn::fade_at`]. At first it is 16 for each word that there is room for.
    pub fn fade_at(&mut self, bound: u64) {
        self.memory.vocab.fade_at(bound);
    }

    /// Forgets everything, and restarts with the same random numbers. The learning rate stays.
    pub fn reset(&mut self) {
        self.memory.vocab.clear();
        self.streams = Streams::new();
        (self.tokens, self.loss) = (0, None);
        (self.window, self.sentence, self.work) = (Stream::new(), Loss::default(), Work::new());
        // Numbers are known from the start.
        let Memory { model, vocab, noise } = &mut *self.memory;
        for word in 0..vocab.len() as u32 {
            start_row(model, word, &mut self.streams.rows);
        }
        noise.outdate();
    }

    /// Learns from one sentence, token by token: [`observe`](Self::observe) and [`end_sentence`](Self::end_sentence).
    pub fn learn<'t>(&mut self, tokens: impl Iterator<Item = &'t str>, notice: &mut dyn FnMut(Notice<'_>)) -> Loss {
        for token in tokens {
            self.observe(token, notice);
        }
        self.end_sentence(notice)
    }

    /// Counts the next token of a sentence, if there is room for it, and trains on the word two before it:
    /// [`start`](Self::start), and [`step`](Self::step) to the end.
    #[inline(never)]
    pub fn observe(&mut self, token: &str, notice: &mut dyn FnMut(Notice<'_>)) {
        self.start(token, notice);
        self.finish();
    }

    /// Counts a token, if there is room for it, and gives its word, and whether it is new: then it has vectors of its
    /// own from here on. Nothing may be left to do.
    #[inline(always)]
    fn admit(&mut self, token: &str, notice: &mut dyn FnMut(Notice<'_>)) -> Option<(u32, bool)> {
        match self.count(token, notice) {
            Observed::Known(word) => Some((word, false)),
            Observed::New(word) => {
                // A word that is forgotten while it is in the window ends the sentence.
                if self.window.holds(word) {
                    self.start_end();
                    self.finish();
                }
                self.start_word(word);
                Some((word, true))
            }
            Observed::Dropped => None,
        }
    }

    /// Counts a token. Not inlined: while it trains, the stack does not hold what looking up a token needs.
    #[inline(never)]
    fn count(&mut self, token: &str, notice: &mut dyn FnMut(Notice<'_>)) -> Observed {
        let observed = self.memory.vocab.observe_frequent(token, |leaving| {
            info!("{=str} is forgotten", leaving);
            notice(Notice::Forgotten(leaving));
        });
        if observed == Observed::Dropped {
            info!("no room for {=str}", token);
            notice(Notice::Dropped(token));
        }
        observed
    }

    /// The same, for a word that is known, by its number. Returns whether it is.
    pub fn observe_number(&mut self, word: u32) -> bool {
        let known = self.start_number(word);
        self.finish();
        known
    }

    /// Ends a sentence: trains on its last words, unless [`start_end`](Self::start_end) and [`step`](Self::step) have
    /// done so.
    ///
    /// Gives the loss over the sentence, before each step. Vectors that grow without end are noticed here.
    #[inline(never)]
    pub fn end_sentence(&mut self, notice: &mut dyn FnMut(Notice<'_>)) -> Loss {
        self.start_end();
        self.finish();
        let loss = core::mem::take(&mut self.sentence);
        self.remember(loss);
        self.restart_endless(loss, notice);
        loss
    }

    /// Redraws vectors that have grown without end.
    ///
    /// If the rate is high, or a few words are both neighbors and negatives of each other, steps can overshoot, each
    /// farther than the one before. The loss shows it at once. With this, all numbers are finite after each sentence,
    /// whatever the tokens and the rate.
    #[inline(never)]
    pub(crate) fn restart_endless(&mut self, loss: Loss, notice: &mut dyn FnMut(Notice<'_>)) {
        // NaN is not a small loss either.
        if loss.pairs == 0 || mean(loss) < ALARMING_LOSS {
            return;
        }
        let Memory { model, vocab, .. } = &mut *self.memory;
        for (word, token) in (0..).zip(vocab.names()) {
            let rows = [model.center.row(word as usize), model.outside.row(word as usize)];
            if rows.into_iter().flatten().flatten().any(|&component| is_endless(component)) {
                start_row(model, word, &mut self.streams.rows);
                info!("{=str} restarted: its vectors grew without end", &*token);
                notice(Notice::Restarted(&token));
            }
        }
    }

    /// Moves the average loss toward that of the last sentence.
    #[inline(never)]
    fn remember(&mut self, loss: Loss) {
        let mean = mean(loss);
        if mean.is_finite() {
            let before = self.loss.unwrap_or(mean);
            self.loss = Some(before + (mean - before) / 16.0);
        }
    }

    /// Hands an image of both matrices to `sink`, piece by piece.
    ///
    /// # Errors
    /// If a vector holds a number that is not finite; nothing is handed out then. And the first error of `sink`, with
    /// which this ends.
    pub fn save<X>(&self, sink: impl FnMut(&[u8]) -> Result<(), X>) -> Result<Result<(), X>, WriteError> {
        let Memory { model, vocab, .. } = &*self.memory;
        Ok(Writer::new(vocab, &model.center, Some(&model.outside), Encoding::F32)?.write(sink))
    }

    /// The words most similar to `word`, most similar first, as many as there is room for in `best`. Returns how many
    /// there are. Numbers that have not occurred, or so long ago that their counts have faded, are left out.
    pub fn near(&self, word: u32, best: &mut [Neighbor]) -> usize {
        nearest_in(self.lanes, &self.known(), self.vector(word).unwrap_or_default(), &[word], best)
    }

    /// The vectors that [`near`](Self::near) looks at, for a [`Search`](motevec_core::query::Search) in slices.
    pub fn known(&self) -> Known<'_, R> {
        let Memory { model, vocab, .. } = &*self.memory;
        Known { center: &model.center, counts: vocab.counts(), least: vocab.is_numbered().into() }
    }

    /// The center vector of `word`.
    pub fn vector(&self, word: u32) -> Option<&[R::Component]> {
        self.memory.model.center.row(word as usize)
    }

    /// The number of `token` in the vocabulary.
    pub fn word(&self, token: &str) -> Option<u32> {
        self.memory.vocab.index(token)
    }

    /// The vocabulary.
    pub fn vocab(&self) -> &VocabIn<T, H, C> {
        &self.memory.vocab
    }

    /// Components of a vector.
    pub fn dim(&self) -> usize {
        self.memory.model.center.dim()
    }

    /// The learning rate.
    pub fn rate(&self) -> f32 {
        self.rate
    }

    /// Sets the learning rate if it is above 0 and at most [`MAX_RATE`], and returns whether it is.
    pub fn set_rate(&mut self, rate: f32) -> bool {
        let usable = rate > 0.0 && rate <= MAX_RATE;
        if usable {
            // What is left to do is of the rate before.
            self.finish();
            self.rate = rate;
        }
        usable
    }

    /// How many tokens have arrived.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// The recent loss of an average pair, or `None` before the first.
    pub fn loss(&self) -> Option<f32> {
        self.loss
    }

    /// A hash of the bits of both matrices: FNV-1a over the rows of the words, first of the center vectors, then of the
    /// outside vectors.
    ///
    /// Two machines that have learned the same have the same hash.
    pub fn bits(&self) -> u64 {
        self.bits_with(&mut || ())
    }

    /// [`bits`](Self::bits), which calls `between` after each row.
    #[inline(never)]
    pub fn bits_with(&self, between: &mut dyn FnMut()) -> u64 {
        let Memory { model: Model { center, outside }, vocab, .. } = &*self.memory;
        let mut hash = 0xCBF2_9CE4_8422_2325;
        for matrix in [center, outside] {
            for row in (0..vocab.len()).filter_map(|word| matrix.row(word)) {
                // Without padding.
                for byte in row.iter().take(matrix.dim()).flat_map(|component| Component::to_le_bytes(*component)) {
                    hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
                }
                between();
            }
        }
        hash
    }
}

/// All that changes while it learns.
impl<L, R, T, H, C> State for Learner<'_, L, Memory<R, T, H, C>>
where
    L: Lanes,
    R: RowsMut,
    T: AsRef<[u8]> + AsMut<[u8]>,
    H: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    // Once, and not for each visitor: it would take a kilobyte and a half of flash each time.
    #[inline(never)]
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.finish();
        let Streams { rows, negatives, widths } = &mut self.streams;
        [rows, negatives, widths].into_iter().for_each(|stream| stream.visit(visit));
        self.rate.visit(visit);
        self.tokens.visit(visit);
        let mut loss = self.loss.unwrap_or(f32::NAN);
        loss.visit(visit);
        self.loss = Some(loss).filter(|loss| !loss.is_nan());
        // A sentence may have begun.
        self.window.visit(visit);
        self.sentence.visit(visit);
        let Memory { model: Model { center, outside }, vocab, noise } = &mut *self.memory;
        vocab.visit(visit);
        noise.visit(visit);
        for matrix in [center, outside] {
            let dim = matrix.dim();
            for word in 0..vocab.len() {
                matrix.row_mut(word).and_then(|row| row.get_mut(..dim)).unwrap_or_default().visit(visit);
            }
        }
    }
}

/// Whether a component is one that a vector which learns well does not have: beyond [`LARGEST`], or the largest that
/// there is.
fn is_endless<X: Component>(component: X) -> bool {
    let limit = const { if X::MAX > LARGEST { LARGEST } else { X::MAX.next_down() } };
    !(-limit..=limit).contains(&component.to_f32())
}

/// The loss of an average pair, in single precision: a division of doubles takes a kilobyte of flash.
fn mean(loss: Loss) -> f32 {
    loss.sum as f32 / loss.pairs as f32
}
