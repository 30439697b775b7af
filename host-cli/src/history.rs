//! How a model was made: the record of each training run that its file keeps, to show it and to repeat it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// One training run. A model that was trained further has several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The program that trained, with its version.
    pub program: String,
    /// Words in the text.
    pub words: u64,
    /// How many of them are in the vocabulary.
    pub kept_words: u64,
    /// The options of `motevec train` that the vectors depend on, as in `--dim 100 --window 5 …`.
    pub options: Vec<(String, String)>,
    /// The loss of an average pair in each epoch, if it was measured.
    pub losses: Vec<Option<f64>>,
}

impl Run {
    /// The options, as a command line takes them.
    #[must_use]
    pub fn command_line(&self) -> String {
        let mut line = String::new();
        for (name, value) in &self.options {
            let space = if line.is_empty() { "" } else { " " };
            // Writing to a string cannot fail.
            let _ = write!(line, "{space}--{name}");
            if !value.is_empty() {
                let _ = write!(line, " {value}");
            }
        }
        line
    }
}
