//! Reading a model row by row: nothing but its words need be in memory at once.
//!
//! Every reader shows its rows to a [`Visitor`], which keeps what it needs of them: all ([`Whole`]), a few, or none.
//! A few readers have all numbers in memory all the same: of matrices in Fortran's order, of models with n-grams, which
//! every word is made of, and of the inner nodes of a tree.

use std::ops::ControlFlow;

use crate::{Run, Subwords, Vectors, Vocabulary};

/// Is shown the rows of a model, one after the other, as a reader comes to them.
pub trait Visitor {
    /// A model with vectors of `dim` numbers begins, with about `rows` of them. What was shown before is void: the file
    /// turned out to be in another format.
    fn begin(&mut self, dim: usize, rows: usize);

    /// The next word and its vector. The reader stops where this breaks, and looks at nothing that follows.
    fn row(&mut self, word: &str, numbers: &[f32]) -> ControlFlow<()>;

    /// Whether outside vectors are to be read too.
    fn wants_outside(&self) -> bool {
        false
    }

    /// The next outside vector, in the order of the rows, all of which have been shown.
    fn outside(&mut self, _numbers: &[f32]) {}

    /// The next row of an inner node of a tree, which a model of hierarchical softmax has in place of outside vectors;
    /// once all rows have been shown, and only where outside vectors are wanted.
    fn node(&mut self, _numbers: &[f32]) {}

    /// These rows, in ascending order, are to be left out after all, because of their outside vectors.
    fn leave_out(&mut self, _rows: &[usize]) {}
}

/// What a model has beside its rows. If the visitor has stopped the reader, words may be missing.
#[derive(Clone, Debug)]
pub struct Rest {
    /// The words, in row order.
    pub vocabulary: Vocabulary,
    /// Numbers per row.
    pub dim: usize,
    /// The n-grams that the words are made of, if the model has some.
    pub subwords: Option<Subwords>,
    /// How the model was made, if the file says so.
    pub history: Vec<Run>,
}

impl Rest {
    /// The bytes of memory that the whole model would take, with `outside` vectors or nodes if it has some.
    #[must_use]
    pub fn memory(&self, outside: bool) -> usize {
        let matrices = if outside { 2 } else { 1 };
        let numbers = self.vocabulary.len() * self.dim * size_of::<f32>();
        matrices * numbers + self.subwords.as_ref().map_or(0, Subwords::memory) + self.vocabulary.memory()
    }
}

/// Keeps all rows.
#[derive(Default)]
pub(super) struct Whole {
    dim: usize,
    pub(super) data: Vec<f32>,
    /// `None` where they are not wanted.
    outside: Option<Vec<f32>>,
    nodes: Vec<f32>,
}

impl Whole {
    /// Keeps the outside vectors too.
    pub(super) fn with_outside() -> Self {
        Self { outside: Some(Vec::new()), ..Self::default() }
    }

    /// The outside vectors alone.
    pub(super) fn finish_outside(self) -> Vec<f32> {
        self.outside.unwrap_or_default()
    }

    /// The model.
    pub(super) fn finish(self, rest: Rest) -> Vectors {
        let Rest { vocabulary, dim, subwords, history } = rest;
        let outside = self.outside.filter(|outside| !outside.is_empty());
        // Without some of the words it would be another tree.
        let nodes = Some(self.nodes).filter(|nodes| !nodes.is_empty() && nodes.len() + dim == self.data.len());
        Vectors { vocabulary, dim, data: self.data, outside, nodes, subwords, history }
    }
}

impl Visitor for Whole {
    fn begin(&mut self, dim: usize, rows: usize) {
        self.dim = dim;
        self.data.clear();
        self.outside.iter_mut().for_each(Vec::clear);
        self.nodes.clear();
        // A refusal is not a failure yet: a sparse file may be longer than memory and still end early.
        let _ = self.data.try_reserve_exact(rows.saturating_mul(dim));
    }

    fn row(&mut self, _word: &str, numbers: &[f32]) -> ControlFlow<()> {
        self.data.extend_from_slice(numbers);
        ControlFlow::Continue(())
    }

    fn wants_outside(&self) -> bool {
        self.outside.is_some()
    }

    fn outside(&mut self, numbers: &[f32]) {
        if let Some(outside) = &mut self.outside {
            if outside.is_empty() {
                let _ = outside.try_reserve_exact(self.data.len());
            }
            outside.extend_from_slice(numbers);
        }
    }

    fn node(&mut self, numbers: &[f32]) {
        self.nodes.extend_from_slice(numbers);
    }

    fn leave_out(&mut self, rows: &[usize]) {
        for data in std::iter::once(&mut self.data).chain(&mut self.outside) {
            without_rows(data, self.dim, rows);
        }
    }
}

/// Leaves these rows, in ascending order, out of rows of `dim` numbers each.
pub(super) fn without_rows(data: &mut Vec<f32>, dim: usize, rows: &[usize]) {
    if !rows.is_empty() {
        let mut at = 0..;
        data.retain(|_| at.next().is_none_or(|at: usize| rows.binary_search(&(at / dim)).is_err()));
    }
}
