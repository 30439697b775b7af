//! Training, which other Python threads run beside.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use motevec::Run;
use motevec::train::{self, Architecture, Objective, Progress, Trained, WindowDraw};
use motevec_core::optim::Schedule;
use motevec_core::subword::Ngrams;
use motevec_core::train::CbowGradient;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::corpus::Corpus;
use crate::error::Failure;
use crate::patience::PATIENCE;
use crate::vectors::Vectors;

/// How to train.
#[pyclass(frozen, module = "motevec._motevec")]
pub(crate) struct Settings(train::Settings);

#[pymethods]
impl Settings {
    #[new]
    #[pyo3(signature = (*, vector_size, window, shrink_windows, negative, sample, epochs, alpha, floor, sg, hs, seed,
                        workers=None, ngrams=None))]
    #[expect(clippy::too_many_arguments, reason = "they have names in Python")]
    fn new(
        vector_size: usize,
        window: u32,
        shrink_windows: bool,
        negative: usize,
        sample: f32,
        epochs: u32,
        alpha: f32,
        floor: Option<f32>,
        sg: bool,
        hs: bool,
        seed: u64,
        workers: Option<usize>,
        ngrams: Option<(u32, u32, u32)>,
    ) -> PyResult<Self> {
        let default = train::Settings::default();
        let ngrams = ngrams.map(|(least, most, buckets)| Ngrams::new(least, most, buckets)).transpose();
        let settings = train::Settings {
            dim: vector_size,
            window,
            window_draw: if shrink_windows { WindowDraw::Uniform } else { WindowDraw::Fixed },
            negatives: if hs { default.negatives } else { negative },
            subsample: sample,
            epochs,
            rate: alpha,
            schedule: floor.map_or(Schedule::WORD2VEC, |floor| Schedule::Linear { floor }),
            architecture: if sg { Architecture::SkipGram } else { Architecture::Cbow(CbowGradient::Word2vec) },
            objective: if hs { Objective::HierarchicalSoftmax } else { Objective::NegativeSampling },
            subwords: ngrams.map_err(|error| PyValueError::new_err(format!("min_n, max_n and bucket: {error}")))?,
            seed,
            threads: workers.unwrap_or(default.threads),
            ..default
        };
        settings.check().map_err(Failure::Motevec)?;
        Ok(Self(settings))
    }
}

/// A run of training, which can be stopped after an epoch and goes on to the same bits.
#[pyclass(module = "motevec._motevec")]
pub(crate) struct Training {
    corpus: Py<Corpus>,
    settings: train::Settings,
    earlier: Option<Py<Vectors>>,
    trained: Option<Trained>,
}

#[pymethods]
impl Training {
    #[new]
    #[pyo3(signature = (corpus, settings, earlier=None))]
    fn new(corpus: Py<Corpus>, settings: &Settings, earlier: Option<Py<Vectors>>) -> PyResult<Self> {
        train::check_memory(&corpus.get().corpus, &settings.0).map_err(Failure::Motevec)?;
        Ok(Self { corpus, settings: settings.0.clone(), earlier, trained: None })
    }

    /// The model before training, for the words of `corpus`.
    #[staticmethod]
    #[pyo3(signature = (corpus, settings, earlier=None))]
    fn initial(corpus: &Corpus, settings: &Settings, earlier: Option<&Vectors>) -> PyResult<Vectors> {
        let (corpus, earlier) = (&corpus.corpus, earlier.map(|earlier| &*earlier.vectors));
        train::check_memory(corpus, &settings.0).map_err(Failure::Motevec)?;
        let start = train::initial(&corpus.vocabulary, &settings.0, earlier).map_err(Failure::Motevec)?;
        let history = earlier.map(|earlier| earlier.history.clone()).unwrap_or_default();
        Ok(Vectors::trained(start, corpus.vocabulary.clone(), settings.0.dim, history))
    }

    /// Trains until so many epochs have ended, or all. Calls `progress`, now and then, with the tokens done, those of
    /// all epochs, the epoch and its loss so far. If that raises, or Ctrl-C is pressed, training ends, and what it had
    /// is kept.
    #[pyo3(signature = (until=None, progress=None))]
    fn run(&mut self, py: Python<'_>, until: Option<u32>, progress: Option<Py<PyAny>>) -> PyResult<()> {
        let Self { corpus, settings, earlier, trained } = self;
        let corpus = &corpus.get().corpus;
        let earlier = earlier.as_ref().map(|earlier| &*earlier.get().vectors);
        let epochs = u64::from(settings.epochs);
        let (mut asked, mut failure) = (Instant::now(), None);
        let mut observe = |at: &Progress| {
            let ends = until.is_some_and(|until| at.done * epochs >= at.total * u64::from(until));
            if asked.elapsed() >= PATIENCE || at.done == at.total {
                let answer = Python::attach(|py| {
                    py.check_signals()?;
                    let Some(progress) = &progress else { return Ok(()) };
                    progress.call1(py, (at.done, at.total, at.epoch, at.loss)).map(drop)
                });
                if let Err(error) = answer {
                    failure = Some(error);
                    return ControlFlow::Break(());
                }
                asked = Instant::now();
            }
            if ends { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let begun = trained.take();
        let result = py.detach(|| match (begun, earlier) {
            (Some(begun), _) => train::resume(begun, corpus, settings, &mut observe),
            (None, Some(earlier)) => train::train_from(earlier, corpus, settings, &mut observe),
            (None, None) => train::train(corpus, settings, &mut observe),
        });
        *trained = Some(result.map_err(Failure::Motevec)?);
        failure.map_or(Ok(()), Err)
    }

    /// Why training has learned nothing, if it has ended so.
    #[getter]
    fn complaint(&self) -> Option<String> {
        self.trained.as_ref()?.check().err().map(|error| crate::error::spoken(&error.to_string()))
    }

    /// The mean loss of a pair in each epoch that has begun.
    #[getter]
    fn losses(&self) -> Vec<f64> {
        self.trained.as_ref().map(|trained| trained.losses.clone()).unwrap_or_default()
    }

    /// The model so far; once training has ended, there is one only.
    fn vectors(&mut self) -> PyResult<Vectors> {
        let trained = match &self.trained {
            Some(trained) if trained.stopped.is_some() => trained.clone(),
            _ => {
                let nothing = || PyRuntimeError::new_err("training has not begun, or its model has been taken");
                self.trained.take().ok_or_else(nothing)?
            }
        };
        let Corpus { corpus, options } = self.corpus.get();
        let earlier = self.earlier.as_ref().map(|earlier| Arc::clone(&earlier.get().vectors));
        let mut history = earlier.map(|earlier| earlier.history.clone()).unwrap_or_default();
        history.push(Run::new(Run::options(options, None, None, &self.settings), corpus, &trained));
        Ok(Vectors::trained(trained, corpus.vocabulary.clone(), self.settings.dim, history))
    }
}
