//! nRF52840: UARTE0 on P0.06 (sends) and P0.08 (receives), the pins of the interface chip of Nordic's nRF52840-DK,
//! 115,200 bits per second.

use cortex_m as _;
pub use cortex_m_rt::entry;
use motevec_learner::text::Sink;
use nrf52840_hal::Clocks;
use nrf52840_hal::gpio::{Level, p0};
use nrf52840_hal::nvmc::Nvmc;
use nrf52840_hal::pac::{NVMC, Peripherals, UARTE0};
use nrf52840_hal::uarte::{Baudrate, Parity, Pins, Uarte};

/// The serial line.
pub struct Serial(Uarte<UARTE0>);

/// The serial line, and the flash that is left for what is learned.
pub fn start() -> (Serial, Nvmc<NVMC>) {
    let chip = Peripherals::take().unwrap();
    // The internal oscillator is too inaccurate for a UART.
    Clocks::new(chip.CLOCK).enable_ext_hfosc();
    let port = p0::Parts::new(chip.P0);
    let pins = Pins {
        txd: port.p0_06.into_push_pull_output(Level::High).degrade(),
        rxd: port.p0_08.into_floating_input().degrade(),
        cts: None,
        rts: None,
    };
    let uarte = Uarte::new(chip.UARTE0, pins, Parity::EXCLUDED, Baudrate::BAUD115200);
    (Serial(uarte), Nvmc::new(chip.NVMC, kept()))
}

/// The part of the flash that the memory map leaves to what is kept.
fn kept() -> &'static mut [u8] {
    unsafe extern "C" {
        static mut kept_start: u8;
        static mut kept_end: u8;
    }
    let (start, end) = (&raw mut kept_start, &raw mut kept_end);
    // SAFETY: nothing else lies there, and this is called once.
    unsafe { core::slice::from_raw_parts_mut(start, end as usize - start as usize) }
}

impl Serial {
    /// Waits for a byte. Bytes with a wrong level are passed over.
    pub fn read(&mut self) -> u8 {
        let mut byte = [0];
        while self.0.read(&mut byte).is_err() {}
        byte[0]
    }
}

impl Sink for Serial {
    fn send(&mut self, bytes: &[u8]) {
        // The UARTE reads from RAM alone.
        let mut piece = [0; 32];
        for bytes in bytes.chunks(piece.len()) {
            let piece = &mut piece[..bytes.len()];
            piece.copy_from_slice(bytes);
            let _ = self.0.write(piece);
        }
    }
}
