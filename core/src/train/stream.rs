//! A window that slides over tokens as they arrive.

use heapless::Deque;
use rand_core::Rng;

use super::Trainer;
use crate::model::RowsMut;
use crate::sample::Negatives;
use crate::simd::{Lanes, WindowError};

/// The last tokens of an endless stream, as many as a window needs: `SPAN` must be at least 2m + 1.
///
/// A center is trained on once the m tokens after it are known, or the sentence has ended.
#[derive(Debug)]
pub struct Stream<const SPAN: usize> {
    tokens: Deque<u32, SPAN>,
    /// Where in `tokens` the next center stands.
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
        Self { tokens: Deque::new(), next: 0 }
    }

    /// Takes the next token of the sentence, and trains on the center whose window it completes.
    ///
    /// # Errors
    /// Where a token of the window is no row of the model.
    pub fn push<L: Lanes, V: RowsMut, U: RowsMut, N: Negatives>(
        &mut self,
        token: u32,
        trainer: &mut Trainer<'_, L, V, U, N>,
        widths: &mut impl Rng,
    ) -> Result<(), WindowError> {
        let reach = self.reach(trainer);
        if self.tokens.is_full() || self.next > reach {
            self.tokens.pop_front();
            self.next = self.next.saturating_sub(1);
        }
        // There is room now: one token just left, or there were fewer than SPAN.
        let _ = self.tokens.push_back(token);
        if self.tokens.len() > self.next + reach { self.train_next(trainer, widths) } else { Ok(()) }
    }

    /// Ends the sentence: trains on the centers whose windows it cuts, and starts anew.
    ///
    /// # Errors
    /// Where a token of a window is no row of the model.
    pub fn end_sentence<L: Lanes, V: RowsMut, U: RowsMut, N: Negatives>(
        &mut self,
        trainer: &mut Trainer<'_, L, V, U, N>,
        widths: &mut impl Rng,
    ) -> Result<(), WindowError> {
        while self.next < self.tokens.len() {
            self.train_next(trainer, widths)?;
        }
        *self = Self::new();
        Ok(())
    }

    /// The half-width m, or what of it fits.
    fn reach<L, V, U, N>(&self, trainer: &Trainer<'_, L, V, U, N>) -> usize {
        (trainer.settings.window() as usize).min(SPAN.saturating_sub(1) / 2)
    }

    fn train_next<L: Lanes, V: RowsMut, U: RowsMut, N: Negatives>(
        &mut self,
        trainer: &mut Trainer<'_, L, V, U, N>,
        widths: &mut impl Rng,
    ) -> Result<(), WindowError> {
        let (next, width) = (self.next, trainer.settings.draw_width(widths));
        self.next += 1;
        let (front, back) = self.tokens.as_slices();
        let tokens = front.iter().chain(back).copied().enumerate();
        let Some((_, center)) = tokens.clone().nth(next) else { return Ok(()) };
        let context = tokens.filter(move |(place, _)| *place != next && place.abs_diff(next) <= width);
        trainer.center(center, context.map(|(_, token)| token))
    }
}
