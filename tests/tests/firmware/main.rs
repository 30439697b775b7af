//! Everything that is built for other machines: the firmware as somebody at its serial line sees it, here and on boards
//! in QEMU; the same bits everywhere; what it takes; and that core builds without a panic.

mod bad_input;
mod c;
mod demo;
mod dialogue;
mod drift;
mod flash;
mod footprint;
mod images;
mod integers;
mod linked;
mod no_panics;
mod noise;
mod parity;
mod power;
mod real_chips;
mod running;
mod slices;
mod targets;
mod watch;

use motevec_core::simd::Level;
use motevec_tests::firmware::Host;

/// The firmware's dialogue on this machine.
fn host() -> Host {
    Host::start(Level::Scalar).expect("every machine has plain arithmetic")
}
