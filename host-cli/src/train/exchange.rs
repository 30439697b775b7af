//! The exchange between groups: what each learned apart becomes common, by the rule of the merge of shards, one level
//! up. A group counts once for a row that it touched, with all pairs that moved the row there since the last exchange.
//!
//! Rows have owners, whose numbers only say which rank does the work. Each rank adds up what its groups changed, sends
//! each owner what concerns its rows, and gets from all owners the rows as they are now: so it sends and receives rows
//! that were touched, however many ranks there are. Sums are in fixed point, exact, so that their order is free.

use std::ops::Range;
use std::sync::{Mutex, PoisonError, RwLock};

use motevec_core::simd::{Kernel, Lanes, Machine, Simd};

use super::driver::UNPOISONED;
use super::matrix::{Matrix, PARTS, stride};
use super::merge::Rule;
use crate::ranks::Ranks;
use crate::{Error, Result};

/// What one stands for in fixed point: f32 has no more digits of the numbers that vectors are made of.
const ONE: f32 = (1 << 22) as f32;

/// The largest sum of what all groups change a number by.
const MOST: f32 = (1_u32 << 31) as f32;

/// The bytes of rows that are exchanged at once, if each was touched.
const BLOCK: usize = 32 << 20;

/// A step of an exchange, of one block of rows.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// Adds up what the groups of this rank changed.
    Collect,
    /// Sends that to the owners of the rows; the work of one thread.
    Swap,
    /// Changes the rows that this rank owns.
    Apply,
    /// Sends these to all ranks; the work of one thread.
    Spread,
    /// Takes over the rows of all owners.
    Take,
}

impl Step {
    pub(super) const ALL: [Self; 5] = [Self::Collect, Self::Swap, Self::Apply, Self::Spread, Self::Take];
}

/// A matrix that groups exchange rows of.
pub(super) struct Shared<'a, 'm> {
    /// As it was after the last exchange.
    pub(super) common: &'a Matrix<'m>,
    /// As each group of this rank has it now.
    pub(super) groups: Vec<&'a Matrix<'m>>,
}

/// All that is exchanged: of each matrix each part, a *unit*.
pub(super) struct RowExchange<'a, 'm> {
    ranks: &'a Ranks,
    /// All groups, of all ranks.
    groups: usize,
    dim: usize,
    matrices: [Shared<'a, 'm>; 2],
    /// Units whose rows are exchanged at once.
    blocks: Vec<Range<usize>>,
    /// By unit of the block: what goes to each owner, and then the rows that this rank owns.
    sums: Vec<Mutex<Vec<Vec<u8>>>>,
    rows: Vec<Mutex<Vec<u8>>>,
    /// What came from each rank.
    received: RwLock<Vec<Vec<u8>>>,
}

/// Bytes ahead of the numbers of a row: its place; ahead of a sum also the groups in it, and the pairs.
const PLACE: usize = 4;
const HEAD: usize = 12;

impl<'a, 'm> RowExchange<'a, 'm> {
    /// For `groups` groups, and rows of `dim` components.
    pub(super) fn new(ranks: &'a Ranks, groups: usize, dim: usize, matrices: [Shared<'a, 'm>; 2]) -> Self {
        let mut blocks: Vec<Range<usize>> = Vec::new();
        let mut bytes = 0;
        for unit in 0..matrices.len() * PARTS {
            let of_unit = matrices[unit / PARTS].common.rows_of(unit % PARTS) * (HEAD + size_of::<f32>() * dim);
            match blocks.last_mut() {
                Some(block) if bytes + of_unit <= BLOCK => block.end += 1,
                _ => {
                    blocks.push(unit..unit + 1);
                    bytes = 0;
                }
            }
            bytes += of_unit;
        }
        let units = blocks.iter().map(Range::len).max().unwrap_or(0);
        Self {
            ranks,
            groups,
            dim,
            matrices,
            blocks,
            sums: (0..units).map(|_| Mutex::default()).collect(),
            rows: (0..units).map(|_| Mutex::default()).collect(),
            received: RwLock::default(),
        }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// How much work there is in a step of a block.
    pub(super) fn pieces(&self, step: Step, block: usize) -> usize {
        match step {
            Step::Swap | Step::Spread => 1,
            _ => self.blocks[block].len(),
        }
    }

    /// Does a piece of the work of a step.
    ///
    /// # Errors
    /// If what groups changed has no room in fixed point.
    pub(super) fn work(&self, simd: Simd, rule: Rule, (step, block): (Step, usize), piece: usize) -> Result<()> {
        let unit = self.blocks[block].start + piece;
        let (shared, part) = (&self.matrices[unit / PARTS], unit % PARTS);
        match step {
            Step::Collect => {
                let (sums, fits) = simd.enter(Collect { exchange: self, shared, part });
                *self.sums[piece].lock().expect(UNPOISONED) = sums;
                return if fits { Ok(()) } else { Err(moved_too_far()) };
            }
            Step::Swap => {
                let units = self.sums[..self.blocks[block].len()].iter();
                let units: Vec<_> = units.map(|sums| std::mem::take(&mut *sums.lock().expect(UNPOISONED))).collect();
                let of_owner = |owner: usize| sections(units.iter().map(|owners| &owners[owner][..]));
                let pieces = (0..self.ranks.count()).map(of_owner).collect();
                *self.received.write().expect(UNPOISONED) = self.ranks.swap(pieces);
            }
            Step::Apply => {
                let received = self.received.read().expect(UNPOISONED);
                let sums = received.iter().map(|sent| section(sent, piece)).collect();
                *self.rows[piece].lock().expect(UNPOISONED) =
                    simd.enter(Apply { exchange: self, shared, part, rule, sums });
            }
            Step::Spread => {
                let rows: Vec<_> = self.rows[..self.blocks[block].len()].iter().map(|rows| rows.lock()).collect();
                let own = sections(rows.iter().map(|rows| &rows.as_ref().unwrap_or_else(PoisonError::get_ref)[..]));
                *self.received.write().expect(UNPOISONED) = self.ranks.share(own);
            }
            Step::Take => {
                let received = self.received.read().expect(UNPOISONED);
                for matrix in shared.groups.iter().chain([&shared.common]) {
                    for sent in &*received {
                        let rows = section(sent, piece).chunks_exact(PLACE + size_of::<f32>() * self.dim);
                        matrix.set(part, rows.map(|row| (number(row) as usize, numbers(&row[PLACE..]))));
                    }
                }
            }
        }
        Ok(())
    }
}

fn moved_too_far() -> Error {
    Error::Failed(
        "training diverged: between two exchanges of groups, vectors moved further than any should; lower --lr, or \
         exchange more often (--exchange-words)"
            .to_owned(),
    )
}

/// Sections one behind the other, each with its length ahead of it.
fn sections<'b>(sections: impl Iterator<Item = &'b [u8]>) -> Vec<u8> {
    let mut all = Vec::new();
    for section in sections {
        all.extend_from_slice(&(section.len() as u32).to_le_bytes());
        all.extend_from_slice(section);
    }
    all
}

/// Section `index` of such.
fn section(mut all: &[u8], index: usize) -> &[u8] {
    for _ in 0..index {
        all = &all[4 + number(all) as usize..];
    }
    &all[4..][..number(all) as usize]
}

/// The first four bytes as a number.
fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|&x| f32::from_le_bytes(x))
}

/// What the groups of this rank changed in a part: by owner, the rows that any of them touched. And whether it fits.
struct Collect<'e, 'a, 'm> {
    exchange: &'e RowExchange<'a, 'm>,
    shared: &'e Shared<'a, 'm>,
    part: usize,
}

impl Kernel for Collect<'_, '_, '_> {
    type Output = (Vec<Vec<u8>>, bool);

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) -> Self::Output {
        let Self { exchange, shared: Shared { common, groups }, part } = self;
        let (dim, stride, owners) = (exchange.dim, stride(exchange.dim), exchange.ranks.count());
        let most = MOST / exchange.groups as f32 - 1.0;
        let rows: Vec<_> = groups.iter().map(|group| (group.part(part), group.pairs(part))).collect();
        let before = common.part(part);
        let (mut pieces, mut sums, mut fits) = (vec![Vec::new(); owners], vec![0_i32; dim], true);
        for place in 0..common.rows_of(part) {
            let (mut touched, mut pairs) = (0_u32, 0_u32);
            let at = place * stride..place * stride + dim;
            for (rows, _) in rows.iter().filter(|(_, pairs)| pairs[place] > 0).inspect(|(_, more)| {
                touched += 1;
                pairs = pairs.saturating_add(more[place]);
            }) {
                let changes = rows[at.clone()].iter().zip(&before[at.clone()]);
                for (sum, (now, before)) in sums.iter_mut().zip(changes) {
                    let change = ((now - before) * ONE).round_ties_even();
                    fits &= change.abs() <= most;
                    *sum = sum.wrapping_add(change as i32);
                }
            }
            if touched > 0 {
                let piece = &mut pieces[place % owners];
                piece.extend([place as u32, touched, pairs].map(u32::to_le_bytes).as_flattened());
                let start = piece.len();
                piece.resize(start + size_of::<i32>() * dim, 0);
                for (out, sum) in piece[start..].as_chunks_mut().0.iter_mut().zip(&mut sums) {
                    *out = std::mem::take(sum).to_le_bytes();
                }
            }
        }
        (pieces, fits)
    }
}

/// `row += s(n, u) · Σ change`, for the rows of a part that this rank owns, from what came from each rank.
struct Apply<'e, 'a, 'm> {
    exchange: &'e RowExchange<'a, 'm>,
    shared: &'e Shared<'a, 'm>,
    part: usize,
    rule: Rule,
    sums: Vec<&'e [u8]>,
}

impl Kernel for Apply<'_, '_, '_> {
    type Output = Vec<u8>;

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) -> Vec<u8> {
        let Self { exchange, shared, part, rule, sums: mut rest } = self;
        let (dim, stride) = (exchange.dim, stride(exchange.dim));
        let length = HEAD + size_of::<i32>() * dim;
        let before = shared.common.part(part);
        let (mut rows, mut sums) = (Vec::new(), vec![0_i32; dim]);
        // From each rank they come by rising place.
        while let Some(place) = rest.iter().filter(|sums| !sums.is_empty()).map(|sums| number(sums)).min() {
            let (mut touched, mut pairs) = (0_u32, 0_u32);
            for sent in rest.iter_mut().filter(|sums| !sums.is_empty() && number(sums) == place) {
                let (row, more) = sent.split_at(length);
                *sent = more;
                touched += number(&row[4..]);
                pairs = pairs.saturating_add(number(&row[8..]));
                for (sum, &more) in sums.iter_mut().zip(row[HEAD..].as_chunks().0) {
                    *sum = sum.wrapping_add(i32::from_le_bytes(more));
                }
            }
            let s = rule.scale(touched as usize, f64::from(pairs)) / ONE;
            rows.extend_from_slice(&place.to_le_bytes());
            let start = rows.len();
            rows.resize(start + size_of::<f32>() * dim, 0);
            let changes = before[place as usize * stride..].iter().zip(&mut sums);
            for (out, (before, sum)) in rows[start..].as_chunks_mut().0.iter_mut().zip(changes) {
                *out = (before + s * std::mem::take(sum) as f32).to_le_bytes();
            }
        }
        rows
    }
}
