//! The processor's timer, which has 24 bits and counts down.

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

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
