//! Choosing the vocabulary once all words are counted, and turning ids into rows.

use std::cmp::Reverse;
use std::sync::Mutex;
use std::thread;

use hashbrown::HashMap;

use super::Options;
use super::dictionary::Dictionary;
use super::encode::Encoded;
use super::store::Store;
use super::tokens::{DROPPED, SENTENCE_END, SPECIAL_IDS, SPOILED};
use crate::{Error, Result, Vocabulary};

/// The vocabulary of words that occur `counts` times, as the options ask: by falling count, ties by the bytes of the
/// word.
pub(super) fn vocabulary<'a>(counts: impl Iterator<Item = (&'a str, u64)>, options: &Options) -> Result<Vocabulary> {
    let mut highest = 0;
    let frequent = |&(_, count): &(&str, u64)| {
        highest = highest.max(count);
        count > 0 && count >= options.min_count
    };
    let mut words: Vec<_> = counts.filter(frequent).collect();
    if words.is_empty() {
        let min = options.min_count;
        let message = format!("no word occurs {min} times; {highest} is the most that one does: lower --min-count");
        return Err(Error::Failed(message));
    }
    words.sort_unstable_by_key(by_count);
    words.truncate(options.max_vocab.unwrap_or(usize::MAX));
    in_rows(words)
}

/// The vocabulary of the words of `earlier`, with their counts and those in `counts` together, and of the other words
/// in `counts` as the options ask.
pub(super) fn grown<'a>(
    earlier: &'a Vocabulary,
    counts: impl Iterator<Item = (&'a str, u64)>,
    options: &Options,
) -> Result<Vocabulary> {
    // Even a word that was never seen gets some weight, as the ratio to other weights would otherwise be infinite.
    let mut sums: Vec<u64> = earlier.counts().iter().map(|&count| count.max(1)).collect();
    let mut new = Vec::new();
    for (word, count) in counts {
        match earlier.row(word) {
            Some(row) => sums[row] = sums[row].saturating_add(count),
            None if count > 0 && count >= options.min_count => new.push((word, count)),
            None => {}
        }
    }
    new.sort_unstable_by_key(by_count);
    new.truncate(options.max_vocab.unwrap_or(usize::MAX).saturating_sub(earlier.len()));
    new.extend(earlier.words().zip(sums));
    new.sort_unstable_by_key(by_count);
    in_rows(new)
}

/// By falling count; ties by the bytes of the word.
fn by_count<'a>(&(word, count): &(&'a str, u64)) -> (Reverse<u64>, &'a str) {
    (Reverse(count), word)
}

/// The vocabulary of `words`, in this order.
fn in_rows(words: Vec<(&str, u64)>) -> Result<Vocabulary> {
    if words.len() > (u32::MAX - SPECIAL_IDS) as usize {
        return Err(Error::Failed("more than 4 billion words occur often enough: set --max-vocab".into()));
    }
    Ok(words.into_iter().collect())
}

/// The row in `vocabulary` of every word of `dictionary`, by id; [`DROPPED`] for those that have none.
pub(super) fn rows(dictionary: &Dictionary, vocabulary: &Vocabulary) -> Vec<u32> {
    let mut rows = vec![DROPPED; dictionary.len()];
    for (word, id, _) in dictionary.iter() {
        if let Some(row) = vocabulary.row(word) {
            rows[id as usize] = row as u32;
        }
    }
    rows
}

/// Blocks that together hold whole sentences: the first starts a sentence, the others continue one.
pub(super) type Chain<'a> = &'a mut [(usize, Encoded)];

/// Cuts `blocks`, each with the number of its worker, wherever a block starts a sentence of its own.
fn chains(blocks: &mut [(usize, Encoded)]) -> impl Iterator<Item = Chain<'_>> {
    blocks.chunk_by_mut(|_, (_, next)| next.continues)
}

/// Removes every sentence that a bad line spoils in more than one block, also from the counts of the `dictionaries`.
///
/// # Errors
/// If the `store` of the ids fails.
pub(super) fn drop_spoiled(
    blocks: &mut [(usize, Encoded)],
    dictionaries: &mut [Dictionary],
    store: &Store<'_>,
) -> Result<()> {
    let mut dropped = vec![HashMap::new(); dictionaries.len()];
    let (mut buffer, mut kept) = (Vec::new(), Vec::new());
    for chain in chains(blocks).filter(|chain| chain.iter().any(|(_, block)| block.spoiled)) {
        let mut spoiled = vec![false];
        for (_, block) in &*chain {
            for &id in block.ids.read(&mut buffer)? {
                match id {
                    SENTENCE_END => spoiled.push(false),
                    SPOILED => spoiled.last_mut().into_iter().for_each(|last| *last = true),
                    _ => {}
                }
            }
        }
        let mut sentence = 0;
        for (worker, block) in chain {
            kept.clear();
            for &id in block.ids.read(&mut buffer)? {
                match id {
                    SENTENCE_END => {
                        sentence += 1;
                        kept.push(id);
                    }
                    SPOILED => {}
                    _ if spoiled[sentence] => *dropped[*worker].entry(id).or_insert(0) += 1,
                    _ => kept.push(id),
                }
            }
            store.replace(&mut block.ids, &kept)?;
        }
    }
    for (dictionary, dropped) in dictionaries.iter_mut().zip(&dropped) {
        dictionary.subtract(dropped);
    }
    Ok(())
}

/// Turns the ids of all blocks into rows, in place, on `threads` threads; `rows[worker]` says how. Drops words without
/// a row and empty sentences, and cuts sentences to `max_sentence` words. Returns the number of sentences.
///
/// # Errors
/// If the `store` of the ids fails.
pub(super) fn renumber(
    blocks: &mut [(usize, Encoded)],
    rows: &[Vec<u32>],
    max_sentence: usize,
    threads: usize,
    store: &Store<'_>,
) -> Result<u64> {
    let chains = Mutex::new(chains(blocks));
    let next = || chains.lock().ok()?.next();
    let work = || {
        let mut renumber = Renumber { rows, max_sentence, store, buffer: Vec::new(), out: Vec::new() };
        std::iter::from_fn(next).map(|chain| renumber.chain(chain)).sum()
    };
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own: Result<u64> = work();
        std::iter::once(own).chain(helpers.into_iter().map(join)).sum()
    })
}

/// What a thread needs for [`renumber`].
struct Renumber<'a> {
    rows: &'a [Vec<u32>],
    max_sentence: usize,
    store: &'a Store<'a>,
    buffer: Vec<u32>,
    out: Vec<u32>,
}

impl Renumber<'_> {
    fn chain(&mut self, chain: Chain<'_>) -> Result<u64> {
        let out = &mut self.out;
        let mut sentences = 0;
        let mut sentence_len = 0;
        let last = chain.len() - 1;
        for (i, (worker, block)) in chain.iter_mut().enumerate() {
            let rows = &self.rows[*worker];
            out.clear();
            for &id in block.ids.read(&mut self.buffer)? {
                let is_end = id == SENTENCE_END;
                if !is_end {
                    let row = rows[id as usize];
                    if row == DROPPED {
                        continue;
                    }
                    out.push(row);
                    sentence_len += 1;
                }
                if sentence_len == self.max_sentence || (is_end && sentence_len > 0) {
                    out.push(SENTENCE_END);
                    sentences += 1;
                    sentence_len = 0;
                }
            }
            if i == last && sentence_len > 0 {
                out.push(SENTENCE_END);
                sentences += 1;
            }
            self.store.replace(&mut block.ids, out)?;
        }
        Ok(sentences)
    }
}

/// The result of a thread; a panic of the thread resumes here.
pub(super) fn join<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
