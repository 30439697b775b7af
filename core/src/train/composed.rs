//! Words that are made of other rows: their n-grams (eq. 24), on devices that have room for a small table of buckets,
//! and none for a row per word.

use heapless::Vec;

use super::cbow::THE_MEAN;
use super::{Prediction, Shape};
use crate::model::RowsMut;
use crate::sample::Objective;
use crate::simd::{Act, Composed as Rows, Machine, WindowError};

/// What words are made of.
pub trait Parts {
    /// Calls `take` with the rows of the center matrix that `word` is the mean of, such as the buckets of its
    /// [`Ngrams`](crate::subword::Ngrams). A row may come twice, and counts twice.
    fn of(&self, word: u32, take: impl FnMut(u32));
}

/// A [`Shape`] whose hidden vectors are the means of rows, each word's of its [`Parts`], of which it has at most `N`.
///
/// The words of a window step one after the other, each against targets of its own; what moves the mean moves each of
/// its rows, as in fastText. A word that has more parts is made of the first `N`.
///
/// `shape` is [`Dynamic`](super::Dynamic) or [`Fixed`](super::Fixed).
#[derive(Debug)]
pub struct Composed<S, P, R, const N: usize> {
    shape: S,
    parts: P,
    room: R,
    rows: Vec<u32, N>,
}

impl<S: Shape, P: Parts, R: RowsMut<Component = f32>, const N: usize> Composed<S, P, R, N> {
    /// Steps of `shape`, with `room` for two rows that are as long as those of the model. Without room, steps are
    /// refused.
    pub const fn new(shape: S, parts: P, room: R) -> Self {
        Self { shape, parts, room, rows: Vec::new() }
    }
}

impl<S: Shape, P: Parts, R: RowsMut<Component = f32>, const N: usize> Shape for Composed<S, P, R, N> {
    type Targets = S::Targets;

    #[inline(always)]
    fn window(&self) -> u32 {
        self.shape.window()
    }

    #[inline(always)]
    fn targets(&self) -> Self::Targets {
        self.shape.targets()
    }

    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, O: Objective>(
        &mut self,
        machine: M,
        prediction: Prediction<'_, V, U, O>,
        targets: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Self { shape, parts, room, rows } = self;
        let Prediction { v, u, objective, hidden, truths, rate, with_loss } = prediction;
        let mut loss = 0.0;
        for &word in hidden.into_iter().flatten() {
            rows.clear();
            parts.of(word, |row| {
                // Where N are there, the rest is left out.
                let _ = rows.push(row);
            });
            if rows.is_empty() {
                // A word without parts has no vector to move.
                continue;
            }
            let (of, part) = ([&rows[..], &[]], 1.0 / rows.len() as f32);
            machine.enter(Rows { act: Act::Mean, v, rows: of, room, part })?;
            let step = Prediction { v: &mut *room, u, objective, hidden: THE_MEAN, truths, rate, with_loss };
            loss += shape.predict(machine, step, targets)?;
            machine.enter(Rows { act: Act::Return, v, rows: of, room, part: 1.0 })?;
        }
        Ok(loss)
    }
}
