//! What every way of training does: it goes in rounds, reports each, and stops where it is asked to.
//!
//! Where groups exchange what they learn, a round here is all that lies between two exchanges of all rows.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Barrier, Mutex, RwLock};

use motevec_core::train::Loss;

use super::position::{Cursor, Position};
use super::{Observe, Progress, Settings, diverged};
use crate::{Error, Result};

/// Training, as threads do it together: in each round all go through the same phases.
pub(super) trait Rounds: Sync {
    /// A part of a round, which ends when all threads have ended it.
    type Phase: Copy + PartialEq;
    /// What a thread works with.
    type Thread;
    /// The phases of a round.
    fn phases(&self) -> &[Self::Phase];
    /// The phase after which progress is known. With several threads it must not be the last: what it says is heard
    /// after the phase that follows.
    fn training(&self) -> Self::Phase;
    /// A thread's own memory.
    fn thread(&self) -> Self::Thread;
    /// The most threads that can share the work.
    fn most_threads(&self) -> usize;
    /// Takes a thread's share of a phase, at `rate`.
    ///
    /// # Errors
    /// If the corpus cannot be read back from the disk.
    fn work(&self, phase: Self::Phase, thread: &mut Self::Thread, rate: f32) -> Result<()>;
    /// What the first thread does after a phase, while others may be in the next.
    fn end(&self, phase: Self::Phase);
    /// The tokens trained on so far, over all epochs, and the loss since this was last asked.
    fn trained(&self) -> (u64, Loss);
    /// Whether any rank stops, where this one does or does not.
    fn any_stops(&self, stops: bool) -> bool {
        stops
    }
    /// Where training is, between two rounds.
    fn cursor(&self) -> Cursor;
}

/// A run of training.
pub(super) struct Run<'a> {
    pub(super) settings: &'a Settings,
    /// Tokens of one pass.
    pub(super) tokens: u64,
    /// Steps of one pass, as the learning rate's schedule counts them.
    pub(super) steps: u64,
    /// Where training goes on, and how many tokens that is from the start.
    pub(super) position: Option<Position>,
    pub(super) observe: Observe<'a>,
}

/// What the threads of a run tell each other.
struct Shared {
    /// Ends each phase of a round: nobody trains while somebody merges. Locked until it is known who takes part.
    phase: RwLock<Barrier>,
    /// The rate of the round, as bits.
    rate: AtomicU32,
    over: AtomicBool,
    /// Whether it is over because the observer said so.
    stopped: AtomicBool,
    failure: Mutex<Option<Error>>,
}

/// See [`AbortOnPanic`].
pub(super) const UNPOISONED: &str = "a thread that panics ends the process";

/// Ends the process when its thread panics: the others would wait for it for ever.
struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

impl Run<'_> {
    /// Goes through all rounds. Gives the mean loss of each epoch that has begun, and where training stopped, if the
    /// observer said so.
    pub(super) fn drive<R: Rounds>(mut self, rounds: &R) -> Result<(Vec<f64>, Option<Position>)> {
        let epochs = self.settings.epochs as usize;
        let mut losses = vec![Loss::default(); epochs];
        let mut done = 0;
        if let Some(position) = self.position.take() {
            done = position.done;
            for (loss, sum) in losses.iter_mut().zip(position.losses) {
                *loss = sum.into();
            }
        }
        let shared = Shared {
            phase: RwLock::new(Barrier::new(1)),
            rate: AtomicU32::new(self.rate_after(done).to_bits()),
            over: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            failure: Mutex::new(None),
        };
        let threads = self.settings.threads.clamp(1, rounds.most_threads());
        std::thread::scope(|scope| {
            let mut phase = shared.phase.write().expect(UNPOISONED);
            // A system that refuses a thread costs time, and nothing else.
            let spawn = |_| std::thread::Builder::new().spawn_scoped(scope, || work(rounds, &shared, None)).ok();
            *phase = Barrier::new(1 + (1..threads).map_while(spawn).count());
            drop(phase);
            let mut after_training = || self.look_at_round(rounds, &shared, &mut losses);
            work(rounds, &shared, Some(&mut after_training));
        });
        match shared.failure.into_inner().expect(UNPOISONED) {
            Some(error) => return Err(error),
            None if shared.stopped.load(Ordering::Relaxed) => {}
            None => return Ok((losses.iter().map(Loss::mean).collect(), None)),
        }
        let (done, _) = rounds.trained();
        losses.truncate(self.epoch_of(done) + 1);
        let losses = losses.into_iter().map(Into::into).collect();
        let position = Position { done, losses, cursor: rounds.cursor() };
        Ok((position.mean_losses(), Some(position)))
    }

    /// Adds up what a round did, reports it, and prepares the next one.
    fn look_at_round(&mut self, rounds: &impl Rounds, shared: &Shared, losses: &mut [Loss]) {
        let (done, round) = rounds.trained();
        let (total, epoch) = (self.total(), self.epoch_of(done));
        let loss = &mut losses[epoch];
        loss.sum += round.sum;
        loss.pairs += round.pairs;
        let rate = self.rate_after(done);
        let (loss, pairs) = (loss.mean(), loss.pairs);
        let answer = (self.observe)(&Progress { done, total, epoch: epoch as u32, rate, loss, pairs });
        let stopped = rounds.any_stops(answer.is_break()) && done < total;

        let mut failure = shared.failure.lock().expect(UNPOISONED);
        if !round.sum.is_finite() {
            failure.get_or_insert_with(|| diverged(self.settings.rate));
        }
        shared.rate.store(rate.to_bits(), Ordering::Relaxed);
        shared.stopped.store(stopped, Ordering::Relaxed);
        shared.over.store(done == total || stopped || failure.is_some(), Ordering::Relaxed);
    }

    /// Tokens of all passes.
    fn total(&self) -> u64 {
        self.tokens * u64::from(self.settings.epochs)
    }

    /// The learning rate after `done` tokens.
    fn rate_after(&self, done: u64) -> f32 {
        let steps = self.steps * u64::from(self.settings.epochs);
        let done = (u128::from(done) * u128::from(steps) / u128::from(self.total().max(1))) as u64;
        self.settings.schedule.rate(self.settings.rate, done, steps)
    }

    /// The epoch, from 0, that the last of `done` tokens belongs to: the round that ends an epoch is part of it.
    fn epoch_of(&self, done: u64) -> usize {
        (u128::from(done.saturating_sub(1)) * u128::from(self.settings.epochs) / u128::from(self.total())) as usize
    }
}

/// A thread's share of all rounds. The one with `after_training` runs it between the phases of each.
fn work<R: Rounds>(rounds: &R, shared: &Shared, mut after_training: Option<&mut dyn FnMut()>) {
    let _guard = AbortOnPanic;
    let barrier = shared.phase.read().expect(UNPOISONED);
    let mut thread = rounds.thread();
    while !shared.over.load(Ordering::Relaxed) {
        let rate = f32::from_bits(shared.rate.load(Ordering::Relaxed));
        for &phase in rounds.phases() {
            if let Err(error) = rounds.work(phase, &mut thread, rate) {
                *shared.failure.lock().expect(UNPOISONED) = Some(error);
            }
            barrier.wait();
            if let Some(after_training) = &mut after_training {
                rounds.end(phase);
                if phase == rounds.training() {
                    after_training();
                }
            }
        }
    }
}
