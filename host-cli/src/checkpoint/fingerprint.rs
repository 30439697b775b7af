//! Fingerprints, to tell one text from another, and one model from another.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use crate::corpus::Corpus;
use crate::ranks::Ranks;
use crate::{Result, Vectors, Vocabulary};

/// How many tokens are hashed at once.
const PIECE: usize = 1 << 16;

/// A text, as training sees it. The hashes are XXH3-128, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    words: u64,
    distinct_words: u64,
    kept_words: u64,
    sentences: u64,
    /// Of the words and their counts.
    vocabulary: String,
    /// Of the text as rows of the vocabulary, group after group.
    tokens: String,
}

impl Fingerprint {
    /// That of `corpus`, of which `ranks` have shares.
    ///
    /// # Errors
    /// If the corpus cannot be read back from the disk.
    pub(crate) fn of(corpus: &Corpus, ranks: &Ranks) -> Result<Self> {
        let (mut own, mut piece) = (String::new(), Vec::new());
        for group in &corpus.groups {
            let mut tokens = XxHash3_128::new();
            for start in group.clone().step_by(PIECE) {
                corpus.tokens.copy_to(start..group.end.min(start + PIECE), &mut piece)?;
                tokens.write(bytemuck::cast_slice(&piece));
            }
            own += &hex(&tokens);
        }
        let tokens = String::from_utf8_lossy(ranks.tell(own.into_bytes()).bytes()).into_owned();
        Ok(Self {
            words: corpus.stats.words,
            distinct_words: corpus.stats.distinct_words,
            kept_words: corpus.stats.kept_words,
            sentences: corpus.stats.sentences,
            vocabulary: of_words(&corpus.vocabulary),
            tokens,
        })
    }

    /// How `now` differs, if it does.
    pub(crate) fn difference(&self, now: &Self) -> Option<String> {
        let counts = [
            ("words", self.words, now.words),
            ("distinct words", self.distinct_words, now.distinct_words),
            ("words of the vocabulary", self.kept_words, now.kept_words),
            ("sentences", self.sentences, now.sentences),
        ];
        let differs = counts.into_iter().find(|(_, before, now)| before != now);
        if let Some((what, before, now)) = differs {
            return Some(format!("it has {now} {what} instead of {before}"));
        }
        let what =
            if self.vocabulary != now.vocabulary { "it has other words" } else { "its words are in another order" };
        (self != now).then(|| what.to_owned())
    }
}

/// The checksum of everything that training takes from a model that is trained further.
pub(crate) fn of_model(model: &Vectors) -> String {
    let mut hash = XxHash3_128::new();
    hash.write(&(model.dim as u64).to_le_bytes());
    hash_words(&mut hash, &model.vocabulary);
    hash.write(bytemuck::cast_slice(&model.data));
    hash.write(bytemuck::cast_slice(model.outside.as_deref().unwrap_or_default()));
    if let Some(subwords) = &model.subwords {
        let ngrams = subwords.ngrams;
        hash.write(bytemuck::cast_slice(&[ngrams.least(), ngrams.most(), ngrams.buckets()]));
        hash.write(bytemuck::cast_slice(subwords.buckets()));
        hash.write(bytemuck::cast_slice(&subwords.words));
        hash.write(bytemuck::cast_slice(subwords.rows()));
    }
    // A history is text and numbers, which can always be written.
    hash.write(&serde_json::to_vec(&model.history).unwrap_or_default());
    hex(&hash)
}

/// The checksum of words and their counts.
pub(crate) fn of_words(words: &Vocabulary) -> String {
    let mut hash = XxHash3_128::new();
    hash_words(&mut hash, words);
    hex(&hash)
}

fn hash_words(hash: &mut XxHash3_128, words: &Vocabulary) {
    for (word, count) in words.words().zip(words.counts()) {
        hash.write(&(word.len() as u64).to_le_bytes());
        hash.write(word.as_bytes());
        hash.write(&count.to_le_bytes());
    }
}

fn hex(hash: &XxHash3_128) -> String {
    format!("{:032x}", hash.finish_128())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{self, Source};

    fn fingerprint(text: &'static str) -> Fingerprint {
        let options = corpus::Options { min_count: 1, ..corpus::Options::default() };
        let source = Source::Bytes { name: "text", data: text.as_bytes() };
        Fingerprint::of(&corpus::read(&[source], &options, &|_| {}).unwrap(), &Ranks::default()).unwrap()
    }

    #[test]
    fn differences_are_named() {
        let base = fingerprint("a b c\na b\n");
        assert_eq!(base.difference(&fingerprint("a b c\na b")), None);
        let cases = [
            ("a b c\na b b\n", "it has 6 words instead of 5"),
            ("a b c\na d\n", "it has 4 distinct words instead of 3"),
            ("a b\nc\na b\n", "it has 3 sentences instead of 2"),
            ("a b d\na b\n", "it has other words"),
            ("b a c\na b\n", "its words are in another order"),
        ];
        for (text, expected) in cases {
            assert_eq!(base.difference(&fingerprint(text)).as_deref(), Some(expected), "{text}");
        }
    }
}
