//! A corpus from sentences that a program holds, rather than from text that has yet to be cut into words.

use super::encode::{Encoded, Encoder};
use super::store::Store;
use super::{Corpus, Options, Source, Worker, check, finish};
use crate::{Error, Result};

/// How many ids are put away together.
const BLOCK: usize = 1 << 20;

/// Takes in sentences, word by word. See [`gather`].
pub struct Sentences<'a> {
    encoder: Encoder,
    encoded: Vec<Encoded>,
    store: &'a Store<'a>,
}

/// The corpus of the sentences that `fill` hands over, once and in order.
///
/// Words are what `fill` says they are, with spaces or without, so that of `options`, [`tokens`](Options::tokens) and
/// [`invalid_utf8`](Options::invalid_utf8) do not matter. A text that is cut at its white space, word by word, makes
/// the corpus that [`read`](super::read()) makes of it.
///
/// ```
/// use motevec::corpus::{self, Options};
/// use motevec::Error;
///
/// let options = Options { min_count: 1, ..Options::default() };
/// let corpus = corpus::gather(&options, |sentences| {
///     for sentence in [["new york", "is", "large"], ["so", "is", "london"]] {
///         sentence.iter().try_for_each(|word| sentences.word(word))?;
///         sentences.end()?;
///     }
///     Ok::<(), Error>(())
/// })?;
/// assert_eq!((corpus.vocabulary.len(), corpus.vocabulary.word(0), corpus.stats.sentences), (5, "is", 2));
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// If `fill` fails, or takes no words; if no word is frequent enough; if the temporary file for the ids fails.
pub fn gather<E: From<Error>>(
    options: &Options,
    fill: impl FnOnce(&mut Sentences<'_>) -> Result<(), E>,
) -> Result<Corpus, E> {
    check(options)?;
    if options.groups != 1 {
        return Err(
            Error::setting("groups", options.groups, "sentences that a program hands over are one group").into()
        );
    }
    let store = Store::new(options.token_memory, &options.token_folder);
    let mut sentences = Sentences { encoder: Encoder::new(options), encoded: Vec::new(), store: &store };
    fill(&mut sentences)?;
    sentences.end()?;
    sentences.put()?;
    let Sentences { encoder, encoded, .. } = sentences;
    let no_words = || Error::Failed("the sentences contain no words".to_owned());
    let own = [vec![Source::Bytes { name: "sentences", data: b"" }]];
    Ok(finish(vec![Worker { encoder, encoded, failure: None }], &own, no_words, options, &store)?)
}

impl Sentences<'_> {
    /// The next word of the sentence. An empty one is left out.
    ///
    /// # Errors
    /// If it is longer than [`MAX_WORD`](super::MAX_WORD), or there are too many distinct ones.
    #[inline]
    pub fn word(&mut self, word: &str) -> Result<()> {
        self.encoder.push(word)
    }

    /// Ends the sentence.
    ///
    /// # Errors
    /// If the temporary file fails.
    pub fn end(&mut self) -> Result<()> {
        self.encoder.end_sentence(false);
        if self.encoder.ids.len() >= BLOCK { self.put() } else { Ok(()) }
    }

    /// Puts the ids so far away, as a block of whole sentences.
    fn put(&mut self) -> Result<()> {
        let ids = self.store.put(&self.encoder.ids)?;
        self.encoder.ids.clear();
        self.encoded.push(Encoded { number: self.encoded.len(), source: 0, continues: false, spoiled: false, ids });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{InvalidUtf8, SENTENCE_END, read};
    use super::*;

    /// The words of each line of `text`, gathered.
    fn gathered(text: &str, options: &Options) -> Result<Corpus> {
        gather(options, |sentences| {
            for line in text.lines() {
                line.split_whitespace().try_for_each(|word| sentences.word(word))?;
                sentences.end()?;
            }
            Ok(())
        })
    }

    fn ids(corpus: &Corpus) -> Vec<u32> {
        let mut ids = Vec::new();
        corpus.tokens.copy_to(0..corpus.tokens.len(), &mut ids).unwrap();
        ids
    }

    #[test]
    fn sentences_make_the_corpus_that_their_text_makes() {
        let words = |line: usize| (0..line % 13).map(move |word| format!("Wörter{} ", line * word % 97));
        let text: String = (0..5_000).map(|line| words(line).chain(["\n".to_owned()]).collect::<String>()).collect();
        let text: &'static str = text.leak();
        let source = [Source::Bytes { name: "text", data: text.as_bytes() }];
        let plain = Options { min_count: 3, ..Options::default() };
        for options in [
            plain.clone(),
            Options { max_sentence: 5, lowercase: true, ..plain.clone() },
            Options { token_memory: 0, max_vocab: Some(40), invalid_utf8: InvalidUtf8::Skip, ..plain },
        ] {
            let (one, other) = (gathered(text, &options).unwrap(), read(&source, &options, &|_| {}).unwrap());
            assert!(one.vocabulary.words().eq(other.vocabulary.words()));
            assert_eq!(one.vocabulary.counts(), other.vocabulary.counts());
            assert_eq!(ids(&one), ids(&other));
            let stats = super::super::Stats { bytes: 0, ..other.stats };
            assert_eq!(one.stats, stats);
        }
    }

    #[test]
    fn words_can_be_left_out_afterwards() {
        let options = Options { min_count: 1, ..Options::default() };
        let all = gathered("a b\nc\na c a\n", &options).unwrap();
        let kept = all.keep(|word, count| word != "c" && count > 0).unwrap();
        let only = gathered("a b\na a\n", &options).unwrap();
        assert!(kept.vocabulary.words().eq(only.vocabulary.words()));
        assert_eq!((ids(&kept), kept.vocabulary.counts()), (ids(&only), only.vocabulary.counts()));
        assert_eq!((kept.stats.words, kept.stats.kept_words, kept.stats.sentences), (6, 4, 2));
        assert!(all.keep(|_, _| false).is_err());
    }

    #[test]
    fn many_sentences_take_many_blocks() {
        let options = Options { min_count: 1, ..Options::default() };
        let corpus = gather(&options, |sentences| {
            for _ in 0..BLOCK {
                sentences.word("a b")?;
                sentences.word("")?;
                sentences.word("c")?;
                sentences.end()?;
            }
            Ok::<(), Error>(())
        });
        let corpus = corpus.unwrap();
        assert_eq!(corpus.vocabulary.words().collect::<Vec<_>>(), ["a b", "c"]);
        assert_eq!((corpus.stats.sentences, corpus.stats.kept_words), (BLOCK as u64, 2 * BLOCK as u64));
        assert!(ids(&corpus).chunks(3).all(|sentence| sentence == [0, 1, SENTENCE_END]));
    }

    #[test]
    fn what_cannot_be_gathered_is_said() {
        let message = |text: &str| gathered(text, &Options::default()).unwrap_err().to_string();
        assert_eq!(message("\n\n"), "the sentences contain no words");
        assert!(message("a b").starts_with("no word occurs 5 times"));
        let long = "a".repeat(super::super::MAX_WORD + 1);
        assert!(message(&long).starts_with("a word of 65537 bytes"));
        let own = gather(&Options::default(), |_| Err::<(), _>(Error::Failed("enough".to_owned())));
        assert_eq!(own.unwrap_err().to_string(), "enough");
    }
}
