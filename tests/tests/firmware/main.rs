//! The firmware as somebody at its serial line sees it: on this machine, and on boards in QEMU.

mod bad_input;
mod demo;
mod dialogue;
mod flash;
mod images;
mod noise;
mod running;

use motevec_core::simd::Level;
use motevec_tests::firmware::Host;

/// The firmware's dialogue on this machine.
fn host() -> Host {
    Host::start(Level::Scalar).expect("every machine has plain arithmetic")
}
