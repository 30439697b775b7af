//! A vocabulary of fixed capacity: token ↔ index ↔ count.

mod frequent;
mod name;
mod order;
mod state;

pub use frequent::Observed;
pub use name::Name;

/// At most `N` tokens with a total of at most `BYTES` bytes.
pub type Vocab<const N: usize, const BYTES: usize> = VocabIn<[u8; BYTES], [u16; N], [u32; N]>;

/// A vocabulary in storage that the caller owns, arrays ([`Vocab`]) or slices: as many tokens as both `E`s and `C` hold
/// numbers, with a total of as many bytes as `T` holds.
///
/// Tokens are any UTF-8 text. They are stored one after another in one array, so that each costs its length and eight
/// bytes. To look one up is a binary search.
///
/// [`observe`](Self::observe) refuses what does not fit; [`observe_frequent`](Self::observe_frequent) makes room for
/// tokens that come often enough, and with [`fade_at`](Self::fade_at) also for those that come often only lately.
///
/// Storage without a byte of text is for tokens that are numbers: all from 0 to one less than `C` holds, each its own
/// index, known from the first [`clear`](Self::clear) on. Their text is decimal, and made where it is asked for.
#[derive(Clone, Debug)]
pub struct VocabIn<T, E, C> {
    text: T,
    /// Where each token ends in the text; it starts where the one before it ends.
    ends: E,
    /// The tokens in the order of their texts.
    order: E,
    counts: C,
    /// How many tokens there are.
    words: u16,
    /// The sum of the counts.
    total: u64,
    /// How large that may be; 0 is none, so that a `static` is all zeros and takes no flash.
    bound: u64,
    dropped: u32,
    undercount: u32,
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
        Self::over([0; BYTES], [0; N], [0; N], [0; N])
    }
}

impl<T, E, C> VocabIn<T, E, C> {
    /// An empty vocabulary in this storage, whatever it holds. Tokens that are numbers need no `text`, `ends` and
    /// `order`.
    pub const fn over(text: T, ends: E, order: E, counts: C) -> Self {
        Self { text, ends, order, counts, words: 0, total: 0, bound: 0, dropped: 0, undercount: 0 }
    }
}

impl<T, E, C> VocabIn<T, E, C>
where
    T: AsRef<[u8]> + AsMut<[u8]>,
    E: AsRef<[u16]> + AsMut<[u16]>,
    C: AsRef<[u32]> + AsMut<[u32]>,
{
    /// Forgets all tokens; or, where they are numbers, that they have occurred. When counts fade does not change.
    pub fn clear(&mut self) {
        (self.words, self.total, self.dropped, self.undercount) = (0, 0, 0, 0);
        if self.is_numbered() {
            self.words = self.capacity() as u16;
            self.counts_mut().fill(0);
        }
    }

    /// Whether tokens are numbers: there is no storage for text.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        self.text.as_ref().is_empty()
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
        let counts = self.counts.as_ref().len().min(u16::MAX.into());
        if self.is_numbered() {
            return counts;
        }
        counts.min(self.ends.as_ref().len()).min(self.order.as_ref().len())
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
        match self.find(token) {
            Ok(index) => {
                self.add(index, 1);
                Ok(index)
            }
            Err(rank) => self.append(token, rank),
        }
    }

    /// Adds a new token, which is to have this rank.
    fn append(&mut self, token: &str, rank: usize) -> Result<u32, VocabError> {
        let start = self.text_len();
        let Some(place) = self.text.as_mut().get_mut(start..).and_then(|free| free.get_mut(..token.len())) else {
            return Err(if self.len() < self.capacity() { VocabError::TextFull } else { VocabError::Full });
        };
        copy(token, place);
        self.push(start + token.len(), 1, rank)
    }

    /// Adds a token of `len` bytes, which `write` writes to their place, with its count. Gives its index; `None` if it
    /// is known, or is not UTF-8, or there is no room. Where tokens are numbers, it sets the count.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn insert<X>(
        &mut self,
        len: usize,
        count: u32,
        write: impl FnOnce(&mut [u8]) -> Result<(), X>,
    ) -> Result<Option<u32>, X> {
        if self.is_numbered() {
            let mut digits = [0; name::DIGITS];
            let Some(place) = digits.get_mut(..len) else { return Ok(None) };
            write(place)?;
            let index = core::str::from_utf8(place).ok().and_then(|token| self.index(token));
            index.into_iter().for_each(|index| self.set_count(index, count));
            return Ok(index);
        }
        let start = self.text_len();
        let Some(place) = self.text.as_mut().get_mut(start..).and_then(|free| free.get_mut(..len)) else {
            return Ok(None);
        };
        write(place)?;
        let place = self.text.as_ref().get(start..start + len).unwrap_or_default();
        let rank = core::str::from_utf8(place).ok().and_then(|token| self.find(token).err());
        Ok(rank.and_then(|rank| self.push(start + len, count, rank).ok()))
    }

    /// Counts `occurrences` more of the token at `index`, if there is one.
    pub fn add(&mut self, index: u32, occurrences: u32) {
        let before = self.count(index).unwrap_or(0);
        self.set_count(index, before.saturating_add(occurrences));
    }

    /// Says how often the token at `index` occurred, if there is one.
    pub fn set_count(&mut self, index: u32, occurrences: u32) {
        if let Some(count) = self.counts_mut().get_mut(index as usize) {
            let before = core::mem::replace(count, occurrences);
            self.total = self.total.saturating_sub(before.into()).saturating_add(occurrences.into());
        }
    }

    /// The bytes that the tokens take.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.known_ends().last().map_or(0, |&end| end.into())
    }

    /// The index of `token`.
    #[must_use]
    pub fn index(&self, token: &str) -> Option<u32> {
        self.find(token).ok()
    }

    /// The index of `token`, or the rank that it would have.
    fn find(&self, token: &str) -> Result<u32, usize> {
        if self.is_numbered() {
            return name::number(token).filter(|&number| number < self.words.into()).ok_or(0);
        }
        let (rank, index) = self.locate(token.as_bytes());
        index.map(u32::from).ok_or(rank)
    }

    /// The text of the token at `index`, where it is stored.
    #[must_use]
    pub fn token(&self, index: u32) -> Option<&str> {
        let place = self.place(index as usize)?;
        core::str::from_utf8(self.text.as_ref().get(place)?).ok()
    }

    /// The text of the token at `index`.
    #[must_use]
    pub fn name(&self, index: u32) -> Option<Name<'_>> {
        if self.is_numbered() {
            return (index < self.words.into()).then(|| Name::made(index));
        }
        self.token(index).map(Name::stored)
    }

    /// How often the token at `index` was observed.
    #[must_use]
    pub fn count(&self, index: u32) -> Option<u32> {
        self.counts().get(index as usize).copied()
    }

    /// The sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The tokens, by index, where their text is stored.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.texts().map(|token| core::str::from_utf8(token).unwrap_or_default())
    }

    /// The texts of all tokens, by index.
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        (0..self.words.into()).filter_map(|index| self.name(index))
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
        let stored = if self.is_numbered() { 0 } else { self.len() };
        self.ends.as_ref().get(..stored).unwrap_or_default()
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

    /// Adds the token whose text is there already, and ends at `end`; it has this rank.
    fn push(&mut self, end: usize, count: u32, rank: usize) -> Result<u32, VocabError> {
        let index = self.len();
        if index >= self.capacity() {
            return Err(VocabError::Full);
        }
        let (Some(to), Some(occurred)) = (self.ends.as_mut().get_mut(index), self.counts.as_mut().get_mut(index))
        else {
            return Err(VocabError::Full);
        };
        *to = u16::try_from(end).map_err(|_| VocabError::TextFull)?;
        *occurred = count;
        self.rerank(index as u16, index, rank);
        self.words += 1;
        self.total = self.total.saturating_add(count.into());
        Ok(index as u32)
    }
}

/// Writes `token` over `place`, which is as long: byte by byte, because a copy of slices may panic.
fn copy(token: &str, place: &mut [u8]) {
    for (to, &byte) in place.iter_mut().zip(token.as_bytes()) {
        *to = byte;
    }
}

#[cfg(feature = "defmt")]
impl<T, E, C> defmt::Format for VocabIn<T, E, C> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Vocab {{ {=u16} tokens }}", self.words);
    }
}
