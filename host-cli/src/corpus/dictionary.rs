//! The words met so far, each with an id and a count: filled by one worker while it reads.

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

/// Words, numbered from 0 in order of appearance, with counts.
///
/// A corpus has too many distinct words for a cache, and most occurrences are of few of them. So short words are first
/// looked up in `recent`, which fits into a second-level cache. Those that it lacks are collected and looked up in
/// `short` several at a time, so that the processor waits for all of their cache lines at once.
pub(super) struct Dictionary {
    recent: Vec<Recent>,
    pending: Vec<Pending>,
    short: HashTable<Short>,
    /// Words longer than [`SHORT`]; `long_text` holds their bytes.
    long: HashTable<Long>,
    long_text: String,
    hasher: DefaultHashBuilder,
    /// By id. The counts of frequent words, which come early, lie together.
    counts: Vec<u64>,
}

/// How many words can be in `recent`. On English text it answers for 87 % of them.
const RECENT: usize = 1 << 13;

/// The last word met with the same [`place`].
#[derive(Clone)]
struct Recent {
    word: u128,
    id: u32,
}

impl Recent {
    /// Equal to no word: their last byte is their length.
    const NONE: Self = Self { word: u128::MAX, id: 0 };
}

/// The place in `recent` for a word of this hash.
fn place(hash: u64) -> usize {
    (hash >> 32) as usize % RECENT
}

/// How many words are collected at most.
const PENDING: usize = 64;

/// A word whose id belongs at place `at` of the ids.
struct Pending {
    word: ShortWord,
    hash: u64,
    at: usize,
}

/// A word with its id, all in the table, so that a lookup touches a single cache line.
struct Short {
    word: [u8; 16],
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
    id: u32,
}

impl Long {
    fn word<'a>(&self, text: &'a str) -> &'a str {
        &text[self.start..][..self.len]
    }
}

/// There are more distinct words than ids.
#[derive(Debug)]
pub(super) struct Full;

impl Default for Dictionary {
    fn default() -> Self {
        Self {
            recent: vec![Recent::NONE; RECENT],
            pending: Vec::with_capacity(PENDING),
            short: HashTable::new(),
            long: HashTable::new(),
            long_text: String::new(),
            hasher: DefaultHashBuilder::default(),
            counts: Vec::new(),
        }
    }
}

impl Dictionary {
    /// The number of words.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Counts `times` more occurrences of `word`, and returns its id.
    pub(super) fn add(&mut self, word: &str, times: u64) -> Result<u32, Full> {
        if word.len() <= SHORT {
            let mut bytes = [0; 16];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            let word = ShortWord::new(u128::from_le_bytes(bytes), word.len());
            let id = self.find_short(self.hasher.hash_one(word.0), word)?;
            self.counts[id as usize] += times;
            Ok(id)
        } else {
            self.add_long(word, times)
        }
    }

    /// Counts a short word, which must be UTF-8, and pushes its id to `ids`. The id may be wrong until
    /// [`settle`](Self::settle) is called with the same ids.
    #[inline(always)]
    pub(super) fn push_short(&mut self, word: ShortWord, ids: &mut Vec<u32>) -> Result<(), Full> {
        let hash = self.hasher.hash_one(word.0);
        let recent = &self.recent[place(hash)];
        if recent.word == word.0 {
            self.counts[recent.id as usize] += 1;
            ids.push(recent.id);
            return Ok(());
        }
        self.pending.push(Pending { word, hash, at: ids.len() });
        ids.push(0);
        if self.pending.len() == PENDING { self.settle(ids) } else { Ok(()) }
    }

    /// Puts the ids of the collected words into their places in `ids`.
    #[inline(never)]
    pub(super) fn settle(&mut self, ids: &mut [u32]) -> Result<(), Full> {
        let mut pending = std::mem::take(&mut self.pending);
        for Pending { word, hash, at } in pending.drain(..) {
            let id = self.find_short(hash, word)?;
            self.recent[place(hash)] = Recent { word: word.0, id };
            self.counts[id as usize] += 1;
            ids[at] = id;
        }
        self.pending = pending;
        Ok(())
    }

    #[inline(always)]
    fn find_short(&mut self, hash: u64, word: ShortWord) -> Result<u32, Full> {
        match self.short.find(hash, |entry| entry.key() == word.0) {
            Some(entry) => Ok(entry.id),
            None => self.insert_short(hash, word),
        }
    }

    #[cold]
    fn insert_short(&mut self, hash: u64, word: ShortWord) -> Result<u32, Full> {
        let id = self.next_id()?;
        let hasher = &self.hasher;
        let entry = Short { word: word.0.to_le_bytes(), id };
        self.short.insert_unique(hash, entry, |entry| hasher.hash_one(entry.key()));
        Ok(id)
    }

    fn add_long(&mut self, word: &str, times: u64) -> Result<u32, Full> {
        let hash = self.hasher.hash_one(word);
        let id = match self.long.find(hash, |entry| entry.word(&self.long_text) == word) {
            Some(entry) => entry.id,
            None => {
                let id = self.next_id()?;
                let entry = Long { start: self.long_text.len(), len: word.len(), id };
                self.long_text.push_str(word);
                let (hasher, text) = (&self.hasher, &self.long_text);
                self.long.insert_unique(hash, entry, |entry| hasher.hash_one(entry.word(text)));
                id
            }
        };
        self.counts[id as usize] += times;
        Ok(id)
    }

    /// The id of a word that is about to be inserted.
    fn next_id(&mut self) -> Result<u32, Full> {
        let id = self.counts.len() as u32;
        if id == u32::MAX - SPECIAL_IDS {
            return Err(Full);
        }
        self.counts.push(0);
        Ok(id)
    }

    /// Subtracts occurrences: how many, by id.
    pub(super) fn subtract(&mut self, times: &HashMap<u32, u64>) {
        for (&id, times) in times {
            self.counts[id as usize] -= times;
        }
    }

    /// All words with their ids and counts, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u32, u64)> {
        let short = self.short.iter().map(|entry| {
            let word = &entry.word[..usize::from(entry.word[SHORT])];
            (std::str::from_utf8(word).expect("short words are cut from checked text"), entry.id)
        });
        let all = short.chain(self.long.iter().map(|entry| (entry.word(&self.long_text), entry.id)));
        all.map(|(word, id)| (word, id, self.counts[id as usize]))
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

    #[test]
    fn words_that_wait_get_the_same_ids_and_counts() {
        let mut dictionary = Dictionary::default();
        let mut ids = Vec::new();
        let words: Vec<_> = (0..3 * RECENT).map(|n| format!("w{}", n % (2 * RECENT))).collect();
        for word in &words {
            let mut bytes = [0; 16];
            bytes[..word.len()].copy_from_slice(word.as_bytes());
            dictionary.push_short(ShortWord::new(u128::from_le_bytes(bytes), word.len()), &mut ids).unwrap();
        }
        dictionary.settle(&mut ids).unwrap();
        assert_eq!(dictionary.len(), 2 * RECENT);
        assert_eq!(dictionary.iter().map(|(_, _, count)| count).sum::<u64>(), words.len() as u64);
        let again: Vec<_> = words.iter().map(|word| dictionary.add(word, 0).unwrap()).collect();
        assert_eq!(ids, again);
    }
}
