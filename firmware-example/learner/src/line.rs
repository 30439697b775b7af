//! Splits bytes into lines.

use heapless::Vec;

/// A line being received, of at most `LINE` bytes.
#[derive(Debug)]
pub struct Line<const LINE: usize> {
    bytes: Vec<u8, LINE>,
    /// Whether there were more bytes than it can hold.
    too_long: bool,
}

/// Why a line is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineError {
    /// It has more than `LINE` bytes.
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
    /// It holds a control character other than a tab.
    ControlCharacter,
}

impl<const LINE: usize> Default for Line<LINE> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const LINE: usize> Line<LINE> {
    /// An empty line.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), too_long: false }
    }

    /// Takes the next byte, and returns whether it ends a line that is not empty: both `\r` and `\n` end one.
    ///
    /// A backspace removes the character before it.
    pub fn push(&mut self, byte: u8) -> bool {
        match byte {
            b'\r' | b'\n' => !self.bytes.is_empty() || self.too_long,
            0x08 | 0x7F => {
                // All bytes of a character except the first begin with the bits 10.
                while self.bytes.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {}
                false
            }
            _ => {
                self.too_long |= self.bytes.push(byte).is_err();
                false
            }
        }
    }

    /// The line that has ended.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn text(&self) -> Result<&str, LineError> {
        if self.too_long {
            return Err(LineError::TooLong);
        }
        let text = core::str::from_utf8(&self.bytes).map_err(|_| LineError::NotUtf8)?;
        if text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
            return Err(LineError::ControlCharacter);
        }
        Ok(text)
    }

    /// Starts the next line.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.too_long = false;
    }
}
