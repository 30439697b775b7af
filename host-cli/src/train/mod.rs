//! Deterministic training, in parallel by rounds.
//!
//! Threads that race for one set of parameters (Hogwild) make every run differ. This is local SGD with periodic merging
//! (model averaging: McDonald et al. 2010; FedAvg, McMahan et al. 2017; Stich 2019, "Local SGD Converges Fast and
//! Communicates Little"). The corpus is cut into logical shards, as many as the [`Plan`] says, whatever the machine. In
//! a round every shard trains on its next words with private copies of the rows that it touches (module `shard`); then
//! each touched row takes in what the shards learned, in a fixed order (module `merge`). Every random stream belongs to
//! a shard, a round and a purpose. Threads only decide who computes what, so the result has the same bits on one thread
//! and on sixty-four.

mod changes;
mod composites;
mod curve;
mod driver;
mod exchange;
mod frequent;
mod grams;
mod initial;
mod matrix;
mod memory;
mod merge;
mod objective;
mod optimizer;
mod pages;
mod phases;
pub(crate) mod plan;
mod pool;
mod position;
mod private;
mod rounds;
mod settings;
mod shard;
mod softmax;
mod start;
mod steps;
mod sums;
#[cfg(test)]
mod tests;
mod whole;
mod window;
mod work;

use std::ops::ControlFlow;

pub use self::curve::LossCurve;
use self::grams::Grams;
pub use self::initial::initial;
pub use self::memory::check_memory;
pub use self::objective::Objective;
pub(crate) use self::objective::bits;
use self::optimizer::Numbers;
pub use self::optimizer::Optimizer;
pub use self::plan::Plan;
use self::position::Cursor;
pub use self::position::Position;
pub use self::rounds::rounds;
use self::rounds::rounds_from;
pub use self::settings::{Architecture, Arithmetic, MOST_GROUPS, Settings, epochs};
pub use self::softmax::estimate as estimate_softmax;
use self::start::Start;
pub(crate) use self::start::check;
pub use self::whole::sequential;
use self::whole::sequential_from;
use self::window::Widths;
pub use self::window::WindowDraw;
pub use self::work::Work;
use crate::corpus::Corpus;
use crate::{Error, Result, Subwords, Vectors};

/// How far training has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Tokens trained on, over all epochs.
    pub done: u64,
    /// Tokens to train on, over all epochs.
    pub total: u64,
    /// The epoch, from 0.
    pub epoch: u32,
    /// The learning rate of what comes next.
    pub rate: f32,
    /// The loss of an average (center, outside) pair in this epoch so far.
    pub loss: f64,
    /// How many pairs that is the mean of.
    pub pairs: u64,
}

/// What [`train()`] calls now and then, in its own thread, with how far it has come. It stops training with
/// [`ControlFlow::Break`].
pub type Observe<'a> = &'a mut dyn FnMut(&Progress) -> ControlFlow<()>;

/// A trained model, or one that training has stopped at.
#[derive(Clone, Debug, Default)]
pub struct Trained {
    /// The center vectors, |Vocab| × dim, row after row.
    pub center: Vec<f32>,
    /// The outside vectors, likewise; with hierarchical softmax, those of the |Vocab| − 1 inner nodes.
    pub outside: Vec<f32>,
    /// With subwords, what the center vectors are made of.
    pub subwords: Option<Subwords>,
    /// The loss of an average pair of a hidden vector and a true word (MATH.md eq. 9, 22; of softmax, eq. 6) in each
    /// epoch, as far as they have begun.
    pub losses: Vec<f64>,
    /// Where training stopped, if it was asked to: [`resume`] goes on there.
    pub stopped: Option<Position>,
    /// What rounds did.
    pub work: Work,
    /// What optimizers remember, where training stopped.
    pub(crate) numbers: Numbers,
}

impl Trained {
    /// Checks that the text had something to learn from.
    ///
    /// # Errors
    /// If training has ended, and subsampling left no two words beside each other.
    pub fn check(&self) -> Result<()> {
        if self.stopped.is_none() && self.losses.iter().all(|loss| loss.is_nan()) {
            let message = "there is nothing to learn: subsampling left no two words beside each other; raise \
                           --subsample, or set it to 0";
            return Err(Error::Failed(message.to_owned()));
        }
        Ok(())
    }

    /// The outside vectors, or the rows of inner nodes, as a model has them.
    #[must_use]
    pub fn outside_or_nodes(&self) -> (Option<&[f32]>, Option<&[f32]>) {
        let rows = &self.outside[..];
        if rows.len() == self.center.len() { (Some(rows), None) } else { (None, Some(rows)) }
    }
}

/// Trains on `corpus`: in [`rounds`]; or [on one shard](sequential()), where the plan has no more, or where what shards
/// learn could not be [merged](Settings::merges).
///
/// Where `observe` asks for it, training stops there: after the round, or within a thousand words. The model so far
/// says where that was, and [`resume`] ends with the same bits as training that never stopped.
///
/// ```
/// use std::ops::ControlFlow::{Break, Continue};
///
/// use motevec::corpus::{self, Source};
/// use motevec::train::{self, Settings};
///
/// let text = "the cat sat on the mat with a cat\n".repeat(500).leak();
/// let text = Source::Bytes { name: "text", data: text.as_bytes() };
/// let corpus = corpus::read(&[text], &corpus::Options::default(), &|_| {})?;
/// let settings = Settings { dim: 10, subsample: 0.0, ..Settings::default() };
///
/// let whole = train::train(&corpus, &settings, &mut |_| Continue(()))?;
/// let half = train::train(&corpus, &settings, &mut |at| if at.epoch == 2 { Break(()) } else { Continue(()) })?;
/// assert!(half.stopped.is_some());
/// let rest = train::resume(half, &corpus, &settings, &mut |_| Continue(()))?;
/// assert_eq!((rest.center, rest.losses), (whole.center, whole.losses));
/// # Ok::<(), motevec::Error>(())
/// ```
///
/// # Errors
/// If the settings are impossible, training diverged, or the corpus cannot be read back from the disk.
pub fn train(corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    begin(Start::new(&corpus.vocabulary, settings), corpus, settings, observe)
}

/// [`train()`], going on from `earlier`: its words start with the vectors that they have there, and with outside
/// vectors of zeros if it has none, or if training needs those of a tree.
///
/// # Errors
/// As [`train()`], and if `earlier` has other dimensions or n-grams than the settings.
pub fn train_from(earlier: &Vectors, corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    begin(Start::from(&corpus.vocabulary, settings, earlier)?, corpus, settings, observe)
}

/// Goes on with training that [`stopped`](Trained::stopped), on the same corpus with the same settings. All but the
/// threads and the instructions must be the same; of that, only what shows in the shapes is checked. A model that is
/// complete comes back as it is.
///
/// # Errors
/// As [`train()`], and if `stopped` cannot come from this corpus and these settings.
pub fn resume(mut stopped: Trained, corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    let Some(position) = stopped.stopped.take() else { return Ok(stopped) };
    settings.check()?;
    let way = match position.cursor {
        Cursor::Sequential(_) => sequential_from,
        Cursor::Rounds(_) => rounds_from,
    };
    way(Start::at(position, stopped, corpus.vocabulary.len(), settings)?, corpus, settings, observe)
}

/// Rows of the matrices that training holds: of centers, outside, and what centers are made of; and how many of the
/// last there are in the end.
///
/// # Errors
/// If there is no memory to count them.
pub(crate) fn rows(corpus: &Corpus, settings: &Settings) -> Result<[usize; 4]> {
    let words = corpus.vocabulary.len();
    let grams = settings.subwords.map(|ngrams| Grams::new(ngrams, &corpus.vocabulary, None)).transpose()?;
    let [input, handed_out] = grams.map_or([0; 2], |grams| [grams.all_rows, grams.matrix_rows.len()]);
    Ok([words, settings.objective.outside_rows(words), input, handed_out])
}

fn begin(start: Start<'_>, corpus: &Corpus, settings: &Settings, observe: Observe<'_>) -> Result<Trained> {
    settings.check()?;
    match Plan::of(corpus, settings).shards {
        // Words are composed for a round, and groups exchange between rounds.
        _ if settings.subwords.is_some() || settings.groups > 1 => rounds_from(start, corpus, settings, observe),
        // Nobody would be there to share the work with, or to merge with.
        1 => sequential_from(start, corpus, settings, observe),
        _ if !settings.merges() => sequential_from(start, corpus, settings, observe),
        _ => rounds_from(start, corpus, settings, observe),
    }
}

/// Looks at what came out.
fn finished(trained: Trained, settings: &Settings) -> Result<Trained> {
    let finite = trained.center.iter().chain(&trained.outside).all(|x| x.is_finite());
    if finite { Ok(trained) } else { Err(diverged(settings.rate)) }
}

/// A learning rate that is too high throws the vectors further with every step, until they are not numbers.
fn diverged(rate: f32) -> Error {
    Error::Failed(format!("training diverged: the vectors are no longer numbers; lower --lr, which is {rate}"))
}
