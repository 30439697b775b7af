//! An image on a text line: its bytes in base64, on lines that start with `= `.

use base64ct::{Base64, Encoding};
use heapless::Vec;

use crate::text::Sink;

/// Bytes per line; a multiple of three, so that only the last line is padded.
const BYTES: usize = 48;
/// Their length in base64.
const CHARACTERS: usize = BYTES / 3 * 4;

/// Splits bytes into lines. [`end`](Self::end) sends the last.
pub struct Lines<'a, S> {
    out: &'a mut S,
    bytes: Vec<u8, BYTES>,
}

impl<'a, S: Sink> Lines<'a, S> {
    /// Lines for `out`.
    pub fn new(out: &'a mut S) -> Self {
        Self { out, bytes: Vec::new() }
    }

    /// Takes the next bytes.
    pub fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            // There is room: a full line is sent at once.
            let _ = self.bytes.push(byte);
            if self.bytes.is_full() {
                self.send_line();
            }
        }
        self.out.listen();
    }

    /// Sends what is left.
    pub fn end(mut self) {
        if !self.bytes.is_empty() {
            self.send_line();
        }
    }

    fn send_line(&mut self) {
        let mut text = [0; CHARACTERS];
        let text = Base64::encode(&self.bytes, &mut text).unwrap_or_default();
        self.out.send(b"= ");
        self.out.send(text.as_bytes());
        self.out.send(b"\n");
        self.bytes.clear();
    }
}
