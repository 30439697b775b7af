//! Memory for matrices: whole pages of zeros, huge ones where the system offers them.

use memmap2::MmapMut;

use crate::{Error, Result};

/// Numbers that start on a page boundary.
///
/// The rows of a step lie far apart, so with small pages nearly each of them costs a walk through the page tables.
pub(super) struct Pages(MmapMut);

impl Pages {
    /// `len` zeros. They take no memory until they are written.
    ///
    /// # Errors
    /// If the system does not grant them.
    pub(super) fn zeros(len: usize) -> Result<Self> {
        let bytes = len.max(1).saturating_mul(size_of::<f32>());
        let pages = MmapMut::map_anon(bytes)
            .map_err(|error| Error::Memory(format!("the system does not grant {bytes} bytes of memory: {error}")))?;
        // A wish: without it training takes longer, and does the same.
        #[cfg(target_os = "linux")]
        let _ = pages.advise(memmap2::Advice::HugePage);
        Ok(Self(pages))
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [f32] {
        bytemuck::cast_slice_mut(&mut self.0)
    }
}

impl AsRef<[f32]> for Pages {
    fn as_ref(&self) -> &[f32] {
        bytemuck::cast_slice(&self.0)
    }
}

impl AsMut<[f32]> for Pages {
    fn as_mut(&mut self) -> &mut [f32] {
        self.as_mut_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_zeros_on_page_boundaries() {
        for len in [0, 1, 1000, 1 << 20] {
            let mut pages = Pages::zeros(len).unwrap();
            let numbers = pages.as_mut_slice();
            assert!(numbers.len() >= len && numbers.iter().all(|&x| x == 0.0));
            assert!(numbers.as_ptr().addr().is_multiple_of(4096));
        }
        assert!(matches!(Pages::zeros(usize::MAX), Err(Error::Memory(message)) if message.contains("memory")));
    }
}
