//! Room for what comes often: counting an endless stream in fixed memory.

use super::{VocabIn, copy};

/// What [`Vocab::observe_frequent`](super::Vocab::observe_frequent) did with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Observed {
    /// It has this index, and was counted.
    Known(u32),
    /// It is new, and got this index; a token whose count was used up may have had it before.
    New(u32),
    /// It found no place: it was dropped, and every count was lowered by one, unless tokens are numbers.
    Dropped,
}

impl<T, E, C> VocabIn<T, E, C>
where
    T: AsRef<[u8]> + AsMut<[u8]>,
    E: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// Counts one occurrence of `token`; if it is new and there is no room, the frequent tokens keep theirs.
    ///
    /// A token that finds no place lowers every count by one. A token whose count is used up by that stays until its
    /// place is needed, and a new one then gets its index. So counts are never too high, and too low by at most
    /// [`undercount`](Self::undercount); and of n occurrences at most n / (N + 1) are dropped, N being how many tokens
    /// there is room for, so that every token with more occurrences has a place (Misra and Gries 1982, "Finding
    /// repeated elements"), unless the text is full first.
    ///
    /// Counts fade, and old tokens make room faster, if [`fade_at`](Self::fade_at) says so.
    ///
    /// `leaving` gets the token that loses its place. Numbers keep theirs; what is not one of them is dropped.
    pub fn observe_frequent(&mut self, token: &str, mut leaving: impl FnMut(&str)) -> Observed {
        let observed = self.find_room(token, &mut leaving);
        self.fade();
        observed
    }

    /// The same for the token at `index`; returns whether there is one.
    pub fn observe_index(&mut self, index: u32) -> bool {
        let known = (index as usize) < self.len();
        if known {
            self.add(index, 1);
            self.fade();
        }
        known
    }

    /// If counts add up to more than they [may](Self::fade_at), halves all, rounded up, until it is half of that: for
    /// counts from elsewhere, which would otherwise fade to nothing with the next token.
    pub fn fade_in(&mut self) {
        let too_much = self.bound > 0 && self.total > self.bound;
        while too_much && self.total > self.bound / 2 && self.counts().iter().any(|&count| count > 1) {
            self.lower(|count| count.div_ceil(2));
        }
    }

    /// Has [`observe_frequent`](Self::observe_frequent) halve all counts, rounded down, whenever they add up to more
    /// than `bound`, or never if that is 0, as it is at first: for a stream without an end, whose words change.
    ///
    /// Without it, a token of long ago keeps its place until as many others were dropped as it was counted. With it,
    /// three things hold at any age, unless the text is full. N is how many tokens there is room for, B the bound, and
    /// a *faded* number is one that is halved whenever the counts are, so that old occurrences weigh little.
    ///
    /// - **Error.** A count is never above the faded number of occurrences of its token, and below it by at most
    ///   `undercount()` ≤ F / (N + 1) + 2, where F is the faded number of all tokens. A token without a place has
    ///   occurred at most so often. *Proof:* a drop lowers a count, or leaves out an occurrence, by one, and adds one
    ///   to the undercount u; halving halves a shortfall and rounds down, which adds at most ½: so u becomes ⌊u/2⌋ + 1.
    ///   With S, the sum of the counts, u (N + 1) ≤ F − S + 2 (N + 1): a drop adds N + 1 to both sides, since all N
    ///   counts are above 0 (else there were room); other tokens leave both alone; halving makes u (N + 1) at most half
    ///   of what it was, and N + 1 more, and leaves F − S at least half of what it was.
    /// - **Known.** A token that is a share f > 1 / (N + 1) of what comes has a place after at most B / (f (N + 1) − 1)
    ///   tokens. *Proof:* while it has none, each of its occurrences is dropped and takes N from S; every other token
    ///   adds at most 1, and halving adds nothing. After t tokens, 0 ≤ S ≤ B + t − f t (N + 1).
    /// - **Kept.** It has a place, and a count above 0, as long as its faded number of occurrences exceeds
    ///   `undercount()`.
    ///
    /// Counts that were set, rather than counted, are taken for occurrences. Where tokens are numbers, a drop is of
    /// what is not one of them, and lowers nothing.
    ///
    /// So a small B learns new words soon, and a large one keeps rare ones: a token that comes once in B tokens is
    /// forgotten as soon as another needs its place. Sixteen times N is a good start.
    pub fn fade_at(&mut self, bound: u64) {
        self.bound = bound;
    }

    /// How many occurrences found no place.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// How far counts are too low, at most: one for each dropped occurrence, and less as they fade.
    #[must_use]
    pub fn undercount(&self) -> u32 {
        self.undercount
    }

    fn find_room(&mut self, token: &str, leaving: &mut impl FnMut(&str)) -> Observed {
        let rank = match self.find(token) {
            Ok(index) => {
                self.add(index, 1);
                return Observed::Known(index);
            }
            Err(rank) => rank,
        };
        if let Ok(index) = self.append(token, rank) {
            return Observed::New(index);
        }
        for index in 0..self.len() {
            if self.counts().get(index) == Some(&0) && self.replace(index, token, rank, leaving).is_some() {
                return Observed::New(index as u32);
            }
        }
        self.dropped = self.dropped.saturating_add(1);
        if !self.is_numbered() {
            self.lower(|count| count.saturating_sub(1));
            self.undercount = self.undercount.saturating_add(1);
        }
        Observed::Dropped
    }

    fn fade(&mut self) {
        while self.bound > 0 && self.total > self.bound {
            self.lower(|count| count / 2);
            self.undercount = self.undercount / 2 + 1;
        }
    }

    /// Changes all counts.
    fn lower(&mut self, lower: impl Fn(u32) -> u32) {
        let mut total = 0;
        for count in self.counts_mut() {
            *count = lower(*count);
            total += u64::from(*count);
        }
        self.total = total;
    }

    /// Puts `token`, which would have this rank if it were added, in the place of the token at `index`, with a count of
    /// 1; `None` if its text does not fit.
    fn replace(&mut self, index: usize, token: &str, rank: usize, leaving: &mut impl FnMut(&str)) -> Option<()> {
        let place = self.place(index)?;
        let (old, new, end) = (place.len(), token.len(), self.text_len());
        let new_end = end - old + new;
        u16::try_from(new_end).ok().filter(|_| new_end <= self.text.as_ref().len())?;
        leaving(self.token(index as u32)?);
        self.rerank(index as u16, self.locate(self.bytes(index as u16)).0, rank);
        let text = self.text.as_mut();
        // The old text moves to the end and is cut off; the new one is added there, and moves back.
        rotate_left(text.get_mut(place.start..end)?, old);
        copy(token, text.get_mut(end - old..new_end)?);
        let tail = text.get_mut(place.start..new_end)?;
        rotate_left(tail, tail.len() - new);
        for end in self.ends.as_mut().get_mut(index..self.words.into())? {
            *end = (usize::from(*end) - old + new) as u16;
        }
        self.set_count(index as u32, 1);
        Some(())
    }
}

/// Moves what starts at `middle` to the front: three reversals, which are small in flash and cannot panic.
fn rotate_left(text: &mut [u8], middle: usize) {
    if let Some((front, back)) = text.split_at_mut_checked(middle) {
        reverse(front);
        reverse(back);
        reverse(text);
    }
}

/// The code for it is large: once is enough.
#[inline(never)]
fn reverse(text: &mut [u8]) {
    text.reverse();
}
