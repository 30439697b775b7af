//! How much of the stack was ever used.

use motevec_learner::session::StackUse;

/// Counts the words at the far end of the stack that still hold the paint that `cortex-m-rt` puts there before `main`.
#[cfg(target_arch = "arm")]
pub(crate) fn measure() -> Option<StackUse> {
    unsafe extern "C" {
        static mut _stack_end: u32;
        static mut _stack_start: u32;
    }
    let (far, near) = (&raw const _stack_end, &raw const _stack_start);
    let words = (near as usize).saturating_sub(far as usize) / 4;
    // SAFETY: the linker sets both symbols, to the ends of the RAM that is left for the stack; all of it was painted.
    let painted = |word: &usize| unsafe { far.add(*word).read_volatile() } == cortex_m_rt::STACK_PAINT_VALUE;
    let unused = (0..words).take_while(painted).count();
    Some(StackUse { peak: 4 * (words - unused) as u32, size: 4 * words as u32 })
}

/// Nothing paints the stack here.
#[cfg(not(target_arch = "arm"))]
pub(crate) fn measure() -> Option<StackUse> {
    None
}
