//! A window that slides over tokens as they arrive.

use heapless::Vec;
use rand_core::Rng;

use super::{Shape, Trainer, draw_width};
use crate::model::RowsMut;
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
    pub fn push(&mut self, token: u32, trainer: &mut impl Centers, widths: &mut impl Rng) -> Result<(), WindowError> {
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
    pub fn end_sentence(&mut self, trainer: &mut impl Centers, widths: &mut impl Rng) -> Result<(), WindowError> {
        while self.end_step(trainer, widths)? {}
        Ok(())
    }

    /// A part of [`end_sentence`](Self::end_sentence): trains on one center, and returns whether there was one. If not,
    /// the sentence has ended.
    ///
    /// # Errors
    /// The same; the sentence has ended then.
    pub fn end_step(&mut self, trainer: &mut impl Centers, widths: &mut impl Rng) -> Result<bool, WindowError> {
        let is_left = self.next < self.tokens.len();
        let result = if is_left { self.train_next(trainer, widths) } else { Ok(()) };
        if !is_left || result.is_err() {
            // Also after an error: the next sentence must not see words of this one.
            *self = Self::new();
        }
        result.map(|()| is_left)
    }

    /// The half-width m, or as much of it as fits.
    fn reach(&self, trainer: &impl Centers) -> usize {
        (trainer.window() as usize).min(SPAN.saturating_sub(1) / 2)
    }

    fn train_next(&mut self, trainer: &mut impl Centers, widths: &mut impl Rng) -> Result<(), WindowError> {
        let width = draw_width(trainer.window(), widths);
        let (left, right) = self.tokens.split_at_checked(self.next).unwrap_or_default();
        let left = left.get(self.next.saturating_sub(width)..).unwrap_or_default();
        self.next += 1;
        let Some((&center, right)) = right.split_first() else { return Ok(()) };
        trainer.center(left, center, right.get(..width).unwrap_or(right))
    }
}

/// What trains on centers: a [`Trainer`], whatever its machine, matrices, objective and shape.
pub trait Centers {
    /// The half-width m of the window, in words.
    fn window(&self) -> u32;
    /// [`Trainer::center`].
    ///
    /// # Errors
    /// The same.
    fn center(&mut self, left: &[u32], center: u32, right: &[u32]) -> Result<(), WindowError>;
}

impl<M, V, U, O, S> Centers for Trainer<'_, M, V, U, O, S>
where
    M: Machine,
    V: RowsMut,
    U: RowsMut<Component = V::Component>,
    O: Objective,
    S: Shape<V::Component>,
{
    #[inline(always)]
    fn window(&self) -> u32 {
        self.shape.window()
    }

    #[inline(always)]
    fn center(&mut self, left: &[u32], center: u32, right: &[u32]) -> Result<(), WindowError> {
        self.center(left, center, right)
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
