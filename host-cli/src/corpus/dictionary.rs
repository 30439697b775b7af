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

/// A word, and the bytes from its start in a register.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    /// The first sixteen bytes, lowest first; what follows a shorter word may be anything.
    head: u128,
}

impl<'a> Word<'a> {
    /// `head` are the sixteen bytes from the start of `text`, in a text that goes on.
    #[inline(always)]
    pub(super) fn new(text: &'a str, head: u128) -> Self {
        Self { text, head }
    }

    /// The word, unless it is too long.
    #[inline(always)]
    fn short(self) -> Option<ShortWord> {
        (self.text.len() <= SHORT).then(|| ShortWord::new(self.head, self.text.len()))
    }
}

impl<'a> From<&'a str> for Word<'a> {
    #[inline(always)]
    fn from(text: &'a str) -> Self {
        let mut head = [0; 16];
        let len = text.len().min(head.len());
        head[..len].copy_from_slice(&text.as_bytes()[..len]);
        Self { text, head: u128::from_le_bytes(head) }
    }
}

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
/// looked up in `recent`, a megabyte. Those that it lacks are collected and looked up in
/// `short` several at a time, so that the processor waits for all of their cache lines at once.
#[derive(Clone)]
pub(crate) struct Dictionary {
    recent: Vec<Recent>,
    pending: Vec<Pending>,
    short: HashTable<Short>,
    /// Words longer than [`SHORT`]; `long_text` holds their bytes.
    long: HashTable<Long>,
    long_text: String,
    hasher: DefaultHashBuilder,
    /// By id, without what is still counted in `recent`.
    counts: Vec<u64>,
}

/// How many words can be in `recent`. On English text it answers for 94 % of them.
const RECENT: usize = 1 << 15;

/// The last word met with the same [`place`].
#[derive(Clone, Copy)]
struct Recent {
    word: u128,
    id: u32,
    /// Occurrences since it was put here.
    count: u64,
}

impl Recent {
    /// Equal to no word: their last byte is their length.
    const NONE: Self = Self { word: u128::MAX, id: 0, count: 0 };
}

/// The place in `recent` for a word of this hash.
fn place(hash: u64) -> usize {
    (hash >> 32) as usize % RECENT
}

/// How many words are collected at most.
const PENDING: usize = 64;

/// A word whose id belongs at place `at` of the ids.
#[derive(Clone)]
struct Pending {
    word: ShortWord,
    hash: u64,
    at: usize,
}

/// A word with its id, all in the table, so that a lookup touches a single cache line.
#[derive(Clone)]
struct Short {
    word: [u8; 16],
    id: u32,
}

impl Short {
    fn key(&self) -> u128 {
        u128::from_le_bytes(self.word)
    }
}

#[derive(Clone)]
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
pub(crate) struct Full;

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
    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }

    /// Counts `times` more occurrences of `word`, and returns its id.
    pub(super) fn add(&mut self, word: &str, times: u64) -> Result<u32, Full> {
        let id = self.id(word)?;
        self.counts[id as usize] += times;
        Ok(id)
    }

    /// The id of `word`, which is new if it was not there.
    #[inline(always)]
    pub(crate) fn id<'a>(&mut self, word: impl Into<Word<'a>>) -> Result<u32, Full> {
        let word = word.into();
        let Some(short) = word.short() else { return self.long_id(word.text) };
        let hash = self.hasher.hash_one(short.0);
        let recent = &self.recent[place(hash)];
        if recent.word == short.0 { Ok(recent.id) } else { self.short_id(hash, short) }
    }

    #[inline(never)]
    fn short_id(&mut self, hash: u64, word: ShortWord) -> Result<u32, Full> {
        let id = self.find_short(hash, word)?;
        self.remember(hash, Recent { word: word.0, id, count: 0 });
        Ok(id)
    }

    /// The id of `word`, if it is there.
    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        match Word::from(word).short() {
            Some(word) => self.short.find(self.hasher.hash_one(word.0), |entry| entry.key() == word.0).map(|e| e.id),
            None => self.find_long(word),
        }
    }

    fn find_long(&self, word: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(word);
        self.long.find(hash, |entry| entry.word(&self.long_text) == word).map(|entry| entry.id)
    }

    /// Counts a short word, which must be UTF-8, and pushes its id to `ids`. The id may be wrong until
    /// [`settle`](Self::settle) is called with the same ids, and the count until [`settle_counts`](Self::settle_counts)
    /// is called after that.
    #[inline(always)]
    pub(super) fn push_short(&mut self, word: ShortWord, ids: &mut Vec<u32>) -> Result<(), Full> {
        let hash = self.hasher.hash_one(word.0);
        let recent = &mut self.recent[place(hash)];
        if recent.word == word.0 {
            recent.count += 1;
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
            self.remember(hash, Recent { word: word.0, id, count: 1 });
            ids[at] = id;
        }
        self.pending = pending;
        Ok(())
    }

    /// Puts `entry` into `recent`, and adds up the count of the one that was there.
    #[inline(always)]
    fn remember(&mut self, hash: u64, entry: Recent) {
        let evicted = std::mem::replace(&mut self.recent[place(hash)], entry);
        if evicted.count > 0 {
            self.counts[evicted.id as usize] += evicted.count;
        }
    }

    /// Adds up all counts, once no more words come: it looks at all of `recent`, which is too much after each block.
    pub(super) fn settle_counts(&mut self) {
        for entry in &mut self.recent {
            if entry.count > 0 {
                self.counts[entry.id as usize] += std::mem::take(&mut entry.count);
            }
        }
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

    #[inline(never)]
    fn long_id(&mut self, word: &str) -> Result<u32, Full> {
        let hash = self.hasher.hash_one(word);
        if let Some(entry) = self.long.find(hash, |entry| entry.word(&self.long_text) == word) {
            return Ok(entry.id);
        }
        let id = self.next_id()?;
        let entry = Long { start: self.long_text.len(), len: word.len(), id };
        self.long_text.push_str(word);
        let (hasher, text) = (&self.hasher, &self.long_text);
        self.long.insert_unique(hash, entry, |entry| hasher.hash_one(entry.word(text)));
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
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32, u64)> {
        debug_assert!(
            self.pending.is_empty() && self.recent.iter().all(|entry| entry.count == 0),
            "counts are settled"
        );
        let short = self.short.iter().map(|entry| {
            let word = &entry.word[..usize::from(entry.word[SHORT])];
            (std::str::from_utf8(word).expect("short words are cut from checked text"), entry.id)
        });
        let all = short.chain(self.long.iter().map(|entry| (entry.word(&self.long_text), entry.id)));
        all.map(|(word, id)| (word, id, self.counts[id as usize]))
    }
}

/// A dictionary in which words are looked up, most of them again and again, whether they are there or not.
pub(crate) struct Lookup {
    dictionary: Dictionary,
    /// As [`Dictionary::recent`], with [`ABSENT`](Self::ABSENT) as the id of words that are not there.
    recent: Vec<Recent>,
}

impl Lookup {
    const ABSENT: u32 = u32::MAX;

    /// The id of `word`, if it is there.
    #[inline(always)]
    pub(crate) fn find(&mut self, word: Word<'_>) -> Option<u32> {
        let Some(short) = word.short() else { return self.dictionary.find_long(word.text) };
        let hash = self.dictionary.hasher.hash_one(short.0);
        let mut recent = self.recent[place(hash)];
        if recent.word != short.0 {
            let found = self.dictionary.short.find(hash, |entry| entry.key() == short.0);
            recent = Recent { word: short.0, id: found.map_or(Self::ABSENT, |entry| entry.id), count: 0 };
            self.recent[place(hash)] = recent;
        }
        Some(recent.id).filter(|&id| id != Self::ABSENT)
    }

    /// What is looked up in.
    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }
}

impl From<Dictionary> for Lookup {
    fn from(dictionary: Dictionary) -> Self {
        Self { dictionary, recent: vec![Recent::NONE; RECENT] }
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
                assert_eq!(dictionary.find(word), Some(id as u32), "{word:?}");
            }
        }
        let mut all: Vec<_> = dictionary.iter().collect();
        all.sort_by_key(|&(_, id, _)| id);
        let want: Vec<_> = words.iter().enumerate().map(|(id, &word)| (word, id as u32, 6)).collect();
        assert_eq!(all, want);
        assert_eq!(dictionary.len(), words.len());
        assert!(["b", "another long word", "\0"].iter().all(|word| dictionary.find(word).is_none()));
        let mut lookup = Lookup::from(dictionary);
        for _ in 0..2 {
            assert_eq!(words.map(|word| lookup.find(word.into())), [0, 1, 2, 3, 4, 5, 6, 7].map(Some));
            assert!(["b", "another long word", "\0"].into_iter().all(|word| lookup.find(word.into()).is_none()));
        }
    }

    #[test]
    fn words_that_wait_get_the_same_ids_and_counts() {
        let mut dictionary = Dictionary::default();
        let mut ids = Vec::new();
        let words: Vec<_> = (0..3 * RECENT).map(|n| format!("w{}", n % (2 * RECENT))).collect();
        for times in 1..=2 {
            ids.clear();
            for word in &words {
                let mut bytes = [0; 16];
                bytes[..word.len()].copy_from_slice(word.as_bytes());
                dictionary.push_short(ShortWord::new(u128::from_le_bytes(bytes), word.len()), &mut ids).unwrap();
            }
            dictionary.settle(&mut ids).unwrap();
            let again: Vec<_> = words.iter().map(|word| dictionary.add(word, 0).unwrap()).collect();
            assert_eq!(ids, again);
            dictionary.settle_counts();
            assert_eq!(dictionary.len(), 2 * RECENT);
            for (word, _, count) in dictionary.iter() {
                let is_first: bool = word[1..].parse::<usize>().unwrap() < RECENT;
                assert_eq!(count, times * if is_first { 2 } else { 1 }, "{word}");
            }
        }
    }
}
