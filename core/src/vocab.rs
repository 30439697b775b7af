//! A vocabulary of fixed capacity: token ↔ index ↔ count.

use heapless::Vec;

/// At most `N` tokens with a total of at most `BYTES` bytes.
///
/// Tokens are any UTF-8 text. They are stored one after another in one array, so that each costs its length and six
/// bytes.
///
/// [`observe`](Self::observe) refuses what does not fit; [`observe_frequent`](Self::observe_frequent) makes room for
/// tokens that come often enough.
#[derive(Clone, Debug)]
pub struct Vocab<const N: usize, const BYTES: usize> {
    text: Vec<u8, BYTES>,
    /// Where each token ends in the text; it starts where the one before it ends.
    ends: Vec<u16, N>,
    counts: Vec<u32, N>,
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
    /// There are `N` tokens already.
    Full,
    /// The tokens' text would exceed `BYTES` bytes, or the 65,535 that an offset can hold.
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
        Self { text: Vec::new(), ends: Vec::new(), counts: Vec::new(), dropped: 0 }
    }

    /// Forgets all tokens.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.counts.clear();
        self.dropped = 0;
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no tokens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Counts one occurrence of `token`, adding it if it is new, and returns its index.
    ///
    /// # Errors
    /// If `token` is new and there is no room for it.
    pub fn observe(&mut self, token: &str) -> Result<u32, VocabError> {
        if let Some(index) = self.count_one(token) {
            return Ok(index);
        }
        if self.ends.is_full() {
            return Err(VocabError::Full);
        }
        let index = self.len() as u32;
        let end = end_of_text::<BYTES>(self.text.len(), token).ok_or(VocabError::TextFull)?;
        self.text.extend_from_slice(token.as_bytes()).map_err(|_| VocabError::TextFull)?;
        self.ends.push(end).map_err(|_| VocabError::Full)?;
        self.counts.push(1).map_err(|_| VocabError::Full)?;
        Ok(index)
    }

    /// Counts one occurrence of `token`; if it is new and there is no room, the frequent tokens keep theirs.
    ///
    /// A token that finds no place lowers every count by one. A token whose count is used up by that stays until its
    /// place is needed, and a new one then gets its index. So counts are never too high, and too low by at most
    /// [`dropped`](Self::dropped); and of n occurrences at most n / (N + 1) are dropped, so that every token with more
    /// occurrences has a place (Misra and Gries 1982, "Finding repeated elements"), unless the text is full first.
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
            if self.counts.get(index) == Some(&0) && self.replace(index, token, &mut leaving).is_some() {
                return Observed::New(index as u32);
            }
        }
        for count in &mut self.counts {
            *count = count.saturating_sub(1);
        }
        self.dropped = self.dropped.saturating_add(1);
        Observed::Dropped
    }

    /// Counts `occurrences` more of the token at `index`, if there is one.
    pub fn add(&mut self, index: u32, occurrences: u32) {
        if let Some(count) = self.counts.get_mut(index as usize) {
            *count = count.saturating_add(occurrences);
        }
    }

    /// How many occurrences found no place.
    #[must_use]
    pub fn dropped(&self) -> u32 {
        self.dropped
    }

    /// The bytes that the tokens take, of `BYTES`.
    #[must_use]
    pub fn text_len(&self) -> usize {
        self.text.len()
    }

    /// The index of `token`.
    #[must_use]
    pub fn index(&self, token: &str) -> Option<u32> {
        self.texts().position(|known| known == token.as_bytes()).map(|index| index as u32)
    }

    /// The token at `index`.
    #[must_use]
    pub fn token(&self, index: u32) -> Option<&str> {
        let place = self.place(index as usize)?;
        core::str::from_utf8(self.text.get(place)?).ok()
    }

    /// How often the token at `index` was observed.
    #[must_use]
    pub fn count(&self, index: u32) -> Option<u32> {
        self.counts.get(index as usize).copied()
    }

    /// The sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    /// The tokens, by index.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.texts().map(|token| core::str::from_utf8(token).unwrap_or_default())
    }

    /// The tokens as bytes, by index.
    fn texts(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let token = self.text.get(start..usize::from(end)).unwrap_or_default();
            start = usize::from(end);
            token
        })
    }

    /// Where the token at `index` lies in the text.
    fn place(&self, index: usize) -> Option<core::ops::Range<usize>> {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |&end| usize::from(end));
        Some(start..usize::from(*self.ends.get(index)?))
    }

    /// Counts one occurrence of a known token.
    fn count_one(&mut self, token: &str) -> Option<u32> {
        let index = self.index(token)?;
        let count = self.counts.get_mut(index as usize)?;
        *count = count.saturating_add(1);
        Some(index)
    }

    /// Puts `token` in the place of the token at `index`, with a count of 1; `None` if its text does not fit.
    fn replace(&mut self, index: usize, token: &str, leaving: &mut impl FnMut(&str)) -> Option<()> {
        let place = self.place(index)?;
        let (old, new) = (place.len(), token.len());
        end_of_text::<BYTES>(self.text.len() - old, token)?;
        leaving(self.token(index as u32)?);
        // The old text moves to the end and is cut off; the new one is added there, and moves back.
        rotate_left(self.text.get_mut(place.start..)?, old);
        self.text.truncate(self.text.len() - old);
        self.text.extend_from_slice(token.as_bytes()).ok()?;
        let tail = self.text.get_mut(place.start..)?;
        rotate_left(tail, tail.len() - new);
        for end in self.ends.iter_mut().skip(index) {
            *end = (usize::from(*end) - old + new) as u16;
        }
        *self.counts.get_mut(index)? = 1;
        Some(())
    }
}

/// Where `token` ends after `len` bytes of text, if that is within `BYTES` and an offset can hold it.
fn end_of_text<const BYTES: usize>(len: usize, token: &str) -> Option<u16> {
    let end = len + token.len();
    if end <= BYTES { u16::try_from(end).ok() } else { None }
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
impl<const N: usize, const BYTES: usize> defmt::Format for Vocab<N, BYTES> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Vocab {{ {=usize} of {=usize} tokens }}", self.len(), N);
    }
}
