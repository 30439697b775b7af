//! Measures, and prints a line for each figure: its name and a whole number.

use core::hint::black_box;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

use crate::kernel::{TIMES, updates};
use crate::words::{Learning, learn};
use crate::{WORDS, stack};

/// Instructions that the clock is calibrated with.
const CALIBRATION: u32 = 4_000_000;
/// How often a query is asked.
const QUERIES: u32 = 20;

/// Measures everything, then ends the emulator.
pub(crate) fn all(learner: &mut Learning) -> ! {
    // SAFETY: nothing else uses the peripherals.
    let mut timer = unsafe { cortex_m::Peripherals::steal() }.SYST;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(0x00FF_FFFF);
    timer.clear_current();
    timer.enable_counter();

    let start = SYST::get_current();
    // SAFETY: two instructions, which only count down.
    unsafe { core::arch::asm!("2:", "subs {0}, {0}, #1", "bne 2b", inout(reg) CALIBRATION / 2 => _) };
    report("calibration instructions", CALIBRATION);
    report("calibration ticks", ticks(start));

    // The first pass also fills the vocabulary.
    learn(learner);
    let start = SYST::get_current();
    let loss = black_box(learn(learner));
    report("learn ticks", ticks(start));
    report("learn pairs", loss.pairs as u32);
    let start = SYST::get_current();
    for word in 0..QUERIES {
        black_box(learner.near(black_box(word)));
    }
    report("query ticks", ticks(start));
    report("queries", QUERIES);
    report("query words", WORDS as u32);
    report("stack", stack::measure().map_or(0, |stack| stack.peak));

    report("updates", TIMES);
    let (spent, sum) = updates::<2>(SYST::get_current);
    report("window 2 ticks", spent & 0x00FF_FFFF);
    report("window 2 sum", sum.to_bits());
    let (spent, sum) = updates::<5>(SYST::get_current);
    report("window 5 ticks", spent & 0x00FF_FFFF);
    report("window 5 sum", sum.to_bits());
    end(true)
}

/// Ticks since `start`. The counter has 24 bits and counts down.
fn ticks(start: u32) -> u32 {
    start.wrapping_sub(SYST::get_current()) & 0x00FF_FFFF
}

/// Prints a name and a number.
fn report(name: &str, mut number: u32) {
    write(name.as_bytes());
    let mut digits = [b'\n'; 12];
    digits[0] = b' ';
    let mut length = 1;
    let mut divisor = 1;
    while number / divisor >= 10 {
        divisor *= 10;
    }
    while divisor > 0 {
        if let Some(digit) = digits.get_mut(length) {
            *digit = b'0' + (number / divisor) as u8;
        }
        number %= divisor;
        divisor /= 10;
        length += 1;
    }
    write(digits.get(..=length).unwrap_or_default());
}

fn write(bytes: &[u8]) {
    for byte in bytes {
        // SYS_WRITEC
        semihosting(0x03, &raw const *byte as u32);
    }
}

/// Ends the emulator: ADP_Stopped_ApplicationExit, or a run-time error.
pub(crate) fn end(success: bool) -> ! {
    semihosting(0x18, if success { 0x2_0026 } else { 0x2_0023 });
    loop {
        core::hint::spin_loop();
    }
}

/// Calls the emulator (Arm's semihosting specification).
fn semihosting(operation: u32, parameter: u32) {
    // SAFETY: the operations used here read at most the one byte behind their parameter.
    unsafe { core::arch::asm!("bkpt 0xab", inout("r0") operation => _, in("r1") parameter, options(nostack)) }
}

#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    end(false)
}

/// Such as a stack that has run into the data.
#[cortex_m_rt::exception]
unsafe fn HardFault(_frame: &cortex_m_rt::ExceptionFrame) -> ! {
    end(false)
}
