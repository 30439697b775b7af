//! The words met so far, each with an id and a count: what one worker fills while it reads.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::scan::prefix;
use super::tokens::SPECIAL_IDS;

/// The longest word that is kept inside its table entry: most words, and nearly all occurrences.
pub(super) const SHORT: usize = 15;

/// A word of at most [`SHORT`] bytes in a register: the bytes, zeros, and the length in the last byte.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ShortWord(u128);

impl ShortWord {
    /// The first `len` bytes of `bytes`; `len` is at most [`SHORT`].
    #[inline(always)]
    pub(super) fn new(bytes: u128, len: usize) -> Self {
        Self(prefix(bytes, len) | (len as u128) << 120)
    }
}

/// Words, numbered from 0 as they came, with counts.
///
/// Two tables: an entry of the first holds all of a short word, so that looking one up touches a single cache line and
/// compares sixteen bytes at once; the second points into one string of all the long words.
#[derive(Default)]
pub(super) struct Dictionary {
    short: HashTable<Short>,
    long: HashTable<Long>,
    long_text: String,
    hasher: DefaultHashBuilder,
    len: u32,
}

struct Short {
    word: [u8; 16],
    count: u64,
    id: u32,
}

impl Short {
    fn key(&self) -> u128 {
        u128::from_le_bytes(self.word)
    }
}

struct Long {
    start: usize,
    len: usize,
    count: u64,
    id: u32,
}

impl Long {
    fn word<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start..][..self.len]
    }
}

/// There are more distinct words than there are ids.
#[derive(Debug)]
pub(super) struct Full;

impl Dictionary {
    /// The number of words.
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// Counts `times` more occurrences of `word`, and returns its id.
    pub(super) fn add(&mut self, word: &str, times: u64) -> Result<u32, Full> {
        if word.len() <= SHORT {
            let mut bytes = [0; 16];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            self.add_short(ShortWord::new(u128::from_le_bytes(bytes), word.len()), times)
        } else {
            self.add_long(word, times)
        }
    }

    /// [`add`](Self::add) for a short word that must be UTF-8.
    #[inline(always)]
    pub(super) fn add_short(&mut self, word: ShortWord, times: u64) -> Result<u32, Full> {
        let hash = self.hasher.hash_one(word.0);
        match self.short.find_mut(hash, |entry| entry.key() == word.0) {
            Some(entry) => {
                entry.count += times;
                Ok(entry.id)
            }
            None => self.insert_short(hash, word, times),
        }
    }

    #[cold]
    fn insert_short(&mut self, hash: u64, word: ShortWord, times: u64) -> Result<u32, Full> {
        let id = self.next_id()?;
        let hasher = &self.hasher;
        let entry = Short { word: word.0.to_le_bytes(), count: times, id };
        self.short.insert_unique(hash, entry, |entry| hasher.hash_one(entry.key()));
        Ok(id)
    }

    fn add_long(&mut self, word: &str, times: u64) -> Result<u32, Full> {
        let hash = self.hasher.hash_one(word);
        if let Some(entry) = self.long.find_mut(hash, |entry| entry.word(&self.long_text) == word) {
            entry.count += times;
            return Ok(entry.id);
        }
        let id = self.next_id()?;
        let entry = Long { start: self.long_text.len(), len: word.len(), count: times, id };
        self.long_text.push_str(word);
        let (hasher, text) = (&self.hasher, &self.long_text);
        self.long.insert_unique(hash, entry, |entry| hasher.hash_one(entry.word(text)));
        Ok(id)
    }

    fn next_id(&mut self) -> Result<u32, Full> {
        let id = self.len;
        if id == u32::MAX - SPECIAL_IDS {
            return Err(Full);
        }
        self.len += 1;
        Ok(id)
    }

    /// Takes back occurrences: how many, by id.
    pub(super) fn subtract(&mut self, times: &HashMap<u32, u64>) {
        if !times.is_empty() {
            let short = self.short.iter_mut().map(|entry| (entry.id, &mut entry.count));
            let long = self.long.iter_mut().map(|entry| (entry.id, &mut entry.count));
            short.chain(long).for_each(|(id, count)| *count -= times.get(&id).unwrap_or(&0));
        }
    }

    /// All words with their ids and counts, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u32, u64)> {
        let short = self.short.iter().map(|entry| {
            let word = &entry.word[..usize::from(entry.word[SHORT])];
            (std::str::from_utf8(word).expect("short words are cut from checked text"), entry.id, entry.count)
        });
        short.chain(self.long.iter().map(|entry| (entry.word(&self.long_text), entry.id, entry.count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_ids_and_add_up() {
        let mut dictionary = Dictionary::default();
        let words = ["a", "a\0", "", "fifteen letters", "sixteen letters!", "żółw", "sixteen letters?", "a\0\0"];
        for times in 1..=3 {
            for (id, word) in words.iter().enumerate() {
                assert_eq!(dictionary.add(word, times).unwrap(), id as u32, "{word:?}");
            }
        }
        let mut all: Vec<_> = dictionary.iter().collect();
        all.sort_by_key(|&(_, id, _)| id);
        let want: Vec<_> = words.iter().enumerate().map(|(id, &word)| (word, id as u32, 6)).collect();
        assert_eq!(all, want);
        assert_eq!(dictionary.len(), words.len());
    }
}
