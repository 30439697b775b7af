//! Phrases of sentences that a program holds, rather than of files.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::join::{Chain, Joined, Joiner};
use super::learn::Learner;
use super::spelling::Words;
use super::{Phrases, Settings};
use crate::corpus::Visitor as _;
use crate::{Error, Result};

/// A pass over sentences that come one by one.
///
/// ```
/// use motevec::phrases::{Learning, Settings};
///
/// let mut learning = Learning::new(&Settings { min_count: 1, threshold: 0.1, ..Settings::default() })?;
/// for sentence in ["new york is large", "new york is old"] {
///     learning.sentence(sentence.split(' '))?;
/// }
/// let (words, joined) = learning.phrases()?.sentence("is new york".split(' '))?;
/// assert_eq!((words, joined["new_york"].count), (vec!["is".to_owned(), "new_york".to_owned()], 1));
/// # Ok::<(), motevec::Error>(())
/// ```
#[derive(Clone)]
pub struct Learning(Learner);

impl Learning {
    /// Nothing has been learned yet.
    ///
    /// # Errors
    /// If the settings are impossible, or ask for several passes: these are learned one after the other.
    pub fn new(settings: &Settings) -> Result<Self> {
        settings.check()?;
        if settings.spelling.delimiter.is_empty() {
            return Err(Error::setting("delimiter", "``", "expected at least one character"));
        }
        if settings.passes != 1 {
            return Err(Error::setting("passes", settings.passes, "sentences that come one by one make one pass"));
        }
        Ok(Self(Learner::new(settings)))
    }

    /// Learns from a sentence.
    ///
    /// # Errors
    /// If there are too many distinct words.
    pub fn sentence<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) -> Result<()> {
        words.into_iter().try_for_each(|word| self.0.word(word.into()))?;
        self.0.end_line()
    }

    /// Words so far.
    #[must_use]
    pub fn words(&self) -> u64 {
        self.0.words()
    }

    /// The words and pairs that are counted, as they are spelled, with their counts, in no particular order.
    pub fn counts(&self) -> impl Iterator<Item = (Cow<'_, str>, u64)> {
        self.0.counts.iter()
    }

    /// Takes in what another pass has learned from so many `words`: its [`counts`](Self::counts).
    ///
    /// # Errors
    /// If there are too many distinct words.
    pub fn add<'w>(&mut self, words: u64, counts: impl IntoIterator<Item = (&'w str, u64)>) -> Result<()> {
        self.0.add(words, counts)
    }

    /// The phrases of what has been learned so far.
    ///
    /// # Errors
    /// If there are too many distinct words.
    pub fn phrases(&self) -> Result<Phrases> {
        let table = self.0.clone().finish()?;
        Ok(Phrases { tables: vec![table], words: self.words() })
    }
}

impl Phrases {
    /// The words of a sentence, with its phrases joined; and these phrases.
    ///
    /// # Errors
    /// Not of its own; for the sake of other ways of joining.
    pub fn sentence<'w>(
        &mut self,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Result<(Vec<String>, HashMap<String, Joined>)> {
        let (mut joiners, mut joined) = (self.joiners(), Words(Vec::new()));
        let mut chain = Chain { joiners: &mut joiners, end: &mut joined };
        words.into_iter().try_for_each(|word| chain.word(word.into()))?;
        chain.end_line()?;
        Ok((joined.0, joiners.into_iter().flat_map(Joiner::into_joined).collect()))
    }

    /// All phrases that there are, with their scores, in no particular order.
    #[must_use]
    pub fn all(&self) -> Vec<(String, f64)> {
        self.tables.iter().flat_map(super::table::Table::phrases).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Spelling, learn};
    use super::*;
    use crate::corpus::{Options, Source};

    const TEXT: &str = "lack of interest in new york\nthe lack of interest of new york\n\nnew york and new york city\n";

    fn settings() -> Settings {
        let connectors = ["of".to_owned()].into();
        Settings {
            min_count: 1,
            threshold: 0.5,
            spelling: Spelling { connectors, ..Spelling::default() },
            ..Settings::default()
        }
    }

    #[test]
    fn sentences_are_joined_as_their_text_is() {
        let mut learning = Learning::new(&settings()).unwrap();
        TEXT.lines().for_each(|line| learning.sentence(line.split_whitespace()).unwrap());
        let mut phrases = learning.phrases().unwrap();
        let source = [Source::Bytes { name: "text", data: TEXT.as_bytes() }];
        let mut of_text = learn(&source, &Options::default(), &settings(), &|_| {}).unwrap();
        let mut text = Vec::new();
        let summary = of_text.join(&source, &Options::default(), &|_| {}, &mut text).unwrap().unwrap();
        let (mut lines, mut scores) = (String::new(), HashMap::new());
        for line in TEXT.lines() {
            let (words, joined) = phrases.sentence(line.split_whitespace()).unwrap();
            lines += &(words.join(" ") + "\n");
            scores.extend(joined.into_iter().map(|(phrase, joined)| (phrase, joined.score)));
        }
        assert_eq!(lines.into_bytes(), text);
        assert_eq!(learning.words(), summary.words);
        assert_eq!(scores, summary.phrases.into_iter().map(|(phrase, joined)| (phrase, joined.score)).collect());
        let all: HashMap<_, _> = phrases.all().into_iter().collect();
        assert!(scores.iter().all(|(phrase, score)| all.get(phrase) == Some(score)), "{scores:?} {all:?}");
        assert!(scores.contains_key("lack_of_interest") && scores.contains_key("new_york"));
    }

    #[test]
    fn counts_are_those_of_words_and_of_pairs_as_they_are_spelled() {
        let mut learning = Learning::new(&settings()).unwrap();
        TEXT.lines().for_each(|line| learning.sentence(line.split_whitespace()).unwrap());
        let counts: HashMap<_, _> = learning.counts().collect();
        let expected = [("new", 4), ("new_york", 4), ("lack_of_interest", 2), ("york_city", 1), ("interest_of_new", 1)];
        assert!(expected.into_iter().all(|(word, count)| counts.get(word) == Some(&count)), "{counts:?}");
        assert!(!counts.contains_key("of"));
        let mut again = Learning::new(&settings()).unwrap();
        let counted = counts.iter().map(|(word, &count)| (&**word, count));
        again.add(learning.words(), counted).unwrap();
        assert_eq!((again.counts().collect::<HashMap<_, _>>(), again.words()), (counts.clone(), learning.words()));
        let phrases = |learning: &Learning| learning.phrases().unwrap().all().into_iter().collect::<HashMap<_, _>>();
        assert_eq!(phrases(&again), phrases(&learning));
        let spaced = Spelling { delimiter: " ".to_owned(), ..Spelling::default() };
        let mut learning = Learning::new(&Settings { spelling: spaced, threshold: 0.1, ..settings() }).unwrap();
        learning.sentence(["new", "york", "new", "york"]).unwrap();
        assert_eq!(learning.phrases().unwrap().sentence(["new", "york"]).unwrap().0, ["new york"]);
        let passes = Settings { passes: 2, ..settings() };
        assert!(Learning::new(&passes).is_err_and(|error| error.to_string().contains("one pass")));
    }
}
