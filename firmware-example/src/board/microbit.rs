//! BBC micro:bit v1: an nRF51822 with a Cortex-M0 and 16 KB of RAM. Its interface chip shows the UART as a USB serial
//! port.

use crate::register::Register;

pub(crate) const NAME: &str = "micro:bit";
pub(crate) const WORDS: usize = 80;
pub(crate) const TEXT: usize = 800;

const CLOCK: usize = 0x4000_0000;
const UART: usize = 0x4000_2000;
const GPIO: usize = 0x5000_0000;

const TX_PIN: u32 = 24;
const RX_PIN: u32 = 25;

/// The UART on the pins of the interface chip, at 115,200 bits per second.
pub(crate) struct Serial {
    received: Register<u32>,
    sent: Register<u32>,
    receive: Register<u32>,
    send: Register<u32>,
}

impl Serial {
    pub(crate) fn start() -> Self {
        // SAFETY: all addresses below are of the nRF51's clock, GPIO and UART (nRF51 Series Reference Manual).
        let register = |address: usize| -> Register<u32> { unsafe { Register::at(address) } };
        // The internal oscillator is too inaccurate for a UART: start the crystal, and wait for it.
        register(CLOCK).write(1);
        while register(CLOCK + 0x100).read() == 0 {}

        // The line is high while idle.
        register(GPIO + 0x508).write(1 << TX_PIN);
        register(GPIO + 0x518).write(1 << TX_PIN);
        register(UART + 0x50C).write(TX_PIN);
        register(UART + 0x514).write(RX_PIN);
        register(UART + 0x524).write(0x01D7_E000);
        register(UART + 0x500).write(4);
        register(UART).write(1);
        register(UART + 0x008).write(1);
        Self {
            received: register(UART + 0x108),
            sent: register(UART + 0x11C),
            receive: register(UART + 0x518),
            send: register(UART + 0x51C),
        }
    }

    /// Waits for a byte. The chip holds six until they are read.
    pub(crate) fn read(&mut self) -> u8 {
        while self.received.read() == 0 {}
        self.received.write(0);
        self.receive.read() as u8
    }

    /// Sends a byte, and waits until it is on its way.
    pub(crate) fn write(&mut self, byte: u8) {
        self.send.write(byte.into());
        while self.sent.read() == 0 {}
        self.sent.write(0);
    }
}
