//! The exchange between groups: what each learned apart becomes common, by the rule of the merge of shards, one level
//! up. A group counts once for a row that it touched, with all pairs that moved the row there since the last exchange.
//!
//! Rows have owners, whose numbers only say which rank does the work. Each rank adds up what its groups changed, sends
//! each owner what concerns its rows, and gets from all owners the rows as they are now: so it sends and receives rows
//! that were touched, however many ranks there are. Sums are in fixed point, exact, so that their order is free.

use std::ops::Range;
use std::sync::{Mutex, PoisonError, RwLock};

use motevec_core::simd::{Kernel, Lanes, Machine, Simd, prefetch};

use super::driver::UNPOISONED;
use super::matrix::{Matrix, PARTS, stride};
use super::merge::Rule;
use crate::ranks::Ranks;
use crate::{Error, Result};

/// What one stands for in fixed point: f32 has no more digits of the numbers that vectors are made of.
const ONE: f32 = (1 << 22) as f32;

/// The largest sum of what all groups change a number by.
const MOST: f32 = (1_u32 << 31) as f32;

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
    /// By unit of the block: what goes to each owner, and then the new rows that this rank owns.
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
            Step::Apply => self.blocks[block].len(),
            _ if self.ranks.count() == 1 => 0,
            Step::Swap | Step::Spread => 1,
            Step::Collect | Step::Take => self.blocks[block].len(),
        }
    }

    /// Does a piece of the work of a step.
    ///
    /// # Errors
    /// If what groups changed has no room in fixed point.
    pub(super) fn work(&self, simd: Simd, rule: Rule, (step, block): (Step, usize), piece: usize) -> Result<()> {
        let unit = self.blocks[block].start + piece;
        let mut fits = true;
        match step {
            Step::Collect => {
                let sums = self.with(unit, |rows| simd.enter(Collect { exchange: self, rows, fits: &mut fits }));
                *self.sums[piece].lock().expect(UNPOISONED) = sums;
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
                let new =
                    self.with(unit, |rows| simd.enter(Apply { exchange: self, rows, rule, sums, fits: &mut fits }));
                *self.rows[piece].lock().expect(UNPOISONED) = new;
            }
            Step::Spread => {
                let rows: Vec<_> = self.rows[..self.blocks[block].len()].iter().map(|rows| rows.lock()).collect();
                let own = sections(rows.iter().map(|rows| &rows.as_ref().unwrap_or_else(PoisonError::get_ref)[..]));
                *self.received.write().expect(UNPOISONED) = self.ranks.share(own);
            }
            Step::Take => {
                let received = self.received.read().expect(UNPOISONED);
                let others = received.iter().enumerate().filter(|(rank, _)| *rank != self.ranks.rank());
                let sent =
                    others.flat_map(|(_, sent)| section(sent, piece).chunks_exact(PLACE + size_of::<f32>() * self.dim));
                self.with(unit, |mut rows| {
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

    /// Works on the rows of a unit.
    fn with<T>(&self, unit: usize, work: impl FnOnce(Rows<'_>) -> T) -> T {
        let (shared, part) = (&self.matrices[unit / PARTS], unit % PARTS);
        let mut common = shared.common.part_mut(part);
        let mut groups: Vec<_> =
            shared.groups.iter().map(|group| (group.part_mut(part), group.pairs_mut(part))).collect();
        let stride = stride(self.dim);
        work(Rows {
            common: &mut common,
            groups: groups.iter_mut().map(|(rows, pairs)| (&mut rows[..], &mut pairs[..])).collect(),
            most: MOST / self.groups as f32,
            sums: vec![0; stride],
            row: vec![0.0; stride],
        })
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

/// How many rows ahead the processor is asked for what comes.
const AHEAD: usize = 8;

/// The rows of a unit, as this rank has them. Where all groups are here, nothing else is needed.
struct Rows<'r> {
    common: &'r mut [f32],
    /// Of each group, with the pairs that moved each row.
    groups: Vec<(&'r mut [f32], &'r mut [u32])>,
    /// A group must change a number by less than this.
    most: f32,
    /// What groups changed a row by, in fixed point; zeros between one row and the next.
    sums: Vec<i32>,
    /// What a row becomes.
    row: Vec<f32>,
}

/// How many groups touched a row, and how many pairs moved it.
struct Touched {
    groups: u32,
    pairs: u32,
}

impl Touched {
    #[inline(always)]
    fn add(&mut self, groups: u32, pairs: u32) {
        self.groups += groups;
        self.pairs = self.pairs.saturating_add(pairs);
    }
}

impl Rows<'_> {
    fn count(&self) -> usize {
        self.common.len() / self.row.len()
    }

    fn at(&self, place: usize) -> Range<usize> {
        place * self.row.len()..(place + 1) * self.row.len()
    }

    /// Asks for a row that comes later, and for what the groups made of it.
    #[inline(always)]
    fn prefetch(&self, place: usize) {
        let mut touched = self.groups.iter().filter(|(_, pairs)| pairs.get(place).is_some_and(|&pairs| pairs > 0));
        if touched.next().is_some() {
            let rows = self.groups.iter().map(|(rows, _)| &**rows);
            rows.chain([&*self.common]).for_each(|rows| prefetch(&rows[self.at(place)]));
        }
    }

    /// Adds up what the groups changed in a row. Takes note if it does not fit.
    #[inline(always)]
    fn add_up(&mut self, place: usize, fits: &mut bool) -> Touched {
        let at = self.at(place);
        self.prefetch(place + AHEAD);
        let (before, most) = (&self.common[at.clone()], self.most);
        let (mut touched, mut all_fit) = (Touched { groups: 0, pairs: 0 }, true);
        for (rows, pairs) in &self.groups {
            if pairs[place] == 0 {
                continue;
            }
            touched.add(1, pairs[place]);
            for ((sum, now), before) in self.sums.iter_mut().zip(&rows[at.clone()]).zip(before) {
                let change = ((now - before) * ONE).round_ties_even();
                all_fit &= change.abs() < most;
                *sum = sum.wrapping_add(change as i32);
            }
        }
        *fits &= all_fit;
        touched
    }

    /// `row += s · Σ change`
    #[inline(always)]
    fn apply(&mut self, place: usize, s: f32) {
        let before = &self.common[self.at(place)];
        for ((row, before), sum) in self.row.iter_mut().zip(before).zip(&mut self.sums) {
            *row = before + s * std::mem::take(sum) as f32;
        }
        self.replace(place);
    }

    /// Gives all groups the new row.
    #[inline(always)]
    fn replace(&mut self, place: usize) {
        let at = self.at(place);
        self.common[at.clone()].copy_from_slice(&self.row);
        for (rows, pairs) in &mut self.groups {
            rows[at.clone()].copy_from_slice(&self.row);
            pairs[place] = 0;
        }
    }
}

/// What the groups of this rank changed in the rows of a unit that others own, by owner.
struct Collect<'e, 'a, 'm, 'r> {
    exchange: &'e RowExchange<'a, 'm>,
    rows: Rows<'r>,
    fits: &'e mut bool,
}

impl Kernel for Collect<'_, '_, '_, '_> {
    type Output = Vec<Vec<u8>>;

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) -> Self::Output {
        let Self { exchange: &RowExchange { ranks, dim, .. }, mut rows, fits } = self;
        let (own, owners) = (ranks.rank(), ranks.count());
        let mut pieces = vec![Vec::new(); owners];
        for place in (0..rows.count()).filter(|place| place % owners != own) {
            let Touched { groups: groups @ 1.., pairs } = rows.add_up(place, fits) else { continue };
            let piece = &mut pieces[place % owners];
            piece.extend([place as u32, groups, pairs].map(u32::to_le_bytes).as_flattened());
            let start = piece.len();
            piece.resize(start + size_of::<i32>() * dim, 0);
            let out = piece[start..].as_chunks_mut().0;
            out.iter_mut().zip(&rows.sums).for_each(|(out, sum)| *out = sum.to_le_bytes());
            rows.sums.fill(0);
        }
        pieces
    }
}

/// `row += s(n, u) · Σ change`, for the rows of a unit that this rank owns, with what came from each rank. Returns the
/// rows, if there are others to tell.
struct Apply<'e, 'a, 'm, 'r> {
    exchange: &'e RowExchange<'a, 'm>,
    rows: Rows<'r>,
    rule: Rule,
    sums: Vec<&'e [u8]>,
    fits: &'e mut bool,
}

impl Kernel for Apply<'_, '_, '_, '_> {
    type Output = Vec<u8>;

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) -> Vec<u8> {
        let Self { exchange: &RowExchange { ranks, dim, .. }, mut rows, rule, sums: mut rest, fits } = self;
        let length = HEAD + size_of::<i32>() * dim;
        let mut out = Vec::new();
        for place in (ranks.rank()..rows.count()).step_by(ranks.count()) {
            let mut touched = rows.add_up(place, fits);
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
            rows.apply(place, rule.scale(groups as usize, f64::from(pairs)) / ONE);
            if ranks.count() > 1 {
                out.extend_from_slice(&(place as u32).to_le_bytes());
                let start = out.len();
                out.resize(start + size_of::<f32>() * dim, 0);
                let out = out[start..].as_chunks_mut().0;
                out.iter_mut().zip(&rows.row).for_each(|(out, x)| *out = x.to_le_bytes());
            }
        }
        out
    }
}
