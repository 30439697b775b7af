//! A proof by the linker that core cannot panic: this program calls all that `motevec-core` can do, with numbers and
//! sizes that the compiler does not know, and its panic handler calls a function that there is not. So it links only
//! where the optimizer and the linker find no path from core to a panic. `tests/tests/firmware/no_panics.rs` builds it
//! for a Cortex-M4F, and once with a panic in place of core, which must not link.
//!
//! `Display` of errors is left out: it needs `core::fmt`, which firmware does without.
#![no_std]
#![cfg_attr(feature = "panics", allow(dead_code))] // Core is left out there.
#![no_main]

mod learn;
mod numbers;
mod store;

use core::hint::black_box;
use core::panic::PanicInfo;

unsafe extern "C" {
    /// Not defined anywhere: the linker reports it if a panic can be reached.
    fn motevec_core_has_a_path_to_a_panic() -> !;
}

#[panic_handler]
fn panic(_info: &PanicInfo<'_>) -> ! {
    // SAFETY: a program that calls it does not link, and so is never run.
    unsafe { motevec_core_has_a_path_to_a_panic() }
}

/// Where the linker starts.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    loop {
        #[cfg(feature = "panics")]
        black_box(&[0, 1, 2][black_box(0)..black_box(2)]);
        #[cfg(not(feature = "panics"))]
        {
            numbers::all();
            learn::all();
            store::all();
        }
    }
}

/// A prefix of `whole`, of a length that the compiler does not know.
fn some<T>(whole: &[T]) -> &[T] {
    whole.get(..black_box(whole.len())).unwrap_or_default()
}

/// [`some`], mutable.
fn some_mut<T>(whole: &mut [T]) -> &mut [T] {
    whole.get_mut(..black_box(1)).unwrap_or_default()
}
