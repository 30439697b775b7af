//! Measures, and prints one line per figure: its name and a whole number.

use core::hint::black_box;

use crate::clock;
use crate::host::{end, report, write};
use crate::kernel::{TIMES, updates};
use crate::words::{Learning, learn, near};
use crate::{WORDS, stack};

/// How often a query runs.
const QUERIES: u32 = 20;

/// Measures everything, then ends the emulator.
pub(crate) fn all(learner: &mut Learning) -> ! {
    clock::start();
    report("calibration instructions", clock::CALIBRATION);
    report("calibration ticks", clock::calibrate());

    // The first pass also fills the vocabulary.
    learn(learner);
    let start = clock::now();
    let loss = black_box(learn(learner));
    report("learn ticks", clock::since(start));
    report("learn pairs", loss.pairs as u32);
    let start = clock::now();
    for word in 0..QUERIES {
        black_box(near(learner, black_box(word)));
    }
    report("query ticks", clock::since(start));
    report("queries", QUERIES);
    report("query words", WORDS as u32);
    report("bits", learner.bits() as u32);
    report("stack", stack::measure().map_or(0, |stack| stack.peak));

    report("updates", TIMES);
    tell("window 2", updates::<2, false>(clock::now));
    tell("window 5", updates::<5, false>(clock::now));
    #[cfg(not(feature = "q15"))]
    tell("looped window 2", updates::<2, true>(clock::now));
    #[cfg(not(feature = "q15"))]
    tell("looped window 5", updates::<5, true>(clock::now));
    end(true)
}

#[inline(never)]
fn tell(window: &str, (spent, sum): (u32, f32)) {
    write(window.as_bytes());
    report(" ticks", spent & 0x00FF_FFFF);
    write(window.as_bytes());
    report(" sum", sum.to_bits());
}
