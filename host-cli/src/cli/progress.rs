//! Progress on the terminal: bars on stderr, and nothing at all if stderr is a pipe or a file.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::report;
use crate::bench;
use crate::corpus::{self, Corpus, Options, Source};
use crate::plot;
use crate::query::{self, Clusters};
use crate::train::{self, LossCurve, Settings, Trained};
use crate::{Error, Result, Vectors};

/// For input of a known size, and for input through a pipe.
const READING: &str = "reading   {bar:24.cyan/dim} {binary_bytes} of {binary_total_bytes}{left}";
const READING_A_PIPE: &str = "reading   {spinner:.cyan} {binary_bytes}";
const TRAINING: &str = "training  {bar:24.cyan/dim} {percent:>3} %  {msg}{left}";
const MAPPING: &str = "mapping   {bar:24.cyan/dim} {percent:>3} %{left}";
const CLUSTERING: &str = "clustering {bar:24.cyan/dim} {percent:>3} %  {msg}";
const MEASURING: &str = "measuring {bar:24.cyan/dim} {percent:>3} %{left}";

const BUSY: &str = "{msg:<9} {spinner:.cyan} {elapsed}";

/// Work that takes less time needs no sign of life.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on stderr; indicatif draws none if that is not a terminal, and no colors if `NO_COLOR` is set.
fn bar(length: Option<u64>, template: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template(template).map_err(|error| Error::Failed(error.to_string()))?;
    let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
    if report::quiet() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    Ok(bar.with_style(style.with_key("left", left).progress_chars("━╸─")))
}

/// How long it will take, once that can be told.
fn left(state: &ProgressState, out: &mut dyn fmt::Write) {
    // Nobody sees it if that fails.
    let _ = match state.eta() {
        // Not known yet, or as good as done.
        eta if eta < Duration::from_secs(1) => Ok(()),
        eta => write!(out, "  {} left", HumanDuration(eta)),
    };
}

/// Does `work` that takes an unknown time; after a second, a spinner says `what` it is.
pub(super) fn busy<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    let (done, end) = mpsc::channel::<()>();
    let watch = move || {
        if end.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let Ok(bar) = bar(None, BUSY) else { return };
        bar.set_message(what);
        while end.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
            bar.tick();
        }
        bar.finish_and_clear();
    };
    thread::scope(|scope| {
        scope.spawn(watch);
        let result = work();
        // The watcher hears that, even if the work panics.
        drop(done);
        result
    })
}

/// [`corpus::read`], with a bar of the bytes read.
pub(super) fn read(sources: &[Source], options: &Options) -> Result<Corpus> {
    reading(|progress| corpus::read(sources, options, progress))
}

/// Does `work`, which reads a corpus, with a bar of the bytes read.
pub(super) fn reading<T>(work: impl FnOnce(&(dyn Fn(corpus::Progress) + Sync)) -> Result<T>) -> Result<T> {
    let bar = bar(None, READING_A_PIPE)?;
    let known = self::bar(Some(0), READING)?.style();
    let done = work(&|progress| {
        if let Some(total) = progress.total
            && bar.length() != Some(total)
        {
            bar.set_style(known.clone());
            bar.set_length(total);
        }
        bar.set_position(progress.bytes);
    });
    bar.finish_and_clear();
    done
}

/// [`train::train`], with a bar. Also returns how long it took.
pub(super) fn train(corpus: &Corpus, settings: &Settings) -> Result<(Trained, Duration)> {
    let mut training = Training::new(corpus, settings, None, Duration::ZERO)?;
    let trained = training.run(|observe| train::train(corpus, settings, observe), || false)?;
    Ok((trained, training.time()))
}

/// Training that a bar shows, with the words done, and a line of loss per epoch.
pub(super) struct Training<'a> {
    corpus: &'a Corpus,
    bar: ProgressBar,
    epochs: Epochs,
    curve: LossCurve,
    start: Instant,
    /// How long it took before it was stopped.
    before: Duration,
}

impl<'a> Training<'a> {
    /// Starts the clock. Training that is resumed has a `curve`, and a time `before`.
    pub(super) fn new(
        corpus: &'a Corpus,
        settings: &Settings,
        curve: Option<LossCurve>,
        before: Duration,
    ) -> Result<Self> {
        let bar = bar(Some(corpus.stats.words.saturating_mul(settings.epochs.into())), TRAINING)?;
        let epochs = Epochs { shown: curve.is_none().then_some(0), of: settings.epochs, loss: f64::NAN };
        let curve = curve.unwrap_or_else(|| LossCurve::new(settings.epochs));
        Ok(Self { corpus, bar, epochs, curve, start: Instant::now(), before })
    }

    /// Does `work`, until it ends or `stop` says so.
    ///
    /// # Errors
    /// Those of `work`, and if there was nothing to learn from.
    pub(super) fn run(
        &mut self,
        work: impl FnOnce(train::Observe<'_>) -> Result<Trained>,
        mut stop: impl FnMut() -> bool,
    ) -> Result<Trained> {
        let trained = work(&mut |progress| {
            self.show(progress);
            if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if trained.as_ref().map_or(true, |trained| trained.stopped.is_none()) {
            self.bar.finish_and_clear();
        }
        trained.and_then(|trained| trained.check().map(|()| trained))
    }

    fn show(&mut self, progress: &train::Progress) {
        let Self { corpus, bar, epochs, curve, .. } = self;
        curve.observe(progress);
        // The trainer counts kept tokens; people count the words of their text.
        let done = corpus.stats.words as f64 * progress.done as f64 / corpus.stats.tokens() as f64;
        let time = self.before + self.start.elapsed();
        let speed = HumanCount((done / time.as_secs_f64()) as u64);
        bar.set_position(done as u64);
        if epochs.shown.is_none() {
            // What was done before was not done just now.
            bar.reset_eta();
        }
        bar.set_message(format!("{speed} words/s  loss {:.4}  rate {:.5}", progress.loss, progress.rate));
        epochs.pass(progress.epoch, |line| bar.println(line));
        epochs.loss = progress.loss;
        if progress.done == progress.total {
            epochs.pass(epochs.of, |line| bar.println(line));
        }
    }

    /// How long it took so far, over all runs.
    pub(super) fn time(&self) -> Duration {
        self.before + self.start.elapsed()
    }

    /// How the loss fell so far.
    pub(super) fn curve(&self) -> &LossCurve {
        &self.curve
    }
}

impl Drop for Training<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// [`bench::run`], with a bar of the samples taken.
pub(super) fn measure(corpus: &Corpus, settings: &Settings, options: bench::Options) -> Result<bench::Report> {
    let bar = bar(Some(0), MEASURING)?;
    let report = bench::run(corpus, settings, options, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    report
}

/// [`plot::tsne`], with a bar of the steps taken.
pub(super) fn map<R: AsRef<[f32]>>(rows: &[R]) -> Result<Vec<[f64; 2]>> {
    let bar = bar(Some(plot::STEPS), MAPPING)?;
    bar.tick();
    let map = plot::tsne(rows, &|step| bar.set_position(step));
    bar.finish_and_clear();
    map
}

/// [`query::clusters`], with a bar of the rounds done.
pub(super) fn clusters(vectors: &Vectors, k: usize, seed: u64) -> Result<Clusters> {
    let bar = bar(Some(query::CLUSTER_STEPS), CLUSTERING)?;
    bar.tick();
    let clusters = query::clusters(vectors, k, seed, &|done, moved| {
        bar.set_position(done);
        if let Some(moved) = moved {
            bar.set_message(format!("{} words moved", HumanCount(moved as u64)));
        }
    });
    bar.finish_and_clear();
    clusters
}

/// Which epochs have been shown.
struct Epochs {
    /// The epochs before this one; `None` while it is not known where training goes on.
    shown: Option<u32>,
    of: u32,
    /// The loss of the current epoch.
    loss: f64,
}

impl Epochs {
    /// Shows the epochs before `now`, counted from 0.
    fn pass(&mut self, now: u32, show: impl Fn(String)) {
        if *self.shown.get_or_insert(now) < now {
            self.shown = Some(now);
            let width = self.of.to_string().len();
            show(format!("epoch {now:>width$}/{}  loss {}", self.of, number(self.loss)));
        }
    }
}

/// A time, as people say it.
pub(super) fn time(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

/// A loss, or a dash if none was measured.
pub(super) fn number(loss: f64) -> String {
    if loss.is_finite() { format!("{loss:.4}") } else { "–".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_that_ended_before_training_was_resumed_are_not_shown_again() {
        for (shown, expected) in
            [(Some(0), &["epoch 2/5  loss 0.5000", "epoch 3/5  loss 0.5000"][..]), (None, &["epoch 3/5  loss 0.5000"])]
        {
            let lines = std::cell::RefCell::new(Vec::new());
            let mut epochs = Epochs { shown, of: 5, loss: 0.5 };
            [2, 2, 3, 3].into_iter().for_each(|now| epochs.pass(now, |line| lines.borrow_mut().push(line)));
            assert_eq!(*lines.borrow(), expected);
        }
    }

    #[test]
    fn times_are_as_people_say_them() {
        let said = [0.04, 59.4, 59.5, 3599.0, 7322.0].map(time);
        assert_eq!(said, ["0.0 s", "59.4 s", "1 min 0 s", "59 min 59 s", "2 h 2 min"]);
    }
}
