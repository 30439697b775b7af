//! The flash of an nRF51: the part of it that the memory map leaves to what is kept. While it is erased or written, the
//! processor waits: 21 ms a page of 1 KB, and 46 µs a word.

use motevec_learner::embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

use crate::register::Register;

/// The controller (NVMC).
const CONTROLLER: usize = 0x4001_E000;

const READ_ONLY: u32 = 0;
const WRITE: u32 = 1;
const ERASE: u32 = 2;

/// The part that is not the program's.
pub(crate) struct Flash {
    start: usize,
    len: usize,
    ready: Register<u32>,
    mode: Register<u32>,
    erase_page: Register<u32>,
}

/// The flash.
pub(crate) fn flash() -> Flash {
    unsafe extern "C" {
        static kept_start: u8;
        static kept_end: u8;
    }
    let (start, end) = (&raw const kept_start as usize, &raw const kept_end as usize);
    // SAFETY: these are registers of the controller (nRF51 Series Reference Manual). What they change is `Flash`'s.
    let register = |offset: usize| -> Register<u32> { unsafe { Register::at(CONTROLLER + offset) } };
    let (ready, mode, erase_page) = (register(0x400), register(0x504), register(0x508));
    Flash { start, len: end.saturating_sub(start), ready, mode, erase_page }
}

impl Flash {
    /// Does `work` in this mode.
    fn in_mode(&self, mode: u32, work: impl FnOnce()) {
        self.mode.write(mode);
        work();
        self.mode.write(READ_ONLY);
    }

    fn wait(&self) {
        while self.ready.read() & 1 == 0 {}
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        for (place, byte) in (self.start + offset as usize..).zip(bytes) {
            // SAFETY: it was checked that it is in the flash, which no reference points to.
            *byte = unsafe { Register::<u8>::at(place) }.read();
        }
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.len
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 1024;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.in_mode(ERASE, || {
            for page in (from..to).step_by(Self::ERASE_SIZE) {
                self.erase_page.write(self.start as u32 + page);
                self.wait();
            }
        });
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.in_mode(WRITE, || {
            for (place, &word) in (self.start + offset as usize..).step_by(4).zip(bytes.as_chunks().0) {
                // SAFETY: as for reading.
                unsafe { Register::<u32>::at(place) }.write(u32::from_le_bytes(word));
                self.wait();
            }
        });
        Ok(())
    }
}
