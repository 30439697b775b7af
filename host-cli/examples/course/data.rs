//! The course's data set as its own program reads it: sentences, subsampling, random contexts, and the table of
//! negatives.

use std::cmp::Reverse;
use std::path::Path;

use motevec::corpus::{self, Corpus, Options, SENTENCE_END, Source, Stats, Tokens};
use motevec::{Error, Result, Vocabulary};
use motevec_core::loss;
use motevec_core::sample::{Generator, Negatives, noise_weight, other_than};
use rand_core::Rng;

/// The share of the text beyond which a word is thinned out.
const SUBSAMPLE: f64 = 1e-5;

/// How often the sentences are repeated before subsampling, each time with other words left out.
const COPIES: usize = 30;

/// The slots of the table of negatives.
const SLOTS: usize = 1_000_000;

/// A word that the course adds to its vocabulary, once.
const UNKNOWN: &str = "UNK";

/// The sentences, lowercased and split at white space.
pub(crate) struct Text {
    /// All words, by falling count, and [`UNKNOWN`].
    pub(crate) vocabulary: Vocabulary,
    /// Rows of the vocabulary.
    pub(crate) sentences: Vec<Vec<u32>>,
}

impl Text {
    /// Reads a file, compressed or not, with a heading and a line `number<TAB>sentence` for each sentence.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let options = Options { lowercase: true, min_count: 1, ..Options::default() };
        let Corpus { vocabulary: all, tokens, .. } = corpus::read(&[Source::from_argument(path)], &options, &|_| ())?;
        let mut ids = Vec::new();
        tokens.copy_to(0..tokens.len(), &mut ids)?;

        // The first word of a line is the sentence's number, which is not part of the text.
        let mut lines = Vec::new();
        for (index, line) in ids.split(|&id| id == SENTENCE_END).enumerate() {
            let Some((&number, sentence)) = line.split_first() else { continue };
            let number = all.word(number as usize);
            match number.parse::<u64>() {
                Ok(_) => lines.push(sentence),
                Err(_) if index == 0 => {} // the heading
                Err(_) => {
                    let message =
                        format!("a line begins with `{number}`, not with a number: lines are number<TAB>sentence");
                    return Err(Error::input(path, None, message));
                }
            }
        }
        lines.retain(|line| !line.is_empty());
        if lines.is_empty() {
            return Err(Error::input(path, None, "it has no sentences: lines are number<TAB>sentence"));
        }
        Self::of_lines(&all, &lines, path)
    }

    /// Counts and numbers the words again, without the numbers of sentences.
    fn of_lines(all: &Vocabulary, lines: &[&[u32]], path: &Path) -> Result<Self> {
        let mut counts = vec![0_u64; all.len()];
        lines.iter().copied().flatten().for_each(|&id| counts[id as usize] += 1);
        let mut words: Vec<_> = (0..all.len()).filter(|&id| counts[id] > 0).collect();
        words.sort_by_key(|&id| Reverse(counts[id]));

        let (mut vocabulary, mut rows) = (Vocabulary::new(), vec![0; all.len()]);
        let words = words.into_iter().map(|id| (all.word(id), counts[id], Some(id)));
        for (word, count, id) in words.chain([(UNKNOWN, 1, None)]) {
            let row = vocabulary
                .push(word, count)
                .map_err(|_| Error::input(path, None, format!("the word `{word}` appears twice")))?;
            if let Some(id) = id {
                rows[id] = row as u32;
            }
        }
        let sentences = lines.iter().map(|line| line.iter().map(|&id| rows[id as usize]).collect()).collect();
        Ok(Self { vocabulary, sentences })
    }

    /// The same text as motevec's own trainer reads it.
    pub(crate) fn corpus(&self) -> Corpus {
        let ends = || self.sentences.iter().flat_map(|sentence| sentence.iter().copied().chain([SENTENCE_END]));
        let (vocabulary, tokens) = (self.vocabulary.clone(), Tokens::from(ends().collect::<Vec<_>>()));
        let (words, sentences) = (self.words(), self.sentences.len() as u64);
        let distinct_words = vocabulary.len() as u64;
        let stats = Stats { words, distinct_words, kept_words: words, sentences, ..Stats::default() };
        let groups = std::iter::once(0..tokens.len()).collect();
        Corpus { vocabulary, tokens, groups, stats }
    }

    /// The words of all sentences.
    pub(crate) fn words(&self) -> u64 {
        self.sentences.iter().map(|sentence| sentence.len() as u64).sum()
    }
}

/// The sentences that contexts are drawn from: many copies, each without some of the occurrences of frequent words.
#[derive(Clone)]
pub(crate) struct Contexts {
    /// One sentence after another.
    words: Vec<u32>,
    /// Where each ends.
    ends: Vec<usize>,
    rng: Generator,
}

impl Contexts {
    /// Thins out the copies, and drops sentences of one word, which have no context.
    pub(crate) fn new(text: &Text, seed: u64) -> Result<Self> {
        let mut rng = Generator::new(seed, [0]);
        let total = text.vocabulary.counts().iter().sum::<u64>() as f64;
        // The course's rule, √(t/f), is the one of the paper; word2vec.c, and motevec's Subsampler, keep a little more.
        let keep: Vec<f64> =
            text.vocabulary.counts().iter().map(|&count| (SUBSAMPLE * total / count as f64).sqrt()).collect();
        let (mut words, mut ends) = (Vec::new(), Vec::new());
        for _ in 0..COPIES {
            for sentence in &text.sentences {
                let start = words.len();
                words.extend(sentence.iter().filter(|&&word| unit(&mut rng) < keep[word as usize]));
                // A word alone, or again and again, would never find a context.
                let has_context = words[start..].iter().any(|&word| word != words[start]);
                if has_context {
                    ends.push(words.len());
                } else {
                    words.truncate(start);
                }
            }
        }
        match ends.is_empty() {
            true => Err(Error::Failed("subsampling left no sentence of two words: the text is too short".to_owned())),
            false => Ok(Self { words, ends, rng: Generator::new(seed, [1]) }),
        }
    }

    /// Puts the context of a random word of a random sentence into `context`, at most `window` words on each side of
    /// it, and returns the word. The word itself is not part of its context.
    #[inline(always)]
    pub(crate) fn draw(&mut self, window: usize, context: &mut Vec<u32>) -> u32 {
        loop {
            let index = below(self.ends.len(), &mut self.rng);
            let start = if index == 0 { 0 } else { self.ends[index - 1] };
            let sentence = &self.words[start..self.ends[index]];
            let t = below(sentence.len(), &mut self.rng);
            let center = sentence[t];
            context.clear();
            context.extend(loss::window(sentence, t, window).filter(|&word| word != center));
            if !context.is_empty() {
                return center;
            }
        }
    }

    /// A half-width for a context, from 1 to `window`.
    #[inline(always)]
    pub(crate) fn width(&mut self, window: usize) -> usize {
        1 + below(window, &mut self.rng)
    }
}

/// Negatives from a table in which each word fills slots in proportion to its count^¾.
#[derive(Clone)]
pub(crate) struct Table {
    slots: Vec<u32>,
    words: u32,
    rng: Generator,
}

impl Table {
    /// Fills the table.
    pub(crate) fn new(vocabulary: &Vocabulary, seed: u64) -> Self {
        let weights = || vocabulary.counts().iter().map(|&count| noise_weight(count));
        let scale = SLOTS as f64 / weights().sum::<f64>();
        let mut slots = Vec::with_capacity(SLOTS);
        let mut sum = 0.0;
        for (word, weight) in weights().enumerate() {
            sum += weight * scale;
            // Rounded, the sum of all is the table's length.
            slots.resize(SLOTS.min(sum.round() as usize), word as u32);
        }
        Self { slots, words: vocabulary.len() as u32, rng: Generator::new(seed, [2]) }
    }
}

impl Negatives for Table {
    #[inline(always)]
    fn draw(&mut self, target: u32, negatives: &mut [u32]) {
        for negative in negatives {
            *negative = other_than(target, self.words, || self.slots[below(self.slots.len(), &mut self.rng)]);
        }
    }
}

/// A number from 0 to `n` − 1.
#[inline(always)]
fn below(n: usize, rng: &mut impl Rng) -> usize {
    ((u64::from(rng.next_u32()) * n as u64) >> 32) as usize
}

/// A number from 0 to 1, 1 excluded.
fn unit(rng: &mut impl Rng) -> f64 {
    f64::from(rng.next_u32()) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes `lines` under a heading, and reads them.
    fn read(lines: &str, compressed: bool) -> Result<Text> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let lines = format!("sentence_index\tsentence\n{lines}");
        let bytes = if compressed { zstd::encode_all(lines.as_bytes(), 1).unwrap() } else { lines.into_bytes() };
        std::fs::write(file.path(), bytes).unwrap();
        Text::read(file.path())
    }

    #[test]
    fn words_are_counted_without_the_numbers_of_sentences() {
        for compressed in [false, true] {
            let text = read("1\tThe 1 film , the fun\n2\tfun 2\n", compressed).unwrap();
            let words: Vec<_> = text.vocabulary.words().zip(text.vocabulary.counts().iter().copied()).collect();
            assert_eq!(words, [("fun", 2), ("the", 2), ("1", 1), ("2", 1), (",", 1), ("film", 1), ("UNK", 1)]);
            assert_eq!(text.sentences, [vec![1, 2, 5, 4, 1, 0], vec![0, 3]]);
            assert_eq!((text.words(), text.corpus().tokens.len()), (8, 10));
        }
    }

    #[test]
    fn what_is_no_list_of_sentences_is_refused() {
        for (lines, message) in [("", "it has no sentences"), ("1\n2\n", "no sentences"), ("1\ta b\nc d\n", "`c`")] {
            let error = read(lines, false).err().unwrap().to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn contexts_are_words_around_the_center() {
        let lines: String = (0..200).map(|i| format!("{i}\ta{i} b{i} c{i} d{i} e{i}\n")).collect();
        let text = read(&lines, false).unwrap();
        let mut contexts = Contexts::new(&text, 1).unwrap();
        let mut context = Vec::new();
        for _ in 0..1000 {
            let width = contexts.width(3);
            assert!((1..=3).contains(&width));
            let center = text.vocabulary.word(contexts.draw(width, &mut context) as usize);
            assert!((1..=2 * width).contains(&context.len()));
            for &word in &context {
                let word = text.vocabulary.word(word as usize);
                assert!(word != center && word[1..] == center[1..], "{word} beside {center}");
            }
        }
    }

    #[test]
    fn frequent_words_are_thinned_out_as_the_course_does_it() {
        // `a` is half of 20,001 words: √(1e-5 · 20,001 / 10,000) of its occurrences stay.
        let lines: String = (0..10_000).map(|i| format!("{i}\ta w{i}\n")).collect();
        let text = read(&lines, false).unwrap();
        let contexts = Contexts::new(&text, 1).unwrap();
        let share = contexts.words.iter().filter(|&&word| word == 0).count() as f64 / (COPIES * 10_000) as f64;
        // Here both words of a sentence have to stay: the rare one with √(1e-5 · 20,001).
        let expected = (SUBSAMPLE * 20_001.0 / 10_000.0).sqrt() * (SUBSAMPLE * 20_001.0).sqrt();
        assert!((share / expected - 1.0).abs() < 0.1, "{share} instead of {expected}");
    }

    #[test]
    fn negatives_are_drawn_by_count_to_the_three_quarters() {
        let text = read(&format!("1\t{} b c\n", "a ".repeat(16)), false).unwrap();
        let mut table = Table::new(&text.vocabulary, 1);
        assert_eq!(table.slots.len(), SLOTS);
        // 16^¾ = 8, and `b`, `c` and UNK once each.
        let slots = |word| table.slots.iter().filter(|&&slot| slot == word).count() as f64 / SLOTS as f64;
        assert!((slots(0) - 8.0 / 11.0).abs() < 1e-5 && (slots(3) - 1.0 / 11.0).abs() < 1e-5);
        let mut drawn = [0; 1000];
        table.draw(0, &mut drawn);
        assert!(drawn.iter().all(|word| (1..=3).contains(word)));
    }
}
