//! The end of the program: requested in an emulator, a bug elsewhere.

/// How the program ends.
pub(crate) enum Outcome {
    /// As it should.
    Success,
    /// By a bug.
    Failure,
}

/// Whether there is an emulator to return to.
pub(crate) const CAN_END: bool = cfg!(feature = "qemu");

#[cfg(feature = "probe")]
use defmt_rtt as _;
#[cfg(feature = "qemu")]
use defmt_semihosting as _;

/// Ends the emulator; elsewhere, stops here.
pub(crate) fn end(outcome: Outcome) -> ! {
    #[cfg(feature = "qemu")]
    semihosting::process::exit(match outcome {
        Outcome::Success => 0,
        Outcome::Failure => 1,
    });
    #[cfg(not(feature = "qemu"))]
    {
        let _ = outcome;
        loop {
            core::hint::spin_loop();
        }
    }
}

/// Nothing in this program panics, and without logs the linker finds no way here; but every program must have a
/// handler.
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    #[cfg(feature = "defmt")]
    defmt::error!("panicked");
    end(Outcome::Failure)
}

/// A fault of the processor, such as a stack overflow into the data.
#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception]
// SAFETY: cortex-m-rt wants the keyword, because a fault may interrupt anything; this logs, and does not return.
unsafe fn HardFault(_frame: &cortex_m_rt::ExceptionFrame) -> ! {
    #[cfg(feature = "defmt")]
    defmt::error!("hard fault");
    end(Outcome::Failure)
}
