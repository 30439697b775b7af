//! Words in their context: how likely they are there, and learning from whole sentences.

use heapless::Vec;
use motevec_core::model::RowsMut;
use motevec_core::optim::Subtract;
use motevec_core::query::log_likelihood;
use motevec_core::sample::Unigram;
use motevec_core::simd::Lanes;
use motevec_core::train::{Cbow, CbowGradient, Fixed, Loss, Trainer};

use super::memory::FixedMemory;
use super::{Learner, Memory};
use crate::watch::Seen;

/// How many words on each side of a word are its context.
const REACH: usize = 10;
/// The true target and one negative sample: more learn sooner, and in the long run less well.
const TARGETS: usize = 2;
/// The most words of a sentence in one piece.
pub const SENTENCE: usize = 64;

/// The words of a sentence, or of a piece of it. One that is not known has a number that no word has.
pub type Words = Vec<u32, SENTENCE>;

impl<L, R, T, H, C> Learner<'_, L, Memory<R, T, H, C>>
where
    L: Lanes,
    R: RowsMut,
    T: AsRef<[u8]> + AsMut<[u8]>,
    H: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// The numbers of the first [`SENTENCE`] of `tokens`.
    #[inline(never)]
    pub fn words<'t>(&self, tokens: impl Iterator<Item = &'t str>) -> Words {
        let mut words = Words::new();
        // There is room. To collect them could panic.
        tokens.take(SENTENCE).for_each(|token| _ = words.push(self.word(token).unwrap_or(u32::MAX)));
        words
    }

    /// How likely the word at `place` is among the ten before and after it, in nats, up to a constant:
    /// [`log_likelihood`], its share being (count + 1) / (all counts + words). `None` for a word that is not known, or
    /// is alone. Nothing is learned.
    #[inline(never)]
    pub fn score(&self, words: &[u32], place: usize) -> Option<f32> {
        let Memory { model, vocab, .. } = &*self.memory;
        let (left, word, right) = around(words, place)?;
        // What is known has occurred, unless it is a number.
        let known = |&word: &u32| vocab.count(word).is_some_and(|count| count > 0 || !vocab.is_numbered());
        let count = vocab.count(word).filter(|_| known(&word))?;
        let total = u32::try_from(vocab.total()).unwrap_or(u32::MAX).saturating_add(vocab.len() as u32);
        let share = count.saturating_add(1) as f32 / total as f32;
        log_likelihood(self.lanes, model, word, share, left.iter().chain(right).copied().filter(known))
    }
}

impl<L: Lanes, const N: usize, const D: usize, const TEXT: usize> Learner<'_, L, FixedMemory<N, D, TEXT>> {
    /// Counts the first [`SENTENCE`] of `tokens`, and gives the words that there is room for. `leaving` gets a number
    /// that another word had before.
    #[inline(never)]
    pub(crate) fn count_all<'t>(
        &mut self,
        tokens: impl Iterator<Item = &'t str>,
        leaving: &mut dyn FnMut(u32),
        tell: &mut dyn FnMut(Seen<'_>),
    ) -> Words {
        self.finish();
        let mut words = Words::new();
        for token in tokens.take(SENTENCE) {
            self.tokens = self.tokens.saturating_add(1);
            let Some((word, is_new)) = self.admit(token, &mut |notice| tell(Seen::Notice(notice))) else { continue };
            tell(Seen::Step);
            if is_new {
                leaving(word);
                words.retain(|&other| other != word);
            }
            // There is room.
            let _ = words.push(word);
        }
        words
    }

    /// Trains on each word of a sentence by CBOW (eq. 21), its context being the same as for [`score`](Self::score):
    /// the mean of the context's vectors steps against the word and one negative, and the words take all of its step.
    /// Calls `between` after each.
    #[inline(never)]
    pub(crate) fn train_in_context(&mut self, words: &[u32], rate: f32, between: &mut dyn FnMut()) -> Loss {
        while self.rebuilds() {
            between();
        }
        let Memory { model, noise, .. } = &mut *self.memory;
        let negatives = Unigram { table: &*noise, rng: &mut self.streams.negatives };
        // One hidden vector needs no larger window.
        let shape = Cbow::new(Fixed::<1, TARGETS>, Subtract, [[0.0; D]; 2], CbowGradient::Word2vec);
        let mut trainer = Trainer::new(self.lanes, model, negatives, shape, rate);
        for place in 0..words.len() {
            if let Some((left, word, right)) = around(words, place) {
                // Every word has a row.
                let _ = trainer.center(left, word, right);
                between();
            }
        }
        trainer.loss
    }
}

/// The word at `place`, with its context to the left and to the right.
fn around(words: &[u32], place: usize) -> Option<(&[u32], u32, &[u32])> {
    let (left, right) = words.split_at_checked(place)?;
    let (&word, right) = right.split_first()?;
    Some((left.get(left.len().saturating_sub(REACH)..)?, word, right.get(..REACH).unwrap_or(right)))
}
