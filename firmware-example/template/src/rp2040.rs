//! RP2040: UART0 on GPIO 0 (sends) and GPIO 1 (receives), 115,200 bits per second; with the crystal of 12 MHz that a
//! Raspberry Pi Pico has.

use motevec_learner::slots::NoFlash;
use rp2040_hal::clocks::init_clocks_and_plls;
pub use rp2040_hal::entry;
use rp2040_hal::fugit::RateExtU32;
use rp2040_hal::gpio::bank0::{Gpio0, Gpio1};
use rp2040_hal::gpio::{FunctionUart, Pin, Pins, PullDown};
use rp2040_hal::pac::{Peripherals, UART0};
use rp2040_hal::uart::{DataBits, Enabled, StopBits, UartConfig, UartPeripheral};
use rp2040_hal::{Clock, Sio, Watchdog};

/// Makes the rest of the flash readable.
#[unsafe(link_section = ".boot2")]
#[used]
static BOOT2: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

const CRYSTAL: u32 = 12_000_000;

type Uart = UartPeripheral<Enabled, UART0, (Pin<Gpio0, FunctionUart, PullDown>, Pin<Gpio1, FunctionUart, PullDown>)>;

/// The serial line.
pub struct Serial(Uart);

/// The serial line, and the flash that is left for what is learned. Here there is none: while it is written, no program
/// can be read from it, which takes a driver that runs in RAM (the crate `rp2040-flash`).
pub fn start() -> (Serial, NoFlash) {
    let mut chip = Peripherals::take().unwrap();
    let mut watchdog = Watchdog::new(chip.WATCHDOG);
    let clocks = init_clocks_and_plls(
        CRYSTAL,
        chip.XOSC,
        chip.CLOCKS,
        chip.PLL_SYS,
        chip.PLL_USB,
        &mut chip.RESETS,
        &mut watchdog,
    );
    let clock = clocks.ok().unwrap().peripheral_clock.freq();
    let pins = Pins::new(chip.IO_BANK0, chip.PADS_BANK0, Sio::new(chip.SIO).gpio_bank0, &mut chip.RESETS);
    let pins = (pins.gpio0.into_function(), pins.gpio1.into_function());
    let line = UartConfig::new(115_200.Hz(), DataBits::Eight, None, StopBits::One);
    let uart = UartPeripheral::new(chip.UART0, pins, &mut chip.RESETS).enable(line, clock);
    (Serial(uart.ok().unwrap()), NoFlash)
}

impl Serial {
    /// The next byte that has come, if there is one. Bytes with a wrong level are passed over.
    pub fn poll(&mut self) -> Option<u8> {
        let mut byte = [0];
        matches!(self.0.read_raw(&mut byte), Ok(1)).then_some(byte[0])
    }

    /// Sends a byte, once there is room for it.
    pub fn put(&mut self, byte: u8) {
        self.0.write_full_blocking(&[byte]);
    }
}
