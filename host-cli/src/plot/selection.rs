//! Which words a picture shows, and in which groups.

use std::collections::HashSet;

use crate::{Result, Vectors, query};

/// A group's name and its words.
type Group = (&'static str, &'static [&'static str]);

/// The words of the course's picture.
pub const COURSE: [Group; 5] = [
    ("praise", &["great", "cool", "brilliant", "wonderful", "well", "amazing", "worth", "sweet", "enjoyable"]),
    ("criticism", &["boring", "bad", "dumb", "annoying"]),
    ("people", &["female", "male", "queen", "king", "man", "woman"]),
    ("weather", &["rain", "snow", "hail"]),
    ("drinks", &["coffee", "tea"]),
];

/// How many typical words name a group, out of the first of so many parts of it by frequency.
const NAMING: usize = 3;
const FREQUENT: usize = 5;

/// Words of a model, in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The words' rows, each once; the most important ones first.
    pub rows: Vec<usize>,
    /// The group of each, from 0.
    pub groups: Vec<usize>,
    /// The names of the groups; empty if the groups mean nothing.
    pub names: Vec<String>,
    /// Requested words that the model does not know.
    pub missing: Vec<String>,
}

impl Selection {
    /// These `words`, each with the number of its group; repeated words are left out.
    pub fn of_words<'a>(vectors: &Vectors, words: impl IntoIterator<Item = (usize, &'a str)>) -> Self {
        let (mut selection, mut seen) = (Self::default(), HashSet::new());
        for (group, word) in words {
            if !seen.insert(word) {
                continue;
            }
            match vectors.vocabulary.row(word) {
                Some(row) => {
                    selection.rows.push(row);
                    selection.groups.push(group);
                }
                None => selection.missing.push(word.to_owned()),
            }
        }
        selection
    }

    /// The words of [`COURSE`].
    #[must_use]
    pub fn course(vectors: &Vectors) -> Self {
        let words =
            COURSE.iter().enumerate().flat_map(|(group, (_, words))| words.iter().map(move |word| (group, *word)));
        Self::of_words(vectors, words).named(COURSE.map(|(name, _)| name.to_owned()).to_vec())
    }

    /// These words, all of one group, and behind them the `count` most frequent ones after the first `skip`; where
    /// counts are unknown or equal, words are taken in the order of the model.
    #[must_use]
    pub fn and_frequent(mut self, vectors: &Vectors, skip: usize, count: usize) -> Self {
        let asked: HashSet<_> = self.rows.iter().copied().collect();
        let frequent = vectors.vocabulary.by_count().into_iter().skip(skip).take(count);
        self.rows.extend(frequent.filter(|row| !asked.contains(row)));
        self.groups = vec![0; self.rows.len()];
        self
    }

    /// `word` and the `count` words nearest to it.
    ///
    /// # Errors
    /// If the word is unknown, or its vector zero.
    pub fn near(vectors: &Vectors, word: &str, count: usize) -> Result<Self> {
        let neighbors = query::neighbors(vectors, &[word], count)?;
        let words = std::iter::once(word).chain(neighbors.iter().map(|neighbor| neighbor.word));
        Ok(Self::of_words(vectors, words.map(|word| (0, word))))
    }

    /// The vectors of the words.
    #[must_use]
    pub fn vectors<'a>(&self, vectors: &'a Vectors) -> Vec<&'a [f32]> {
        self.rows.iter().map(|&row| vectors.row(row)).collect()
    }

    /// The same with `names` for its groups, without groups that have no known word.
    #[must_use]
    pub fn named(mut self, names: Vec<String>) -> Self {
        let kept: Vec<_> = (0..names.len()).filter(|group| self.groups.contains(group)).collect();
        for group in &mut self.groups {
            *group = kept.iter().position(|kept| kept == group).unwrap_or(0);
        }
        self.names =
            names.into_iter().zip(0..).filter(|(_, group)| kept.contains(group)).map(|(name, _)| name).collect();
        self
    }

    /// How many groups of similar words there are to see: one, of few words.
    #[must_use]
    pub fn usual_groups(&self) -> usize {
        match self.rows.len() {
            0..12 => 1,
            words => ((words as f64 / 2.0).sqrt().round() as usize).clamp(2, 8),
        }
    }

    /// The same in `count` groups of similar words, each named after its most typical ones among the frequent ones: the
    /// most typical of all are often rare, and tell a reader little.
    #[must_use]
    pub fn grouped(mut self, vectors: &Vectors, count: usize) -> Self {
        let groups = query::groups(&self.vectors(vectors), count);
        self.groups = groups.of_row.iter().map(|&group| group as usize).collect();
        let name = |members: &Vec<usize>| {
            let mut frequent = members.clone();
            frequent.sort_unstable();
            frequent.truncate((members.len() / FREQUENT).max(NAMING));
            let words = members.iter().filter(|member| frequent.contains(member)).take(NAMING);
            let words = words.map(|&member| vectors.vocabulary.word(self.rows[member]));
            let words = words.collect::<Vec<_>>().join(", ");
            if members.len() > NAMING { words + " …" } else { words }
        };
        self.names = groups.rows.iter().map(name).collect();
        if self.names.len() < 2 {
            self.names.clear();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vectors() -> Vectors {
        let vocabulary = [("tea", 3), ("king", 9), ("queen", 9), ("rain", 5)].into_iter().collect();
        Vectors::new(vocabulary, 2, vec![1.0, 0.0, 0.0, 1.0, 0.1, 1.0, 1.0, 0.2])
    }

    #[test]
    fn the_course_has_24_words_in_groups() {
        assert_eq!(COURSE.iter().map(|(_, words)| words.len()).sum::<usize>(), 24);
        let selection = Selection::course(&vectors());
        assert_eq!(selection.rows, [2, 1, 3, 0]);
        assert_eq!(selection.names, ["people", "weather", "drinks"], "groups without known words are gone");
        assert_eq!((selection.groups, selection.missing.len()), (vec![0, 0, 1, 2], 20));
    }

    #[test]
    fn words_come_once_and_the_unknown_are_named() {
        let words = [(0, "king"), (0, "tee"), (1, "tea"), (1, "king"), (1, "tee")];
        let selection = Selection::of_words(&vectors(), words);
        assert_eq!(
            (selection.rows, selection.groups, selection.missing),
            (vec![1, 0], vec![0, 1], vec!["tee".to_owned()])
        );
    }

    /// Two bundles, in which the rarer a word is, the nearer it is to the middle.
    #[test]
    fn groups_are_named_after_frequent_words() {
        let vocabulary = (0..40).map(|row| (format!("w{row}"), 100 - row)).collect();
        let row = |row: usize| {
            let angle = if row.is_multiple_of(2) { 0.0 } else { 2.0 }
                + (40 - row) as f32 * if row % 4 < 2 { 0.01 } else { -0.01 };
            <[f32; 2]>::from(angle.sin_cos())
        };
        let vectors = Vectors::new(vocabulary, 2, (0..40).flat_map(row).collect());
        let selection = Selection::default().and_frequent(&vectors, 0, 40).grouped(&vectors, 2);
        for (name, first) in selection.names.iter().zip([["w0", "w2", "w4", "w6"], ["w1", "w3", "w5", "w7"]]) {
            let words: Vec<_> = name.trim_end_matches(" …").split(", ").collect();
            assert!(words.len() == 3 && words.iter().all(|word| first.contains(word)), "{name}");
        }
    }

    #[test]
    fn frequent_and_near_words_come_in_order() {
        assert_eq!(Selection::default().and_frequent(&vectors(), 0, 3).rows, [1, 2, 3]);
        let asked = Selection::of_words(&vectors(), [(1, "tea"), (2, "queen")]).and_frequent(&vectors(), 0, 2);
        assert_eq!((asked.rows, asked.groups), (vec![0, 2, 1], vec![0; 3]));
        assert_eq!(Selection::near(&vectors(), "tea", 2).unwrap().rows, [0, 3, 2]);
        assert!(Selection::near(&vectors(), "tee", 2).is_err());
    }

    #[test]
    fn groups_are_named_by_their_words() {
        let selection = Selection::default().and_frequent(&vectors(), 0, 4).grouped(&vectors(), 2);
        assert_eq!(selection.groups, [0, 0, 1, 1]);
        assert_eq!(selection.names, ["king, queen", "rain, tea"]);
        assert!(Selection::default().and_frequent(&vectors(), 0, 4).grouped(&vectors(), 1).names.is_empty());
    }
}
