//! Answers commands: the dialogue on the serial line.
//!
//! An answer is one or more lines, of which the last is `ok` or starts with `error: `. While it makes one, a session
//! calls [`Sink::listen`] again and again, on a Cortex-M0 without an FPU after 260,000 instructions at most: there a
//! device takes what has come on the line, and keeps it until the session wants the next byte.

mod answer;
mod learned;
mod tell;

use motevec_core::image::Image;
use motevec_core::model::Component;
use motevec_core::simd::{Lanes, Portable, Scalar};

use embedded_storage::nor_flash::NorFlash;

use self::answer::Answer;
use self::learned::Learned;
use self::tell::{refuse, refuse_line, say};
use crate::command::Command;
use crate::learner::{FixedMemory, Learner, RATE};
use crate::line::Line;
use crate::log::info;
use crate::slots::{NoFlash, Slots};
use crate::text::Piece::{Number, Text};
use crate::text::{Sink, send};
use crate::watch::{Recent, Watch, Watched};

/// The stack, if a device can measure it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackUse {
    /// The most bytes in use at a time.
    pub peak: u32,
    /// The size in bytes.
    pub size: u32,
}

/// What the board adds to the dialogue.
#[derive(Clone, Copy, Debug)]
pub struct Board {
    /// Its name.
    pub name: &'static str,
    /// Measures the stack.
    pub stack: fn() -> Option<StackUse>,
    /// Whether the program can be ended.
    pub quits: bool,
    /// An image of words to look up and to adopt; empty if there is none.
    pub image: &'static [u8],
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Continue.
    Continue,
    /// End the program.
    Quit,
}

/// A dialogue about up to `N` words of `D` components, in lines of at most `LINE` bytes.
#[derive(Debug)]
pub struct Session<
    'm,
    L,
    F,
    const N: usize,
    const D: usize,
    const TEXT: usize,
    const LINE: usize,
    X = f32,
    const RECENT: usize = 96,
> {
    lanes: L,
    learner: Learner<'m, L, FixedMemory<N, D, TEXT, X>>,
    watch: Watch<'m, RECENT>,
    line: &'m mut Line<LINE>,
    board: &'static Board,
    /// The board's flash, if it has room for what is learned.
    slots: Option<Slots<F>>,
    /// The board's image, if it is sound and its vectors are as long as the learned ones.
    image: Option<Image<'static>>,
}

/// A task, or an interrupt, may take over a session.
const _: () = {
    const fn is_send<T: Send>() {}
    is_send::<Session<'_, Scalar<Portable>, NoFlash, 80, 16, 800, 128>>();
};

/// The memory of a session, with room for `RECENT` events of late, to learn from again.
#[derive(Debug)]
pub struct Storage<
    const N: usize,
    const D: usize,
    const TEXT: usize,
    const LINE: usize,
    X = f32,
    const RECENT: usize = 96,
> {
    memory: FixedMemory<N, D, TEXT, X>,
    recent: Recent<RECENT>,
    line: Line<LINE>,
}

impl<X: Component, const N: usize, const D: usize, const TEXT: usize, const LINE: usize, const RECENT: usize> Default
    for Storage<N, D, TEXT, LINE, X, RECENT>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<X: Component, const N: usize, const D: usize, const TEXT: usize, const LINE: usize, const RECENT: usize>
    Storage<N, D, TEXT, LINE, X, RECENT>
{
    /// Nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { memory: FixedMemory::new(), recent: Recent::new(), line: Line::new() }
    }
}

impl<'m, L, F, X, const N: usize, const D: usize, const TEXT: usize, const LINE: usize, const RECENT: usize>
    Session<'m, L, F, N, D, TEXT, LINE, X, RECENT>
where
    L: Lanes,
    F: NorFlash,
    X: Watched,
{
    /// The most bytes of what is learned: those of the memory, without the order of the words, which is found again,
    /// and of the rest of a learner and of a watch.
    const ROOM: usize =
        size_of::<FixedMemory<N, D, TEXT, X>>() - N * size_of::<u16>() + size_of::<Recent<RECENT>>() + 192 + 32;
    /// Other sizes have another one, and so must whatever changes what is written.
    const FORM: u32 = {
        let form = (3 * 0x9E37_79B1_u64 + N as u64) * 0x85EB_CA6B + D as u64;
        let form = (form.wrapping_mul(0xC2B2_AE35) ^ TEXT as u64).wrapping_mul(0x27D4_EB2F) ^ RECENT as u64;
        (form.wrapping_mul(0x1656_67B1) ^ size_of::<X>() as u64) as u32
    };

    /// A session that goes on with what is kept in `flash`, or has learned nothing.
    #[inline(never)]
    pub fn new(
        lanes: L,
        storage: &'m mut Storage<N, D, TEXT, LINE, X, RECENT>,
        board: &'static Board,
        flash: F,
    ) -> Self {
        let Storage { memory, recent, line } = storage;
        let image = Image::new(board.image).ok().filter(|image| image.center().dim() == D);
        let (mut learner, mut watch) = (Learner::new(lanes, memory), Watch::new(recent));
        let mut slots = Slots::new(flash, Self::ROOM, Self::FORM);
        let mut state = Learned { learner: &mut learner, watch: &mut watch };
        if slots.as_mut().is_some_and(|slots| slots.restore(&mut state).is_err()) {
            // The rate may be any number now.
            learner.set_rate(RATE);
            learner.reset();
            watch.reset();
        }
        Self { lanes, learner, watch, line, board, slots, image }
    }

    /// Sends the greeting.
    #[inline(never)]
    pub fn greet(&self, out: &mut impl Sink) {
        info!("{=str}: {=usize} words x {=usize}", self.board.name, N, D);
        let (words, dim) = (Number(N as u32), Number(D as u32));
        send(out, &[Text("motevec on "), Text(self.board.name), Text(": "), words, Text(" words x "), dim]);
        if size_of::<X>() < size_of::<f32>() {
            send(out, &[Text(" of "), Number(8 * size_of::<X>() as u32), Text(" bits")]);
        }
        match &self.image {
            Some(image) => send(out, &[Text("; "), Number(image.len()), Text(" words in flash")]),
            None => send(out, &[Text("; no image that fits")]),
        }
        let kept = self.learner.vocab().len();
        if kept > 0 {
            send(out, &[Text("; "), Number(kept as u32), Text(" kept")]);
        }
        say!(out, Text("; try help"));
    }

    /// Takes the next byte, and answers if it ends a line.
    pub fn receive(&mut self, byte: u8, out: &mut impl Sink) -> Next {
        if !self.line.push(byte) {
            return Next::Continue;
        }
        let next = self.answer(out);
        self.line.clear();
        next
    }

    /// Answers the line that has ended.
    #[inline(never)]
    fn answer(&mut self, out: &mut impl Sink) -> Next {
        match self.line.text() {
            Ok(text) => match Command::parse(text) {
                Ok(Command::Quit) if self.board.quits => return Next::Quit,
                Ok(command) => {
                    let Self { lanes, learner, watch, board, slots, image, .. } = self;
                    let (slots, image) = (slots.as_mut(), image.as_ref());
                    Answer { lanes: *lanes, learner, watch, board, slots, image }.give(command, out);
                }
                Err(error) => refuse(error, out),
            },
            Err(error) => refuse_line::<LINE>(error, out),
        }
        Next::Continue
    }
}
