//! nRF52840: UARTE0 on P0.06 (sends) and P0.08 (receives), the pins of the interface chip of Nordic's nRF52840-DK,
//! 115,200 bits per second.

use cortex_m as _;
pub use cortex_m_rt::entry;
use embedded_io::{Read, ReadReady, Write};
use nrf52840_hal::Clocks;
use nrf52840_hal::gpio::{Level, p0};
use nrf52840_hal::nvmc::Nvmc;
use nrf52840_hal::pac::{NVMC, Peripherals, UARTE0};
use nrf52840_hal::uarte::{Baudrate, Parity, Pins, Uarte, UarteRx, UarteTx};
use static_cell::ConstStaticCell;

/// The serial line.
pub struct Serial {
    sender: UarteTx<UARTE0>,
    receiver: UarteRx<UARTE0>,
}

/// The serial line, and the flash that is left for what is learned.
pub fn start() -> (Serial, Nvmc<NVMC>) {
    static SENT: ConstStaticCell<[u8; 1]> = ConstStaticCell::new([0]);
    static RECEIVED: ConstStaticCell<[u8; 1]> = ConstStaticCell::new([0]);
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
    let (sender, receiver) = uarte.split(SENT.take(), RECEIVED.take()).unwrap();
    (Serial { sender, receiver }, Nvmc::new(chip.NVMC, kept()))
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
    /// The next byte that has come, if there is one. Bytes with a wrong level are passed over.
    pub fn poll(&mut self) -> Option<u8> {
        let mut byte = [0];
        let has_come = self.receiver.read_ready().unwrap_or(false);
        (has_come && self.receiver.read(&mut byte).is_ok()).then_some(byte[0])
    }

    /// Sends a byte, once there is room for it.
    pub fn put(&mut self, byte: u8) {
        let _ = self.sender.write_all(&[byte]).and_then(|()| self.sender.flush());
    }
}
