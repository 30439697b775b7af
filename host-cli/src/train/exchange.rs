//! The exchange between groups: what each learned apart becomes common, by the rule of the merge of shards, one level
//! up. A group counts once for a row that it touched, with all pairs that moved the row there since the last exchange.
//!
//! Rows have owners, whose numbers only say which rank does the work. Each rank sends each owner what its groups
//! changed in its rows, and gets from all owners what that comes to: so it sends and receives rows that were touched,
//! however many ranks there are. Changes are rounded to bytes, whose sums are exact, so that their order is free.

use std::ops::Range;
use std::sync::{Mutex, RwLock};

use motevec_core::simd::{Kernel, Lanes, Machine, Simd};

use super::changes::{AHEAD, Rows};
use super::driver::UNPOISONED;
use super::frequent::Places;
use super::matrix::{Matrix, PARTS, stride};
use super::merge::Rule;
use crate::ranks::{Pieces, Ranks};
use crate::{Error, Result};

/// A step of an exchange, of one block of rows.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// Finds what the groups of this rank changed in rows of other ranks.
    Collect,
    /// Sends that to the owners of the rows; the work of one thread.
    Swap,
    /// Changes the rows that this rank owns, which is all of an exchange where one process has all groups.
    Apply,
    /// Sends that to all ranks; the work of one thread.
    Spread,
    /// Changes the rows of other owners.
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
    /// By level, the rows that are exchanged; in the last one, all are.
    pub(super) levels: Vec<Places>,
}

impl Shared<'_, '_> {
    /// The rows of a part that are exchanged in a level, if not all.
    fn level(&self, level: usize, part: usize) -> Option<&Vec<u32>> {
        self.levels.get(level).map(|places| &places[part])
    }
}

/// Units whose rows are exchanged at once.
struct Block {
    units: Range<usize>,
    /// Which rows these are.
    level: usize,
}

/// All that is exchanged: of each matrix each part, a *unit*.
pub(super) struct RowExchange<'a, 'm> {
    ranks: &'a Ranks,
    /// All groups, of all ranks.
    groups: usize,
    dim: usize,
    matrices: [Shared<'a, 'm>; 2],
    /// Those of each level.
    blocks: Vec<Block>,
    /// As many places as any part has.
    places: Vec<u32>,
    /// By unit of the block: the sections that go to each owner, and then that of the rows that this rank owns.
    changed: Vec<Mutex<Vec<Vec<u8>>>>,
    merged: Vec<Mutex<Vec<u8>>>,
    /// What came from each rank: of each unit a section. And room for what is sent.
    received: RwLock<[Pieces; 2]>,
}

impl Block {
    /// Those of all units of the matrices, of at most so many bytes if these are of several units.
    fn all(matrices: &[Shared<'_, '_>; 2], (of_row, most): (usize, usize), level: usize) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        let mut bytes = 0;
        for unit in 0..matrices.len() * PARTS {
            let (shared, part) = (&matrices[unit / PARTS], unit % PARTS);
            let rows = shared.level(level, part).map_or(shared.common.rows_of(part), Vec::len);
            let of_unit = rows * of_row;
            match blocks.last_mut() {
                Some(block) if bytes + of_unit <= most => block.units.end += 1,
                _ => {
                    blocks.push(Self { units: unit..unit + 1, level });
                    bytes = 0;
                }
            }
            bytes += of_unit;
        }
        blocks
    }
}

/// Bytes ahead of the numbers of a change: the place of its row, and the exponent; and behind those of a group, by how
/// many pairs.
const HEAD: usize = 5;
const PAIRS: usize = 4;

impl<'a, 'm> RowExchange<'a, 'm> {
    /// For `groups` groups, and rows of `dim` components, of which so many bytes are exchanged at once.
    pub(super) fn new(
        ranks: &'a Ranks,
        (groups, dim, bytes_at_once): (usize, usize, usize),
        matrices: [Shared<'a, 'm>; 2],
    ) -> Self {
        let levels = 0..=matrices[0].levels.len();
        // Each group's change goes to a row's owner by itself.
        let groups_of_rank = groups.div_ceil(ranks.count());
        let of_row = (HEAD + dim + PAIRS) * groups_of_rank;
        let blocks: Vec<_> = levels.flat_map(|level| Block::all(&matrices, (of_row, bytes_at_once), level)).collect();
        let most = matrices.iter().map(|shared| shared.common.rows_of(0)).max().unwrap_or(0);
        let units = blocks.iter().map(|block| block.units.len()).max().unwrap_or(0);
        Self {
            ranks,
            groups,
            dim,
            matrices,
            blocks,
            places: (0..most as u32).collect(),
            changed: (0..units).map(|_| Mutex::new(vec![Vec::new(); ranks.count()])).collect(),
            merged: (0..units).map(|_| Mutex::default()).collect(),
            received: RwLock::default(),
        }
    }

    /// The blocks of a level.
    pub(super) fn blocks(&self, level: usize) -> Range<usize> {
        let start = |level| self.blocks.partition_point(|block| block.level < level);
        start(level)..start(level + 1)
    }

    /// The last block of all rows.
    pub(super) fn last(&self) -> usize {
        self.blocks.len() - 1
    }

    /// Whether an exchange ends with this block.
    pub(super) fn is_last(&self, block: usize) -> bool {
        self.blocks(self.blocks[block].level).end == block + 1
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
    /// If a group changed a row too far.
    pub(super) fn work(&self, simd: Simd, rule: Rule, (step, block): (Step, usize), piece: usize) -> Result<()> {
        let units = self.blocks[block].units.len();
        let unit = self.blocks[block].units.start + piece;
        let mut fits = true;
        match step {
            Step::Collect => {
                let changed = &mut *self.changed[piece].lock().expect(UNPOISONED);
                let fits = &mut fits;
                self.with(block, unit, |rows| simd.enter(Collect { exchange: self, rows, changed, fits }));
            }
            Step::Swap => {
                let changed = self.changed[..units].iter().map(|unit| unit.lock().expect(UNPOISONED));
                let changed = changed.collect::<Vec<_>>();
                let [received, mut out] = std::mem::take(&mut *self.received.write().expect(UNPOISONED));
                out.clear();
                let pieces = (0..self.ranks.count()).map(|owner| changed.iter().map(move |unit| &unit[owner][..]));
                pieces.for_each(|sections| push(&mut out, sections));
                *self.received.write().expect(UNPOISONED) = self.ranks.swap(out, received);
            }
            Step::Apply => {
                let [received, _] = &*self.received.read().expect(UNPOISONED);
                let sent = received.iter().map(|sent| section(sent, units, piece)).collect();
                let merged = &mut *self.merged[piece].lock().expect(UNPOISONED);
                let mut counted = [0, 0];
                let (fits, count) = (&mut fits, &mut counted);
                self.with(block, unit, |rows| {
                    simd.enter(Apply { exchange: self, rows, rule, sent, merged, fits, count });
                });
                self.ranks.note_rows(counted);
            }
            Step::Spread => {
                let merged = self.merged[..units].iter().map(|unit| unit.lock().expect(UNPOISONED)).collect::<Vec<_>>();
                let [received, mut out] = std::mem::take(&mut *self.received.write().expect(UNPOISONED));
                out.clear();
                push(&mut out, merged.iter().map(|unit| &unit[..]));
                *self.received.write().expect(UNPOISONED) = self.ranks.share(out, received);
            }
            Step::Take => {
                let [received, _] = &*self.received.read().expect(UNPOISONED);
                let others = received.iter().enumerate().filter(|(rank, _)| *rank != self.ranks.rank());
                let sent = others.map(|(_, sent)| section(sent, units, piece)).collect();
                self.with(block, unit, |rows| simd.enter(Take { dim: self.dim, rows, sent }));
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
        let places = shared.level(self.blocks[block].level, part).map_or(all, Vec::as_slice);
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

/// Adds a piece: the lengths of all its sections, and then these.
fn push<'s>(pieces: &mut Pieces, sections: impl Iterator<Item = &'s [u8]>) {
    let sections: Vec<_> = sections.collect();
    let lengths: Vec<_> = sections.iter().map(|section| (section.len() as u32).to_le_bytes()).collect();
    pieces.push([lengths.as_flattened()].into_iter().chain(sections));
}

/// Section `index` of the `count` of such a piece.
fn section(piece: &[u8], count: usize, index: usize) -> &[u8] {
    let (lengths, sections) = piece.split_at(count * size_of::<u32>());
    let mut lengths = lengths.as_chunks().0.iter().map(|&length| u32::from_le_bytes(length) as usize);
    let start = lengths.by_ref().take(index).sum();
    &sections[start..][..lengths.next().unwrap_or(0)]
}

/// The first four bytes as a number.
fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// What the groups of this rank changed in the rows of a unit that others own, by owner.
struct Collect<'e, 'a, 'm, 'r> {
    exchange: &'e RowExchange<'a, 'm>,
    rows: Rows<'r>,
    changed: &'e mut [Vec<u8>],
    fits: &'e mut bool,
}

impl Kernel for Collect<'_, '_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { exchange: &RowExchange { ranks, dim, .. }, mut rows, changed, fits } = self;
        let (own, owners) = (ranks.rank(), ranks.count());
        changed.iter_mut().for_each(Vec::clear);
        for (index, &place) in rows.places.iter().enumerate() {
            let place = place as usize;
            rows.prefetch_changed(index);
            if place % owners == own {
                continue;
            }
            for group in rows.groups() {
                let Some(pairs) = rows.find(group, place, fits) else { continue };
                rows.write(place, dim, &mut changed[place % owners]);
                changed[place % owners].extend_from_slice(&pairs.to_le_bytes());
            }
        }
    }
}

/// Merges what groups changed in the rows of a unit that this rank owns, with what came from each rank. Notes what that
/// comes to, if there are others to tell.
struct Apply<'e, 'a, 'm, 'r> {
    exchange: &'e RowExchange<'a, 'm>,
    rows: Rows<'r>,
    rule: Rule,
    sent: Vec<&'e [u8]>,
    merged: &'e mut Vec<u8>,
    fits: &'e mut bool,
    /// Counts the rows, and the groups that touched them.
    count: &'e mut [u64; 2],
}

impl Kernel for Apply<'_, '_, '_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { exchange: &RowExchange { ranks, dim, .. }, mut rows, rule, mut sent, merged, fits, count } = self;
        merged.clear();
        for (index, &place) in rows.places.iter().enumerate() {
            let place = place as usize;
            rows.prefetch_changed(index);
            if place % ranks.count() != ranks.rank() {
                continue;
            }
            let (mut groups, mut moved) = (0, 0_u32);
            let mut touch = |pairs| (groups, moved) = (groups + 1, moved.saturating_add(pairs));
            for group in rows.groups() {
                if let Some(pairs) = rows.find(group, place, fits) {
                    touch(pairs);
                    rows.add_found();
                }
            }
            // From each rank they come by rising place.
            for sent in &mut sent {
                while !sent.is_empty() && number(sent) as usize == place {
                    let (change, rest) = sent.split_at(HEAD + dim + PAIRS);
                    *sent = rest;
                    touch(number(&change[HEAD + dim..]));
                    rows.add_sent(change[HEAD - 1], &change[HEAD..][..dim]);
                }
            }
            if groups == 0 {
                continue;
            }
            *count = [count[0] + 1, count[1] + groups as u64];
            rows.merge(place, rule.scale(groups, f64::from(moved)));
            if ranks.count() > 1 {
                rows.write(place, dim, merged);
            }
        }
    }
}

/// Changes the rows of a unit that others own, as each of them has sent.
struct Take<'e, 'r> {
    dim: usize,
    rows: Rows<'r>,
    sent: Vec<&'e [u8]>,
}

impl Kernel for Take<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { dim, mut rows, sent } = self;
        for sent in sent {
            let mut later = sent.chunks_exact(HEAD + dim).skip(AHEAD);
            for change in sent.chunks_exact(HEAD + dim) {
                later.next().into_iter().for_each(|later| rows.prefetch(number(later) as usize));
                rows.read(change[HEAD - 1], &change[HEAD..]);
                rows.apply(number(change) as usize);
            }
        }
    }
}
