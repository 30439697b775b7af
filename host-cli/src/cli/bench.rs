//! `motevec bench`: how fast this machine is, and how much of that training makes use of.

use std::fmt::{self, Display};
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{BinaryBytes, HumanCount};
use serde::Serialize;

use super::demo::ADDRESSES;
use super::report::{self, Columns};
use super::train::arguments::{self, LearningArgs, MachineArgs, TextArgs};
use super::{progress, train};
use crate::bench::{self, Bandwidth, DIMS, Instructions, KernelRate, Options, Peak, Training, TrainingRate};
use crate::corpus::Source;
use crate::train::Arithmetic;
use crate::{Error, Result};

/// Measure this machine, the kernels, and the whole of training
///
/// Shows how many multiply-adds per second this machine can do with each instruction set, how fast it reads memory, and
/// what share of that the kernels and the trainer reach. The peak is of multiply-adds on numbers in registers; scalar
/// kernels are compared with the peak of `wide`, because compilers pack them into its registers.
///
/// A multiply-add counts as 2 operations: a dot product or an axpy (y += a·x) of D components as 2·D; each input and
/// target of an update (its score and its share of two rank updates) as 6·D; each pair of words that training takes as
/// 6·D·(1 + negatives), with the number of pairs estimated to within a hundredth. A sigmoid counts as 25.
///
/// A text that keeps 2.4 million words after subsampling has work for sixteen threads; the built-in one, for one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  motevec bench
  motevec bench text.txt.zst --dim 300 --epochs 1
  motevec bench --arithmetic portable --runs 11
  motevec bench --json | jq '.training.rates[] | .words_per_second'")]
pub(super) struct Args {
    /// The text to train on, as for `train` [default: the one that `demo` learns from]
    #[arg(value_name = "CORPUS")]
    corpus: Vec<PathBuf>,

    /// Samples of each figure, taken in turn; the median is shown
    #[arg(long, value_name = "N", default_value = "5", allow_negative_numbers = true)]
    runs: NonZero<u32>,

    /// Length of each sample of a kernel, about; training and reading memory take as long as they need
    #[arg(long, hide_short_help = true, value_name = "S", default_value = "0.01", value_parser = sample,
          allow_negative_numbers = true)]
    seconds: Duration,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    text: TextArgs,

    #[command(flatten)]
    learning: LearningArgs,

    #[command(flatten)]
    machine: MachineArgs,
}

/// Reads `--seconds`.
fn sample(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (1e-4..=60.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "expected a number from 0.0001 to 60".to_owned())
}

impl Args {
    pub(super) fn run(self) -> Result<()> {
        let settings = arguments::settings(&self.learning, &self.machine)?;
        if settings.arithmetic == Arithmetic::Q15 {
            let message = "what is measured are the instructions for floats; give fused or portable";
            return Err(Error::setting("arithmetic", "q15", message));
        }
        let sources: Vec<_> = match self.corpus.as_slice() {
            [] => vec![ADDRESSES],
            paths => paths.iter().map(Source::from_argument).collect(),
        };
        let corpus = progress::read(&sources, &self.text.options(&self.machine, std::env::temp_dir())?)?;
        train::check_neighbors(&corpus)?;
        crate::train::check_memory(&corpus, &settings)?;
        let options = Options { runs: self.runs, sample: self.seconds };
        let names = sources.iter().map(|source| source.name().display().to_string()).collect();
        let measured = progress::measure(&corpus, &settings, options)?;
        report::print(&Report { corpus: names, measured }, self.json, None)
    }
}

#[derive(Serialize)]
struct Report {
    /// What was trained on.
    corpus: Vec<String>,
    #[serde(flatten)]
    measured: bench::Report,
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bench::Report { machine, peak, memory, kernels, training } = &self.measured;
        let processor = report::printable(machine.processor.as_deref().unwrap_or("unknown processor"));
        let (words, vocabulary) = (HumanCount(training.words), HumanCount(training.vocabulary as u64));
        writeln!(f, "machine   {processor}, {}", count(machine.cores, ["core", "cores"]))?;
        writeln!(
            f,
            "text      {}: {words} words, {vocabulary} in the vocabulary",
            report::printable(&self.corpus.join(" "))
        )?;
        writeln!(f, "\n{}\n\n{}\n", peaks(peak), bandwidths(memory))?;
        writeln!(f, "GFLOP/s of the kernels on one thread, and their share of the peak\n\n{}\n", rates(kernels))?;
        let epochs = count(training.epochs as usize, ["epoch", "epochs"]);
        write!(f, "training, {} dimensions, {epochs}\n\n{}", training.dim, training_rates(training))
    }
}

fn peaks(peaks: &[Peak]) -> Columns {
    let mut columns = Columns::new(["peak", "arithmetic", "threads", "GFLOP/s"]);
    for Peak { instructions, threads, gflops } in peaks {
        columns.row(names(*instructions).into_iter().chain([threads.to_string(), number(*gflops)]));
    }
    columns
}

fn bandwidths(bandwidths: &[Bandwidth]) -> Columns {
    let mut columns = Columns::new(["memory", "of", "threads", "GB/s"]);
    for Bandwidth { pattern, bytes, threads, gigabytes_per_second } in bandwidths {
        let size = BinaryBytes(*bytes as u64).to_string();
        columns.row([pattern.name().to_owned(), size, threads.to_string(), number(*gigabytes_per_second)]);
    }
    columns
}

/// A line for each kernel and level; its dimensions follow one another.
fn rates(kernels: &[KernelRate]) -> Columns {
    let [a, b, c, d, e] = DIMS.map(|dim| format!("D {dim}"));
    let mut columns = Columns::new(["kernel", "simd", &a, &b, &c, &d, &e]);
    for row in kernels.chunks(DIMS.len()) {
        let names = row.first().map(|first| [first.kernel, first.instructions.simd.name()].map(str::to_owned));
        let rates = row.iter().map(|rate| format!("{} {:>4}", number(rate.gflops), percent(rate.share)));
        columns.row(names.into_iter().flatten().chain(rates));
    }
    columns
}

fn training_rates(training: &Training) -> Columns {
    let mut columns =
        Columns::new(["simd", "arithmetic", "method", "threads", "time", "words/s", "GFLOP/s", "of peak"]);
    for TrainingRate { method, threads, seconds, words_per_second, gflops, share, .. } in &training.rates {
        columns.row(names(training.instructions).into_iter().chain([
            method.name().to_owned(),
            threads.to_string(),
            format!("{seconds:.2} s"),
            HumanCount(words_per_second.round() as u64).to_string(),
            number(*gflops),
            percent(*share),
        ]));
    }
    columns
}

fn names(instructions: Instructions) -> [String; 2] {
    [instructions.simd.name(), instructions.arithmetic()].map(str::to_owned)
}

/// Three digits, or all before the point.
fn number(x: f64) -> String {
    if x < 99.95 { format!("{x:.1}") } else { format!("{x:.0}") }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn count(n: usize, [one, several]: [&str; 2]) -> String {
    format!("{n} {}", if n == 1 { one } else { several })
}
