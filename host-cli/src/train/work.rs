//! What rounds do, counted: what their time depends on.

use std::time::Duration;

/// The work of [rounds](super::rounds()), of all together. What trains on one shard, one word after the other, counts
/// none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// How many there were.
    pub rounds: u64,
    /// Words that subsampling left.
    pub words: u64,
    /// Those of the shard that had most of them in each round: no number of threads trains faster than one thread
    /// trains these.
    pub longest: u64,
    /// Rows of both matrices that shards copied to train on.
    pub copied: u64,
    /// Rows of the common matrices that took in what these became.
    pub merged: u64,
    /// How long shards trained, until all had ended.
    pub training: Duration,
    /// How long was merged.
    pub merging: Duration,
}
