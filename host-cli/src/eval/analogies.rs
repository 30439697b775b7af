//! Analogies: how many questions "a is to b as c is to …?" a model answers with the expected word.

use std::path::Path;

use serde::Serialize;

use super::{Folded, lines, read_text};
use crate::query::{Query, Scored, Search, direction};
use crate::{Error, Result, Vectors};

/// How many answers to a question are looked at.
const KEPT: usize = 5;

/// The score of a model on a section of questions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SectionScore {
    /// The name of the section.
    pub section: String,
    /// The questions that the model answers with the expected word.
    pub correct: usize,
    /// The questions that count, because all four words are among the rows that are searched.
    pub questions: usize,
    /// The questions with a word that the model does not hold.
    pub missing: usize,
    /// The other questions with a word after the rows that are searched.
    pub beyond: usize,
}

impl SectionScore {
    /// The share of questions answered right, 0 to 1; `None` if no question counts.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        (self.questions > 0).then(|| self.correct as f64 / self.questions as f64)
    }
}

/// The score of a model on a file of analogy questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnalogyScore {
    /// The sections, in the order of the file.
    pub sections: Vec<SectionScore>,
    /// All questions together.
    pub total: SectionScore,
    /// The questions that count, one by one, which the program does not print.
    #[serde(skip)]
    pub questions: Vec<Asked>,
}

/// A question that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its section, from 0.
    pub section: usize,
    /// The rows of its words, the expected one last.
    pub rows: [usize; 4],
    /// Whether the model answers with the expected word.
    pub correct: bool,
}

/// Scores the first `restrict` rows of `vectors` on the questions in the file `path`: sections that begin with a line
/// `: name`, and lines `a b c expected`. The answer is the nearest word to b − a + c other than these three (3CosAdd).
/// `-` is standard input.
///
/// # Errors
/// If the file cannot be read, or a line is something else.
pub fn analogies(vectors: &Vectors, path: &Path, restrict: usize) -> Result<AnalogyScore> {
    let (path, text) = read_text(path)?;
    let rows = restrict.min(vectors.vocabulary.len());
    let words = Folded::new(&vectors.vocabulary, rows);
    let mut sections: Vec<SectionScore> = Vec::new();
    let mut questions = Vec::new();
    let mut left_out = Vec::new();
    for (number, line) in lines(&text) {
        if let Some(name) = line.strip_prefix(':') {
            sections.push(SectionScore { section: name.trim().to_owned(), ..SectionScore::default() });
            continue;
        }
        let fields: Vec<_> = line.split_whitespace().collect();
        let (Some(section), &[a, b, c, expected]) = (sections.last_mut(), fields.as_slice()) else {
            let message = format!("`{line}` is not a question: expected `: section` and then lines `a b c expected`");
            return Err(Error::input(path, number, message));
        };
        match [a, b, c, expected].map(|word| words.row(word)) {
            [Some(a), Some(b), Some(c), Some(expected)] => {
                section.questions += 1;
                questions.push(Question { section: sections.len() - 1, a, b, c, expected });
            }
            _ => left_out.push((sections.len() - 1, [a, b, c, expected])),
        }
    }
    if sections.is_empty() {
        return Err(Error::input(
            path,
            None,
            "holds no questions: expected `: section` and then lines `a b c expected`",
        ));
    }

    let missing = words.missing(left_out.iter().flat_map(|(_, words)| words).copied());
    for (section, words) in left_out {
        let Some(section) = sections.get_mut(section) else { continue };
        *(if missing.any(&words) { &mut section.missing } else { &mut section.beyond }) += 1;
    }
    let answers = answer(vectors, rows, &questions);
    let mut asked = Vec::with_capacity(questions.len());
    for (question, best) in questions.iter().zip(&answers) {
        let fold = |row: usize| words.row(vectors.vocabulary.word(row));
        let &Question { section, a, b, c, expected } = question;
        let correct = question.is_answered_by(best, fold);
        asked.push(Asked { section, rows: [a, b, c, expected], correct });
        sections.get_mut(section).into_iter().for_each(|section| section.correct += usize::from(correct));
    }
    let mut total = SectionScore { section: "total".to_owned(), ..SectionScore::default() };
    for section in &sections {
        total.correct += section.correct;
        total.questions += section.questions;
        total.missing += section.missing;
        total.beyond += section.beyond;
    }
    Ok(AnalogyScore { sections, total, questions: asked })
}

/// A question whose words the model holds: their rows.
struct Question {
    section: usize,
    a: usize,
    b: usize,
    c: usize,
    expected: usize,
}

impl Question {
    /// b − a + c over unit vectors. Zero vectors have no direction to add.
    fn query(&self, vectors: &Vectors) -> Query<'static> {
        let unit = |row: usize| direction(vectors.row(row)).unwrap_or_else(|| vec![0.0; vectors.dim]);
        let (a, b, c) = (unit(self.a), unit(self.b), unit(self.c));
        let vector: Vec<_> = b.iter().zip(a).zip(c).map(|((b, a), c)| b - a + c).collect();
        Query { vector: vector.into(), exclude: vec![self.a, self.b, self.c] }
    }

    /// Whether the first answer that is not another form of a word in the question is some form of the expected word.
    /// `fold` gives the row of the first form of the word in a row.
    ///
    /// Like gensim, this looks at no more answers than [`KEPT`], and falls back on the last of them.
    fn is_answered_by(&self, best: &[Scored], fold: impl Fn(usize) -> Option<usize>) -> bool {
        let answers: Vec<_> = best.iter().filter_map(|&(_, row)| fold(row)).collect();
        let other = answers.iter().find(|answer| ![self.a, self.b, self.c].contains(answer));
        other.or(answers.last()) == Some(&self.expected)
    }
}

/// The best answers to `questions` among the first `rows` rows.
fn answer(vectors: &Vectors, rows: usize, questions: &[Question]) -> Vec<Vec<Scored>> {
    let searched = vectors.data.get(..rows * vectors.dim).unwrap_or_default();
    let queries: Vec<_> = questions.iter().map(|question| question.query(vectors)).collect();
    Search { rows: searched, dim: vectors.dim, k: KEPT, least: f32::NEG_INFINITY }.best(&queries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(text: &str, restrict: usize) -> Result<AnalogyScore, String> {
        let rows: [(&str, [f32; 3]); 7] = [
            ("man", [1.0, 0.0, 0.1]),
            ("woman", [0.0, 1.0, 0.1]),
            ("king", [1.0, 0.0, 1.0]),
            ("Queen", [0.0, 1.0, 1.0]),
            ("King", [0.5, 0.5, 1.0]),
            ("zero", [0.0, 0.0, 0.0]),
            ("tree", [-1.0, -1.0, 0.0]),
        ];
        let vocabulary = rows.map(|(word, _)| (word, 0)).into_iter().collect();
        let data = rows.iter().flat_map(|(_, numbers)| *numbers).collect();
        let vectors = Vectors::new(vocabulary, 3, data);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, text).unwrap();
        let message = |error: Error| error.to_string().replace(&file.path().display().to_string(), "file");
        analogies(&vectors, file.path(), restrict).map_err(message)
    }

    fn section(name: &str, correct: usize, questions: usize, missing: usize) -> SectionScore {
        SectionScore { section: name.to_owned(), correct, questions, missing, beyond: 0 }
    }

    #[test]
    fn questions_are_scored_by_section_whatever_their_case() {
        let text = ": family\nMan Woman KING queen\nman woman king tree\nman woman king turnip\n\n: empty\n";
        let found = score(text, 30_000).unwrap();
        assert_eq!(found.sections, [section("family", 1, 2, 1), section("empty", 0, 0, 0)]);
        assert_eq!(found.total, section("total", 1, 2, 1));
        assert_eq!((found.total.accuracy(), found.sections[1].accuracy()), (Some(0.5), None));
        let asked = |expected, correct| Asked { section: 0, rows: [0, 1, 2, expected], correct };
        assert_eq!(found.questions, [asked(3, true), asked(6, false)]);
    }

    #[test]
    fn words_past_the_restriction_are_counted_apart() {
        let text = ": family\nman woman king QUEEN\nman woman king turnip\n";
        assert_eq!(score(text, 4).unwrap().total, section("total", 1, 1, 1));
        let beyond = SectionScore { beyond: 1, ..section("total", 0, 0, 1) };
        assert_eq!(score(text, 3).unwrap().total, beyond);
    }

    #[test]
    fn other_forms_of_the_words_asked_for_are_no_answers() {
        // "King" comes nearest to man - woman + queen, but "king" is its first form, and that is in the question.
        let found = score(": family\nking man queen woman\n", 30_000).unwrap();
        assert_eq!(found.total, section("total", 1, 1, 0));
    }

    #[test]
    fn what_is_no_question_is_named_with_its_line() {
        let expected = "is not a question: expected `: section` and then lines `a b c expected`";
        assert_eq!(score(": x\nman woman king\n", 9).unwrap_err(), format!("file:2: `man woman king` {expected}"));
        assert_eq!(score("a b c d\n", 9).unwrap_err(), format!("file:1: `a b c d` {expected}"));
        assert!(score("", 9).unwrap_err().starts_with("file: holds no questions"));
    }
}
