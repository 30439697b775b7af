//! Steps that are taken in slices.

use super::{Prediction, Shape};
use crate::model::{Component, Model, RowsMut};
use crate::sample::{Labeled, Objective};
use crate::simd::{Machine, Part, Scores, WindowError, WindowPart, WindowUpdate};

/// A step of a [`Fixed`](super::Fixed) shape that is taken in slices, for devices that must look at something else in
/// between, such as a serial line: on a Cortex-M0 without an FPU, a window of half-width 2 takes more than 20 ms.
///
/// A [`Trainer`](super::Trainer) whose shape is `&mut Sliced` only draws the targets of a step; calls of
/// [`step`](Self::step) take it. The bits are those of [`Fixed`](super::Fixed), whatever happens between the calls, but
/// that rows must not move. A trainer must not be given the next center before `step` has returned `None`: it
/// would take the place of the one before.
///
/// ```
/// use motevec_core::model::FixedModel;
/// use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
/// use motevec_core::simd::{Portable, Scalar};
/// use motevec_core::train::{Sliced, Stream, Trainer};
///
/// let mut model = FixedModel::<6, 8>::zeros();
/// model.initialize(&mut Generator::new(1, [0]));
/// let table = AliasTable::new([Slot::default(); 6], |_| 1)?;
/// let (mut negatives, mut widths) = (Generator::new(1, [1]), Generator::new(1, [2]));
///
/// let (lanes, mut sliced, mut stream) = (Scalar::<Portable>::new(), Sliced::<2, 4>::new(), Stream::<5>::new());
/// let (mut slices, mut loss) = (0, 0.0);
/// for token in [0, 1, 2, 3, 4, 5] {
///     let noise = Unigram { table: &table, rng: &mut negatives };
///     stream.push(token, &mut Trainer::new(lanes, &mut model, noise, &mut sliced, 0.1), &mut widths)?;
///     while let Some(slice) = sliced.step(lanes, &mut model)? {
///         loss += slice;
///         slices += 1; // Look at the serial line.
///     }
/// }
/// assert_eq!(slices, 8); // The windows of four centers are complete, and a step has two slices.
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sliced<const WINDOW: usize, const TARGETS: usize> {
    /// Of which part of a step it is the turn, if one has begun.
    part: Option<Part>,
    inputs: [[u32; 2]; WINDOW],
    /// How many there are.
    len: usize,
    targets: [u32; TARGETS],
    rate: f32,
    with_loss: bool,
    scores: Scores<WINDOW>,
}

impl<const WINDOW: usize, const TARGETS: usize> Default for Sliced<WINDOW, TARGETS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WINDOW: usize, const TARGETS: usize> Sliced<WINDOW, TARGETS> {
    /// No step has begun.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            part: None,
            inputs: [[0; 2]; WINDOW],
            len: 0,
            targets: [0; TARGETS],
            rate: 0.0,
            with_loss: false,
            scores: Scores::new(),
        }
    }

    /// Takes the next slice of the step that has begun. Gives what it adds to the loss; `None` if there is none left.
    ///
    /// # Errors
    /// If a word is not a row of the model. Nothing has moved, and the step has ended.
    pub fn step<M: Machine, V: RowsMut, U: RowsMut<Component = V::Component>>(
        &mut self,
        machine: M,
        model: &mut Model<V, U>,
    ) -> Result<Option<f32>, WindowError> {
        let Some(part) = self.part.take() else { return Ok(None) };
        let Model { center: v, outside: u } = model;
        let inputs = self.inputs.as_flattened().get(..self.len).unwrap_or_default();
        let Self { targets, rate, with_loss, .. } = self;
        let update =
            WindowUpdate { v, u, inputs: [inputs, &[]], targets, labels: 1, rate: *rate, with_loss: *with_loss };
        let part_of = WindowPart::<_, _, WINDOW, TARGETS> { update, part, scores: &mut self.scores };
        let loss = V::Component::part(machine, part_of)?;
        self.part = (part == Part::Scores).then_some(Part::Moves);
        Ok(Some(loss))
    }
}

impl<C: Component, const WINDOW: usize, const TARGETS: usize> Shape<C> for &mut Sliced<WINDOW, TARGETS> {
    type Targets = [u32; TARGETS];

    #[inline(always)]
    fn window(&self) -> u32 {
        const { assert!(WINDOW > 0 && TARGETS > 0, "a window and a target are needed") };
        WINDOW as u32
    }

    #[inline(always)]
    fn targets(&self) -> Self::Targets {
        [0; TARGETS]
    }

    /// Draws the targets. The loss comes with the slices.
    #[inline(always)]
    fn predict<M: Machine, V: RowsMut<Component = C>, U: RowsMut<Component = C>, O: Objective>(
        &mut self,
        _machine: M,
        prediction: Prediction<'_, V, U, O>,
        room: &mut Self::Targets,
    ) -> Result<f32, WindowError> {
        let Prediction { objective, hidden: [left, right], truths: [truths, more], rate, with_loss, .. } = prediction;
        let (&[truth], []) = (truths, more) else { return Err(WindowError::TooLarge) };
        let Labeled { rows, labels } = objective.targets(truth, room);
        let places = self.inputs.as_flattened_mut();
        if labels != 1 || rows.len() != TARGETS || left.len() + right.len() > places.len() {
            return Err(WindowError::TooLarge);
        }
        self.len = left.len() + right.len();
        places.iter_mut().zip(left.iter().chain(right)).for_each(|(place, &input)| *place = input);
        self.targets.iter_mut().zip(rows).for_each(|(place, &row)| *place = row);
        (self.rate, self.with_loss, self.part) = (rate, with_loss, Some(Part::Scores));
        Ok(0.0)
    }
}
