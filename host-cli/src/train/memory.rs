//! Whether a model fits into memory, asked before it is allocated.

use super::{Plan, Settings, rows};
use crate::corpus::Corpus;
use crate::{Error, Result, memory};

/// Checks that a model of the words of `corpus` can be trained here.
///
/// An allocation that fails would end the program without a word on what to change.
///
/// # Errors
/// [`Error::Memory`], where it needs more than is free.
pub fn check_memory(corpus: &Corpus, settings: &Settings) -> Result<()> {
    let (words, dim) = (corpus.vocabulary.len(), settings.dim);
    let plan = Plan::of(corpus, settings);
    let rows = rows(corpus, settings)?.map(|rows| rows as u64);
    // Several groups have a copy in common of what was exchanged last.
    let copies = [settings.ranks.own(settings.groups).len() as u64, u64::from(settings.groups > 1)];
    let needed = memory::needed(rows, dim as u64, &plan, settings.optimizer.state(), copies);
    let available = memory::available();
    let text = corpus.tokens.bytes_in_memory();
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
        Some(available) => format!("{} are available", bytes(available)),
        None => "the system does not grant them".to_owned(),
    };
    let (words, dim, needed) = (count(words), count(dim), bytes(needed));
    Err(Error::Memory(format!(
        "a model of {words} words × {dim} dimensions needs {needed} of memory, and {available}: lower --dim, or keep \
         fewer words with a higher --min-count or with --max-vocab{advice}"
    )))
}

// The library has no crate for this: indicatif, which the command line writes numbers with, comes with it only.

/// A number with commas between thousands.
fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut parts: Vec<_> = digits.as_bytes().rchunks(3).map(String::from_utf8_lossy).collect();
    parts.reverse();
    parts.join(",")
}

/// A number of bytes in the largest unit of which there is one.
fn bytes(number: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let unit = (number.max(1).ilog2() / 10) as usize;
    format!("{:.2} {}", number as f64 / 1024_f64.powi(unit as i32), UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!([0, 12, 123, 1234, 1_234_567].map(count), ["0", "12", "123", "1,234", "1,234,567"]);
        let sizes = [0, 1023, 1024, 1_500_000_000, u64::MAX];
        assert_eq!(sizes.map(bytes), ["0.00 B", "1023.00 B", "1.00 KiB", "1.40 GiB", "16.00 EiB"]);
    }
}
