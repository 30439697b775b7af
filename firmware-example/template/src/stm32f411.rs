//! STM32F411: USART2 on PA2 (sends) and PA3 (receives), the pins of the ST-LINK of a Nucleo-F411RE, 115,200 bits per
//! second; 84 MHz from the internal oscillator.

use cortex_m as _;
pub use cortex_m_rt::entry;
use motevec_learner::slots::Part;
use static_cell::StaticCell;
use stm32f4xx_hal::block;
use stm32f4xx_hal::flash::{FlashExt, UnlockedFlash};
use stm32f4xx_hal::pac::{FLASH, Peripherals, USART2};
use stm32f4xx_hal::prelude::*;
use stm32f4xx_hal::rcc::Config;
use stm32f4xx_hal::serial::Serial as Usart;

/// The part of the flash that the memory map leaves to what is kept.
const KEPT: core::ops::Range<u32> = 256 << 10..512 << 10;

/// The serial line.
pub struct Serial(Usart<USART2>);

/// The serial line, and the flash that is left for what is learned.
pub fn start() -> (Serial, Part<UnlockedFlash<'static>>) {
    static CONTROLLER: StaticCell<FLASH> = StaticCell::new();
    let chip = Peripherals::take().unwrap();
    let flash = Part::new(CONTROLLER.init(chip.FLASH).unlocked(), KEPT).unwrap();
    let mut rcc = chip.RCC.freeze(Config::hsi().sysclk(84.MHz()));
    let port = chip.GPIOA.split(&mut rcc);
    let usart = chip.USART2.serial((port.pa2, port.pa3), 115_200.bps(), &mut rcc);
    (Serial(usart.unwrap()), flash)
}

impl Serial {
    /// The next byte that has come, if there is one. Bytes with a wrong level are passed over.
    pub fn poll(&mut self) -> Option<u8> {
        self.0.read().ok()
    }

    /// Sends a byte, once there is room for it.
    pub fn put(&mut self, byte: u8) {
        let _ = block!(self.0.write(byte));
    }
}
