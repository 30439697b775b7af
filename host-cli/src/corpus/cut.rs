//! Where a text is cut: at ASCII white space first, which is found fast, and there as the tokenizer says.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Tokenizer;
use super::scan::{CHUNK, PADDING, spaces};

/// What lies between the ASCII white space of a text.
pub(super) enum Piece {
    /// The bytes of this range.
    Text(Range<usize>),
    /// The end of a line.
    LineEnd,
}

/// Hands the pieces of `text`, which ends with its padding, to `take`, until that fails.
#[inline(always)]
pub(super) fn pieces<E>(text: &str, mut take: impl FnMut(Piece) -> Result<(), E>) -> Result<(), E> {
    let bytes = text.as_bytes();
    let end = bytes.len() - PADDING;
    let mut start = 0;
    for at in (0..end).step_by(CHUNK) {
        // All chunks that start before the padding are whole.
        let mut spaces = bytes.get(at..).and_then(<[u8]>::first_chunk).map_or(0, spaces);
        while spaces != 0 {
            let space = at + spaces.trailing_zeros() as usize;
            spaces &= spaces - 1;
            if start < space {
                take(Piece::Text(start..space))?;
            }
            if space >= end {
                return Ok(());
            }
            if bytes.get(space) == Some(&b'\n') {
                take(Piece::LineEnd)?;
            }
            start = space + 1;
        }
    }
    if start < end { take(Piece::Text(start..end)) } else { Ok(()) }
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
