//! NOR flash whose power can fail at any moment.

use std::cell::RefCell;
use std::rc::Rc;

use motevec_core::sample::Generator;
use motevec_learner::embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use rand_core::Rng;

const PAGE: usize = 1024;

/// A chip with pages of 1 KB. Clones are the same chip.
#[derive(Clone)]
pub struct Nor(Rc<RefCell<Chip>>);

#[derive(Clone)]
struct Chip {
    bytes: Vec<u8>,
    /// How often each page was erased.
    erasures: Vec<u32>,
    /// Pages to erase and pieces to write until the power fails.
    left: usize,
    /// A byte that stays zero.
    worn: Option<usize>,
    random: Generator,
}

impl Nor {
    /// A chip of so many bytes, which hold anything at first. `seed` decides what a power cut leaves.
    #[must_use]
    pub fn new(bytes: usize, seed: u64) -> Self {
        let mut random = Generator::new(seed, [11]);
        let mut bytes = vec![0; bytes];
        random.fill_bytes(&mut bytes);
        let erasures = vec![0; bytes.len() / PAGE];
        Self(Rc::new(RefCell::new(Chip { bytes, erasures, left: usize::MAX, worn: None, random })))
    }

    /// Another chip with the same bytes.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(Rc::new(RefCell::new(self.0.borrow().clone())))
    }

    /// Has the power fail in the middle of what is erased or written as the `nth` from now on.
    pub fn fail_in(&self, nth: usize) {
        self.0.borrow_mut().left = nth;
    }

    /// Whether the power has failed. It is back afterwards.
    #[must_use]
    pub fn restart(&self) -> bool {
        std::mem::replace(&mut self.0.borrow_mut().left, usize::MAX) == 0
    }

    /// Has the byte at `place` stay zero.
    pub fn wear_out(&self, place: usize) {
        self.0.borrow_mut().worn = Some(place);
    }

    /// How often each page was erased.
    #[must_use]
    pub fn erasures(&self) -> Vec<u32> {
        self.0.borrow().erasures.clone()
    }
}

impl Chip {
    /// Changes the bytes from `start` on by `change`; if the power fails, only some of them, one of which to anything.
    fn change(&mut self, start: usize, len: usize, change: impl Fn(usize, u8) -> u8) -> Result<(), NorFlashErrorKind> {
        if self.left == 0 {
            return Err(NorFlashErrorKind::Other);
        }
        self.left -= 1;
        let changed = if self.left == 0 { self.random.next_u32() as usize % len } else { len };
        for (index, byte) in self.bytes[start..start + changed].iter_mut().enumerate() {
            *byte = change(index, *byte);
        }
        if let Some(worn) = self.worn {
            self.bytes[worn] = 0;
        }
        if self.left > 0 {
            return Ok(());
        }
        self.bytes[start + changed] = self.random.next_u32() as u8;
        Err(NorFlashErrorKind::Other)
    }
}

impl ErrorType for Nor {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Nor {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let offset = offset as usize;
        bytes.copy_from_slice(&self.0.borrow().bytes[offset..offset + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.borrow().bytes.len()
    }
}

impl NorFlash for Nor {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = PAGE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        let mut chip = self.0.borrow_mut();
        for page in from as usize / PAGE..to as usize / PAGE {
            chip.erasures[page] += 1;
            chip.change(page * PAGE, PAGE, |_, _| 0xFF)?;
        }
        Ok(())
    }

    /// # Panics
    /// If what is written to is not erased.
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let (start, mut chip) = (offset as usize, self.0.borrow_mut());
        let erased = chip.bytes[start..start + bytes.len()].iter().all(|&byte| byte == 0xFF);
        assert!(erased || chip.worn.is_some() || chip.left == 0, "written twice at {start}");
        chip.change(start, bytes.len(), |index, before| before & bytes[index])
    }
}
