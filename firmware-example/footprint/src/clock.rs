//! The processor's timer, which has 24 bits and counts down.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// Instructions that it is calibrated with.
#[cfg(not(feature = "optimizers"))]
pub(crate) const CALIBRATION: u32 = 4_000_000;

/// Ticks in which so many instructions are done.
#[cfg(not(feature = "optimizers"))]
pub(crate) fn calibrate() -> u32 {
    let start = now();
    // SAFETY: two instructions, which only count down.
    unsafe { core::arch::asm!("2:", "subs {0}, {0}, #1", "bne 2b", inout(reg) CALIBRATION / 2 => _) };
    since(start)
}

/// Starts it.
pub(crate) fn start() {
    // SAFETY: nothing else uses the peripherals.
    let mut timer = unsafe { cortex_m::Peripherals::steal() }.SYST;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(0x00FF_FFFF);
    timer.clear_current();
    timer.enable_counter();
}

/// Its current value.
pub(crate) fn now() -> u32 {
    SYST::get_current()
}

/// Ticks since its value was `start`.
pub(crate) fn since(start: u32) -> u32 {
    start.wrapping_sub(now()) & 0x00FF_FFFF
}
