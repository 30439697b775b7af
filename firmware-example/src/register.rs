//! One register of a peripheral.

/// A register of type `T`.
#[derive(Clone, Copy)]
pub(crate) struct Register<T>(*mut T);

impl<T> Register<T> {
    /// The register at `address`.
    ///
    /// # Safety
    /// There must be such a register at `address`, and reading or writing it must not change memory.
    pub(crate) const unsafe fn at(address: usize) -> Self {
        Self(address as *mut T)
    }

    pub(crate) fn read(&self) -> T {
        // SAFETY: the caller of `new` has promised that there is a register.
        unsafe { self.0.read_volatile() }
    }

    pub(crate) fn write(&self, value: T) {
        // SAFETY: as above.
        unsafe { self.0.write_volatile(value) }
    }
}
