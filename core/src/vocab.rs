//! A vocabulary of fixed capacity: token ↔ index ↔ count.

/// At most `N` tokens with a total of at most `BYTES` bytes.
pub type Vocab<const N: usize, const BYTES: usize> = VocabIn<[u8; BYTES], [u16; N], [u32; N]>;

/// A vocabulary in storage that the caller owns, arrays ([`Vocab`]) or slices: as many tokens as both `E` and `C` hold
/// numbers, with a total of as many bytes as `T` holds.
///
/// Tokens are any UTF-8 text. They are stored one after another in one array, so that each costs its length and six
/// bytes.
///
/// [`observe`](Self::observe) refuses what does not fit; [`observe_frequent`](Self::observe_frequent) makes room for
/// tokens that come often enough.
#[derive(Clone, Debug)]
pub struct VocabIn<T, E, C> {
    text: T,
    /// Where each token ends in the text; it starts where the one before it ends.
    ends: E,
    counts: C,
    /// How many tokens there are.
    words: u16,
    dropped: u32,
}

/// What [`Vocab::observe_frequent`] did with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Observed {
    /// It has this index, and was counted.
    Known(u32),
    /// It is new, and got this index; a token whose count was used up may have had it before.
    New(u32),
    /// It found no place: it was dropped, and every count was lowered by one.
    Dropped,
}

/// Why a token could not be added. The vocabulary is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum VocabError {
    /// There are as many tokens as the storage holds, or 65,535.
    Full,
    /// The tokens' text would exceed the storage, or the 65,535 bytes that an offset can hold.
    TextFull,
}

impl core::fmt::Display for VocabError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Full => "the vocabulary is full",
            Self::TextFull => "the vocabulary has no room for the token's text",
        })
    }
}

impl core::error::Error for VocabError {}

impl<const N: usize, const BYTES: usize> Default for Vocab<N, BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, const BYTES: usize> Vocab<N, BYTES> {
    /// An empty vocabulary.
    #[must_use]
    pub const fn new() -> Self {
        Self::over([0; BYTES], [0; N], [0; N])
    }
}

impl<T, E, C> VocabIn<T, E, C> {
    /// An empty vocabulary in this storage, whatever it holds.
    pub const fn over(text: T, ends: E, counts: C) -> Self {
        Self { text, ends, counts, words: 0, dropped: 0 }
    }
}

impl<T, E, C> VocabIn<T, E, C>
where
    T: AsRef<[u8]> + AsMut<[u8]>,
    E: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// Forgets all tokens.
    pub fn clear(&mut self) {
        (self.words, self.dropped) = (0, 0);
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.words)
    }

    /// Whether there are no tokens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// How many tokens there is room for, if their text is short enough.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.ends.as_ref().len().min(self.counts.as_ref().len()).min(u16::MAX.into())
    }

    /// How many bytes of text there is room for.
    #[must_use]
    pub fn text_capacity(&self) -> usize {
        self.text.as_ref().len().min(u16::MAX.into())
    }

    /// Counts one occurrence of `token`, adding it if it is new, and returns its index.
    ///
    /// # Errors
    /// If `token` is new and there is no room for it.
    pub fn observe(&mut self, token: &str) -> Result<u32, VocabError> {
        if let Some(index) = self.count_one(token) {
            return Ok(index);
        }
        let (index, start) = (self.len(), self.text_len());
        let words = self.words.checked_add(1).ok_or(VocabError::Full)?;
        let (Some(end), Some(count)) = (self.ends.as_mut().get_mut(index), self.counts.as_mut().get_mut(index)) else {
            return Err(VocabError::Full);
        };
        let place = self.text.as_mut().get_mut(start..).and_then(|free| free.get_mut(..token.len()));
        let new_end = u16::try_from(start + token.len());
        let (Some(place), Ok(new_end)) = (place, new_end) else { return Err(VocabError::TextFull) };
        copy(token, place);
        (*end, *count, self.words) = (new_end, 1, words);
        Ok(index as u32)
    }

    /// Counts one occurrence of `token`; if it is new and there is no room, the frequent tokens keep theirs.
    ///
    /// A token that finds no place lowers every count by one. A token whose count is used up by that stays until its
    /// place is needed, and a new one then gets its index. So counts are never too high, and too low by at most
    /// [`dropped`](Self::dropped); and of n occurrences at most n / (N + 1) are dropped, N being how many tokens there
    /// is room for, so that every token with more occurrences has a place (Misra and Gries 1982, "Finding repeated
    /// elements"), unless the text is full first.
    ///
    /// `leaving` gets the token that loses its place.
    pub fn observe_frequent(&mut self, token: &str, mut leaving: impl FnMut(&str)) -> Observed {
        if let Some(index) = self.count_one(token) {
            return Observed::Known(index);
        }
        if let Ok(index) = self.observe(token) {
            return Observed::New(index);
        }
        for index in 0..self.len() {
            if self.counts().get(index) == Some(&0) && self.replace(index, token, &mut leaving).is_some() {
                return Observed::New(index as u32);
            }
        }
        for count in self.counts_mut() {
            *count = count.saturating_sub(1);
        }
        self.dropped = self.dropped.saturating_add(1);
        Observed::Dropped
    }

    /// Counts `occurrences` more of the token at `index`, if there is one.
    pub fn add(&mut self, index: u32, occurrences: u32) {
        if let Some(count) = self.counts_mut().get_mut(index as usize) {
            *count = count.saturating_add(occurrences);
        }
    }

    /// Says how often the token at `index` occurred, if there is one.
    pub fn set_count(&mut self, index: u32, occurrences: u32) {
        if let Some(count) = self.counts_mut().get_mut(index as usize) {
            *count = occurrences;
        }
    }

    /// How many occurrences found no place.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// The bytes that the tokens take.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.known_ends().last().map_or(0, |&end| end.into())
    }

    /// The index of `token`.
    #[must_use]
    pub fn index(&self, token: &str) -> Option<u32> {
        // Byte by byte: most words differ in the first, and a call of `memcmp` takes longer.
        let is_token = |known: &[u8]| known.len() == token.len() && known.iter().eq(token.as_bytes());
        self.texts().position(is_token).map(|index| index as u32)
    }

    /// The token at `index`.
    #[must_use]
    pub fn token(&self, index: u32) -> Option<&str> {
        let place = self.place(index as usize)?;
        core::str::from_utf8(self.text.as_ref().get(place)?).ok()
    }

    /// How often the token at `index` was observed.
    #[must_use]
    pub fn count(&self, index: u32) -> Option<u32> {
        self.counts().get(index as usize).copied()
    }

    /// The sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts().iter().map(|&count| u64::from(count)).sum()
    }

    /// The tokens, by index.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.texts().map(|token| core::str::from_utf8(token).unwrap_or_default())
    }

    /// The counts, by index.
    #[must_use]
    pub fn counts(&self) -> &[u32] {
        self.counts.as_ref().get(..self.len()).unwrap_or_default()
    }

    fn counts_mut(&mut self) -> &mut [u32] {
        self.counts.as_mut().get_mut(..self.words.into()).unwrap_or_default()
    }

    /// Where tokens end, by index.
    fn known_ends(&self) -> &[u16] {
        self.ends.as_ref().get(..self.len()).unwrap_or_default()
    }

    /// The tokens as bytes, by index.
    fn texts(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        let text = self.text.as_ref();
        self.known_ends().iter().map(move |&end| {
            let token = text.get(start..usize::from(end)).unwrap_or_default();
            start = usize::from(end);
            token
        })
    }

    /// Where the token at `index` lies in the text.
    fn place(&self, index: usize) -> Option<core::ops::Range<usize>> {
        let start =
            index.checked_sub(1).and_then(|before| self.known_ends().get(before)).map_or(0, |&end| usize::from(end));
        Some(start..usize::from(*self.known_ends().get(index)?))
    }

    /// Counts one occurrence of a known token.
    fn count_one(&mut self, token: &str) -> Option<u32> {
        let index = self.index(token)?;
        self.add(index, 1);
        Some(index)
    }

    /// Puts `token` in the place of the token at `index`, with a count of 1; `None` if its text does not fit.
    fn replace(&mut self, index: usize, token: &str, leaving: &mut impl FnMut(&str)) -> Option<()> {
        let place = self.place(index)?;
        let (old, new, end) = (place.len(), token.len(), self.text_len());
        let new_end = end - old + new;
        u16::try_from(new_end).ok().filter(|_| new_end <= self.text.as_ref().len())?;
        leaving(self.token(index as u32)?);
        let text = self.text.as_mut();
        // The old text moves to the end and is cut off; the new one is added there, and moves back.
        rotate_left(text.get_mut(place.start..end)?, old);
        copy(token, text.get_mut(end - old..new_end)?);
        let tail = text.get_mut(place.start..new_end)?;
        rotate_left(tail, tail.len() - new);
        for end in self.ends.as_mut().get_mut(index..self.words.into())? {
            *end = (usize::from(*end) - old + new) as u16;
        }
        *self.counts.as_mut().get_mut(index)? = 1;
        Some(())
    }
}

/// Writes `token` over `place`, which is as long: byte by byte, because a copy of slices may panic.
fn copy(token: &str, place: &mut [u8]) {
    for (to, &byte) in place.iter_mut().zip(token.as_bytes()) {
        *to = byte;
    }
}

/// Moves what starts at `middle` to the front: three reversals, which are small in flash and cannot panic.
fn rotate_left(text: &mut [u8], middle: usize) {
    if let Some((front, back)) = text.split_at_mut_checked(middle) {
        front.reverse();
        back.reverse();
        text.reverse();
    }
}

#[cfg(feature = "defmt")]
impl<T, E, C> defmt::Format for VocabIn<T, E, C> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Vocab {{ {=u16} tokens }}", self.words);
    }
}
