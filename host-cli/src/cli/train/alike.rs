//! What ranks must have alike before they train together.

use super::Args;
use super::session::Session;
use crate::checkpoint;
use crate::corpus::Options;
use crate::ranks::{Common, Ranks};
use crate::{Result, Vectors};

/// What all ranks are told to do where they differ.
const ADVICE: &str = "give all ranks the same";

impl Args {
    /// Checks that all ranks go on from the same checkpoint, in a run with the same `options`, on the same words, and
    /// from the same `earlier` model.
    ///
    /// # Errors
    /// If one does not.
    pub(super) fn check_alike(
        &self,
        session: Option<&Session>,
        options: &[(String, String)],
        (text, earlier): (&Options, Option<&Vectors>),
        ranks: &Ranks,
    ) -> Result<()> {
        if ranks.count() == 1 {
            return Ok(());
        }
        // Another version may train other bits.
        let mut things = vec![Common::new("program", checkpoint::program())];
        // It also says which options the run has.
        let checkpoint = session.and_then(|session| session.from.as_ref());
        things.extend(checkpoint.map(|(name, hash)| Common::new("checkpoint", name).with(hash.clone())));
        let option = |(name, value): &(String, String)| {
            Common::new(format!("--{name}"), format!("--{name} {value}").trim_end().to_owned())
        };
        things.extend(options.iter().map(option));
        // All ranks take part in what that needs of them.
        things.extend(self.saves().then(|| Common::new("--checkpoint", "--checkpoint")));
        things.extend(
            text.vocabulary
                .as_ref()
                .map(|words| Common::new("vocabulary", "vocabulary (--read-vocab)").with(checkpoint::of_words(words))),
        );
        things.extend(
            earlier.map(|model| Common::new("model", "model (--resume-from)").with(checkpoint::of_model(model))),
        );
        ranks.agree(&things, ADVICE)
    }
}
