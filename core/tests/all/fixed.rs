//! A generator that gives one number for ever.

use std::convert::Infallible;

use rand_core::TryRng;

/// For code that takes one `u32` at a time.
pub(crate) struct Fixed(pub(crate) u32);

impl TryRng for Fixed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("a choice takes one u32")
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("a choice takes one u32")
    }
}
