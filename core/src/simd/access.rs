//! How the window update reaches blocks of rows: straight, where rows are whole blocks, else through padded copies.

use super::dot::{padded, unpad};
use super::{Block, LANES, Lanes};
use crate::model::RowsMut;

/// The rows of a matrix, as a kernel sees them. Blocks of a row are numbered from 0.
pub(super) trait Access {
    /// Where a row lies; found once for each row of an update.
    fn place(&self, row: u32) -> usize;
    /// Register `part` of block `block` of the row at `place`.
    fn load<L: Lanes>(&self, lanes: L, place: usize, block: usize, part: usize) -> L::Vector;
    /// Writes what [`load`](Self::load) reads.
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, place: usize, block: usize, part: usize);
}

/// Rows of `per_row` whole blocks, one after the other: one comparison and one addition reach any block.
pub(super) struct Whole<'a> {
    pub(super) blocks: &'a mut [Block],
    pub(super) per_row: usize,
}

impl Access for Whole<'_> {
    #[inline(always)]
    fn place(&self, row: u32) -> usize {
        row as usize * self.per_row
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, lanes: L, place: usize, block: usize, part: usize) -> L::Vector {
        match self.blocks.get(place + block) {
            Some(block) => lanes.load(block, part),
            None => lanes.splat(0.0),
        }
    }

    #[inline(always)]
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, place: usize, block: usize, part: usize) {
        if let Some(block) = self.blocks.get_mut(place + block) {
            lanes.store(v, block, part);
        }
    }
}

/// Rows of any length; their last block may be incomplete.
pub(super) struct Ragged<'a, M>(pub(super) &'a mut M);

impl<M: RowsMut> Access for Ragged<'_, M> {
    #[inline(always)]
    fn place(&self, row: u32) -> usize {
        row as usize
    }

    #[inline(always)]
    fn load<L: Lanes>(&self, lanes: L, place: usize, block: usize, part: usize) -> L::Vector {
        let (blocks, tail) = self.0.row(place).unwrap_or_default().as_chunks::<LANES>();
        match blocks.get(block) {
            Some(block) => lanes.load(block, part),
            None => lanes.load(&padded(tail), part),
        }
    }

    #[inline(always)]
    fn store<L: Lanes>(&mut self, lanes: L, v: L::Vector, place: usize, block: usize, part: usize) {
        let (blocks, tail) = self.0.row_mut(place).unwrap_or_default().as_chunks_mut::<LANES>();
        if let Some(block) = blocks.get_mut(block) {
            lanes.store(v, block, part);
        } else {
            let mut block = padded(tail);
            lanes.store(v, &mut block, part);
            unpad(&block, tail);
        }
    }
}
