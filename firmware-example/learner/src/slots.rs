//! Keeps a state in flash, where it outlives the power.
//!
//! The flash is divided into slots, at least two, that are written in turn, so that all pages wear alike. A slot is
//! whole pages. It holds the state, and in its last block a seal: the number of the writing, the length of the state,
//! and a checksum. The seal is written last, so that a slot is whole or is none. A start takes up the newest that is
//! whole: if the power fails while a slot is written, that is the one before it.
//!
//! Any flash will do that implements `embedded_storage::nor_flash::NorFlash`, or a [`Part`] of one, beside the program.

mod part;

pub use part::Part;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use motevec_core::image::Checksum;
use motevec_core::state::State;

/// How many bytes are read and written at a time: a multiple of the least that a flash reads or writes.
pub const BLOCK: usize = 64;

/// The slots of a flash.
#[derive(Debug)]
pub struct Slots<F> {
    flash: F,
    /// The bytes of a slot.
    size: u32,
    /// How many there are, at least two.
    count: u32,
    /// Tells states of one form from those of others.
    form: u32,
    /// The number of the next writing, which goes into that slot modulo `count`; `None` until it was looked for.
    next: Option<u32>,
    /// The number of the newest that is whole.
    newest: Option<u32>,
}

/// The state is not in flash: it has no room there, or the flash refuses it, or is worn out and does not hold what was
/// written. What was kept before is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotKept;

/// The last block of a slot.
#[derive(Clone, Copy)]
struct Seal {
    sequence: u32,
    /// The bytes of the state.
    length: u32,
    /// Of the state, its form, and the two numbers above.
    checksum: u32,
}

impl Seal {
    fn from_block(block: [u8; BLOCK]) -> Self {
        let mut words = block.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes));
        let mut next = || words.next().unwrap_or_default();
        Self { sequence: next(), length: next(), checksum: next() }
    }

    fn to_block(self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        let words = [self.sequence, self.length, self.checksum];
        for (to, word) in block.as_chunks_mut().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        block
    }
}

impl<F: NorFlash> Slots<F> {
    /// As many slots as `flash` has room for, each for a state of up to `room` bytes. States of another `form` in them
    /// are not taken up. `None` if there is no room for two.
    pub fn new(flash: F, room: usize, form: u32) -> Option<Self> {
        const { assert!(BLOCK.is_multiple_of(F::READ_SIZE) && BLOCK.is_multiple_of(F::WRITE_SIZE)) };
        let size =
            (room.div_ceil(BLOCK) + 1).saturating_mul(BLOCK).div_ceil(F::ERASE_SIZE).saturating_mul(F::ERASE_SIZE);
        let count = flash.capacity().checked_div(size).filter(|&count| count >= 2)?;
        Some(Self { flash, size: size.try_into().ok()?, count: count.try_into().ok()?, form, next: None, newest: None })
    }

    /// Takes up the newest state that was kept; returns whether there is one. If not, nothing has changed.
    ///
    /// # Errors
    /// Those of the flash. Part of a state may have been taken up.
    pub fn restore(&mut self, state: &mut dyn State) -> Result<bool, F::Error> {
        self.look(&mut || ());
        let Some(newest) = self.newest else { return Ok(false) };
        let (mut from, mut result) = (self.slot_of(newest) * self.size, Ok(()));
        let (mut block, mut taken) = ([0; BLOCK], BLOCK);
        state.visit(&mut |piece| {
            for byte in piece {
                if taken == BLOCK && result.is_ok() {
                    result = self.flash.read(from, &mut block);
                    (from, taken) = (from + BLOCK as u32, 0);
                }
                *byte = block.get(taken).copied().unwrap_or_default();
                taken += 1;
            }
        });
        result.map(|()| true)
    }

    /// Finds the newest state. A slot that cannot be read has none.
    fn look(&mut self, between: &mut dyn FnMut()) {
        self.newest = None;
        for slot in 0..self.count {
            if let Ok(Some(seal)) = self.whole(slot, between) {
                self.newest = self.newest.max(Some(seal.sequence));
            }
        }
        self.next = Some(self.newest.map_or(0, |newest| newest.wrapping_add(1)));
    }

    /// Keeps `state`, in place of the oldest that is kept; where a slot does not hold it, in the next.
    ///
    /// # Errors
    /// If it is not in flash afterwards.
    pub fn keep(&mut self, state: &mut dyn State) -> Result<(), NotKept> {
        self.keep_with(state, &mut || ())
    }

    /// [`keep`](Self::keep), which calls `between` between any two pieces, and after each page that is erased.
    ///
    /// # Errors
    /// The same.
    pub fn keep_with(&mut self, state: &mut dyn State, between: &mut dyn FnMut()) -> Result<(), NotKept> {
        let (mut length, mut checksum) = (0, Checksum::new());
        state.visit(&mut |piece| {
            length += piece.len();
            checksum.add(piece);
            between();
        });
        let room = self.size as usize - BLOCK;
        if length > room {
            return Err(NotKept);
        }
        if self.next.is_none() {
            self.look(between);
        }
        for _ in 0..self.count {
            let sequence = self.next.unwrap_or(0);
            let mut seal = Seal { sequence, length: length as u32, checksum: 0 };
            seal.checksum = self.sealed(checksum, seal);
            let (slot, next) = (self.slot_of(sequence), sequence.wrapping_add(1));
            // What is worn out may not hold what it was given.
            let written = self.write(slot, state, seal, between).is_ok();
            if written && self.whole(slot, between).ok().flatten().is_some_and(|held| held.sequence == sequence) {
                (self.next, self.newest) = (Some(next), Some(sequence));
                return Ok(());
            }
            if self.newest.is_some_and(|newest| self.slot_of(newest) == self.slot_of(next)) {
                break;
            }
            self.next = Some(next);
        }
        Err(NotKept)
    }

    /// Erases a slot, writes the state there, and then the seal.
    #[inline(never)]
    fn write(
        &mut self,
        slot: u32,
        state: &mut dyn State,
        seal: Seal,
        between: &mut dyn FnMut(),
    ) -> Result<(), F::Error> {
        let (mut to, end) = (slot * self.size, (slot + 1) * self.size);
        for page in (to..end).step_by(F::ERASE_SIZE) {
            self.flash.erase(page, page + F::ERASE_SIZE as u32)?;
            between();
        }
        let (mut block, mut put, mut result) = ([0; BLOCK], 0, Ok(()));
        state.visit(&mut |piece| {
            for &mut byte in piece {
                if let Some(place) = block.get_mut(put) {
                    *place = byte;
                }
                put += 1;
                if put == BLOCK && result.is_ok() {
                    result = self.flash.write(to, &block);
                    (to, put) = (to + BLOCK as u32, 0);
                }
            }
            between();
        });
        result?;
        if put > 0 {
            self.flash.write(to, &block)?;
        }
        self.flash.write(end - BLOCK as u32, &seal.to_block())
    }

    /// The seal of a slot, if it is whole.
    #[inline(never)]
    fn whole(&mut self, slot: u32, between: &mut dyn FnMut()) -> Result<Option<Seal>, F::Error> {
        let (start, last) = (slot * self.size, (slot + 1) * self.size - BLOCK as u32);
        let mut block = [0; BLOCK];
        self.flash.read(last, &mut block)?;
        let seal = Seal::from_block(block);
        if self.slot_of(seal.sequence) != slot || seal.length > last - start {
            return Ok(None);
        }
        let mut checksum = Checksum::new();
        let (mut from, mut left) = (start, seal.length as usize);
        while left > 0 {
            self.flash.read(from, &mut block)?;
            let of_state = left.min(BLOCK);
            checksum.add(block.get(..of_state).unwrap_or_default());
            (from, left) = (from + BLOCK as u32, left - of_state);
            between();
        }
        Ok(Some(seal).filter(|seal| self.sealed(checksum, *seal) == seal.checksum))
    }

    /// The checksum in a seal, from that of the state.
    fn sealed(&self, mut state: Checksum, seal: Seal) -> u32 {
        for number in [self.form, seal.sequence, seal.length] {
            state.add(&number.to_le_bytes());
        }
        state.value()
    }

    fn slot_of(&self, sequence: u32) -> u32 {
        sequence.checked_rem(self.count).unwrap_or(0)
    }
}

/// The flash of a board that has none to write to.
#[derive(Clone, Copy, Debug)]
pub struct NoFlash;

impl ErrorType for NoFlash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for NoFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, _offset: u32, _bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        Err(NorFlashErrorKind::OutOfBounds)
    }

    fn capacity(&self) -> usize {
        0
    }
}

impl NorFlash for NoFlash {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = 1;

    fn erase(&mut self, _from: u32, _to: u32) -> Result<(), NorFlashErrorKind> {
        Err(NorFlashErrorKind::OutOfBounds)
    }

    fn write(&mut self, _offset: u32, _bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        Err(NorFlashErrorKind::OutOfBounds)
    }
}
