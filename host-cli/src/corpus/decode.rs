//! The text of a block as UTF-8, whatever its bytes are.

use std::borrow::Cow;

use super::InvalidUtf8;
use super::blocks::Block;
use super::scan::PADDING;
use crate::{Error, Result};

/// The text of `block` with its padding, and what bad lines at its ends spoil.
///
/// # Errors
/// If it is not UTF-8 and `how` does not allow that.
pub(super) fn decode(block: &Block, how: InvalidUtf8) -> Result<(Cow<'_, str>, Spoils)> {
    let text = match std::str::from_utf8(&block.text) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => match how {
            InvalidUtf8::Fail => return Err(invalid_utf8(block, error.valid_up_to())),
            InvalidUtf8::Replace => String::from_utf8_lossy(&block.text),
            InvalidUtf8::Skip => {
                let (text, spoils) = without_bad_lines(block);
                return Ok((Cow::Owned(text), spoils));
            }
        },
    };
    Ok((text, Spoils::default()))
}

/// The line that follows the start of a block's text.
pub(super) fn line_at(block: &Block, text_before: &[u8]) -> u64 {
    block.line + memchr::memchr_iter(b'\n', text_before).count() as u64
}

fn invalid_utf8(block: &Block, valid: usize) -> Error {
    let line = line_at(block, block.text.get(..valid).unwrap_or_default());
    let is_utf16 = block.text.starts_with(b"\xFF\xFE") || block.text.starts_with(b"\xFE\xFF");
    let message = if block.line == 1 && is_utf16 {
        "this looks like UTF-16; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)"
    } else {
        "invalid UTF-8; convert the file to UTF-8, or use --invalid-utf8 replace (with U+FFFD) or skip (the line)"
    };
    Error::input(&block.name, line, message)
}

/// Which sentences a bad line makes unusable outside its block.
#[derive(Default)]
pub(super) struct Spoils {
    /// The one in which the block starts.
    pub(super) before: bool,
    /// The one in which the block stops.
    pub(super) after: bool,
}

/// The text of `block`, with every line that is not UTF-8 emptied.
fn without_bad_lines(block: &Block) -> (String, Spoils) {
    let mut text = String::with_capacity(block.text.len());
    let mut spoils = Spoils::default();
    let (lines, padding) = block.text.split_at(block.text.len() - PADDING);
    let mut start = 0;
    for line in lines.split_inclusive(|&byte| byte == b'\n') {
        let ends_here = line.ends_with(b"\n");
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                spoils.before |= block.continues && start == 0;
                spoils.after |= block.open && !ends_here;
                text.push_str(if ends_here { "\n" } else { "" });
            }
        }
        start += line.len();
    }
    text.extend(padding.iter().map(|&byte| char::from(byte)));
    (text, spoils)
}
