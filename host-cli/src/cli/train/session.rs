//! A training run that may be stopped: when it saves a checkpoint, and how it is resumed from one.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Args;
use super::command::Given;
use crate::checkpoint::{self, Fingerprint, Folder, RunState};
use crate::cli::{interrupt, progress, report};
use crate::corpus::Corpus;
use crate::ranks::Ranks;
use crate::train::{self, LossCurve, Settings, Trained};
use crate::{Error, Result, Vectors};

/// The checkpoints of a run.
pub(super) struct Session {
    folder: Folder,
    every: Duration,
    state: RunState,
    /// The checkpoint that it resumes from: the name of its file, and the hash of its bytes.
    pub(super) from: Option<(String, String)>,
    /// What training resumes with.
    model: Option<Trained>,
}

/// A run that has come back from training.
pub(super) struct Outcome {
    pub(super) trained: Trained,
    pub(super) time: Duration,
    pub(super) curve: LossCurve,
    /// The signal that stopped it, whichever rank that came to.
    pub(super) signal: Option<i32>,
}

impl Session {
    /// A new run in the folder `path`.
    ///
    /// # Errors
    /// If models of another run are there.
    pub(super) fn new(path: &Path, every: Duration, given: &Given, options: Vec<(String, String)>) -> Result<Self> {
        let mut folder = Folder::open(path)?;
        if folder.has_model() {
            let path = path.display();
            let message = format!(
                "{path}: it has checkpoints of a run that was stopped: use --resume {path}, or name another folder"
            );
            return Err(Error::Usage(message));
        }
        // The vectors depend on the arithmetic, whose default depends on the machine.
        let arithmetic = options.iter().find(|(name, _)| name == "arithmetic").map_or("", |(_, value)| value);
        let state = RunState::new(given.clone().or("arithmetic", arithmetic).kept(), options);
        folder.begin(&state)?;
        Ok(Self { folder, every, state, from: None, model: None })
    }

    /// The run that stopped in the folder `path`, and its command line, in which the options `given` now take
    /// precedence.
    ///
    /// # Errors
    /// If no checkpoint is there, or none is whole.
    pub(super) fn resume(path: &Path, given: Given, ranks: &Ranks) -> Result<(Self, Args)> {
        if !path.is_dir() {
            return Err(Error::input(path, None, "there is no such folder: name the one of a run that was stopped"));
        }
        let mut folder = if ranks.rank() == 0 { Folder::open(path)? } else { Folder::reading(path)? };
        let found = folder.load(|error| report::warn(&format!("{error}; resuming from the one before")))?;
        let from = Some((found.name.clone(), found.checksum.clone()));
        let (state, model) = found.into_parts();
        if state.program != checkpoint::program() {
            let message = format!(
                "this is a run of {}, but the program is {}: resume it with its own version, or start over",
                state.program,
                checkpoint::program()
            );
            return Err(Error::input(path, None, message));
        }
        let args = given.with(&state.command)?;
        Ok((Self { folder, every: args.checkpoint_every.into(), state, from, model }, args))
    }

    /// Checks that the run is resumed with the `options` that it began with.
    pub(super) fn check_options(&self, options: &[(String, String)]) -> Result<()> {
        let show = |(name, value): &(String, String)| format!("--{name} {value}").trim_end().to_owned();
        let only = |in_one: &[(String, String)], other: &[(String, String)]| {
            let differ: Vec<_> = in_one.iter().filter(|option| !other.contains(option)).map(show).collect();
            if differ.is_empty() { "the defaults".to_owned() } else { differ.join(" ") }
        };
        if self.state.options == options {
            return Ok(());
        }
        let (now, then) = (only(options, &self.state.options), only(&self.state.options, options));
        let folder = self.folder.path().display();
        Err(Error::Usage(format!("{now}: the run in {folder} began with {then}; leave that out, or start over")))
    }

    /// Checks that `earlier`, the model to train further, is the one that the run began with.
    pub(super) fn check_earlier(&mut self, earlier: Option<(&Path, &Vectors)>) -> Result<()> {
        let Some((path, model)) = earlier else { return Ok(()) };
        let now = checkpoint::of_model(model);
        let then = self.state.earlier.get_or_insert_with(|| now.clone());
        if *then == now {
            return Ok(());
        }
        let folder = self.folder.path().display();
        let message = format!("this is not the model that the run in {folder} began with");
        Err(Error::input(path, None, message))
    }

    /// Checks that `corpus` is what the run began with.
    pub(super) fn check_corpus(&mut self, now: &Fingerprint) -> Result<()> {
        let then = self.state.corpus.get_or_insert_with(|| now.clone());
        match then.difference(now) {
            None => Ok(()),
            Some(difference) => Err(Error::Failed(format!(
                "the text is not the one that the run in {} began with: {difference}; restore it, or start over",
                self.folder.path().display()
            ))),
        }
    }

    fn save(&mut self, corpus: &Corpus, run: &progress::Training<'_>, trained: &Trained) -> Result<()> {
        self.state.note(trained);
        self.state.time = run.time();
        self.state.curve = Some(run.curve().clone());
        self.folder.save(&self.state, (&corpus.vocabulary, trained))
    }

    /// Keeps the model of a run whose output cannot be written.
    pub(super) fn keep(&mut self, corpus: &Corpus, run: &Outcome) -> Result<()> {
        self.state.note(&run.trained);
        (self.state.time, self.state.curve) = (run.time, Some(run.curve.clone()));
        self.folder.save(&self.state, (&corpus.vocabulary, &run.trained))
    }

    /// Where the checkpoints are.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes the checkpoints of a run whose model has been written.
    pub(super) fn end(self) {
        self.folder.clear();
    }
}

/// Trains, from `earlier` if given, and saves checkpoints for the `session`. Returns when training has ended, or
/// stopped for a signal; without the session if the last checkpoint before that cannot be written.
///
/// # Errors
/// As [`train::train`].
pub(super) fn run(
    session: &mut Option<Session>,
    corpus: &Corpus,
    settings: &Settings,
    earlier: Option<&Vectors>,
) -> Result<Outcome> {
    let (curve, before) =
        session.as_mut().map_or((None, Duration::ZERO), |session| (session.state.curve.take(), session.state.time));
    let mut model = session.as_mut().and_then(|session| session.model.take());
    let mut training = progress::Training::new(corpus, settings, curve, before)?;
    // The first rank saves for all.
    let is_first = settings.ranks.rank() == 0;
    let every = session.as_ref().filter(|_| is_first).map(|session| session.every);
    let mut saved = Instant::now();
    loop {
        let is_due = || interrupt::signal().is_some() || every.is_some_and(|every| saved.elapsed() >= every);
        let work = |observe: train::Observe<'_>| match (model.take(), earlier) {
            (Some(stopped), _) => train::resume(stopped, corpus, settings, observe),
            (None, None) => train::train(corpus, settings, observe),
            (None, Some(earlier)) => train::train_from(earlier, corpus, settings, observe),
        };
        let trained = training.run(work, is_due)?;
        let signal = settings.ranks.most(interrupt::signal());
        let ends = trained.stopped.is_none() || signal.is_some();
        if let (Some(saving), Some(_), true) = (session.as_mut(), &trained.stopped, is_first)
            && let Err(error) = saving.save(corpus, &training, &trained)
        {
            let then = if ends { "the vectors so far are written in place of the model" } else { "training continues" };
            report::warn(&format!("no checkpoint: {error}; {then}"));
            // Earlier checkpoints stay as they are.
            if ends {
                *session = None;
            }
        }
        if ends {
            return Ok(Outcome { trained, time: training.time(), curve: training.curve().clone(), signal });
        }
        saved = Instant::now();
        model = Some(trained);
    }
}

/// The error that tells of a run that stopped for `signal`.
pub(super) fn stopped(signal: i32, trained: &Trained, corpus: &Corpus, settings: &Settings, how_on: &str) -> Error {
    let total = corpus.stats.tokens() as f64 * f64::from(settings.epochs);
    let done = trained.stopped.as_ref().map_or(total, |position| position.done() as f64);
    Error::Interrupted { signal, message: format!("after {:.1} % of the training; {how_on}", 100.0 * done / total) }
}
