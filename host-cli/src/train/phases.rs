//! The phases of a round, as threads go through them: the shards of all groups train, then each group's matrices take
//! in what its shards learned; and now and then groups exchange what they have learned.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::time::Instant;

use motevec_core::simd::Simd;
use motevec_core::train::Loss;

use super::Settings;
use super::composites::{Composites, Handed};
use super::driver::{self, UNPOISONED};
use super::exchange::{RowExchange, Step};
use super::matrix::{Matrix, PARTS};
use super::merge::{Merger, Rule};
use super::position::{Cursor, ShardState};
use super::private::{LocalRows, Private, Side};
use super::shard::{self, Common, Shard};
use super::steps::Memory;
use super::work::Work;
use crate::Result;
use crate::ranks::Begun;

/// The whole of training.
pub(super) struct Rounds<'a, 'm> {
    common: &'a Common<'a>,
    settings: &'a Settings,
    simd: Simd,
    /// Targets of an average center.
    targets: f64,
    /// Those that this rank trains.
    groups: Vec<Group<'a, 'm>>,
    /// If there are others to exchange with.
    exchange: Option<RowExchange<'a, 'm>>,
    phases: Vec<Phase>,
    /// By kind of phase, how many of its shards, or parts, threads have taken.
    taken: [AtomicUsize; KINDS],
    /// The loss of each group since it was last asked for.
    losses: Mutex<Vec<Loss>>,
    /// What was done, but for the rows that were merged, and when the last phase ended.
    work: Mutex<(Work, Instant)>,
    merged: AtomicU64,
    /// The last exchange.
    exchanging: Mutex<Begun>,
}

/// A group: its matrices, and its shards.
pub(super) struct Group<'a, 'm> {
    pub(super) center: &'a Matrix<'m>,
    pub(super) outside: &'a Matrix<'m>,
    /// What the rows of the centers are made of, if they are.
    pub(super) composites: Option<Composites<'a, 'm>>,
    pub(super) shards: Vec<RwLock<Shard<'a>>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Phase {
    Prepare,
    Compose,
    Train,
    Merge,
    Share,
    /// A step of a block.
    Exchange(Step, usize),
}

const KINDS: usize = 5 + Step::ALL.len();

impl Phase {
    fn kind(self) -> usize {
        match self {
            Self::Prepare => 0,
            Self::Compose => 1,
            Self::Train => 2,
            Self::Merge => 3,
            Self::Share => 4,
            Self::Exchange(step, _) => 5 + step as usize,
        }
    }
}

/// What a thread works with.
pub(super) struct Thread {
    training: shard::Thread,
    merger: Merger,
    seen: Vec<bool>,
    handed: Handed,
}

impl driver::Rounds for Rounds<'_, '_> {
    type Phase = Phase;
    type Thread = Thread;

    fn phases(&self) -> &[Phase] {
        &self.phases
    }

    fn training(&self) -> Phase {
        match &self.exchange {
            None => Phase::Train,
            // Ranks also tell each other how far they are, which no other thread may cross.
            Some(exchange) => Phase::Exchange(Step::Spread, exchange.last()),
        }
    }

    fn thread(&self) -> Thread {
        let words = self.common.keep.len();
        let nodes = if self.common.tree.is_some() { words } else { 0 };
        // It can fail for settings, which have been checked, and for what optimizers remember, which is nothing here.
        let memory = Memory::new(self.settings, words).expect("settings were checked");
        let training = shard::Thread { words: LocalRows::new(words), nodes: LocalRows::new(nodes), memory };
        Thread { training, merger: Merger::default(), seen: Vec::new(), handed: Handed::default() }
    }

    fn most_threads(&self) -> usize {
        self.groups.iter().map(|group| group.shards.len()).sum()
    }

    fn work(&self, phase: Phase, thread: &mut Thread, rate: f32) -> Result<()> {
        match phase {
            Phase::Prepare => self.each_shard(phase, |_, shard| shard.prepare(self.common, &mut thread.training)),
            Phase::Train => self.each_shard(phase, |group, shard| {
                let matrices = (&group.center.read(), &group.outside.read());
                if group.composites.is_none() {
                    shard.prepare(self.common, &mut thread.training)?;
                }
                shard.run(self.simd, self.common, &mut thread.training, matrices, rate)
            }),
            Phase::Compose => {
                let Thread { seen, .. } = thread;
                self.each_part(phase, |group, part, shards| {
                    if let Some(composites) = &group.composites {
                        composites.compose(self.simd, group.center, (part, seen), shards);
                    }
                })
            }
            Phase::Share => self.each_part(phase, |group, part, _| {
                if let Some(composites) = &group.composites {
                    composites.share(self.simd, part, &group.center.read(), self.rule(rate), &mut thread.handed);
                }
            }),
            Phase::Merge => self.each_part(phase, |group, part, shards| {
                let matrices = [(group.center, Side::Center), (group.outside, Side::Outside)];
                let rule = (self.rule(rate), group.composites.as_ref());
                let merged = thread.merger.merge(self.simd, matrices, part, shards, rule);
                self.merged.fetch_add(merged, Ordering::Relaxed);
            }),
            Phase::Exchange(step, block) => {
                let Some(exchange) = &self.exchange else { return Ok(()) };
                let pieces = 0..exchange.pieces(step, block);
                self.each(phase, pieces, |piece| exchange.work(self.simd, self.rule(rate), (step, block), piece))
            }
        }
    }

    fn end(&self, phase: Phase) {
        self.taken[phase.kind()].store(0, Ordering::Relaxed);
        self.count(phase);
        let ranks = &self.settings.ranks;
        match (phase, &self.exchange) {
            (Phase::Train, _) => {
                for (sum, group) in self.losses.lock().expect(UNPOISONED).iter_mut().zip(&self.groups) {
                    let mut round = Loss::default();
                    for shard in &group.shards {
                        add(&mut round, shard.read().expect(UNPOISONED).loss);
                    }
                    add(sum, round);
                }
            }
            (Phase::Merge | Phase::Share, Some(_)) => {
                *self.exchanging.lock().expect(UNPOISONED) = ranks.begin();
            }
            (Phase::Exchange(Step::Take, block), Some(exchange)) if exchange.is_last(block) => {
                ranks.note(*self.exchanging.lock().expect(UNPOISONED));
            }
            _ => {}
        }
    }

    fn trained(&self) -> (u64, Loss) {
        let mut own = Vec::new();
        for (group, loss) in self.groups.iter().zip(&mut *self.losses.lock().expect(UNPOISONED)) {
            let done: u64 = group.shards.iter().map(|shard| shard.read().expect(UNPOISONED).done()).sum();
            let Loss { sum, pairs, .. } = std::mem::take(loss);
            own.extend([done, sum.to_bits(), pairs].map(u64::to_le_bytes));
        }
        // In the order of the groups, on which the sum depends.
        let (mut done, mut loss) = (0, Loss::default());
        for piece in self.settings.ranks.tell(own.concat()).iter() {
            for of_group in piece.as_chunks::<8>().0.chunks_exact(3) {
                let [of_group, sum, pairs] = [0, 1, 2].map(|number| u64::from_le_bytes(of_group[number]));
                done += of_group;
                loss.sum += f64::from_bits(sum);
                loss.pairs += pairs;
            }
        }
        (done, loss)
    }

    fn any_stops(&self, stops: bool) -> bool {
        self.settings.ranks.any(stops)
    }

    fn cursor(&self) -> Cursor {
        let shards = self.groups.iter().flat_map(|group| &group.shards);
        let own: Vec<_> = shards.map(|shard| shard.read().expect(UNPOISONED).state()).collect();
        let written = serde_json::to_vec(&own).expect("numbers can be written");
        let read = |piece| -> Vec<ShardState> { serde_json::from_slice(piece).expect("and read again") };
        Cursor::Rounds(self.settings.ranks.tell(written).iter().flat_map(read).collect())
    }
}

fn add(sum: &mut Loss, more: Loss) {
    sum.sum += more.sum;
    sum.pairs += more.pairs;
}

impl<'a, 'm> Rounds<'a, 'm> {
    /// Rounds of `groups`, which have that many `targets` of an average center, and may `exchange` with others.
    pub(super) fn new(
        common: &'a Common<'a>,
        settings: &'a Settings,
        targets: f64,
        groups: Vec<Group<'a, 'm>>,
        exchange: Option<RowExchange<'a, 'm>>,
    ) -> Self {
        let composed = groups.iter().any(|group| group.composites.is_some());
        let round = match composed {
            // Here a shard prepares itself when it trains.
            false => &[Phase::Train, Phase::Merge][..],
            true => &[Phase::Prepare, Phase::Compose, Phase::Train, Phase::Merge, Phase::Share],
        };
        let mut phases = round.to_vec();
        if let Some(exchange) = &exchange {
            let plan = &common.plan;
            let period = |level| {
                let steps = |block| Step::ALL.map(|step| Phase::Exchange(step, block));
                [round.repeat(plan.rounds_per_exchange), exchange.blocks(level).flat_map(steps).collect()].concat()
            };
            phases = (1..=plan.exchanges_of_all).flat_map(|count| period(count.trailing_zeros() as usize)).collect();
        }
        Self {
            common,
            settings,
            simd: settings.simd(),
            targets,
            phases,
            taken: Default::default(),
            losses: Mutex::new(vec![Loss::default(); groups.len()]),
            work: Mutex::new((Work::default(), Instant::now())),
            merged: AtomicU64::new(0),
            exchanging: Mutex::new(settings.ranks.begin()),
            groups,
            exchange,
        }
    }

    /// What was done so far.
    pub(super) fn work_done(&self) -> Work {
        let (work, _) = *self.work.lock().expect(UNPOISONED);
        Work { merged: self.merged.load(Ordering::Relaxed), ..work }
    }

    /// Counts the work of a phase that has ended.
    fn count(&self, phase: Phase) {
        let (work, last) = &mut *self.work.lock().expect(UNPOISONED);
        let now = Instant::now();
        let time = now - std::mem::replace(last, now);
        match phase {
            Phase::Exchange(..) => return,
            Phase::Merge | Phase::Share => work.merging += time,
            Phase::Prepare | Phase::Compose | Phase::Train => work.training += time,
        }
        if phase == Phase::Train {
            let shards = self.groups.iter().flat_map(|group| &group.shards);
            let sizes: Vec<_> = shards.map(|shard| shard.read().expect(UNPOISONED).size()).collect();
            work.rounds += 1;
            work.longest += sizes.iter().map(|[words, _]| words).max().copied().unwrap_or(0);
            work.words += sizes.iter().map(|[words, _]| words).sum::<u64>();
            work.copied += sizes.iter().map(|[_, rows]| rows).sum::<u64>();
        }
    }

    /// Composes the rows of all words, at the end.
    pub(super) fn compose_all(&self) {
        for Group { center, composites, .. } in self.groups.iter().take(1) {
            composites.iter().for_each(|composites| composites.compose_all(self.simd, center));
        }
    }

    /// Does `work` with the pieces that no other thread takes; also after an error.
    fn each(&self, phase: Phase, pieces: Range<usize>, mut work: impl FnMut(usize) -> Result<()>) -> Result<()> {
        let mut result = Ok(());
        loop {
            let piece = self.taken[phase.kind()].fetch_add(1, Ordering::Relaxed);
            if !pieces.contains(&piece) {
                return result;
            }
            result = work(piece).and(result);
        }
    }

    /// Likewise with shards.
    fn each_shard(
        &self,
        phase: Phase,
        mut work: impl FnMut(&Group<'a, 'm>, &mut Shard<'a>) -> Result<()>,
    ) -> Result<()> {
        let shards: Vec<_> =
            self.groups.iter().flat_map(|group| group.shards.iter().map(move |shard| (group, shard))).collect();
        self.each(phase, 0..shards.len(), |piece| {
            let (group, shard) = shards[piece];
            work(group, &mut shard.write().expect(UNPOISONED))
        })
    }

    /// Likewise with parts of the matrices of groups.
    fn each_part(&self, phase: Phase, mut work: impl FnMut(&Group<'a, 'm>, usize, &[&Private<'a>])) -> Result<()> {
        let shards: Vec<_> = self.groups.iter().flat_map(|group| &group.shards).collect();
        let shards: Vec<_> = shards.iter().map(|shard| shard.read().expect(UNPOISONED)).collect();
        let shards: Vec<_> = shards.iter().map(|shard| &shard.private).collect();
        let of_group = self.common.plan.shards;
        self.each(phase, 0..self.groups.len() * PARTS, |piece| {
            let (group, part) = (piece / PARTS, piece % PARTS);
            work(&self.groups[group], part, &shards[group * of_group..][..of_group]);
            Ok(())
        })
    }

    /// What a merge goes by, at `rate`.
    fn rule(&self, rate: f32) -> Rule {
        Rule::new(self.settings, self.common, self.targets, rate)
    }
}
