//! Subwords: the n-grams of a word, hashed into buckets (eq. 24; Bojanowski et al. 2017), bucket for bucket as fastText
//! does.
//!
//! ```
//! use motevec_core::subword::Ngrams;
//!
//! // <is>: `<i` and `is` and `s>`, then `<is` and `is>`; and the whole, which has 4 characters, not 3.
//! let ngrams = Ngrams::new(2, 3, 2_000_000)?;
//! assert_eq!(ngrams.of("is").count(), 5);
//! # Ok::<(), motevec_core::subword::NgramsError>(())
//! ```

/// Which n-grams words have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ngrams {
    least: u32,
    most: u32,
    buckets: u32,
}

/// There are no such n-grams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum NgramsError {
    /// The shortest has no characters, or is longer than the longest.
    Lengths,
    /// No bucket to put them into.
    NoBuckets,
}

impl core::fmt::Display for NgramsError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Lengths => "n-grams have from 1 character up, and the shortest is not longer than the longest",
            Self::NoBuckets => "n-grams need at least one bucket",
        })
    }
}

impl core::error::Error for NgramsError {}

impl Ngrams {
    /// Those of `least` to `most` characters, in so many `buckets`. By custom these are 3, 6 and 2,000,000.
    ///
    /// # Errors
    /// [`NgramsError`], see there.
    pub const fn new(least: u32, most: u32, buckets: u32) -> Result<Self, NgramsError> {
        if least == 0 || least > most {
            return Err(NgramsError::Lengths);
        }
        if buckets == 0 {
            return Err(NgramsError::NoBuckets);
        }
        Ok(Self { least, most, buckets })
    }

    /// Characters of the shortest.
    #[must_use]
    pub const fn least(self) -> u32 {
        self.least
    }

    /// Characters of the longest.
    #[must_use]
    pub const fn most(self) -> u32 {
        self.most
    }

    /// The number of buckets.
    #[must_use]
    pub const fn buckets(self) -> u32 {
        self.buckets
    }

    /// The bucket of each n-gram of `<word>`, in the order of where they start, the shorter ones first. A bucket may
    /// come twice.
    ///
    /// The marks count as characters, but are not n-grams by themselves. `</s>`, the end of a line, has none.
    pub fn of(self, word: &str) -> impl Iterator<Item = u32> + '_ {
        let marked = Marked(word.as_bytes());
        let starts = if word == END_OF_LINE { 0 } else { marked.len() };
        (0..starts).filter(move |&start| marked.begins_character(start)).flat_map(move |start| {
            let (mut hash, mut characters, mut at) = (FNV_OFFSET, 0, start);
            core::iter::from_fn(move || {
                while at < marked.len() && characters < self.most {
                    hash = fnv(hash, marked.byte(at));
                    at += 1;
                    while at < marked.len() && !marked.begins_character(at) {
                        hash = fnv(hash, marked.byte(at));
                        at += 1;
                    }
                    characters += 1;
                    let is_mark = characters == 1 && (start == 0 || at == marked.len());
                    if characters >= self.least && !is_mark {
                        return hash.checked_rem(self.buckets);
                    }
                }
                None
            })
        })
    }
}

/// fastText's name for the end of a line, which is not made of characters.
const END_OF_LINE: &str = "</s>";

/// The bytes of a word between `<` and `>`.
#[derive(Clone, Copy)]
struct Marked<'a>(&'a [u8]);

impl Marked<'_> {
    fn len(self) -> usize {
        self.0.len() + 2
    }

    fn byte(self, at: usize) -> u8 {
        match at.checked_sub(1) {
            None => b'<',
            Some(at) => self.0.get(at).copied().unwrap_or(b'>'),
        }
    }

    fn begins_character(self, at: usize) -> bool {
        self.byte(at) & 0xC0 != 0x80
    }
}

const FNV_OFFSET: u32 = 2_166_136_261;

/// FNV-1a, one byte on; fastText takes bytes with their sign.
fn fnv(hash: u32, byte: u8) -> u32 {
    (hash ^ i32::from(byte.cast_signed()).cast_unsigned()).wrapping_mul(16_777_619)
}
