//! Memory: how much there is, how much was used, and how much training takes.

use std::hint::black_box;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::train::Plan;

/// Numbers that a row is padded to a multiple of, as the trainer lays it out.
const BLOCK: u64 = motevec_core::simd::LANES as u64;

/// How many bytes of a text's ids to keep in memory: a quarter of what is free leaves room for the model, and for the
/// system to cache the rest.
pub(crate) fn for_tokens() -> u64 {
    available().map_or(u64::MAX, |available| available / 4)
}

/// The bytes that training takes beyond the corpus, where `matrices` are the rows of centers, outside, of what centers
/// are made of, and of the last as it is handed out: the matrices, and `state` more as large as the first two, once for
/// each of the `groups` and what is `common` to them; the rows that the shards of each group copy in a round; and a
/// copy of the largest matrix as it is handed out.
pub(crate) fn needed(matrices: [u64; 4], dim: u64, plan: &Plan, state: u64, [groups, common]: [u64; 2]) -> u64 {
    let row = dim.div_ceil(BLOCK).saturating_mul(BLOCK * size_of::<f32>() as u64);
    let [words, outside, input, handed_out] = matrices;
    let round = plan.words_per_round as u64;
    // Where outside rows are nodes of a tree, a word has a path of some twenty.
    let nodes = if outside < words { outside.min(20 * round) } else { words.min(round) };
    let private = words.min(round).saturating_add(nodes).saturating_mul(plan.shards as u64);
    let largest = words.max(outside).max(handed_out);
    let with_state = words.saturating_add(outside).saturating_mul(1 + state);
    let matrices = with_state.saturating_add(input).saturating_mul(groups + common);
    let rows = matrices.saturating_add(private.saturating_mul(groups)).saturating_add(largest);
    row.saturating_mul(rows)
}

/// The bytes that can be taken without swapping, within the limit of a container; `None` if that is unknown.
pub(crate) fn available() -> Option<u64> {
    let system =
        System::new_with_specifics(RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()));
    // A container's cache of files counts against its limit, but is given up when memory runs short.
    let container = system.cgroup_limits().map(|limits| limits.total_memory.saturating_sub(limits.rss));
    Some(system.available_memory()).filter(|&bytes| bytes > 0).into_iter().chain(container).min()
}

/// Whether the system grants `bytes` at once: it may know of a limit (`ulimit -v`) that no count of free memory shows.
pub(crate) fn can_be_reserved(bytes: u64) -> bool {
    let Ok(bytes) = usize::try_from(bytes) else { return false };
    // Nothing is written there, so it costs no memory.
    let mut probe = Vec::<u8>::new();
    let granted = probe.try_reserve_exact(bytes).is_ok();
    // Without this the compiler may leave the allocation out.
    black_box(&probe);
    granted
}

/// The most bytes of memory that this process has used, if the system tells cheaply.
pub(crate) fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?;
    Some(kibibytes.trim().parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: Plan = Plan {
        shards: 2,
        words_per_round: 10,
        stretches: 1,
        pull: 0.1,
        loss_every: 1,
        rounds_per_exchange: 1,
        exchanges_of_all: 1,
        bytes_at_once: 1,
    };

    #[test]
    fn padding_and_private_copies_are_counted() {
        // 3 × 100 rows in common, 2 × (10 + 10) private ones, of 112 components.
        assert_eq!(needed([100, 100, 0, 0], 100, &PLAN, 0, [1, 0]), (300 + 40) * 112 * 4);
        assert_eq!(needed([4, 4, 0, 0], 16, &PLAN, 2, [1, 0]), (12 + 16 + 16) * 16 * 4);
        // With n-grams.
        assert_eq!(needed([4, 4, 50, 70], 16, &PLAN, 0, [1, 0]), (8 + 50 + 70 + 16) * 16 * 4);
        // Three groups, and what they have in common: that has no private rows.
        assert_eq!(needed([4, 4, 0, 0], 16, &PLAN, 0, [3, 1]), (4 * 8 + 3 * 16 + 4) * 16 * 4);
    }

    #[test]
    fn no_size_overflows() {
        assert_eq!(needed([u64::MAX; 4], u64::MAX, &PLAN, 2, [1, 0]), u64::MAX);
        assert!(!can_be_reserved(u64::MAX));
        assert!(can_be_reserved(1 << 20));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_tells() {
        assert!(available().unwrap() > 1 << 20);
        assert!(peak().unwrap() > 1 << 20);
    }
}
