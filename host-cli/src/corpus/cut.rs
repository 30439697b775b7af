//! Where a text is cut: at ASCII white space first, which is found fast, and there as the tokenizer says.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Tokenizer;
use super::scan::{CHUNK, PADDING, spaces};

/// A stretch of a text between ASCII white space, possibly empty.
pub(super) struct Piece {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// Whether the line ends here.
    pub(super) ends_line: bool,
}

/// Hands the pieces of `text`, which ends with its padding, to `take`, until that fails.
#[inline(always)]
pub(super) fn pieces<E>(text: &str, mut take: impl FnMut(Piece) -> Result<(), E>) -> Result<(), E> {
    let bytes = text.as_bytes();
    let end = bytes.len() - PADDING;
    let mut start = 0;
    // The padding is a chunk of line ends, so that a piece ends there at the latest.
    for at in (0..=end).step_by(CHUNK) {
        let mut spaces = bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, spaces);
        while spaces != 0 {
            let space = at + spaces.trailing_zeros() as usize;
            spaces &= spaces - 1;
            let is_last = space >= end;
            let ends_line = !is_last && bytes.get(space) == Some(&b'\n');
            take(Piece { range: start..space.min(end), ends_line })?;
            if is_last {
                return Ok(());
            }
            start = space + 1;
        }
    }
    Ok(())
}

/// Hands the words of a `piece` between ASCII white space to `take`, until that fails; words may be empty.
#[inline(always)]
pub(super) fn words<E>(tokens: Tokenizer, piece: &str, mut take: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    match tokens {
        Tokenizer::Whitespace if piece.is_ascii() => take(piece),
        Tokenizer::Whitespace => piece.split(char::is_whitespace).try_for_each(take),
        Tokenizer::Words => piece.unicode_words().try_for_each(take),
    }
}
