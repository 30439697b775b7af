//! Questions to a model that is not in memory, but passes by, row after row.

use std::ops::ControlFlow;

use super::best::{Query, Ranking, Scored};
use super::{Excerpt, Lookup as _, Neighbor, Question, Term, Wanted, joined, named, queries, scored};
use crate::format::{ModelFile, Visitor};
use crate::{Error, Result, Vocabulary};

/// The numbers of rows that are searched together: 4 MB, enough work for all threads.
const BUFFER: usize = 1 << 20;

/// Answers, and the words that they are about.
pub struct Found {
    vocabulary: Vocabulary,
    start: usize,
    answers: Vec<Result<Vec<Scored>>>,
}

impl Found {
    /// The answers to each question, as [`answer`](super::answer) gives them.
    pub fn answers(&mut self) -> impl Iterator<Item = Result<Vec<Neighbor<'_>>>> {
        let Self { vocabulary, start, answers } = self;
        answers.drain(..).map(|found| Ok(named(vocabulary, *start, found?)))
    }
}

/// The answers that [`answer`](super::answer) gives, of a model of which only the words and a few rows are in memory:
/// the file is read twice, the first time only as far as the words of the questions. What cannot be read twice, a pipe,
/// or is in memory anyway, a fastText model, is read whole.
///
/// # Errors
/// Those of reading the file.
pub fn answer_from(file: &mut ModelFile, questions: &[Question<'_>], wanted: &Wanted) -> Result<Found> {
    let once = file.length().is_none() || file.files().iter().any(|path| path.exists() && !path.is_file());
    if once || file.format().codec().reads_whole() {
        return answer_whole(file, questions, wanted);
    }
    let terms = questions.iter().flat_map(|question| &question.terms);
    let words = terms.filter_map(|(term, _)| if let Term::Word(word) = term { Some(*word) } else { None });
    let (excerpt, to_the_end) = Excerpt::first(file, &words.collect::<Vec<_>>())?;
    let start = wanted.rows.start;
    let (queries, known) = queries(&excerpt, questions, start);
    if to_the_end && queries.is_empty() {
        let answers = joined(known, Vec::new()).collect();
        return Ok(Found { vocabulary: excerpt.into_vocabulary(), start, answers });
    }
    let format = file.format();
    let mut searching = Searching::new(&queries, excerpt.dim(), wanted);
    let vocabulary = file.visit(&mut searching)?.vocabulary;
    // The first words could be read as what the file's name says, but not the rest; or a row was left out that the
    // search had seen.
    if file.format() != format || searching.left_out {
        return answer_whole(file, questions, wanted);
    }
    let answers = joined(known, searching.finish()?).collect();
    Ok(Found { vocabulary, start, answers })
}

/// The same, of a model that is read whole.
fn answer_whole(file: &mut ModelFile, questions: &[Question<'_>], wanted: &Wanted) -> Result<Found> {
    let vectors = file.read_center()?;
    let (start, answers) = scored(&vectors, questions, wanted);
    Ok(Found { vocabulary: vectors.vocabulary, start, answers })
}

/// Compares queries with rows as they pass by.
struct Searching<'a> {
    queries: &'a [Query<'a>],
    wanted: &'a Wanted,
    ranking: Ranking<'a>,
    dim: usize,
    /// Rows that have not been compared yet.
    waiting: Vec<f32>,
    /// How many rows there have been.
    rows: usize,
    /// Whether vectors have as many numbers as the queries.
    fits: bool,
    /// Whether a row was to be left out after all.
    left_out: bool,
}

impl<'a> Searching<'a> {
    fn new(queries: &'a [Query<'a>], dim: usize, wanted: &'a Wanted) -> Self {
        let ranking = Ranking::new(queries, dim, wanted.most, wanted.least);
        Self { queries, wanted, ranking, dim, waiting: Vec::new(), rows: 0, fits: true, left_out: false }
    }

    fn finish(mut self) -> Result<Vec<Vec<Scored>>> {
        if !self.fits {
            return Err(Error::Failed("the model has changed while it was read".to_owned()));
        }
        self.ranking.add(&self.waiting);
        Ok(self.ranking.finish())
    }
}

impl Visitor for Searching<'_> {
    fn begin(&mut self, dim: usize, _rows: usize) {
        self.fits = dim == self.dim;
        self.ranking = Ranking::new(self.queries, self.dim, self.wanted.most, self.wanted.least);
        self.waiting.clear();
        (self.rows, self.left_out) = (0, false);
    }

    fn row(&mut self, _word: &str, numbers: &[f32]) -> ControlFlow<()> {
        if !self.fits {
            return ControlFlow::Break(());
        }
        if self.wanted.rows.contains(&self.rows) {
            self.waiting.extend_from_slice(numbers);
        }
        self.rows += 1;
        if self.waiting.len() >= BUFFER {
            self.ranking.add(&self.waiting);
            self.waiting.clear();
        }
        ControlFlow::Continue(())
    }

    fn leave_out(&mut self, rows: &[usize]) {
        self.left_out |= !rows.is_empty();
    }
}
