//! What all ranks must have alike, and what is said where they do not.

use serde::{Deserialize, Serialize};

use super::Ranks;
use crate::{Error, Result};

/// A thing that all ranks must have, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Common {
    /// What it is; things of one name are compared.
    name: String,
    /// Which one it is, as messages call it.
    shown: String,
    /// A hash of what is in it.
    hash: String,
}

impl Common {
    /// One of which messages show all that matters.
    pub(crate) fn new(name: impl Into<String>, shown: impl Into<String>) -> Self {
        Self { name: name.into(), shown: shown.into(), hash: String::new() }
    }

    /// The same, with this `hash` of its content.
    pub(crate) fn with(self, hash: String) -> Self {
        Self { hash, ..self }
    }
}

impl Ranks {
    /// Checks that all ranks have the same `things`, in the order in which a difference is to be told.
    ///
    /// # Errors
    /// If one rank has others than the first, with what it has, and `advice`.
    pub(crate) fn agree(&self, things: &[Common], advice: &str) -> Result<()> {
        // Text can always be written. Who writes something else is of another version, and has none of these things.
        let told = self.tell(serde_json::to_vec(&(self.name(), things)).unwrap_or_default());
        let nothing = |rank| (format!("rank {rank}"), Vec::new());
        let mut all = told
            .iter()
            .enumerate()
            .map(|(rank, piece)| serde_json::from_slice(piece).unwrap_or_else(|_| nothing(rank)));
        let (_, first): (String, Vec<Common>) = all.next().unwrap_or_default();
        match all.find_map(|(rank, things)| Some((rank, difference(&first, &things)?))) {
            None => Ok(()),
            Some((rank, has)) => Err(Error::Failed(format!("{rank} has {has}: {advice}"))),
        }
    }
}

/// What another rank has in place of what the first one has, if they differ.
fn difference(first: &[Common], other: &[Common]) -> Option<String> {
    first.iter().chain(other).find_map(|Common { name, .. }| {
        let [first, other] = [first, other].map(|things| things.iter().find(|thing| thing.name == *name));
        if first == other {
            return None;
        }
        let shown = |thing: Option<&Common>| thing.map_or_else(|| format!("no {name}"), |thing| thing.shown.clone());
        let (first, other) = (shown(first), shown(other));
        Some(if first == other {
            format!("another {other} than rank 0")
        } else {
            format!("{other}, and rank 0 {first}")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_told() {
        let seed = |seed: &str| Common::new("--seed", format!("--seed {seed}"));
        let words = |hash: &str| Common::new("vocabulary", "vocabulary (--read-vocab)").with(hash.to_owned());
        let same = [seed("1"), words("a")];
        for (other, expected) in [
            (&same[..], None),
            (&[words("a"), seed("1")], None),
            (&[words("b"), seed("2")], Some("--seed 2, and rank 0 --seed 1")),
            (&[words("b"), seed("1")], Some("another vocabulary (--read-vocab) than rank 0")),
            (&[seed("1")], Some("no vocabulary, and rank 0 vocabulary (--read-vocab)")),
            (
                &[seed("1"), words("a"), Common::new("--lowercase", "--lowercase")],
                Some("--lowercase, and rank 0 no --lowercase"),
            ),
        ] {
            assert_eq!(difference(&same, other).as_deref(), expected);
        }
    }
}
