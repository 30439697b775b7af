//! A window update in two parts, between which a device can look at its serial line.

use super::super::{Kernel, Lanes};
use super::{Access, Pairs, Shapes, Table, WindowError, WindowUpdate, errors, moves, scores};
use crate::model::RowsMut;

/// A part of an update. The first moves nothing, and the second everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Part {
    /// Takes the scores of all pairs, and gives their loss.
    Scores,
    /// Makes errors of the scores, and moves all rows. Gives 0.
    Moves,
}

/// The scores of all pairs of a window of half-width `WINDOW`, which are all that the second part needs of the first.
#[derive(Debug)]
pub struct Scores<const WINDOW: usize>(Table<WINDOW>);

impl<const WINDOW: usize> Scores<WINDOW> {
    /// Room for them.
    #[must_use]
    pub const fn new() -> Self {
        Self(Table::ZEROS)
    }
}

impl<const WINDOW: usize> Default for Scores<WINDOW> {
    fn default() -> Self {
        Self::new()
    }
}

/// A part of a [`ShapedWindow`](super::ShapedWindow), a [`Kernel`] on rows of `f32`. Both parts, one after the other,
/// leave the same bits, if no row has moved in between.
#[derive(Debug)]
pub struct WindowPart<'a, V, U, const WINDOW: usize, const TARGETS: usize> {
    /// The same for both parts.
    pub update: WindowUpdate<'a, V, U>,
    /// Which part.
    pub part: Part,
    /// Left by the first part, taken by the second.
    pub scores: &'a mut Scores<WINDOW>,
}

impl<V: RowsMut<Component = f32>, U: RowsMut<Component = f32>, const WINDOW: usize, const TARGETS: usize> Kernel
    for WindowPart<'_, V, U, WINDOW, TARGETS>
{
    type Output = Result<f32, WindowError>;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Result<f32, WindowError> {
        let Self { update, part, scores } = self;
        update.compiled_for(OnePart::<WINDOW, TARGETS> { part, table: &mut scores.0 }, lanes)
    }
}

/// One part of the update of `TARGETS` targets, of which the first alone is true, and at most 2·`WINDOW` inputs.
struct OnePart<'t, const WINDOW: usize, const TARGETS: usize> {
    part: Part,
    table: &'t mut Table<WINDOW>,
}

impl<const WINDOW: usize, const TARGETS: usize> Shapes for OnePart<'_, WINDOW, TARGETS> {
    const MAX_INPUTS: usize = 2 * WINDOW;

    #[inline(always)]
    fn update<L: Lanes, V: Access, U: Access>(
        self,
        pairs: &Pairs<'_>,
        lanes: L,
        v: V,
        u: U,
    ) -> Result<f32, WindowError> {
        let targets = pairs.targets.try_into().map_err(|_| WindowError::TooLarge)?;
        self.take(pairs, targets, lanes, v, u).ok_or(WindowError::NoSuchRow)
    }
}

impl<const WINDOW: usize, const TARGETS: usize> OnePart<'_, WINDOW, TARGETS> {
    #[inline(always)]
    fn take<L: Lanes, V: Access, U: Access>(
        self,
        pairs: &Pairs<'_>,
        targets: &[u32; TARGETS],
        lanes: L,
        mut v: V,
        mut u: U,
    ) -> Option<f32> {
        let table = self.table;
        let (mut v_rows, mut u_rows) = ([[V::NONE; 2]; WINDOW], [U::NONE; TARGETS]);
        let (v_rows, blocks) = pairs.find(&v, &u, targets, &mut v_rows, &mut u_rows)?;
        match self.part {
            Part::Scores => {
                scores::take(lanes, &v, &u, v_rows, &u_rows, blocks, table)?;
                Some(if pairs.with_loss { errors::loss(table.rows(v_rows.len()), TARGETS, 1) } else { 0.0 })
            }
            Part::Moves => {
                errors::take::<L, WINDOW, TARGETS>(lanes, table, v_rows.len(), 1, pairs.rate);
                moves::make(lanes, &mut v, &mut u, v_rows, &u_rows, table.rows(v_rows.len()), pairs.dim)?;
                Some(0.0)
            }
        }
    }
}
