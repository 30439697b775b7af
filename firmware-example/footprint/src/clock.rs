//! A clock of 24 bits that counts down: the timer of a Cortex-M; on RISC-V, the instructions that are done.

#[cfg(target_arch = "arm")]
use cortex_m::peripheral::SYST;

/// Instructions that it is calibrated with.
#[cfg(not(feature = "optimizers"))]
pub(crate) const CALIBRATION: u32 = 4_000_000;

/// Ticks in which so many instructions are done.
#[cfg(not(feature = "optimizers"))]
pub(crate) fn calibrate() -> u32 {
    let (start, rounds) = (now(), CALIBRATION / 2);
    // SAFETY: two instructions, which only count down.
    #[cfg(target_arch = "arm")]
    unsafe {
        core::arch::asm!("2:", "subs {0}, {0}, #1", "bne 2b", inout(reg) rounds => _);
    }
    // SAFETY: the same.
    #[cfg(target_arch = "riscv32")]
    unsafe {
        core::arch::asm!("2:", "addi {0}, {0}, -1", "bnez {0}, 2b", inout(reg) rounds => _);
    }
    since(start)
}

/// Starts it.
pub(crate) fn start() {
    #[cfg(target_arch = "arm")]
    {
        // SAFETY: nothing else uses the peripherals.
        let mut timer = unsafe { cortex_m::Peripherals::steal() }.SYST;
        timer.set_clock_source(cortex_m::peripheral::syst::SystClkSource::Core);
        timer.set_reload(0x00FF_FFFF);
        timer.clear_current();
        timer.enable_counter();
    }
}

/// Its current value.
#[cfg(target_arch = "arm")]
pub(crate) fn now() -> u32 {
    SYST::get_current()
}

/// Its current value. A tick is 64 instructions, so that 24 bits are enough.
#[cfg(target_arch = "riscv32")]
pub(crate) fn now() -> u32 {
    !((riscv::register::minstret::read64() >> 6) as u32) & 0x00FF_FFFF
}

/// Ticks since its value was `start`.
pub(crate) fn since(start: u32) -> u32 {
    start.wrapping_sub(now()) & 0x00FF_FFFF
}
