//! The exchange between groups: what each learned apart becomes common, by the rule of the merge of shards, one level
//! up. A group counts once for a row that it touched, with all pairs that moved the row there since the last exchange.
//!
//! Rows have owners, whose numbers only say which rank does the work. Each rank adds up what its groups changed, sends
//! each owner what concerns its rows, and gets from all owners the rows as they are now: so it sends and receives rows
//! that were touched, however many ranks there are. Sums are in fixed point, exact, so that their order is free.

use std::ops::Range;
use std::sync::{Mutex, RwLock};

use motevec_core::simd::{Kernel, Lanes, Machine, Simd};

use super::changes::{ONE, Rows, Touched};
use super::driver::UNPOISONED;
use super::frequent::Places;
use super::matrix::{Matrix, PARTS, stride};
use super::merge::Rule;
use crate::ranks::{Pieces, Ranks};
use crate::{Error, Result};

/// The bytes of rows that are exchanged at once, if each was touched. Tests have small models, and several blocks.
const BLOCK: usize = if cfg!(test) { 4 << 10 } else { 32 << 20 };

/// A step of an exchange, of one block of rows.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// Adds up what the groups of this rank changed in rows of other ranks.
    Collect,
    /// Sends that to the owners of the rows; the work of one thread.
    Swap,
    /// Changes the rows that this rank owns, which is all of an exchange where one process has all groups.
    Apply,
    /// Sends these to all ranks; the work of one thread.
    Spread,
    /// Takes over the rows of other owners.
    Take,
}

impl Step {
    pub(super) const ALL: [Self; 5] = [Self::Collect, Self::Swap, Self::Apply, Self::Spread, Self::Take];
}

/// A matrix that groups exchange rows of.
pub(super) struct Shared<'a, 'm> {
    /// Each row as it was after its last exchange.
    pub(super) common: &'a Matrix<'m>,
    /// As each group of this rank has it now.
    pub(super) groups: Vec<&'a Matrix<'m>>,
    /// The rows that are exchanged each time.
    pub(super) frequent: Places,
}

/// Units whose rows are exchanged at once.
struct Block {
    units: Range<usize>,
    /// Whether these are their frequent rows only.
    frequent: bool,
}

/// All that is exchanged: of each matrix each part, a *unit*.
pub(super) struct RowExchange<'a, 'm> {
    ranks: &'a Ranks,
    /// All groups, of all ranks.
    groups: usize,
    dim: usize,
    matrices: [Shared<'a, 'm>; 2],
    /// Those of the frequent rows, and then those of all rows.
    blocks: Vec<Block>,
    /// As many places as any part has.
    places: Vec<u32>,
    /// By unit of the block: the sections that go to each owner, and then that of the new rows that this rank owns.
    sums: Vec<Mutex<Vec<Vec<u8>>>>,
    rows: Vec<Mutex<Vec<u8>>>,
    /// What came from each rank: of each unit a section. And room for what is sent.
    received: RwLock<[Pieces; 2]>,
}

impl Block {
    /// Those of all units of the matrices.
    fn all(matrices: &[Shared<'_, '_>; 2], dim: usize, frequent: bool) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        let mut bytes = 0;
        for unit in 0..matrices.len() * PARTS {
            let (shared, part) = (&matrices[unit / PARTS], unit % PARTS);
            let rows = if frequent { shared.frequent[part].len() } else { shared.common.rows_of(part) };
            let of_unit = rows * (HEAD + size_of::<f32>() * dim);
            match blocks.last_mut() {
                Some(block) if bytes + of_unit <= BLOCK => block.units.end += 1,
                _ => {
                    blocks.push(Self { units: unit..unit + 1, frequent });
                    bytes = 0;
                }
            }
            bytes += of_unit;
        }
        blocks
    }
}

/// Bytes ahead of the numbers of a row: its place; ahead of a sum also the groups in it, and the pairs.
const PLACE: usize = 4;
const HEAD: usize = 12;
/// Bytes ahead of the rows of a unit.
const SECTION: usize = 4;

impl<'a, 'm> RowExchange<'a, 'm> {
    /// For `groups` groups, and rows of `dim` components.
    pub(super) fn new(ranks: &'a Ranks, groups: usize, dim: usize, matrices: [Shared<'a, 'm>; 2]) -> Self {
        let blocks: Vec<_> =
            [true, false].into_iter().flat_map(|frequent| Block::all(&matrices, dim, frequent)).collect();
        let most = matrices.iter().map(|shared| shared.common.rows_of(0)).max().unwrap_or(0);
        let units = blocks.iter().map(|block| block.units.len()).max().unwrap_or(0);
        Self {
            ranks,
            groups,
            dim,
            matrices,
            blocks,
            places: (0..most as u32).collect(),
            sums: (0..units).map(|_| Mutex::new(vec![Vec::new(); ranks.count()])).collect(),
            rows: (0..units).map(|_| Mutex::default()).collect(),
            received: RwLock::default(),
        }
    }

    /// The blocks of the frequent rows, or of all.
    pub(super) fn blocks(&self, frequent: bool) -> Range<usize> {
        let start = self.blocks.iter().filter(|block| block.frequent).count();
        if frequent { 0..start } else { start..self.blocks.len() }
    }

    /// Whether an exchange ends with this block.
    pub(super) fn is_last(&self, block: usize) -> bool {
        [true, false].map(|frequent| self.blocks(frequent).end).contains(&(block + 1))
    }

    /// How much work there is in a step of a block.
    pub(super) fn pieces(&self, step: Step, block: usize) -> usize {
        match step {
            Step::Apply => self.blocks[block].units.len(),
            _ if self.ranks.count() == 1 => 0,
            Step::Swap | Step::Spread => 1,
            Step::Collect | Step::Take => self.blocks[block].units.len(),
        }
    }

    /// Does a piece of the work of a step.
    ///
    /// # Errors
    /// If what groups changed has no room in fixed point.
    pub(super) fn work(&self, simd: Simd, rule: Rule, (step, block): (Step, usize), piece: usize) -> Result<()> {
        let units = self.blocks[block].units.len();
        let unit = self.blocks[block].units.start + piece;
        let mut fits = true;
        match step {
            Step::Collect => {
                let sums = &mut *self.sums[piece].lock().expect(UNPOISONED);
                let fits = &mut fits;
                self.with(block, unit, |rows| simd.enter(Collect { exchange: self, rows, sums, fits }));
            }
            Step::Swap => {
                let sums = self.sums[..units].iter().map(|sums| sums.lock().expect(UNPOISONED)).collect::<Vec<_>>();
                let [received, mut out] = std::mem::take(&mut *self.received.write().expect(UNPOISONED));
                out.clear();
                (0..self.ranks.count()).for_each(|owner| out.push(sums.iter().map(|sums| &sums[owner][..])));
                *self.received.write().expect(UNPOISONED) = self.ranks.swap(out, received);
            }
            Step::Apply => {
                let [received, _] = &*self.received.read().expect(UNPOISONED);
                let sums = received.iter().map(|sent| section(sent, piece)).collect();
                let new = &mut *self.rows[piece].lock().expect(UNPOISONED);
                let mut changed = [0, 0];
                let (fits, count) = (&mut fits, &mut changed);
                self.with(block, unit, |rows| simd.enter(Apply { exchange: self, rows, rule, sums, new, fits, count }));
                self.ranks.note_rows(changed);
            }
            Step::Spread => {
                let rows = self.rows[..units].iter().map(|rows| rows.lock().expect(UNPOISONED)).collect::<Vec<_>>();
                let [received, mut out] = std::mem::take(&mut *self.received.write().expect(UNPOISONED));
                out.clear();
                out.push(rows.iter().map(|rows| &rows[..]));
                *self.received.write().expect(UNPOISONED) = self.ranks.share(out, received);
            }
            Step::Take => {
                let [received, _] = &*self.received.read().expect(UNPOISONED);
                let others = received.iter().enumerate().filter(|(rank, _)| *rank != self.ranks.rank());
                let sent =
                    others.flat_map(|(_, sent)| section(sent, piece).chunks_exact(PLACE + size_of::<f32>() * self.dim));
                self.with(block, unit, |mut rows| {
                    for sent in sent {
                        let numbers = sent[PLACE..].as_chunks().0;
                        rows.row.iter_mut().zip(numbers).for_each(|(x, &new)| *x = f32::from_le_bytes(new));
                        rows.replace(number(sent) as usize);
                    }
                });
            }
        }
        if fits { Ok(()) } else { Err(moved_too_far()) }
    }

    /// Works on the rows of a unit of a block.
    fn with<T>(&self, block: usize, unit: usize, work: impl FnOnce(Rows<'_>) -> T) -> T {
        let (shared, part) = (&self.matrices[unit / PARTS], unit % PARTS);
        let all = &self.places[..shared.common.rows_of(part)];
        let mut common = shared.common.part_mut(part);
        let mut groups: Vec<_> =
            shared.groups.iter().map(|group| (group.part_mut(part), group.pairs_mut(part))).collect();
        let places = if self.blocks[block].frequent { &shared.frequent[part] } else { all };
        let groups = groups.iter_mut().map(|(rows, pairs)| (&mut rows[..], &mut pairs[..])).collect();
        work(Rows::new(places, &mut common, groups, self.groups, stride(self.dim)))
    }
}

fn moved_too_far() -> Error {
    Error::Failed(
        "training diverged: between two exchanges of groups, vectors moved further than any should; lower --lr, or \
         exchange more often (--exchange-words)"
            .to_owned(),
    )
}

/// Begins a section: rows, with the length of all of them ahead.
fn begin(section: &mut Vec<u8>) {
    section.clear();
    section.extend_from_slice(&[0; SECTION]);
}

/// Ends it.
fn end(section: &mut [u8]) {
    let length = (section.len() - SECTION) as u32;
    section[..SECTION].copy_from_slice(&length.to_le_bytes());
}

/// Section `index` of such, one behind the other.
fn section(mut all: &[u8], index: usize) -> &[u8] {
    for _ in 0..index {
        all = &all[SECTION + number(all) as usize..];
    }
    &all[SECTION..][..number(all) as usize]
}

/// The first four bytes as a number.
fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// What the groups of this rank changed in the rows of a unit that others own, by owner.
struct Collect<'e, 'a, 'm, 'r> {
    exchange: &'e RowExchange<'a, 'm>,
    rows: Rows<'r>,
    sums: &'e mut [Vec<u8>],
    fits: &'e mut bool,
}

impl Kernel for Collect<'_, '_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { exchange: &RowExchange { ranks, dim, .. }, mut rows, sums, fits } = self;
        let (own, owners) = (ranks.rank(), ranks.count());
        sums.iter_mut().for_each(begin);
        for (index, &place) in rows.places.iter().enumerate() {
            let place = place as usize;
            if place % owners == own {
                continue;
            }
            let Touched { groups: groups @ 1.., pairs } = rows.add_up(index, fits) else { continue };
            let piece = &mut sums[place % owners];
            piece.extend([place as u32, groups, pairs].map(u32::to_le_bytes).as_flattened());
            let start = piece.len();
            piece.resize(start + size_of::<i32>() * dim, 0);
            let out = piece[start..].as_chunks_mut().0;
            out.iter_mut().zip(&rows.sums).for_each(|(out, sum)| *out = sum.to_le_bytes());
            rows.sums.fill(0);
        }
        sums.iter_mut().for_each(|section| end(section));
    }
}

/// `row += s(n, u) · Σ change`, for the rows of a unit that this rank owns, with what came from each rank. Notes the
/// new rows, if there are others to tell.
struct Apply<'e, 'a, 'm, 'r> {
    exchange: &'e RowExchange<'a, 'm>,
    rows: Rows<'r>,
    rule: Rule,
    sums: Vec<&'e [u8]>,
    new: &'e mut Vec<u8>,
    fits: &'e mut bool,
    /// Counts the rows, and the groups that touched them.
    count: &'e mut [u64; 2],
}

impl Kernel for Apply<'_, '_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { exchange: &RowExchange { ranks, dim, .. }, mut rows, rule, sums: mut rest, new, fits, count } = self;
        let length = HEAD + size_of::<i32>() * dim;
        begin(new);
        for (index, &place) in rows.places.iter().enumerate() {
            let place = place as usize;
            if place % ranks.count() != ranks.rank() {
                continue;
            }
            let mut touched = rows.add_up(index, fits);
            // From each rank they come by rising place.
            for sent in rest.iter_mut().filter(|sums| !sums.is_empty() && number(sums) as usize == place) {
                let (row, more) = sent.split_at(length);
                *sent = more;
                touched.add(number(&row[4..]), number(&row[8..]));
                for (sum, &more) in rows.sums.iter_mut().zip(row[HEAD..].as_chunks().0) {
                    *sum = sum.wrapping_add(i32::from_le_bytes(more));
                }
            }
            let Touched { groups: groups @ 1.., pairs } = touched else { continue };
            *count = [count[0] + 1, count[1] + u64::from(groups)];
            rows.apply(place, rule.scale(groups as usize, f64::from(pairs)) / ONE);
            if ranks.count() > 1 {
                new.extend_from_slice(&(place as u32).to_le_bytes());
                let start = new.len();
                new.resize(start + size_of::<f32>() * dim, 0);
                let out = new[start..].as_chunks_mut().0;
                out.iter_mut().zip(&rows.row).for_each(|(out, x)| *out = x.to_le_bytes());
            }
        }
        end(new);
    }
}
