//! BBC micro:bit v1: an nRF51822 with a Cortex-M0 and 16 KB of RAM. Its interface chip shows the UART as a USB serial
//! port.

use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use crate::register::Register;

pub(crate) const NAME: &str = "micro:bit";
pub(crate) const WORDS: usize = 80;
pub(crate) const TEXT: usize = 800;

const CLOCK: usize = 0x4000_0000;
const UART: usize = 0x4000_2000;
const GPIO: usize = 0x5000_0000;

const TX_PIN: u32 = 24;
const RX_PIN: u32 = 25;

/// The UART's interrupt when a byte has come, in its own registers and in the processor's.
const RECEIVED: u32 = 1 << 2;
const UART_INTERRUPT: i16 = 2;
const ENABLE_INTERRUPTS: usize = 0xE000_E100;

/// Bytes that have come while the firmware was busy.
static WAITING: Waiting =
    Waiting { bytes: [const { AtomicU8::new(0) }; 128], put: AtomicUsize::new(0), taken: AtomicUsize::new(0) };

/// Bytes that wait, put there by the interrupt and taken outside of it.
struct Waiting {
    bytes: [AtomicU8; 128],
    /// How many were ever put there, and taken.
    put: AtomicUsize,
    taken: AtomicUsize,
}

impl Waiting {
    fn is_full(&self) -> bool {
        self.put.load(Ordering::Acquire).wrapping_sub(self.taken.load(Ordering::Acquire)) >= self.bytes.len()
    }

    fn put(&self, byte: u8) {
        let put = self.put.load(Ordering::Relaxed);
        if let Some(place) = self.bytes.get(put % self.bytes.len()) {
            place.store(byte, Ordering::Relaxed);
        }
        self.put.store(put.wrapping_add(1), Ordering::Release);
    }

    fn take(&self) -> Option<u8> {
        let taken = self.taken.load(Ordering::Relaxed);
        let place = self.bytes.get(taken % self.bytes.len()).filter(|_| taken != self.put.load(Ordering::Acquire))?;
        let byte = place.load(Ordering::Relaxed);
        self.taken.store(taken.wrapping_add(1), Ordering::Release);
        Some(byte)
    }
}

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
        Self { sent: register(UART + 0x11C), send: register(UART + 0x51C) }
    }

    /// Waits for a byte.
    pub(crate) fn read(&mut self) -> u8 {
        loop {
            if let Some(byte) = WAITING.take() {
                // There is room again.
                register(UART + 0x304).write(RECEIVED);
                return byte;
            }
        }
    }

    /// Sends a byte, and waits until it is on its way.
    pub(crate) fn write(&mut self, byte: u8) {
        self.send.write(byte.into());
        while self.sent.read() == 0 {}
        self.sent.write(0);
    }
}
