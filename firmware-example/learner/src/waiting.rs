//! What has come on the serial line while the firmware was busy.

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

/// Up to `ROOM` bytes, a power of two, that wait in turn: put there by one, such as an interrupt, and taken by another.
/// It needs no more of a processor than loads and stores.
#[derive(Debug)]
pub struct Waiting<const ROOM: usize> {
    bytes: [AtomicU8; ROOM],
    /// How many were ever put there, and taken.
    put: AtomicUsize,
    taken: AtomicUsize,
}

impl<const ROOM: usize> Default for Waiting<ROOM> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const ROOM: usize> Waiting<ROOM> {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(ROOM.is_power_of_two(), "otherwise their places would jump when the numbers overflow") };
        Self { bytes: [const { AtomicU8::new(0) }; ROOM], put: AtomicUsize::new(0), taken: AtomicUsize::new(0) }
    }

    /// Whether there is no room for another.
    pub fn is_full(&self) -> bool {
        self.put.load(Ordering::Acquire).wrapping_sub(self.taken.load(Ordering::Acquire)) >= ROOM
    }

    /// Adds a byte, if there is room for it.
    pub fn put(&self, byte: u8) {
        let put = self.put.load(Ordering::Relaxed);
        let free = || self.bytes.get(put % ROOM).filter(|_| !self.is_full());
        if let Some(place) = free() {
            place.store(byte, Ordering::Relaxed);
            self.put.store(put.wrapping_add(1), Ordering::Release);
        }
    }

    /// Takes the byte that was put there first, if there is one.
    pub fn take(&self) -> Option<u8> {
        let taken = self.taken.load(Ordering::Relaxed);
        let place = self.bytes.get(taken % ROOM).filter(|_| taken != self.put.load(Ordering::Acquire))?;
        let byte = place.load(Ordering::Relaxed);
        self.taken.store(taken.wrapping_add(1), Ordering::Release);
        Some(byte)
    }
}
