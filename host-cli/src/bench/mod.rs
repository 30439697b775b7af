//! How fast this machine is, and how much of that core's kernels and the trainer use.
//!
//! # What counts as work
//!
//! A floating-point operation ("flop") is one addition, subtraction, multiplication or division of two numbers; a
//! multiply-add is two.
//!
//! ```text
//! dot, axpy        2·D
//! window I×J       3 · 2·D · I·J     each pair of an input and a target: its score, and its share of two rank updates
//! pair 1×J         3 · 2·D · J       likewise
//! sigmoid          25·D              what core's polynomial takes
//! training         3 · 2·D · (1 + K) for each pair of a center and an outside word; `training::pairs` counts them
//! ```
//!
//! Nothing else counts, however long it takes: padding of rows to whole blocks, the sigmoids of an update, random
//! numbers, private copies, merges. The share of the peak is the rate over that of the same instructions, in the same
//! arithmetic and on as many threads, when they do nothing but multiply-adds in registers. Scalar kernels are compared
//! with the peak of the level `wide`, into whose registers compilers pack them.
//!
//! # How it is measured
//!
//! All figures are taken in turn, several times, so that a slow spell of the machine affects all of them; the median of
//! each counts. Kernels and peaks are timed one millisecond at a time, see module `figure`.

mod bandwidth;
mod figure;
mod kernels;
mod peak;
mod training;

use std::num::NonZero;
use std::time::Duration;

use motevec_core::simd::{Kernel, Level, Machine as _, Simd};
use serde::{Serialize, Serializer};
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use crate::Result;
use crate::corpus::Corpus;
use crate::train::Settings;

pub use self::bandwidth::{Bandwidth, Pattern};
pub use self::kernels::{DIMS, KernelRate};
pub use self::peak::Peak;
pub use self::training::{Method, Round, Training, TrainingRate};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The number of samples of each figure.
    pub runs: NonZero<u32>,
    /// About how long a sample of a peak or a kernel takes. Training, and a pass over memory, take as long as they
    /// take.
    pub sample: Duration,
}

/// Instructions, and how they round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Instructions {
    /// The instruction set.
    #[serde(serialize_with = "level_name")]
    pub simd: Level,
    /// Whether multiply-adds round once.
    #[serde(rename = "arithmetic", serialize_with = "arithmetic_name")]
    pub fused: bool,
}

impl Instructions {
    /// `fused` or `portable`.
    #[must_use]
    pub fn arithmetic(self) -> &'static str {
        if self.fused { "fused" } else { "portable" }
    }

    /// Runs `kernel` compiled for these instructions; `None` if this machine does not have them.
    fn run<K: Kernel>(self, kernel: K) -> Option<K::Output> {
        self.token().map(|simd| simd.enter(kernel))
    }

    fn token(self) -> Option<Simd> {
        Simd::new(self.simd, self.fused)
    }
}

fn level_name<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.name())
}

fn arithmetic_name<S: Serializer>(fused: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *fused { "fused" } else { "portable" })
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The machine.
    pub machine: Machine,
    /// The most multiply-adds that it does.
    pub peak: Vec<Peak>,
    /// The bandwidth of its memory.
    pub memory: Vec<Bandwidth>,
    /// How fast core's kernels are, on one thread and with rows in the first-level cache.
    pub kernels: Vec<KernelRate>,
    /// How fast the whole trainer is.
    pub training: Training,
}

/// A machine.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The name of the processor, if the system tells.
    pub processor: Option<String>,
    /// How many threads this process can run at once.
    pub cores: usize,
}

impl Machine {
    fn this() -> Self {
        let system = System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
        let processor = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned());
        Self { processor: processor.filter(|name| !name.is_empty()), cores: Settings::default().threads }
    }
}

/// Measures this machine, the kernels, and training on `corpus` with `settings`, on one thread and on as many as
/// the settings say. `observe` gets the number of samples taken and the total.
///
/// Kernels run in the arithmetic of the settings if a level has instructions for it, or else in the portable one.
///
/// # Errors
/// If training fails, or the system refuses memory or a thread.
pub fn run(
    corpus: &Corpus,
    settings: &Settings,
    options: Options,
    observe: &mut dyn FnMut(u64, u64),
) -> Result<Report> {
    let threads = if settings.threads > 1 { vec![1, settings.threads] } else { vec![1] };
    let levels = Level::ALL.into_iter().filter(|level| level.is_available());
    let levels: Vec<_> =
        levels.map(|simd| Instructions { simd, fused: settings.is_fused() && simd.has_fma() }).collect();
    let trained = Instructions { simd: settings.level, fused: settings.is_fused() };
    let arrays = bandwidth::Arrays::new(settings.threads)?;
    let mut peak = peak::figures(&[levels.as_slice(), &[trained]].concat(), &threads);
    let mut memory = bandwidth::figures(&arrays, &threads);
    let mut kernels = kernels::figures(&levels);
    let mut training = training::figures(corpus, settings, &threads);
    let figures = (peak.iter_mut().map(|(_, figure)| figure))
        .chain(memory.iter_mut().map(|(_, figure)| figure))
        .chain(kernels.iter_mut().map(|(_, figure)| figure))
        .chain(training.iter_mut().map(|(_, figure)| figure));
    figure::measure(&mut figures.collect::<Vec<_>>(), options, observe)?;

    let peak = peak::report(&peak);
    Ok(Report {
        machine: Machine::this(),
        memory: bandwidth::report(&memory, &arrays),
        kernels: kernels::report(&kernels, &peak),
        training: training::report(&training, corpus, settings, &peak)?,
        peak,
    })
}
