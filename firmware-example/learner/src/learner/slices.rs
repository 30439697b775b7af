//! Learning in slices, none of which keeps a device from its other work for long.

use motevec_core::model::RowsMut;
use motevec_core::sample::{Rebuild, Unigram};
use motevec_core::simd::Lanes;
use motevec_core::train::{Sliced, Trainer};
use motevec_core::vocab::Observed;

use super::memory::start_row;
use super::{Learner, Memory, Notice, TARGETS, WINDOW};

/// How many words' weights are computed in a slice.
const WEIGHTS: usize = 16;

/// What is left to do.
#[derive(Debug)]
pub(super) struct Work {
    next: Next,
    /// How far the noise has been rebuilt, if it has to be before the next word.
    rebuild: Option<Rebuild>,
    /// The step of the center that has begun.
    center: Sliced<WINDOW, TARGETS>,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    Nothing,
    /// The window takes the next word of the sentence.
    Word(u32),
    /// The same, for a word that has got the number of another, which is in the window: the sentence ends before it.
    Replaced(u32),
    /// The sentence ends.
    End,
}

impl Work {
    pub(super) const fn new() -> Self {
        Self { next: Next::Nothing, rebuild: None, center: Sliced::new() }
    }
}

impl<L, R, T, H, C> Learner<'_, L, Memory<R, T, H, C>>
where
    L: Lanes,
    R: RowsMut,
    T: AsRef<[u8]> + AsMut<[u8]>,
    H: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// Counts the next token of a sentence, if there is room for it. What it makes to do is left to
    /// [`step`](Self::step), but whatever was left before is done.
    pub fn start(&mut self, token: &str, notice: &mut dyn FnMut(Notice<'_>)) {
        self.finish();
        self.tokens = self.tokens.saturating_add(1);
        self.work.next = match self.count(token, notice) {
            Observed::Known(word) => Next::Word(word),
            Observed::New(word) if self.window.holds(word) => Next::Replaced(word),
            Observed::New(word) => {
                self.start_word(word);
                Next::Word(word)
            }
            Observed::Dropped => Next::Nothing,
        };
    }

    /// The same, for a word that is known, by its number. Returns whether it is.
    pub fn start_number(&mut self, word: u32) -> bool {
        self.finish();
        let known = self.memory.vocab.observe_index(word);
        if known {
            self.tokens = self.tokens.saturating_add(1);
            self.work.next = Next::Word(word);
        }
        known
    }

    /// Has [`step`](Self::step) train on the last words of a sentence. [`end_sentence`](Self::end_sentence) must
    /// follow, which gives its loss.
    pub fn start_end(&mut self) {
        self.finish();
        self.work.next = Next::End;
    }

    /// Does all that is left to do.
    pub(super) fn finish(&mut self) {
        while self.step() {}
    }

    /// Does a slice of what is left to do, and returns whether there may be more.
    ///
    /// A slice is half of the step of a center, with at most four words around it, or the weights of 16 words: on a
    /// Cortex-M0 without an FPU at most 260,000 instructions.
    #[inline(never)]
    pub fn step(&mut self) -> bool {
        // Every word has a row.
        if let Ok(Some(loss)) = self.work.center.step(self.lanes, &mut self.memory.model) {
            self.sentence.sum += f64::from(loss);
            return true;
        }
        match self.work.next {
            Next::Nothing => return false,
            Next::Word(word) => {
                if self.rebuilds() {
                    return true;
                }
                self.work.next = Next::Nothing;
                self.slide(Some(word));
            }
            Next::Replaced(word) => {
                if !self.slide(None) {
                    self.start_word(word);
                    self.work.next = Next::Word(word);
                }
            }
            Next::End => {
                if !self.slide(None) {
                    self.work.next = Next::Nothing;
                }
            }
        }
        true
    }

    /// Starts the vectors of a new word.
    pub(super) fn start_word(&mut self, word: u32) {
        let Memory { model, noise, .. } = &mut *self.memory;
        start_row(model, word, &mut self.streams.rows);
        noise.outdate();
    }

    /// Rebuilds a part of the noise, if it is stale; returns whether another is left.
    #[inline(never)]
    pub(super) fn rebuilds(&mut self) -> bool {
        let Memory { vocab, noise, .. } = &mut *self.memory;
        let is_stale = || noise.is_stale(u32::try_from(vocab.total()).unwrap_or(u32::MAX));
        let Some(mut rebuild) = self.work.rebuild.take().or_else(|| is_stale().then(Rebuild::default)) else {
            return false;
        };
        let is_more = noise.rebuild_part(&mut rebuild, vocab.counts().iter().copied(), WEIGHTS);
        self.work.rebuild = is_more.then_some(rebuild);
        is_more
    }

    /// Moves the window to the next word of the sentence, or on at its end, and begins the step of the center whose
    /// window is complete. Returns whether the sentence goes on.
    #[inline(never)]
    fn slide(&mut self, next: Option<u32>) -> bool {
        let Memory { model, noise, .. } = &mut *self.memory;
        let negatives = Unigram { table: &*noise, rng: &mut self.streams.negatives };
        let mut trainer = Trainer::new(self.lanes, model, negatives, &mut self.work.center, self.rate);
        trainer.loss = self.sentence;
        let goes_on = match next {
            Some(word) => self.window.push(word, &mut trainer, &mut self.streams.widths).map(|()| true),
            None => self.window.end_step(&mut trainer, &mut self.streams.widths),
        };
        self.sentence = trainer.loss;
        // It fails nowhere: every word has a row.
        goes_on.unwrap_or(false)
    }
}
