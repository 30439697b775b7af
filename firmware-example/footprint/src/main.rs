//! Learns and looks up neighbors, and nothing else: the images that tests/footprint in the repository measures.
//!
//! | features | what the image holds |
//! |---|---|
//! | `numbers` | core's training and queries, on words that are numbers already |
//! | | the firmware's learner, with the vocabulary |
//! | `q15` | vectors of 16-bit integers in place of floats |
//! | `measure` | the learner, and a measurement, which does not change it |
//! | `slices` | the firmware's dialogue, and how long it keeps the serial line waiting |
//! | `lookup` | core's vocabulary, and what looking a word up takes |
//! | `optimizers` | core's training by each optimizer, and a measurement |
#![no_std]
#![no_main]

// Its critical sections are wanted by its start.
#[cfg(target_arch = "riscv32")]
use riscv as _;

#[cfg(any(feature = "measure", feature = "slices", feature = "lookup", feature = "optimizers"))]
mod clock;
#[cfg(any(feature = "measure", feature = "slices", feature = "lookup", feature = "optimizers"))]
mod host;
#[cfg(feature = "measure")]
mod kernel;
#[cfg(feature = "lookup")]
mod lookup;
#[cfg(feature = "measure")]
mod measure;
#[cfg(feature = "numbers")]
mod numbers;
#[cfg(feature = "optimizers")]
mod optimizers;
#[cfg(all(feature = "slices", feature = "microbit"))]
#[path = "../../src/register.rs"]
mod register;
#[cfg(feature = "slices")]
mod slices;
#[cfg(any(feature = "measure", feature = "optimizers"))]
#[path = "../../src/stack.rs"]
mod stack;
#[cfg(feature = "optimizers")]
mod trial;
#[cfg(not(any(feature = "numbers", feature = "slices", feature = "lookup", feature = "optimizers")))]
mod words;

#[cfg(not(any(feature = "lookup", feature = "optimizers")))]
const WORDS: usize = 80;
#[cfg(not(any(feature = "lookup", feature = "optimizers")))]
const DIM: usize = 16;
/// What vectors are made of.
#[cfg(not(any(feature = "slices", feature = "lookup", feature = "optimizers", feature = "q15")))]
type Number = f32;
#[cfg(all(feature = "q15", not(any(feature = "slices", feature = "lookup", feature = "optimizers"))))]
type Number = motevec_core::fixed_point::Q15;

#[cfg_attr(target_arch = "arm", cortex_m_rt::entry)]
#[cfg_attr(target_arch = "riscv32", riscv_rt::entry)]
fn main() -> ! {
    #[cfg(feature = "numbers")]
    numbers::run();
    #[cfg(feature = "optimizers")]
    optimizers::all();
    #[cfg(feature = "slices")]
    slices::all();
    #[cfg(feature = "lookup")]
    lookup::all();
    #[cfg(not(any(feature = "numbers", feature = "slices", feature = "lookup", feature = "optimizers")))]
    {
        let mut learner = words::learner();
        #[cfg(feature = "measure")]
        measure::all(&mut learner);
        #[cfg(not(feature = "measure"))]
        words::run(&mut learner)
    }
}

#[cfg(not(any(feature = "measure", feature = "slices", feature = "lookup", feature = "optimizers")))]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    stop()
}

#[cfg(not(any(feature = "measure", feature = "slices", feature = "lookup", feature = "optimizers")))]
fn stop() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
