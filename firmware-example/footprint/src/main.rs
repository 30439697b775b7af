//! Learns and looks up neighbors, and nothing else: the images that tests/footprint in the repository measures.
//!
//! | features | what the image holds |
//! |---|---|
//! | `numbers` | core's training and queries, on words that are numbers already |
//! | | the firmware's learner: a vocabulary as well, and all that keeps it sound |
//! | `measure` | the learner, and a measurement, which changes nothing of it |
#![no_std]
#![no_main]

#[cfg(feature = "measure")]
mod kernel;
#[cfg(feature = "measure")]
mod measure;
#[cfg(feature = "numbers")]
mod numbers;
#[cfg(feature = "measure")]
#[path = "../../src/stack.rs"]
mod stack;
#[cfg(not(feature = "numbers"))]
mod words;

const WORDS: usize = 80;
const DIM: usize = 16;

#[cortex_m_rt::entry]
fn main() -> ! {
    #[cfg(feature = "numbers")]
    numbers::run();
    #[cfg(not(feature = "numbers"))]
    {
        let mut learner = words::learner();
        #[cfg(feature = "measure")]
        measure::all(&mut learner);
        #[cfg(not(feature = "measure"))]
        words::run(&mut learner)
    }
}

#[cfg(not(feature = "measure"))]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
