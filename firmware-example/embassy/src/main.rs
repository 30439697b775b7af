//! Learns word vectors while it listens, in two tasks of Embassy, on an nRF52840.
//!
//! [`listen`] has the priority of an interrupt: it takes what the UART receives, and hands over whole lines. [`answer`]
//! runs whenever nothing else does; between slices of its work it lets others of its priority run.
//!
//! | line | does |
//! |---|---|
//! | `learn <tokens>` | learns from a sentence |
//! | `near <token>` | shows the words most similar to it |
//! | `keep` | writes all that is learned into flash, where the next start finds it |
#![no_std]
#![no_main]

use core::mem;
use core::ops::Range;

use embassy_executor::{InterruptExecutor, Spawner};
use embassy_futures::yield_now;
use embassy_nrf::buffered_uarte::{self, BufferedUarte, BufferedUarteRx, BufferedUarteTx};
use embassy_nrf::config::{Config, HfclkSource};
use embassy_nrf::interrupt::{self, InterruptExt, Priority};
use embassy_nrf::nvmc::Nvmc;
use embassy_nrf::{bind_interrupts, peripherals, uarte};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use motevec_learner::command::{Command, Tokens};
use motevec_learner::learner::{self, FixedMemory};
use motevec_learner::motevec_core::query::Neighbor;
use motevec_learner::motevec_core::simd::{Portable, Scalar};
use motevec_learner::slots::{Part, Slots};
use static_cell::ConstStaticCell;

/// Up to 160 words of 16 components, whose text takes up to 1,600 bytes.
type Memory = FixedMemory<160, 16, 1600>;
type Learner = learner::Learner<'static, Scalar<Portable>, Memory>;
/// A line of up to 128 bytes.
type Line = motevec_learner::line::Line<128>;

/// The part of the flash that the memory map leaves to what is kept.
const KEPT: Range<u32> = 960 << 10..1024 << 10;
/// The most bytes of what is learned: those of the memory, and of the rest of a learner.
const ROOM: usize = size_of::<Memory>() + 192;
/// Tells what is kept from what a program with another memory has kept.
const FORM: u32 = 1;

/// Lines that have come while the device learns.
static LINES: Channel<CriticalSectionRawMutex, Line, 4> = Channel::new();

/// Polls [`listen`], by an interrupt that no peripheral uses.
static LISTENER: InterruptExecutor = InterruptExecutor::new();

bind_interrupts!(struct Interrupts {
    UARTE0 => buffered_uarte::InterruptHandler<peripherals::UARTE0>;
});

#[cortex_m_rt::interrupt]
// SAFETY: the macro wants the keyword, because this may interrupt anything.
unsafe fn EGU0_SWI0() {
    // SAFETY: this is the interrupt that LISTENER was started with.
    unsafe { LISTENER.on_interrupt() }
}

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());
    static RECEIVED: ConstStaticCell<[u8; 256]> = ConstStaticCell::new([0; 256]);
    static SENT: ConstStaticCell<[u8; 256]> = ConstStaticCell::new([0; 256]);

    let mut config = Config::default();
    // The internal oscillator is too inaccurate for a UART.
    config.hfclk_source = HfclkSource::ExternalXtal;
    let chip = embassy_nrf::init(config);
    // The pins of the interface chip of Nordic's nRF52840-DK, 115,200 bits per second.
    let uart = BufferedUarte::new(
        chip.UARTE0,
        chip.TIMER0,
        chip.PPI_CH0,
        chip.PPI_CH1,
        chip.PPI_GROUP0,
        chip.P0_08,
        chip.P0_06,
        Interrupts,
        uarte::Config::default(),
        RECEIVED.take(),
        SENT.take(),
    );
    let (receiver, sender) = uart.split();
    interrupt::EGU0_SWI0.set_priority(Priority::P6);
    LISTENER.start(interrupt::EGU0_SWI0).spawn(listen(receiver).expect("it is started once"));

    let slots = Part::new(Nvmc::new(chip.NVMC), KEPT).and_then(|kept| Slots::new(kept, ROOM, FORM));
    answer(sender, learner(MEMORY.take()), slots.expect("there is room for two slots")).await;
}

/// Hands over what the UART receives, line by line.
#[embassy_executor::task]
async fn listen(mut uart: BufferedUarteRx<'static>) {
    let (mut line, mut bytes) = (Line::new(), [0; 32]);
    loop {
        // Bytes with a wrong level are passed over.
        let count = uart.read(&mut bytes).await.unwrap_or(0);
        for &byte in bytes.iter().take(count) {
            if line.push(byte) {
                LINES.send(mem::take(&mut line)).await;
            }
        }
    }
}

fn learner(memory: &'static mut Memory) -> Learner {
    Learner::new(Scalar::new(), memory)
}

/// Does what the lines say, with what was kept before the last start.
async fn answer(mut uart: BufferedUarteTx<'static>, mut learner: Learner, mut slots: Slots<Part<Nvmc<'static>>>) {
    // What cannot be read is learned anew.
    if slots.restore(&mut learner).is_err() {
        learner.reset();
    }
    loop {
        let line = LINES.receive().await;
        let done = match line.text().map(Command::parse) {
            Ok(Ok(Command::Learn(tokens))) => {
                learn(&mut learner, tokens).await;
                true
            }
            Ok(Ok(Command::Near(token))) => near(&learner, token, &mut uart).await.is_some(),
            Ok(Ok(Command::Keep)) => slots.keep(&mut learner).is_ok(),
            _ => false,
        };
        send(&mut uart, if done { "ok\n" } else { "error: not understood, or not known\n" }).await;
    }
}

async fn learn(learner: &mut Learner, tokens: Tokens<'_>) {
    for token in tokens.iter() {
        learner.start(token, &mut |_| ());
        work(learner).await;
    }
    learner.start_end();
    work(learner).await;
    learner.end_sentence(&mut |_| ());
}

/// Does what the learner has left to do, in slices.
async fn work(learner: &mut Learner) {
    while learner.step() {
        yield_now().await;
    }
}

/// `None` if the token is not known.
async fn near(learner: &Learner, token: &str, uart: &mut BufferedUarteTx<'static>) -> Option<()> {
    let mut near = [Neighbor::default(); 5];
    let found = learner.near(learner.word(token)?, &mut near);
    for name in near.iter().take(found).filter_map(|near| learner.vocab().token(near.row)) {
        send(uart, name).await;
        send(uart, "\n").await;
    }
    Some(())
}

async fn send(uart: &mut BufferedUarteTx<'static>, text: &str) {
    let mut left = text.as_bytes();
    while !left.is_empty() {
        let sent = uart.write(left).await.unwrap_or(left.len());
        left = left.get(sent..).unwrap_or_default();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
