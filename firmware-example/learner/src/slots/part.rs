//! A part of a flash: what is left beside the program.

use core::ops::Range;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// Some pages of a flash, as a flash of their own.
#[derive(Debug)]
pub struct Part<F> {
    flash: F,
    start: u32,
    len: usize,
}

impl<F: NorFlash> Part<F> {
    /// The bytes `range` of `flash`. `None` unless they are whole pages of it.
    pub fn new(flash: F, range: Range<u32>) -> Option<Self> {
        check_erase(&flash, range.start, range.end).ok()?;
        Some(Self { flash, start: range.start, len: range.len() })
    }
}

impl<F> ErrorType for Part<F> {
    type Error = NorFlashErrorKind;
}

impl<F: NorFlash> ReadNorFlash for Part<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        self.flash.read(self.start + offset, bytes).map_err(|error| error.kind())
    }

    fn capacity(&self) -> usize {
        self.len
    }
}

impl<F: NorFlash> NorFlash for Part<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.flash.erase(self.start + from, self.start + to).map_err(|error| error.kind())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.flash.write(self.start + offset, bytes).map_err(|error| error.kind())
    }
}
