//! A window that slides over tokens as they arrive.

use heapless::Vec;
use rand_core::Rng;

use super::{Shape, Trainer, draw_width};
use crate::model::{Rows, RowsMut};
use crate::sample::Objective;
use crate::simd::{Machine, WindowError};
use crate::state::State;

/// The last tokens of an endless stream, as many as a window needs: `SPAN` must be at least 2m + 1.
///
/// A center is trained on once the m tokens after it are known, or the sentence has ended.
#[derive(Debug)]
pub struct Stream<const SPAN: usize> {
    tokens: Vec<u32, SPAN>,
    /// The place of the next center in `tokens`.
    next: usize,
}

impl<const SPAN: usize> Default for Stream<SPAN> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SPAN: usize> Stream<SPAN> {
    /// A stream at the start of a sentence.
    #[must_use]
    pub const fn new() -> Self {
        Self { tokens: Vec::new(), next: 0 }
    }

    /// Whether `token` is among them.
    #[must_use]
    pub fn holds(&self, token: u32) -> bool {
        self.tokens.contains(&token)
    }

    /// Takes the next token of the sentence, and trains on the center whose window it completes.
    ///
    /// # Errors
    /// If a token of the window is not a row of the model.
    pub fn push<M, V, U, O, S>(
        &mut self,
        token: u32,
        trainer: &mut Trainer<'_, M, V, U, O, S>,
        widths: &mut impl Rng,
    ) -> Result<(), WindowError>
    where
        M: Machine,
        V: RowsMut,
        U: RowsMut<Component = V::Component>,
        O: Objective,
        S: Shape<V::Component>,
    {
        let reach = self.reach(trainer);
        if self.tokens.is_full() || self.next > reach {
            // Everything moves one place to the front, and the first token leaves.
            let mut behind = token;
            for place in self.tokens.iter_mut().rev() {
                core::mem::swap(place, &mut behind);
            }
            self.next = self.next.saturating_sub(1);
        } else {
            // There is room: it was just checked.
            let _ = self.tokens.push(token);
        }
        if self.tokens.len() > self.next + reach { self.train_next(trainer, widths) } else { Ok(()) }
    }

    /// Ends the sentence: trains on the centers whose windows it cuts, and starts a new one.
    ///
    /// # Errors
    /// If a token of a window is not a row of the model; the centers after it are left out.
    pub fn end_sentence<M, V, U, O, S>(
        &mut self,
        trainer: &mut Trainer<'_, M, V, U, O, S>,
        widths: &mut impl Rng,
    ) -> Result<(), WindowError>
    where
        M: Machine,
        V: RowsMut,
        U: RowsMut<Component = V::Component>,
        O: Objective,
        S: Shape<V::Component>,
    {
        while self.end_step(trainer, widths)? {}
        Ok(())
    }

    /// A part of [`end_sentence`](Self::end_sentence): trains on one center, and returns whether there was one. If not,
    /// the sentence has ended.
    ///
    /// # Errors
    /// The same; the sentence has ended then.
    pub fn end_step<M, V, U, O, S>(
        &mut self,
        trainer: &mut Trainer<'_, M, V, U, O, S>,
        widths: &mut impl Rng,
    ) -> Result<bool, WindowError>
    where
        M: Machine,
        V: RowsMut,
        U: RowsMut<Component = V::Component>,
        O: Objective,
        S: Shape<V::Component>,
    {
        let is_left = self.next < self.tokens.len();
        let result = if is_left { self.train_next(trainer, widths) } else { Ok(()) };
        if !is_left || result.is_err() {
            // Also after an error: the next sentence must not see words of this one.
            *self = Self::new();
        }
        result.map(|()| is_left)
    }

    /// The half-width m, or as much of it as fits.
    fn reach<M, V: Rows, U, O, S: Shape<V::Component>>(&self, trainer: &Trainer<'_, M, V, U, O, S>) -> usize {
        (trainer.shape.window() as usize).min(SPAN.saturating_sub(1) / 2)
    }

    fn train_next<M, V, U, O, S>(
        &mut self,
        trainer: &mut Trainer<'_, M, V, U, O, S>,
        widths: &mut impl Rng,
    ) -> Result<(), WindowError>
    where
        M: Machine,
        V: RowsMut,
        U: RowsMut<Component = V::Component>,
        O: Objective,
        S: Shape<V::Component>,
    {
        let width = draw_width(trainer.shape.window(), widths);
        let (left, right) = self.tokens.split_at_checked(self.next).unwrap_or_default();
        let left = left.get(self.next.saturating_sub(width)..).unwrap_or_default();
        self.next += 1;
        let Some((&center, right)) = right.split_first() else { return Ok(()) };
        trainer.center(left, center, right.get(..width).unwrap_or(right))
    }
}

impl<const SPAN: usize> State for Stream<SPAN> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut [u8])) {
        let (mut place, mut tokens) = ([self.tokens.len() as u32, self.next as u32], [0; SPAN]);
        tokens.iter_mut().zip(&self.tokens).for_each(|(to, &token)| *to = token);
        place.visit(visit);
        let [len, next] = place.map(|number| (number as usize).min(SPAN));
        tokens.get_mut(..len).unwrap_or_default().visit(visit);
        (self.tokens, self.next) = (Vec::new(), next);
        // There is room.
        tokens.iter().take(len).for_each(|&token| _ = self.tokens.push(token));
    }
}
