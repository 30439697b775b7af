//! Whether a model fits into memory, asked before it is allocated.

use indicatif::{BinaryBytes, HumanCount};

use crate::corpus::Corpus;
use crate::train::{self, Plan, Settings};
use crate::{Error, Result, memory};

/// Checks that a model of the words of `corpus` can be trained here.
///
/// An allocation that fails would end the program without a word on what to change.
///
/// # Errors
/// Where it needs more memory than is free.
pub(in crate::cli) fn check(corpus: &Corpus, settings: &Settings) -> Result<()> {
    let (words, dim) = (corpus.vocabulary.len(), settings.dim);
    let plan = Plan::of(corpus, settings);
    let rows = train::rows(corpus, settings)?.map(|rows| rows as u64);
    // Several groups have a copy in common of what was exchanged last.
    let copies = [settings.ranks.own(settings.groups).len() as u64, u64::from(settings.groups > 1)];
    let needed = memory::needed(rows, dim as u64, &plan, settings.optimizer.state(), copies);
    let available = memory::available();
    let text = ((corpus.tokens.len() - corpus.tokens.on_disk()) * size_of::<u32>()) as u64;
    if available.is_none_or(|available| needed <= available) && memory::can_be_reserved(needed) {
        return Ok(());
    }
    let advice = match available {
        Some(available) if available < needed && needed - available <= text => {
            ", or put the text on the disk: --token-memory 0"
        }
        _ => "",
    };
    let available = match available.filter(|&available| available < needed) {
        Some(available) => format!("{} are available", BinaryBytes(available)),
        None => "the system does not grant them".to_owned(),
    };
    let (words, dimensions) = (HumanCount(words as u64), HumanCount(dim as u64));
    Err(Error::Failed(format!(
        "a model of {words} words × {dimensions} dimensions needs {} of memory, and {available}: lower --dim, or keep \
         fewer words with a higher --min-count or with --max-vocab{advice}",
        BinaryBytes(needed)
    )))
}
