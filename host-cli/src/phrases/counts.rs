//! How often words and pairs of neighbors occur.
//!
//! gensim counts both in one dictionary of strings, pairs under their joined spelling. Here a pair of plain words,
//! which have no delimiter in them, is the pair of their numbers; no two such pairs are spelled alike. Whatever else
//! has a delimiter is counted as a string. A word that is spelled as a pair of plain words is counted as that pair.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::score::Score;
use super::spelling::{Shape, Spelling};
use super::table::{Role, Table};
use crate::Result;
use crate::corpus::{Dictionary, Full, Word, too_many_words};

/// The numbers of two plain words, the first one in the upper half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pair(u64);

impl Pair {
    pub(super) fn new(first: u32, last: u32) -> Self {
        Self(u64::from(first) << 32 | u64::from(last))
    }

    pub(super) fn words(self) -> [usize; 2] {
        [(self.0 >> 32) as usize, self.0 as u32 as usize]
    }
}

/// [`Shape`], with numbers of words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Connector,
    Plain,
    Pair(Pair),
    Odd,
}

/// A string and how often it occurs, unless it is a pair. Words of pairs are there even if they never occur.
#[derive(Clone, Copy)]
struct Entry {
    kind: Kind,
    count: u64,
}

/// How many pairs are counted at a time: the processor then waits for many of them at once.
const WAITING: usize = 512;

#[derive(Clone)]
pub(super) struct Counts {
    pub(super) spelling: Spelling,
    numbers: Dictionary,
    /// By number.
    entries: Vec<Entry>,
    pairs: HashMap<Pair, u64>,
    waiting: Vec<Pair>,
    /// How many entries have a count.
    counted: usize,
}

impl Counts {
    pub(super) fn new(spelling: Spelling) -> Self {
        Self {
            spelling,
            numbers: Dictionary::default(),
            entries: Vec::new(),
            pairs: HashMap::new(),
            waiting: Vec::with_capacity(WAITING),
            counted: 0,
        }
    }

    /// Counts a word, unless it is a connector. Returns its number and kind.
    #[inline(always)]
    pub(super) fn word(&mut self, word: Word<'_>) -> Result<(u32, Kind)> {
        let number = self.number(word)?;
        let entry = &mut self.entries[number as usize];
        let kind = entry.kind;
        match kind {
            Kind::Connector => {}
            Kind::Pair(pair) => self.pair(pair),
            Kind::Plain | Kind::Odd => {
                self.counted += usize::from(entry.count == 0);
                entry.count += 1;
            }
        }
        Ok((number, kind))
    }

    /// The number of `word`, if it is plain; it is not counted.
    pub(super) fn plain(&mut self, word: &str) -> Result<Option<u32>> {
        let number = self.number(word)?;
        Ok(Some(number).filter(|&number| self.entries[number as usize].kind == Kind::Plain))
    }

    /// Counts a pair of plain words.
    #[inline(always)]
    pub(super) fn pair(&mut self, pair: Pair) {
        self.waiting.push(pair);
        if self.waiting.len() == WAITING {
            self.settle();
        }
    }

    /// Counts a pair that is not of two plain words, or that has connectors inside.
    pub(super) fn spelled(&mut self, phrase: &str) -> Result<()> {
        let number = self.number(phrase)?;
        let entry = &mut self.entries[number as usize];
        self.counted += usize::from(entry.count == 0);
        entry.count += 1;
        Ok(())
    }

    /// Adds `times` to the count of a word or pair, as it is spelled.
    pub(super) fn add(&mut self, spelled: &str, times: u64) -> Result<()> {
        let number = self.number(spelled)?;
        let entry = &mut self.entries[number as usize];
        match entry.kind {
            Kind::Pair(pair) => *self.pairs.entry(pair).or_insert(0) += times,
            Kind::Connector | Kind::Plain | Kind::Odd => {
                self.counted += usize::from(entry.count == 0);
                entry.count += times;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn number<'b>(&mut self, word: impl Into<Word<'b>>) -> Result<u32> {
        let word = word.into();
        let number = self.numbers.id(word).map_err(|Full| too_many_words())?;
        if number as usize == self.entries.len() {
            self.enter(word.text, number)?;
        }
        Ok(number)
    }

    #[cold]
    fn enter(&mut self, word: &str, number: u32) -> Result<()> {
        self.entries.push(Entry { kind: Kind::Plain, count: 0 });
        self.entries[number as usize].kind = match self.spelling.shape(word) {
            Shape::Connector => Kind::Connector,
            Shape::Plain => Kind::Plain,
            Shape::Pair(first, last) => Kind::Pair(Pair::new(self.number(first)?, self.number(last)?)),
            Shape::Odd => Kind::Odd,
        };
        Ok(())
    }

    fn settle(&mut self) {
        for pair in self.waiting.drain(..) {
            *self.pairs.entry(pair).or_insert(0) += 1;
        }
    }

    /// The words and pairs, as they are spelled, with their counts, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, u64)> {
        let mut words = vec![""; self.entries.len()];
        self.numbers.iter().for_each(|(word, number, _)| words[number as usize] = word);
        let mut pairs = self.pairs.clone();
        for &pair in &self.waiting {
            *pairs.entry(pair).or_insert(0) += 1;
        }
        let spelled = |pair: Pair| pair.words().map(|word| words[word]).join(&self.spelling.delimiter);
        let pairs: Vec<_> = pairs.into_iter().map(|(pair, count)| (spelled(pair).into(), count)).collect();
        let counted = words.into_iter().zip(&self.entries).filter(|(_, entry)| entry.count > 0);
        counted.map(|(word, entry)| (word.into(), entry.count)).chain(pairs)
    }

    /// Whether there are more than `most` distinct words and pairs.
    pub(super) fn exceed(&mut self, most: usize) -> bool {
        if self.counted + self.pairs.len() + self.waiting.len() <= most {
            return false;
        }
        self.settle();
        self.counted + self.pairs.len() > most
    }

    /// Forgets what occurred at most `rare` times. Numbers change.
    pub(super) fn forget(&mut self, rare: u64) -> Result<()> {
        self.settle();
        self.pairs.retain(|_, count| *count > rare);
        let mut is_kept: Vec<_> = self.entries.iter().map(|entry| entry.count > rare).collect();
        self.counted = is_kept.iter().filter(|&&kept| kept).count();
        for (is_kept, entry) in is_kept.iter_mut().zip(&self.entries) {
            *is_kept |= matches!(entry.kind, Kind::Pair(pair) if self.pairs.contains_key(&pair));
        }
        for word in self.pairs.keys().flat_map(|pair| pair.words()) {
            is_kept[word] = true;
        }
        let mut kept = Self::new(std::mem::take(&mut self.spelling));
        let mut renumbered = vec![0; self.entries.len()];
        for (word, number, _) in self.numbers.iter().filter(|&(_, number, _)| is_kept[number as usize]) {
            let Entry { count, .. } = self.entries[number as usize];
            let new = kept.number(word)?;
            kept.entries[new as usize].count = if count > rare { count } else { 0 };
            renumbered[number as usize] = new;
        }
        kept.counted = self.counted;
        kept.pairs = HashMap::with_capacity(self.pairs.len());
        for (pair, count) in self.pairs.drain() {
            let [first, last] = pair.words().map(|word| renumbered[word]);
            kept.pairs.insert(Pair::new(first, last), count);
        }
        *self = kept;
        Ok(())
    }

    /// Gives numbers to words that were forgotten and are spelled like pairs that were not, where phrases may start or
    /// end with them: such a word has the count of the pair.
    fn enter_pairs_in_phrases(&mut self, score: &Score) -> Result<()> {
        let is_pair = |word: &str| match self.spelling.shape(word) {
            Shape::Pair(first, last) => {
                let numbers = self.numbers.find(first).zip(self.numbers.find(last));
                numbers.is_some_and(|(first, last)| self.pairs.contains_key(&Pair::new(first, last)))
            }
            _ => false,
        };
        let mut missing = Vec::new();
        for (phrase, number, _) in self.numbers.iter() {
            let Entry { kind, count } = self.entries[number as usize];
            if count >= score.min_count && matches!(kind, Kind::Odd | Kind::Connector) {
                let ends = self.spelling.ends(phrase).flat_map(|(start, end)| [start, end]);
                missing
                    .extend(ends.filter(|word| self.numbers.find(word).is_none() && is_pair(word)).map(str::to_owned));
            }
        }
        missing.iter().try_for_each(|word| self.number(word.as_str()).map(drop))
    }

    /// The phrases, by `score`, which gets its vocabulary here.
    pub(super) fn into_table(mut self, mut score: Score) -> Result<Table> {
        self.settle();
        self.enter_pairs_in_phrases(&score)?;
        score.vocabulary = (self.counted + self.pairs.len()) as u64;
        let mut roles = vec![Role::default(); self.entries.len()];
        let mut phrases = Vec::new();
        for (&pair, &count) in &self.pairs {
            let [first, last] = pair.words();
            if let Some(score) = score.phrase(self.entries[first].count, self.entries[last].count, count) {
                (roles[first].starts, roles[last].ends) = (true, true);
                phrases.push((pair, score));
            }
        }
        for (phrase, number, _) in self.numbers.iter() {
            let Entry { kind, count } = self.entries[number as usize];
            if count >= score.min_count && matches!(kind, Kind::Odd | Kind::Connector) {
                let (mut first, mut last) = (Vec::new(), Vec::new());
                for (start, end) in self.spelling.ends(phrase) {
                    first.extend(self.numbers.find(start));
                    last.extend(self.numbers.find(end));
                }
                if !first.is_empty() && !last.is_empty() {
                    first.into_iter().for_each(|word| roles[word as usize].starts = true);
                    last.into_iter().for_each(|word| roles[word as usize].ends = true);
                    roles[number as usize].is_phrase = true;
                }
            }
        }

        let mut numbers = Dictionary::default();
        let mut known = Vec::new();
        let mut renumbered = vec![0; self.entries.len()];
        for (word, number, _) in self.numbers.iter() {
            let (Entry { kind, count }, role) = (self.entries[number as usize], roles[number as usize]);
            if role == Role::default() {
                continue;
            }
            let count = match kind {
                Kind::Pair(pair) => self.pairs.get(&pair).copied().unwrap_or(0),
                _ => count,
            };
            let role = Role { is_connector: kind == Kind::Connector, is_plain: kind == Kind::Plain, ..role };
            renumbered[number as usize] = numbers.id(word).map_err(|Full| too_many_words())?;
            known.push((role, count));
        }
        for word in &self.spelling.connectors {
            let number = numbers.id(&**word).map_err(|Full| too_many_words())?;
            if number as usize == known.len() {
                known.push((Role { is_connector: true, ..Role::default() }, 0));
            }
        }
        let new = |(pair, score): (Pair, f64)| {
            let [first, last] = pair.words().map(|word| renumbered[word]);
            (Pair::new(first, last), score)
        };
        let pairs = phrases.into_iter().map(new).collect();
        Ok(Table::new(self.spelling, score, numbers, known, pairs))
    }
}
