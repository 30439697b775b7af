//! The sentences of late, to learn from again.

use motevec_core::state::State;

/// The last sentences, in room for `TOKENS` words and ends of sentences. The newest take the room of the oldest.
///
/// It starts as zeros, so that a `static` takes no flash.
#[derive(Debug)]
pub struct Recent<const TOKENS: usize> {
    /// A ring: [`END`], [`GONE`], or one more than a word.
    ring: [u16; TOKENS],
    /// Where the next one goes.
    next: u32,
    /// How many there are.
    len: u32,
}

/// The end of a sentence.
const END: u16 = 0;
/// In place of a word that is forgotten.
const GONE: u16 = u16::MAX;

impl<const TOKENS: usize> Default for Recent<TOKENS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const TOKENS: usize> Recent<TOKENS> {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self { ring: [END; TOKENS], next: 0, len: 0 }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        (self.next, self.len) = (0, 0);
    }

    /// How many words and ends there are.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Remembers a sentence.
    pub(super) fn remember(&mut self, words: &[u32]) {
        words.iter().for_each(|&word| self.push(u16::try_from(word + 1).unwrap_or(GONE)));
        self.push(END);
    }

    fn push(&mut self, one: u16) {
        if let Some(place) = self.ring.get_mut(self.next as usize) {
            *place = one;
            self.next = (self.next + 1).checked_rem(TOKENS as u32).unwrap_or(0);
            self.len = (self.len + 1).min(TOKENS as u32);
        }
    }

    /// Leaves `word` out from now on.
    pub(super) fn forget(&mut self, word: u32) {
        for place in self.ring.iter_mut().filter(|place| u32::from(**place) == word + 1) {
            *place = GONE;
        }
    }

    /// What came `age` words and ends before the newest end.
    fn ago(&self, age: u32) -> u16 {
        let place = (self.next + TOKENS as u32).saturating_sub(1 + age).checked_rem(TOKENS as u32).unwrap_or(0);
        self.ring.get(place as usize).copied().unwrap_or(END)
    }

    /// Hands the sentence that holds what came at `age`, below [`len`](Self::len), to `take`, word by word; of the
    /// oldest, what is left.
    pub(super) fn sentence(&self, age: u32, take: &mut dyn FnMut(u32)) {
        let (mut end, mut start) = (age, age);
        while end > 0 && self.ago(end) != END {
            end -= 1;
        }
        // An end belongs to the words before it.
        while start + 1 < self.len && self.ago(start + 1) != END {
            start += 1;
        }
        let words = (end..=start).rev().map(|age| self.ago(age)).filter(|&one| one != END && one != GONE);
        words.for_each(|one| take(u32::from(one) - 1));
    }
}

impl<const TOKENS: usize> State for Recent<TOKENS> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        self.next.visit(visit);
        self.len.visit(visit);
        // Whatever they were.
        self.next = self.next.checked_rem(TOKENS as u32).unwrap_or(0);
        self.len = self.len.min(TOKENS as u32);
        self.ring.get_mut(..self.len as usize).unwrap_or_default().visit(visit);
    }
}
