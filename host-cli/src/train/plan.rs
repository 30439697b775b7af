//! How the work is cut up: from the corpus and the settings alone, never from the machine.
//!
//! What was tried on 23 million words (100 dimensions, 5 epochs; WordSim-353 / SimLex-999 / analogies; seeds scatter
//! each score by about 0.01):
//!
//! | shards | words | negatives from | κ / rate | scores |
//! |---|---|---|---|---|
//! | 16 | 1000 | the words of the round's other stretches, 10 in all | 0.1 | .561 .334 .315 (3 seeds): the default |
//! | 16 | 1000 | the same | 0.2 | .563 .332 .314 (2 seeds) |
//! | 16 | 500 | the same | 0.1 | .551 .331 .311 (2 seeds) |
//! | 32 | 500 | the same | 0.1 | .559 .342 .311 (2 seeds) |
//! | 1 | 1000 | the same | – | .562 .333 .313 (5 seeds) |
//! | 16 | 1000 | the same, of 4 stretches | 0.1, 0.05 | .558 .344 .305, .558 .340 .301 |
//! | 16 | 2000 | the same, of 4 stretches | 0.1 | .564 .334 .302 |
//! | 16 | 1000 | the same, of 4 stretches | 0.02 | diverges |
//! | 16 | 1000 | the round's words, also of the same stretch | 0.1 | .488 .359 .255 |
//! | 16 | 1000 | 1000 words drawn for the round | 0.1, 0.2, 0.6 | .555 .339 .316, .561 .343 .306, .548 .354 .291 |
//! | 16 | 1000 | 256, 128 words drawn for the round | 0.1 | .550 .346 .298, .560 .340 .292 |
//! | 16 | 2000 | the words of the round's other stretches, 10 in all | 0.1 | .547 .333 .309 (1 seed), 4 % faster |
//! | 16 | 1000 | the same, 20 in all | 0.1 | .561 .335 .311 (1 seed) |
//!
//! A tree (`--loss hierarchical-softmax`), which has more rows to copy, takes an eighth less time with 2400 words than
//! with 600, on a quarter of the text; but with 2000, it has .528 .297 .274 (3 seeds), in place of .527 .305 .284.
//!
//! What the scores depend on besides (`motevec train imdb.txt -o model.bin --seed 1`, which has .555 .343 .312, with
//! one more option): `--lr 0.03` .564 .335 .316, `--lr 0.035` .572 .326 .321, `--negatives 7` .558 .342 .321, and
//! `--update pair`, where negatives are not shared, .567 .331 .286.
//!
//! Words that are drawn for a round have rows that must be copied and merged; words that are there already do not.

use motevec_core::sample::{Subsampler, noise_weight};

use super::{Settings, matrix};
use crate::corpus::Corpus;

/// The sizes of a round, and the constant of its merge.
///
/// A round's result depends on them, so they follow from the corpus and the dimension only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Logical shards of the corpus: the most threads that can work at once.
    pub shards: usize,
    /// Kept words that a shard trains on in a round.
    pub words_per_round: usize,
    /// Places of a shard, far apart, that a round takes its words from.
    pub stretches: usize,
    /// κ over the learning rate in the rule of the merge.
    pub pull: f64,
    /// The loss is measured at every so many centers.
    pub loss_every: u32,
    /// Groups exchange what they have learned after so many rounds.
    pub rounds_per_exchange: usize,
    /// All rows take part in each so-many-th exchange, a power of two; in the others, those that cannot wait for it.
    pub exchanges_of_all: usize,
    /// The bytes of rows that are exchanged at once, if each was touched. The result does not depend on them.
    pub bytes_at_once: usize,
}

/// Enough for sixteen threads to work at once.
const MOST_SHARDS: u64 = 16;
/// A round costs a copy of each row that it touches, so shorter ones do not pay.
const LEAST_WORDS: u64 = 500;
/// The rows of a round of this length, and of this many components, take about 0.8 MB: a second-level cache holds them.
const MOST_WORDS: u64 = 1000;
const COMPONENTS_AT_MOST_WORDS: u64 = 184;
/// With fewer rounds per epoch, shards learn too much apart before they hear of each other.
const ROUNDS_AN_EPOCH: u64 = 300;
/// The shards of a group hear of each other twice as often as of other groups: see the module `frequent`.
const ROUNDS_OF_A_GROUP: u64 = 2 * EXCHANGES_AN_EPOCH;
/// The words of one place serve as negatives in all others: the more there are, the more there is to draw from. But the
/// end of each place in a round cuts a window or two.
const MOST_STRETCHES: u64 = 10;
const LEAST_STRETCH: u64 = 50;
/// On the benchmark corpus 0.1 and 0.2 score alike, and 0.6 loses on analogies.
const PULL: f64 = 0.1;
/// The loss of so many centers is known to about a hundredth. More would cost time.
const MEASURED_AN_EPOCH: u64 = 20_000;
/// As rounds: what counts is how often an epoch groups hear of each other, whatever the corpus's size.
const EXCHANGES_AN_EPOCH: u64 = 300;
/// Rare rows need to be heard of less often: see the module `frequent`.
const EXCHANGES_OF_ALL_AN_EPOCH: u64 = 40;
/// Whoever wants fewer an epoch does not get them: the loss of each is known after an exchange only.
const FEWEST_EXCHANGES: u64 = 4;
/// More at once would take more memory; less, more messages.
const BYTES_AT_ONCE: usize = 32 << 20;

impl Plan {
    /// The plan for training each group on its share of `corpus`.
    #[must_use]
    pub fn of(corpus: &Corpus, settings: &Settings) -> Self {
        let (kept, groups) = (kept(corpus, settings), (settings.groups as u64).max(1));
        let stride = matrix::stride(settings.dim);
        let rounds = if groups == 1 { ROUNDS_AN_EPOCH } else { ROUNDS_OF_A_GROUP };
        let of_group = Self::with_rounds(kept / groups, stride, rounds);
        let round = groups * (of_group.shards * of_group.words_per_round) as u64;
        let period = settings.exchange_words.unwrap_or(kept / EXCHANGES_AN_EPOCH).min(kept / FEWEST_EXCHANGES);
        let rounds_per_exchange = (period.saturating_add(round / 2) / round).max(1) as usize;
        let exchanges = kept / round.saturating_mul(rounds_per_exchange as u64).max(1);
        let exchanges_of_all = (exchanges / EXCHANGES_OF_ALL_AN_EPOCH).next_power_of_two() as usize;
        Self { loss_every: loss_every(kept), rounds_per_exchange, exchanges_of_all, ..of_group }
    }

    /// The plan for a corpus of which `kept` words per pass are trained on, and rows of `stride` components.
    ///
    /// A small corpus has few shards, down to one: such a corpus trains [sequentially](super::sequential()), unless
    /// words have n-grams.
    #[must_use]
    pub fn new(kept: u64, stride: usize) -> Self {
        Self::with_rounds(kept, stride, ROUNDS_AN_EPOCH)
    }

    /// Likewise, with so many `rounds` in a pass, or more.
    fn with_rounds(kept: u64, stride: usize, rounds: u64) -> Self {
        let shards = (kept / (rounds * LEAST_WORDS)).clamp(1, MOST_SHARDS);
        let fit = MOST_WORDS * COMPONENTS_AT_MOST_WORDS / (stride as u64).max(1);
        let spread = if shards == 1 { MOST_WORDS } else { kept / (shards * rounds) };
        let words_per_round = spread.min(fit).clamp(LEAST_WORDS, MOST_WORDS);
        Self {
            shards: shards as usize,
            words_per_round: words_per_round as usize,
            stretches: (words_per_round.min(kept / shards) / LEAST_STRETCH).clamp(1, MOST_STRETCHES) as usize,
            pull: PULL,
            loss_every: loss_every(kept),
            rounds_per_exchange: 1,
            exchanges_of_all: 1,
            bytes_at_once: BYTES_AT_ONCE,
        }
    }
}

/// By row of the vocabulary: how many centers are expected between two exchanges.
pub(super) fn centers<'c>(corpus: &'c Corpus, settings: &'c Settings, plan: &Plan) -> impl Iterator<Item = f64> + 'c {
    let words = settings.groups * plan.shards * plan.words_per_round * plan.rounds_per_exchange;
    let share = words as f64 / weights(corpus, settings).sum::<f64>();
    weights(corpus, settings).map(move |kept| kept * share)
}

/// The bytes of a row of `dim` components.
pub(crate) fn row_bytes(dim: usize) -> usize {
    matrix::stride(dim).saturating_mul(size_of::<f32>())
}

/// At every how many centers the loss is measured, where `kept` words per pass are trained on.
fn loss_every(kept: u64) -> u32 {
    (kept / MEASURED_AN_EPOCH).clamp(1, 512) as u32
}

/// About how many words of a pass over `corpus` are trained on.
pub(super) fn kept(corpus: &Corpus, settings: &Settings) -> u64 {
    let kept = |(&count, keep): (&u64, u32)| (u128::from(count) * u128::from(keep)) >> 32;
    let counts = corpus.vocabulary.counts();
    let kept: u128 = counts.iter().zip(keep(corpus, settings)).map(kept).sum();
    // The counts may be those of another text, which a vocabulary was read from.
    let share = corpus.stats.kept_words as f64 / counts.iter().sum::<u64>().max(1) as f64;
    (kept as f64 * share) as u64
}

/// The share of the words of the vocabulary that subsampling is expected to leave in a text, 0 to 1.
pub(crate) fn left(corpus: &Corpus, settings: &Settings) -> f64 {
    let counts = corpus.vocabulary.counts();
    weights(corpus, settings).sum::<f64>() / counts.iter().map(|&count| count as f64).sum::<f64>()
}

/// By row of the vocabulary: how often subsampling is expected to keep a word, in one pass over the counted text.
pub(super) fn weights(corpus: &Corpus, settings: &Settings) -> impl Iterator<Item = f64> {
    let kept = |(&count, keep): (&u64, u32)| count as f64 * (f64::from(keep) + 1.0) / (1_u64 << 32) as f64;
    corpus.vocabulary.counts().iter().zip(keep(corpus, settings)).map(kept)
}

/// By row of the vocabulary: how likely subsampling is to keep a word, see [`Subsampler::keep_probability`].
pub(crate) fn keep(corpus: &Corpus, settings: &Settings) -> Vec<u32> {
    let counts = corpus.vocabulary.counts();
    let subsampler = Subsampler::new(settings.subsample, counts.iter().sum());
    counts.iter().map(|&count| subsampler.keep_probability(count)).collect()
}

/// By row of the vocabulary: how many times more likely noise is to draw a word, P ∝ count^¾, than the text to keep it,
/// up to a factor that all have in common.
pub(super) fn noise(counts: &[u64], keep: &[u32]) -> Vec<f32> {
    let weight = |(&count, &keep): (&u64, &u32)| {
        let kept = count as f64 * (f64::from(keep) + 1.0) / (1u64 << 32) as f64;
        (noise_weight(count) / kept) as f32
    };
    counts.iter().zip(keep).map(weight).collect()
}
