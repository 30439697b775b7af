//! How the window update reaches the rows of a matrix: straight, where rows are whole blocks, else through padded
//! copies.

use core::cell::Cell;

use super::{Block, LANES, Lanes};
use crate::model::RowsMut;

/// The rows of a matrix, as a kernel sees them. Blocks of a row are numbered from 0.
///
/// A row may stand for several inputs or targets, so rows are shared, and can be changed all the same.
pub(super) trait Access {
    /// A row that was found.
    type Row: Copy;
    /// A block of one.
    type Place: Copy;

    /// No row, to fill an array with.
    const NONE: Self::Row;
    /// Whether every row is one block.
    const ONE_BLOCK: bool = false;

    /// The row `index`, where there is one.
    fn row(&self, index: u32) -> Option<Self::Row>;
    /// The first `blocks` blocks of `row`, where it has as many.
    ///
    /// Rows that were cut to one length need no comparison at each block: the compiler sees that they are long enough.
    fn front(row: Self::Row, blocks: usize) -> Option<Self::Row>;
    /// Block `block` of `row`, where it has as many.
    fn place(row: Self::Row, block: usize) -> Option<Self::Place>;
    /// Register `part` of the block at `place`.
    fn load<L: Lanes>(&self, lanes: L, place: Self::Place, part: usize) -> L::Vector;
    /// Writes what [`load`](Self::load) reads.
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, place: Self::Place, part: usize);
}

/// Rows of `per_row` whole blocks, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    blocks: &'a [Cell<Block>],
    per_row: usize,
}

impl<'a> Whole<'a> {
    pub(super) fn new(blocks: &'a mut [Block], per_row: usize) -> Self {
        Self { blocks: Cell::from_mut(blocks).as_slice_of_cells(), per_row }
    }
}

impl<'a> Access for Whole<'a> {
    type Row = &'a [Cell<Block>];
    type Place = &'a Cell<Block>;

    const NONE: Self::Row = &[];

    #[inline(always)]
    fn row(&self, index: u32) -> Option<Self::Row> {
        self.blocks.get(index as usize * self.per_row..)?.get(..self.per_row)
    }

    #[inline(always)]
    fn front(row: Self::Row, blocks: usize) -> Option<Self::Row> {
        row.get(..blocks)
    }

    #[inline(always)]
    fn place(row: Self::Row, block: usize) -> Option<Self::Place> {
        row.get(block)
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, lanes: L, place: Self::Place, part: usize) -> L::Vector {
        lanes.load_shared(place, part)
    }

    #[inline(always)]
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, place: Self::Place, part: usize) {
        lanes.store_shared(v, place, part);
    }
}

/// Rows of one block each.
#[derive(Clone, Copy)]
pub(super) struct Single<'a>(&'a [Cell<Block>]);

impl<'a> Single<'a> {
    pub(super) fn new(blocks: &'a mut [Block]) -> Self {
        Self(Cell::from_mut(blocks).as_slice_of_cells())
    }
}

impl<'a> Access for Single<'a> {
    type Row = Option<&'a Cell<Block>>;
    type Place = &'a Cell<Block>;

    const NONE: Self::Row = None;
    const ONE_BLOCK: bool = true;

    #[inline(always)]
    fn row(&self, index: u32) -> Option<Self::Row> {
        self.0.get(index as usize).map(Some)
    }

    #[inline(always)]
    fn front(row: Self::Row, _blocks: usize) -> Option<Self::Row> {
        Some(row)
    }

    #[inline(always)]
    fn place(row: Self::Row, _block: usize) -> Option<Self::Place> {
        row
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, lanes: L, place: Self::Place, part: usize) -> L::Vector {
        lanes.load_shared(place, part)
    }

    #[inline(always)]
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, place: Self::Place, part: usize) {
        lanes.store_shared(v, place, part);
    }
}

/// Rows of any length; their last block may be incomplete.
pub(super) struct Ragged<'a, M>(pub(super) &'a mut M);

impl<M: RowsMut<Component = f32>> Access for Ragged<'_, M> {
    type Row = usize;
    type Place = (usize, usize);

    const NONE: usize = usize::MAX;

    #[inline(always)]
    fn row(&self, index: u32) -> Option<usize> {
        Some(index as usize).filter(|&row| row < self.0.rows())
    }

    #[inline(always)]
    fn front(row: usize, _blocks: usize) -> Option<usize> {
        Some(row)
    }

    #[inline(always)]
    fn place(row: usize, block: usize) -> Option<(usize, usize)> {
        Some((row, block))
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, lanes: L, (row, block): (usize, usize), part: usize) -> L::Vector {
        let (blocks, tail) = self.0.row(row).unwrap_or_default().as_chunks::<LANES>();
        match blocks.get(block) {
            Some(block) => lanes.load(block, part),
            None => lanes.load_front(tail)[part],
        }
    }

    #[inline(always)]
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, (row, block): (usize, usize), part: usize) {
        let (blocks, tail) = self.0.row_mut(row).unwrap_or_default().as_chunks_mut::<LANES>();
        match blocks.get_mut(block) {
            Some(block) => lanes.store(v, block, part),
            None => {
                let mut registers = lanes.load_front(tail);
                registers[part] = v;
                lanes.store_front(registers, tail);
            }
        }
    }
}
