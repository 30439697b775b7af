//! The end of reading: the vocabulary is chosen, and what threads encoded becomes one corpus.

use std::hash::BuildHasher;
use std::ops::Range;
use std::thread;

use hashbrown::{DefaultHashBuilder, HashMap};

use super::dictionary::Dictionary;
use super::encode::{Encoded, Encoder};
use super::store::Store;
use super::{Corpus, Options, Source, Stats, Tokenizer, Tokens, WITHOUT_SPACES, select, source, together};
use crate::{Error, Result};

/// What one thread made of its blocks.
pub(super) struct Worker {
    pub(super) encoder: Encoder,
    pub(super) encoded: Vec<Encoded>,
    /// The error that ended the work early, its block, and its source.
    pub(super) failure: Option<(usize, usize, Error)>,
}

/// Chooses the vocabulary and joins the parts, which are those of `own` shares; `no_words` is the error if there are
/// none.
pub(super) fn finish(
    mut workers: Vec<Worker>,
    own: &[Vec<Source>],
    no_words: impl FnOnce() -> Error,
    options: &Options,
    store: &Store<'_>,
) -> Result<Corpus> {
    let failures = workers.iter_mut().filter_map(|worker| worker.failure.take());
    let sources = &own.concat()[..];
    if let Some((_, source, error)) = failures.min_by_key(|&(number, _, _)| number) {
        return Err(in_whole_file(error, sources.get(source)));
    }
    let mut stats = Stats { bytes: workers.iter().map(|worker| worker.encoder.bytes).sum(), ..Stats::default() };
    let mut blocks = Vec::new();
    let mut dictionaries = Vec::new();
    for (number, mut worker) in workers.into_iter().enumerate() {
        blocks.extend(worker.encoded.into_iter().map(|block| (number, block)));
        worker.encoder.dictionary.settle_counts();
        dictionaries.push(worker.encoder.dictionary);
    }
    blocks.sort_unstable_by_key(|(_, block)| block.number);
    select::drop_spoiled(&mut blocks, &mut dictionaries, store)?;

    let ranks = &options.ranks;
    let (mut together, mut chosen) = (None, None);
    let all = match add_up(&dictionaries) {
        all if ranks.count() == 1 => all,
        own => counts(together.insert(together::sums(&own, ranks)?)).collect(),
    };
    for &(word, count) in &all {
        stats.words += count;
        stats.distinct_words += u64::from(count > 0);
        stats.punctuated += if is_punctuated(word) { count } else { 0 };
        stats.capitalized += if word.starts_with(char::is_uppercase) { count } else { 0 };
        stats.phrases += if options.tokens == Tokenizer::Whitespace && is_phrase(word) { count } else { 0 };
    }
    stats = stats.sum(ranks);
    if stats.words == 0 {
        return Err(no_words());
    }
    // A given vocabulary needs no words of others.
    let all = if ranks.count() == 1 || options.vocabulary.is_some() {
        all
    } else {
        // The most frequent word is for the message that none is frequent enough.
        let most = all.iter().map(|&(_, count)| count).max().unwrap_or(0).min(options.min_count);
        let is_known = |word| options.earlier.as_ref().is_some_and(|earlier| earlier.row(word).is_some());
        let wanted = all.iter().copied().filter(|&(word, count)| count >= most || is_known(word));
        counts(chosen.insert(together::all(wanted, ranks)?)).collect()
    };
    let all = all.into_iter();
    let vocabulary = match (&options.vocabulary, &options.earlier) {
        (Some(fixed), _) => select::vocabulary(fixed.words().zip(fixed.counts().iter().copied()), options)?,
        (None, Some(earlier)) => select::grown(earlier, all, options)?,
        (None, None) => select::vocabulary(all, options).map_err(|error| match error {
            Error::Failed(message) if stats.lacks_spaces() => Error::Failed(format!("{message}; {WITHOUT_SPACES}")),
            error => error,
        })?,
    };

    let rows = each(dictionaries.iter(), |dictionary| select::rows(dictionary, &vocabulary));
    drop(dictionaries);
    let sentences = select::renumber(&mut blocks, &rows, options.max_sentence, options.threads, store)?;
    let groups = group_ends(own, &blocks);
    let tokens = Tokens::from_segments(blocks.into_iter().map(|(_, block)| block.ids).collect());
    let [sentences, kept_words] = ranks.sum([sentences, tokens.len() as u64 - sentences]);
    (stats.sentences, stats.kept_words) = (sentences, kept_words);
    if stats.kept_words == 0 {
        let words = vocabulary.len();
        return Err(Error::Failed(format!("the corpus holds none of the {words} words of the given vocabulary")));
    }
    if let Some((group, _)) = ranks.own(options.groups).zip(&groups).find(|(_, tokens)| tokens.is_empty()) {
        let message = format!("group {group} has no words of the vocabulary in its share of the text; give fewer");
        return Err(Error::setting("groups", options.groups, message));
    }
    Ok(Corpus { vocabulary, tokens, groups, stats })
}

/// Where the tokens of each share begin and end.
fn group_ends(own: &[Vec<Source>], blocks: &[(usize, Encoded)]) -> Vec<Range<usize>> {
    let (mut source, mut place) = (0, 0);
    let groups = own.iter().map(|share| {
        let (start, sources) = (place, source..source + share.len());
        let blocks = blocks.iter().filter(|(_, block)| sources.contains(&block.source));
        place += blocks.map(|(_, block)| block.ids.len()).sum::<usize>();
        source = sources.end;
        start..place
    });
    groups.collect()
}

/// The error as one of the whole file, where it is about a line of a part of it.
fn in_whole_file(error: Error, source: Option<&Source>) -> Error {
    match error {
        Error::Input { path, line: Some(line), message } => {
            // A file that can no longer be read has another fault than this.
            let before = source.and_then(|source| source::lines_before(source).ok()).unwrap_or(0);
            Error::Input { path, line: Some(before + line), message }
        }
        error => error,
    }
}

/// The words of a dictionary, with their counts.
fn counts(dictionary: &Dictionary) -> impl Iterator<Item = (&str, u64)> {
    dictionary.iter().map(|(word, _, count)| (word, count))
}

/// The words of all dictionaries, each with the sum of its counts; on as many threads as there are dictionaries, each
/// of which adds up a part of the words.
fn add_up(dictionaries: &[Dictionary]) -> Vec<(&str, u64)> {
    if let [dictionary] = dictionaries {
        return counts(dictionary).collect();
    }
    let (hasher, parts) = (DefaultHashBuilder::default(), dictionaries.len());
    let part = |word| hasher.hash_one(word) as usize % parts;
    let by_part = each(dictionaries.iter(), |dictionary| {
        let mut by_part = vec![Vec::new(); parts];
        for (word, count) in counts(dictionary) {
            by_part.get_mut(part(word)).into_iter().for_each(|words| words.push((word, count)));
        }
        by_part
    });
    let sums = each(0..parts, |part| {
        let mut sums = HashMap::new();
        for &(word, count) in by_part.iter().filter_map(|of_one| of_one.get(part)).flatten() {
            *sums.entry(word).or_insert(0) += count;
        }
        sums
    });
    drop(by_part);
    sums.into_iter().flatten().collect()
}

/// What `work` makes of each of `items`, on a thread for each.
fn each<I: Send, T: Send>(items: impl Iterator<Item = I>, work: impl Fn(I) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = items.map(|item| scope.spawn(move || work(item))).collect();
        running.into_iter().map(select::join).collect()
    })
}

/// Whether `word` is one with punctuation behind it, and not punctuation alone.
fn is_punctuated(word: &str) -> bool {
    word.ends_with(|end: char| ".,;:!?)\"'”’»…".contains(end)) && word.contains(char::is_alphanumeric)
}

/// Whether `word` has more characters than a word has in a script without spaces between words.
fn is_phrase(word: &str) -> bool {
    const LONGEST: usize = 12;
    let has_no_spaces = |character: &char| {
        matches!(u32::from(*character),
            // Thai and Lao; Burmese; Khmer.
            0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF
            // Kana and Han.
            | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
    };
    // These take three bytes each, or four.
    word.len() > 3 * LONGEST && word.chars().filter(has_no_spaces).count() > LONGEST
}
