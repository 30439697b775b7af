//! What training can be told.

use motevec_core::optim::Schedule;
use motevec_core::simd::{Level, Simd};
use motevec_core::train::{self, Update};

use super::{Objective, Optimizer};
use crate::{Error, Result};

/// How to train. [`Default`] is the command line's default.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Components of a vector.
    pub dim: usize,
    /// Half-width of the window, in words.
    pub window: u32,
    /// Negative samples per step.
    pub negatives: usize,
    /// Words more frequent than this share of the text are thinned out; 0 keeps all.
    pub subsample: f32,
    /// Passes over the corpus.
    pub epochs: u32,
    /// The learning rate at the start.
    pub rate: f32,
    /// How the rate changes; steps are words read.
    pub schedule: Schedule,
    /// What moves the vectors.
    pub optimizer: Optimizer,
    /// Which share of the components of a center vector a step does not see (MATH.md eq. 19).
    pub dropout: f32,
    /// What training descends.
    pub objective: Objective,
    /// Where all random choices start from.
    pub seed: u64,
    /// How many threads work. The result does not depend on it.
    pub threads: usize,
    /// How a center's step is taken.
    pub update: Update,
    /// Whether multiply-adds round once. Both arithmetics give the same bits on every machine.
    pub fused: bool,
    /// The instructions to use. The result does not depend on it.
    pub level: Level,
}

impl Default for Settings {
    fn default() -> Self {
        let level = Level::best();
        Self {
            dim: 100,
            window: 5,
            negatives: 5,
            subsample: 1e-4,
            epochs: 5,
            rate: 0.025,
            schedule: Schedule::WORD2VEC,
            optimizer: Optimizer::default(),
            dropout: 0.0,
            objective: Objective::default(),
            seed: 1,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            update: Update::Window,
            fused: level.has_fma(),
            level,
        }
    }
}

impl Settings {
    /// Whether training is plain SGD with negative sampling, for which there are fused kernels and
    /// [rounds](super::rounds).
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let descent = (self.optimizer, self.objective) == (Optimizer::default(), Objective::NegativeSampling);
        descent && self.dropout == 0.0
    }

    /// The level and the arithmetic, which [`check`](Self::check) has found on this machine.
    pub(crate) fn simd(&self) -> Simd {
        Simd::new(self.level, self.fused).expect("Settings::check asked for the level")
    }

    /// Checks what the types leave open, naming the command-line option that is wrong.
    ///
    /// # Errors
    /// [`Error::Usage`], with what to do.
    pub fn check(&self) -> Result<train::Dynamic> {
        let usage = |message: String| Err(Error::Usage(message));
        if self.dim == 0 {
            return usage("--dim 0: a vector needs at least 1 component (100 to 300 are usual)".into());
        }
        if self.epochs == 0 {
            return usage("--epochs 0: there is nothing to train; give at least 1".into());
        }
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return usage(format!("--lr {}: the learning rate must be a positive number (0.025 is usual)", self.rate));
        }
        if !(self.subsample.is_finite() && self.subsample >= 0.0) {
            return usage(format!(
                "--subsample {}: give 0 (keep every word) or a small share such as 1e-4",
                self.subsample
            ));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return usage(format!("--dropout {}: give a share from 0 to less than 1, such as 0.1", self.dropout));
        }
        if self.objective == Objective::Softmax && self.update == Update::Pair {
            return usage(
                "--update pair: softmax has one step, for a center and all of its window; leave it out".into(),
            );
        }
        self.optimizer.check()?;
        if !self.level.is_available() {
            return usage(format!("--simd {}: this machine does not have it", self.level.name()));
        }
        match train::Dynamic::new(self.window, self.negatives, self.update) {
            Ok(settings) => Ok(settings),
            Err(train::ShapeError::NoWindow) => usage("--window 0: it must reach at least 1 word on each side".into()),
            Err(error) => usage(format!("--negatives {}: {error}", self.negatives)),
        }
    }
}
