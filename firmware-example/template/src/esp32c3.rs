//! ESP32-C3: UART0 on GPIO 21 (sends) and GPIO 20 (receives), the pins of the interface chip of most boards, 115,200
//! bits per second.

use esp_hal::Blocking;
use esp_hal::clock::CpuClock;
pub use esp_hal::main as entry;
use esp_hal::uart::{Config, Uart};
use motevec_learner::slots::NoFlash;

esp_bootloader_esp_idf::esp_app_desc!();

/// The serial line.
pub struct Serial(Uart<'static, Blocking>);

/// The serial line, and the flash that is left for what is learned. Here there is none: how much is left depends on the
/// table of partitions; the crate `esp-storage` has a driver.
pub fn start() -> (Serial, NoFlash) {
    let chip = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    let uart = Uart::new(chip.UART0, Config::default()).unwrap();
    (Serial(uart.with_tx(chip.GPIO21).with_rx(chip.GPIO20)), NoFlash)
}

impl Serial {
    /// The next byte that has come, if there is one. Bytes with a wrong level are passed over.
    pub fn poll(&mut self) -> Option<u8> {
        let mut byte = [0];
        (self.0.read_ready() && self.0.read(&mut byte) == Ok(1)).then_some(byte[0])
    }

    /// Sends a byte, once there is room for it.
    pub fn put(&mut self, byte: u8) {
        while self.0.write(&[byte]) == Ok(0) {}
    }
}
