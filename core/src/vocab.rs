//! A vocabulary of fixed capacity: token ↔ index ↔ count.

use heapless::Vec;

/// At most `N` tokens of together at most `BYTES` bytes.
///
/// Tokens are any UTF-8 text. They lie one after the other in one array, so that short ones cost no more than their
/// length and six bytes each.
#[derive(Clone, Debug)]
pub struct Vocab<const N: usize, const BYTES: usize> {
    text: Vec<u8, BYTES>,
    entries: Vec<Entry, N>,
}

#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
struct Entry {
    count: u32,
    /// Where the token ends in the text; it starts where the one before it ends.
    end: u16,
}

/// Why a token could not be added. The vocabulary is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum VocabError {
    /// There are `N` tokens already.
    Full,
    /// The tokens' text would exceed `BYTES` bytes, or the 65,535 that an offset can say.
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
        Self { text: Vec::new(), entries: Vec::new() }
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Counts one occurrence of `token`, adding it where it is new, and returns its index.
    ///
    /// # Errors
    /// Where `token` is new and there is no room for it.
    pub fn observe(&mut self, token: &str) -> Result<u32, VocabError> {
        if let Some(index) = self.index(token) {
            if let Some(entry) = self.entries.get_mut(index as usize) {
                entry.count = entry.count.saturating_add(1);
            }
            return Ok(index);
        }
        let end = u16::try_from(self.text.len() + token.len()).map_err(|_| VocabError::TextFull)?;
        let index = self.entries.len() as u32;
        if self.entries.is_full() {
            return Err(VocabError::Full);
        }
        self.text.extend_from_slice(token.as_bytes()).map_err(|_| VocabError::TextFull)?;
        self.entries.push(Entry { count: 1, end }).map_err(|_| VocabError::Full)?;
        Ok(index)
    }

    /// The index of `token`.
    #[must_use]
    pub fn index(&self, token: &str) -> Option<u32> {
        self.tokens().position(|known| known == token).map(|index| index as u32)
    }

    /// The token at `index`.
    #[must_use]
    pub fn token(&self, index: u32) -> Option<&str> {
        self.tokens().nth(index as usize)
    }

    /// How often the token at `index` was observed.
    #[must_use]
    pub fn count(&self, index: u32) -> Option<u32> {
        self.entries.get(index as usize).map(|entry| entry.count)
    }

    /// The sum of all counts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.count)).sum()
    }

    /// The tokens, by index.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.entries.iter().map(move |entry| {
            let token = self.text.get(start..usize::from(entry.end)).unwrap_or_default();
            start = usize::from(entry.end);
            core::str::from_utf8(token).unwrap_or_default()
        })
    }
}

#[cfg(feature = "defmt")]
impl<const N: usize, const BYTES: usize> defmt::Format for Vocab<N, BYTES> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Vocab {{ {=usize} of {=usize} tokens }}", self.len(), N);
    }
}
