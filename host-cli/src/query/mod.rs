//! Questions to word vectors: nearest neighbors and analogies, by cosine.
//!
//! A word that the model has not seen has a vector all the same where the model knows some of its n-grams.

mod best;
mod clusters;
mod compare;
mod cosine;
mod excerpt;
mod lookup;
mod question;
mod streamed;
mod suggest;

use std::borrow::Cow;

use crate::{Error, Result, Vectors, Vocabulary};
pub(crate) use best::{Query, Scored, Search};
pub use clusters::{CLUSTER_STEPS, Clusters, clusters, groups};
pub use compare::{Fit, odd_one_out, similarity};
pub use cosine::{cosine, direction, dot, length, mean_cosine, precise_cosine, unit};
pub use excerpt::Excerpt;
pub use lookup::Lookup;
pub use question::{Neighbor, Question, Term, Wanted};
pub use streamed::{Found, answer_from};

/// The answers to each of `questions` that are `wanted`, without the words of the question, nearest first, among equals
/// the first in the model. Many questions together take a small part of the time that they take one by one, and get the
/// same answers.
///
/// A question has an error if one of its words is unknown, or its sum is zero, which has no neighbors.
pub fn answer<'a>(vectors: &'a Vectors, questions: &[Question<'_>], wanted: &Wanted) -> Vec<Result<Vec<Neighbor<'a>>>> {
    let (start, found) = scored(vectors, questions, wanted);
    found.into_iter().map(|found| Ok(named(&vectors.vocabulary, start, found?))).collect()
}

/// [`answer`], as rows, which are counted from the one that is returned.
fn scored(vectors: &Vectors, questions: &[Question<'_>], wanted: &Wanted) -> (usize, Vec<Result<Vec<Scored>>>) {
    let &Wanted { most, least, ref rows } = wanted;
    let end = rows.end.min(vectors.vocabulary.len());
    let start = rows.start.min(end);
    let (queries, known) = queries(vectors, questions, start);
    let searched = &vectors.data[start * vectors.dim..end * vectors.dim];
    let found = Search { rows: searched, dim: vectors.dim, k: most, least }.best(&queries);
    (start, joined(known, found).collect())
}

/// The queries of the questions that have one, and for each question whether it has. Rows are counted from `start`.
fn queries(model: &impl Lookup, questions: &[Question<'_>], start: usize) -> (Vec<Query<'static>>, Vec<Result<()>>) {
    let mut queries = Vec::with_capacity(questions.len());
    let mut add = |question: &Question<'_>| {
        let Query { vector, exclude } = question.query(model)?;
        let exclude = exclude.into_iter().filter_map(|row| row.checked_sub(start)).collect();
        queries.push(Query { vector, exclude });
        Ok(())
    };
    let known = questions.iter().map(&mut add).collect();
    (queries, known)
}

/// What was `found` for the questions that are `known` to have a query, and the errors of the others.
fn joined(known: Vec<Result<()>>, found: Vec<Vec<Scored>>) -> impl Iterator<Item = Result<Vec<Scored>>> {
    let mut found = found.into_iter();
    known.into_iter().map(move |known| known.map(|()| found.next().unwrap_or_default()))
}

/// The answers to each of the analogies `questions`, as [`answer`] gives them.
///
/// A question of other than three words has an error too.
pub fn analogies<'a>(vectors: &'a Vectors, questions: &[Vec<&str>], k: usize) -> Vec<Result<Vec<Neighbor<'a>>>> {
    let asked: Vec<_> = questions.iter().filter_map(|words| three(words)).map(Question::analogy).collect();
    let mut found = answer(vectors, &asked, &Wanted::nearest(k)).into_iter();
    let mut next = || found.next().unwrap_or_else(|| Ok(Vec::new()));
    let wrong = |words: &Vec<&str>| {
        let message = format!("an analogy takes three words, as in `man woman king`, not {}", words.len());
        Err(Error::Usage(message))
    };
    questions.iter().map(|words| if three(words).is_some() { next() } else { wrong(words) }).collect()
}

fn three<'a>(words: &[&'a str]) -> Option<[&'a str; 3]> {
    words.try_into().ok()
}

/// The rows, counted from `start`, as words.
fn named(vocabulary: &Vocabulary, start: usize, found: Vec<Scored>) -> Vec<Neighbor<'_>> {
    let name = |(similarity, row): Scored| {
        let row = start + row;
        Neighbor { word: vocabulary.word(row), row, similarity }
    };
    found.into_iter().map(name).collect()
}

/// The `k` words nearest to the mean of the unit vectors of `words`, nearest first, without `words` themselves.
///
/// # Errors
/// If a word is unknown, there are no words, or their mean is zero, which has no neighbors.
pub fn neighbors<'a>(vectors: &'a Vectors, words: &[&str], k: usize) -> Result<Vec<Neighbor<'a>>> {
    one(vectors, Question::new(words, &[]), k)
}

/// The `k` best answers to "`a` is to `b` as `c` is to …?", as [`Question::analogy`] asks it, best first, without the
/// three words.
///
/// # Errors
/// As [`neighbors`].
pub fn analogy<'a>(vectors: &'a Vectors, words: [&str; 3], k: usize) -> Result<Vec<Neighbor<'a>>> {
    one(vectors, Question::analogy(words), k)
}

fn one<'a>(vectors: &'a Vectors, question: Question<'_>, k: usize) -> Result<Vec<Neighbor<'a>>> {
    answer(vectors, &[question], &Wanted::nearest(k)).pop().unwrap_or_else(|| Ok(Vec::new()))
}

/// The vector of `word`: that in the model, or else the mean of its n-grams.
///
/// # Errors
/// If the model knows neither the word nor any of its n-grams.
pub fn vector<'a>(model: &'a impl Lookup, word: &str) -> Result<Cow<'a, [f32]>> {
    let unseen = || Some(Cow::Owned(model.subwords()?.vector(word)?));
    match model.find(word).map(Cow::Borrowed).or_else(unseen) {
        Some(Cow::Owned(mean)) if mean.iter().all(|&number| number == 0.0) => Err(unknown(model, word)),
        Some(Cow::Owned(mean)) if !mean.iter().all(|number| number.is_finite()) => {
            let message = format!("the n-grams of the word `{word}` add up to more than a number can hold");
            Err(Error::Failed(message))
        }
        found => found.ok_or_else(|| unknown(model, word)),
    }
}

/// `vectors` with a row for each of `words` that they lack but have n-grams of, behind the others; others are left out.
///
/// For what takes rows, such as a picture: the n-grams have then done their work, and are not kept.
#[must_use]
pub fn with_unseen<'a>(mut vectors: Vectors, words: impl IntoIterator<Item = &'a str>) -> Vectors {
    let Some(subwords) = &vectors.subwords else { return vectors };
    let usable = |row: &Vec<f32>| row.iter().any(|&x| x != 0.0) && row.iter().all(|x| x.is_finite());
    let unseen = words.into_iter().filter(|word| vectors.get(word).is_none());
    let rows: Vec<_> = unseen.filter_map(|word| Some((word, subwords.vector(word).filter(usable)?))).collect();
    if rows.is_empty() {
        return vectors;
    }
    for (word, row) in rows {
        if vectors.vocabulary.push(word, 0).is_ok() {
            vectors.data.extend(row);
        }
    }
    Vectors::new(vectors.vocabulary, vectors.dim, vectors.data)
}

/// The error for a word that the model lacks: names words that the user may have meant.
fn unknown(model: &impl Lookup, word: &str) -> Error {
    let ngrams = match model.subwords() {
        None => String::new(),
        Some(subwords) if subwords.ngrams.of(word).next().is_some() => ", nor any of its n-grams".to_owned(),
        Some(subwords) => {
            let (least, most) = (subwords.ngrams.least(), subwords.ngrams.most());
            format!(", which has no n-grams of {least} to {most} characters")
        }
    };
    let similar = suggest::similar(model.vocabulary(), word);
    let hint = match similar.as_slice() {
        [] => String::new(),
        words => format!("; did you mean {}?", words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")),
    };
    Error::UnknownWord(format!("the model does not know the word `{word}`{ngrams}{hint}"))
}

#[cfg(test)]
mod tests {
    use motevec_core::subword::Ngrams;

    use super::*;
    use crate::Subwords;

    pub(super) fn vectors(dim: usize, rows: &[(&str, &[f32])]) -> Vectors {
        let vocabulary = rows.iter().map(|&(word, _)| (word, 0)).collect();
        let data = rows.iter().flat_map(|&(_, numbers)| numbers).copied().collect();
        Vectors::new(vocabulary, dim, data)
    }

    fn words<'a>(found: &[Neighbor<'a>]) -> Vec<&'a str> {
        found.iter().map(|neighbor| neighbor.word).collect()
    }

    #[test]
    fn neighbors_come_nearest_first_without_the_word_itself() {
        let model = vectors(
            2,
            &[("east", &[2.0, 0.0]), ("north", &[0.0, 5.0]), ("west", &[-1.0, 0.0]), ("northeast", &[1.0, 1.0])],
        );
        let found = neighbors(&model, &["east"], 10).unwrap();
        assert_eq!(words(&found), ["northeast", "north", "west"]);
        assert!((found[0].similarity - 0.5_f32.sqrt()).abs() < 1e-6);
        assert_eq!((found[1].similarity, found[2].similarity, found[2].row), (0.0, -1.0, 2));
        assert_eq!(words(&neighbors(&model, &["east", "north"], 1).unwrap()), ["northeast"]);
        assert!(neighbors(&model, &["east"], 0).unwrap().is_empty());
    }

    #[test]
    fn a_mean_gives_every_word_the_same_say_whatever_its_length() {
        let model = vectors(2, &[("long", &[90.0, 0.0]), ("short", &[0.0, 0.1]), ("between", &[1.0, 1.0])]);
        let found = neighbors(&model, &["long", "short"], 1).unwrap();
        assert!((found[0].similarity - 1.0).abs() < 1e-6);
    }

    #[test]
    fn an_analogy_completes_the_parallelogram() {
        let model = vectors(
            3,
            &[
                ("man", &[1.0, 0.0, 0.1]),
                ("woman", &[0.0, 1.0, 0.1]),
                ("king", &[1.0, 0.0, 1.0]),
                ("queen", &[0.0, 1.0, 1.0]),
                ("tree", &[-1.0, -1.0, 0.0]),
            ],
        );
        let found = analogy(&model, ["man", "woman", "king"], 2).unwrap();
        assert_eq!(words(&found), ["queen", "tree"]);
    }

    #[test]
    fn equals_come_in_the_order_of_the_model() {
        let model = vectors(1, &[("a", &[1.0]), ("b", &[2.0]), ("c", &[3.0]), ("d", &[4.0]), ("e", &[-1.0])]);
        for k in 0..5 {
            assert_eq!(words(&neighbors(&model, &["c"], k).unwrap()), ["a", "b", "d", "e"][..k]);
        }
    }

    #[test]
    fn zeros_and_extremes_are_no_numbers_to_stumble_over() {
        let model = vectors(
            2,
            &[
                ("x", &[1.0, 0.0]),
                ("zero", &[0.0, 0.0]),
                ("huge", &[3e38, 0.0]),
                ("tiny", &[1e-45, 0.0]),
                ("y", &[-1.0, 0.0]),
            ],
        );
        let found = neighbors(&model, &["x"], 9).unwrap();
        assert_eq!(words(&found), ["huge", "tiny", "zero", "y"]);
        assert_eq!(found.iter().map(|n| n.similarity).collect::<Vec<_>>(), [1.0, 1.0, 0.0, -1.0]);
        assert!(neighbors(&model, &["zero"], 3).unwrap_err().to_string().contains("add up to zero"));
        assert!(neighbors(&model, &["x", "y"], 3).is_err());
        assert!(neighbors(&model, &[], 3).is_err());
    }

    #[test]
    fn an_unseen_word_is_as_near_as_its_ngrams() {
        let ngrams = Ngrams::new(3, 3, 1000).unwrap();
        let mut buckets: Vec<u32> = ngrams.of("eastern").collect();
        buckets.sort_unstable();
        buckets.dedup();
        let rows = [3.0, 0.0].repeat(buckets.len());
        let known = vectors(2, &[("east", &[2.0, 0.0]), ("north", &[0.0, 5.0])]);
        let subwords = Subwords::new(ngrams, 2, known.data.clone(), buckets, rows);
        let model = Vectors { subwords: Some(subwords), ..known };
        let found = neighbors(&model, &["easter"], 5).unwrap();
        assert_eq!((words(&found), found[0].similarity), (vec!["east", "north"], 1.0));
        assert_eq!(words(&neighbors(&model, &["easter", "east"], 5).unwrap()), ["north"]);
        assert_eq!(words(&analogy(&model, ["easter", "north", "easter"], 1).unwrap()), ["east"]);
        assert_eq!(similarity(&model, "easter", "north").unwrap(), 0.0);
        let found = odd_one_out(&model, &["easter", "north", "east"]).unwrap();
        assert_eq!((found[0].word, found[0].row, found[2].word, found[1].row), ("north", Some(1), "east", None));
        let longer = with_unseen(model.clone(), ["easter", "xyz", "east", "easter"]);
        assert_eq!(longer.vocabulary.words().collect::<Vec<_>>(), ["east", "north", "easter"]);
        assert_eq!(longer.data, [2.0, 0.0, 0.0, 5.0, 2.5, 0.0]);
        let message = |word| neighbors(&model, &[word], 1).unwrap_err().to_string();
        assert_eq!(message("xyz"), "the model does not know the word `xyz`, nor any of its n-grams");
        assert_eq!(message("a"), "the model does not know the word `a`, nor any of its n-grams");
        assert_eq!(message(""), "the model does not know the word ``, which has no n-grams of 3 to 3 characters");
    }

    #[test]
    fn an_unknown_word_gets_a_hint() {
        let model = vectors(1, &[("President", &[1.0]), ("presidents", &[1.0]), ("zebra", &[1.0])]);
        assert_eq!(
            neighbors(&model, &["presidnet"], 3).unwrap_err().to_string(),
            "the model does not know the word `presidnet`; did you mean `President`, `presidents`?"
        );
        assert_eq!(
            analogy(&model, ["zebra", "xxxxxxxx", "zebra"], 3).unwrap_err().to_string(),
            "the model does not know the word `xxxxxxxx`"
        );
    }

    #[test]
    fn a_vector_asks_as_its_word_does_and_weights_count() {
        let rows: [(&str, &[f32]); 4] =
            [("east", &[2.0, 0.0]), ("north", &[0.0, 5.0]), ("west", &[-1.0, 0.0]), ("northeast", &[1.0, 1.0])];
        let model = vectors(2, &rows);
        let ask = |terms: &[(Term<'_>, f64)], rows| {
            let wanted = Wanted { rows, ..Wanted::nearest(9) };
            answer(&model, &[Question { terms: terms.to_vec() }], &wanted).remove(0)
        };
        let found = ask(&[(Term::Vector(&[7.0, 0.0]), 1.0)], 0..9).unwrap();
        assert_eq!(words(&found), ["east", "northeast", "north", "west"]);
        assert_eq!(found[1..], ask(&[(Term::Word("east"), 0.5)], 0..9).unwrap());
        let found = ask(&[(Term::Word("east"), 1.0), (Term::Word("north"), 9.0)], 0..9).unwrap();
        assert_eq!(words(&found), ["northeast", "west"]);
        let found = ask(&[(Term::Word("east"), 1.0)], 1..3).unwrap();
        assert_eq!((words(&found), found[0].row, found[1].row), (vec!["north", "west"], 1, 2));
        assert!(ask(&[(Term::Word("north"), 1.0)], 1..2).unwrap().is_empty());
        assert!(ask(&[(Term::Word("north"), 1.0)], 7..9).unwrap().is_empty());
        assert!(ask(&[(Term::Vector(&[1.0]), 1.0)], 0..9).is_err());
    }

    #[test]
    fn many_questions_get_the_answers_that_each_gets_alone() {
        let rows: Vec<f32> = (0..3_000).map(|number| (number * 37 % 101) as f32 - 50.0).collect();
        let words: Vec<String> = (0..1_000).map(|row| format!("word{row}")).collect();
        let model = Vectors::new(words.iter().map(|word| (word, 0)).collect(), 3, rows);
        let question = |word: &'static str, other: &'static str| Question::new(&[word], &[other]);
        let questions = [question("word3", "word5"), question("nothing", "word5"), question("word7", "word7")];
        let questions: Vec<_> = questions.into_iter().cycle().take(2_000).collect();
        let wanted = Wanted { least: 0.9, ..Wanted::nearest(4) };
        let found = answer(&model, &questions, &wanted);
        assert_eq!(found.len(), 2_000);
        for (question, found) in questions.iter().zip(found).take(6) {
            let alone = answer(&model, std::slice::from_ref(question), &wanted).remove(0);
            match (found, alone) {
                (Ok(found), Ok(alone)) => assert!(found == alone && found.iter().all(|near| near.similarity >= 0.9)),
                (found, alone) => assert_eq!(found.unwrap_err().to_string(), alone.unwrap_err().to_string()),
            }
        }
    }
}
