//! BBC micro:bit v1: an nRF51822 with a Cortex-M0 and 16 KB of RAM. Its interface chip shows the UART as a USB serial
//! port.

use super::WAITING;
use crate::register::Register;

pub(crate) const NAME: &str = "micro:bit";
pub(super) const WORDS: usize = 80;
pub(super) const TEXT: usize = 800;

const CLOCK: usize = 0x4000_0000;
const UART: usize = 0x4000_2000;
const GPIO: usize = 0x5000_0000;

const TX_PIN: u32 = 24;
const RX_PIN: u32 = 25;

/// The UART's interrupt when a byte has come, in its own registers and in the processor's.
const RECEIVED: u32 = 1 << 2;
const UART_INTERRUPT: i16 = 2;
const ENABLE_INTERRUPTS: usize = 0xE000_E100;

fn register(address: usize) -> Register<u32> {
    // SAFETY: all addresses in this file are of the nRF51's clock, GPIO and UART (nRF51 Series Reference Manual), and
    // of the processor's interrupts (Cortex-M0 Generic User Guide).
    unsafe { Register::at(address) }
}

/// The UART's interrupt: takes the byte that has come, so that nothing is lost while the firmware learns. If no more
/// bytes can wait, the next ones do so in the chip, which holds six.
#[cortex_m_rt::exception]
// SAFETY: cortex-m-rt wants the keyword, because this may interrupt anything; it uses atomics and registers.
unsafe fn DefaultHandler(interrupt: i16) {
    if interrupt != UART_INTERRUPT {
        // Nothing else is expected.
        loop {
            core::hint::spin_loop();
        }
    }
    let received = register(UART + 0x108);
    while received.read() != 0 {
        if WAITING.is_full() {
            return register(UART + 0x308).write(RECEIVED);
        }
        received.write(0);
        WAITING.put(register(UART + 0x518).read() as u8);
    }
}

/// The UART on the pins of the interface chip, at 115,200 bits per second.
pub(crate) struct Serial {
    sent: Register<u32>,
    send: Register<u32>,
    /// Whether a byte was sent, and was not yet seen to be on its way.
    sending: bool,
}

impl Serial {
    pub(crate) fn start() -> Self {
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
        register(UART + 0x304).write(RECEIVED);
        register(ENABLE_INTERRUPTS).write(1 << UART_INTERRUPT);
        Self { sent: register(UART + 0x11C), send: register(UART + 0x51C), sending: false }
    }

    /// The interrupt takes what comes, if there is room: there is.
    pub(super) fn poll(&mut self) -> Option<u8> {
        register(UART + 0x304).write(RECEIVED);
        None
    }

    pub(super) fn can_send(&mut self) -> bool {
        if self.sending && self.sent.read() != 0 {
            self.sent.write(0);
            self.sending = false;
        }
        !self.sending
    }

    pub(super) fn put(&mut self, byte: u8) {
        self.send.write(byte.into());
        self.sending = true;
    }
}
