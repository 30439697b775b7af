//! How strictly a model file is read, and what was forgiven.

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::HashSet;

/// How to read a model file.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Leaves out rows that cannot be used, instead of refusing the file: of a word that stands twice the first row
    /// counts. What was left out is told.
    pub lenient: bool,
    /// How many rows to read, from the first one.
    pub limit: Option<usize>,
    /// The tensor that holds the vectors, in a safetensors file of another program.
    pub tensor: Option<String>,
    /// The option that asks for [`lenient`](Self::lenient), for messages.
    pub option: Option<&'static str>,
    /// Is told what has been mended.
    pub note: fn(&str),
    /// What it has been told.
    pub told: Told,
}

/// What has been told of a file, which may be read twice.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<HashSet<String>>>);

impl Default for Rules {
    fn default() -> Self {
        Self { lenient: false, limit: None, tensor: None, option: None, note: |_| {}, told: Told::default() }
    }
}

impl Rules {
    /// Tells `message`, once.
    pub(super) fn tell(&self, message: &str) {
        if self.told.0.lock().unwrap_or_else(PoisonError::into_inner).insert(message.to_owned()) {
            (self.note)(message);
        }
    }

    /// The most rows to read.
    pub(super) fn most_rows(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }
}

/// What published files get wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Duplicate,
    NotFinite,
    NotUtf8,
    NotARow,
    /// A header that promises another number of rows.
    Count,
    NoNewline,
}

/// What is wrong with a row, and a message about it.
pub(super) type Refused = (Flaw, String);

/// How often each flaw was forgiven.
#[derive(Debug, Default)]
pub(super) struct Forgiven([u64; 6]);

impl Forgiven {
    pub(super) fn add(&mut self, flaw: Flaw) {
        if let Some(count) = self.0.get_mut(flaw as usize) {
            *count += 1;
        }
    }

    /// What was forgiven, as part of a sentence; `None` where nothing was.
    pub(super) fn told(&self) -> Option<String> {
        let [duplicates, not_finite, not_utf8, not_rows, count, newline] = self.0;
        let skipped = [
            (duplicates, "whose word stands in an earlier one"),
            (not_finite, "with numbers that are not finite"),
            (not_utf8, "whose word is not UTF-8"),
            (not_rows, "without a word and its numbers"),
        ];
        let told = |&(count, which): &(u64, &str)| match count {
            0 => None,
            1 => Some(format!("1 row {which}")),
            _ => Some(format!("{count} rows {which}")),
        };
        let skipped: Vec<_> = skipped.iter().filter_map(told).collect();
        let mut parts = Vec::new();
        if !skipped.is_empty() {
            parts.push(format!("left out {}", skipped.join(", ")));
        }
        if count > 0 {
            parts.push("its header promises another number of rows".to_owned());
        }
        if newline > 0 {
            parts.push("its last line may be cut: it has no newline".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}
