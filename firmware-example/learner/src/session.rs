//! Answers commands: the dialogue on the serial line.
//!
//! An answer is one or more lines, of which the last is `ok` or starts with `error: `. While it makes one, a session
//! calls [`Sink::listen`] again and again, on a Cortex-M0 without an FPU after 260,000 instructions at most: there a
//! device takes what has come on the line, and keeps it until the session wants the next byte.

mod tell;

use core::convert::Infallible;

use motevec_core::image::Image;
use motevec_core::model::Component;
use motevec_core::query::{Candidates, Neighbor, Search};
use motevec_core::simd::{Lanes, Portable, Scalar};
use motevec_core::train::Loss;

use embedded_storage::nor_flash::NorFlash;

use self::tell::{refuse, refuse_line, say, send_neighbors, send_vector, tell, unknown};
use crate::command::{Command, Tokens};
use crate::learner::{FixedMemory, Learner, MAX_RATE, RATE};
use crate::line::Line;
use crate::log::info;
use crate::save::Lines;
use crate::slots::{NoFlash, Slots};
use crate::text::Piece::{Bits, Number, Real, Text};
use crate::text::{Sink, send};
use crate::world::{VISITS, World};

/// How many neighbors to show.
const NEIGHBORS: usize = 5;
/// How many vectors are looked at until it listens again.
const ROWS: usize = 8;
/// Epochs of the demo.
const EPOCHS: u32 = 8;

const HELP: &str = "\
learn <tokens>  learn from a sentence
near <token>    the most similar words
vector <token>  the vector of a word
rate <number>   set the learning rate
adopt <tokens>  continue training words of the image in flash
keep            write everything learned into flash, for the next start
save            send an image of everything learned, in base64
stats           show how much is learned, and how much room is left
demo            learn the events of a building
reset           forget everything
help            show this text
quit            end the emulator
";

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
pub struct Session<'m, L, F, const N: usize, const D: usize, const TEXT: usize, const LINE: usize, X = f32> {
    lanes: L,
    learner: Learner<'m, L, FixedMemory<N, D, TEXT, X>>,
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

/// The memory of a session.
#[derive(Debug)]
pub struct Storage<const N: usize, const D: usize, const TEXT: usize, const LINE: usize, X = f32> {
    memory: FixedMemory<N, D, TEXT, X>,
    line: Line<LINE>,
}

impl<X: Component, const N: usize, const D: usize, const TEXT: usize, const LINE: usize> Default
    for Storage<N, D, TEXT, LINE, X>
{
    fn default() -> Self {
        Self::new()
    }
}

impl<X: Component, const N: usize, const D: usize, const TEXT: usize, const LINE: usize> Storage<N, D, TEXT, LINE, X> {
    /// Nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { memory: FixedMemory::new(), line: Line::new() }
    }
}

impl<'m, L, F, X, const N: usize, const D: usize, const TEXT: usize, const LINE: usize>
    Session<'m, L, F, N, D, TEXT, LINE, X>
where
    L: Lanes,
    F: NorFlash,
    X: Component,
{
    /// The most bytes of what is learned: those of the memory, and of the rest of a learner.
    const ROOM: usize = size_of::<FixedMemory<N, D, TEXT, X>>() + 192;
    /// Other sizes have another one, and so must whatever changes what is written.
    const FORM: u32 = {
        let form = (2 * 0x9E37_79B1_u64 + N as u64) * 0x85EB_CA6B + D as u64;
        // As before there were components of other sizes.
        (form.wrapping_mul(0xC2B2_AE35) ^ TEXT as u64) as u32 ^ (size_of::<f32>() - size_of::<X>()) as u32
    };

    /// A session that goes on with what is kept in `flash`, or has learned nothing.
    #[inline(never)]
    pub fn new(lanes: L, storage: &'m mut Storage<N, D, TEXT, LINE, X>, board: &'static Board, flash: F) -> Self {
        let Storage { memory, line } = storage;
        let image = Image::new(board.image).ok().filter(|image| image.center().dim() == D);
        let mut learner = Learner::new(lanes, memory);
        let mut slots = Slots::new(flash, Self::ROOM, Self::FORM);
        if slots.as_mut().is_some_and(|slots| slots.restore(&mut learner).is_err()) {
            // The rate may be any number now.
            learner.set_rate(RATE);
            learner.reset();
        }
        Self { lanes, learner, line, board, slots, image }
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
                    let Self { lanes, learner, board, slots, image, .. } = self;
                    let (slots, image) = (slots.as_mut(), image.as_ref());
                    Answer { lanes: *lanes, learner, board, slots, image }.give(command, out);
                }
                Err(error) => refuse(error, out),
            },
            Err(error) => refuse_line::<LINE>(error, out),
        }
        Next::Continue
    }
}

/// The parts of answers.
struct Answer<'s, 'm, L, F, X, const N: usize, const D: usize, const TEXT: usize> {
    lanes: L,
    learner: &'s mut Learner<'m, L, FixedMemory<N, D, TEXT, X>>,
    board: &'static Board,
    slots: Option<&'s mut Slots<F>>,
    image: Option<&'s Image<'static>>,
}

impl<L, F, X, const N: usize, const D: usize, const TEXT: usize> Answer<'_, '_, L, F, X, N, D, TEXT>
where
    L: Lanes,
    F: NorFlash,
    X: Component,
{
    /// Does what `command` asks for.
    ///
    /// Each answer is compiled as a separate function, so that the stack never holds what another answer needs.
    fn give(&mut self, command: Command<'_>, out: &mut impl Sink) {
        match command {
            Command::Learn(tokens) => self.learn(tokens, out),
            Command::Near(token) => self.near(token, out),
            Command::Vector(token) => self.vector(token, out),
            Command::Adopt(tokens) => self.adopt(tokens, out),
            Command::Keep => self.keep(out),
            Command::Save => self.save(out),
            Command::Rate(rate) if self.learner.set_rate(rate) => say!(out, Text("ok")),
            Command::Rate(_) => say!(out, Text("error: a rate must be above 0 and at most "), Real(MAX_RATE, 1)),
            Command::Stats => self.stats(out),
            Command::Demo => self.demo(out),
            Command::Reset => {
                self.learner.reset();
                say!(out, Text("ok"));
            }
            Command::Help => send(out, &[Text(HELP), Text("ok\n")]),
            // What can be ended does not come here.
            Command::Quit => say!(out, Text("error: only an emulator can be ended")),
        }
    }

    #[inline(never)]
    fn learn(&mut self, tokens: Tokens<'_>, out: &mut impl Sink) {
        for token in tokens.iter() {
            self.learner.start(token, &mut |notice| tell(notice, out));
            self.work(out);
        }
        self.learner.start_end();
        self.work(out);
        let loss = self.learner.end_sentence(&mut |notice| tell(notice, out));
        if loss.pairs > 0 {
            say!(out, Text("loss "), Real(loss.mean() as f32, 4));
        }
        say!(out, Text("ok"));
    }

    /// Does what the learner has left to do, and listens meanwhile.
    fn work(&mut self, out: &mut impl Sink) {
        while self.learner.step() {
            out.listen();
        }
    }

    /// Learned words are compared with each other, and words in flash with each other: the two were trained separately.
    #[inline(never)]
    fn near(&self, token: &str, out: &mut impl Sink) {
        if let Some(word) = self.learner.word(token) {
            let name = |row| self.learner.vocab().token(row);
            let query = self.learner.vector(word).unwrap_or_default();
            return self.search(&self.learner.known(), query, word, name, out);
        }
        let mut query = [0.0; D];
        match self.in_flash(token, &mut query) {
            Some((image, word)) => {
                self.search(&image.center(), &query, word, |row| image.word(row), out);
            }
            None => unknown(token, out),
        }
    }

    /// Shows which of `vectors` are the most similar to that of `word`, and listens meanwhile.
    #[inline(never)]
    fn search<'a, V: Candidates>(
        &self,
        vectors: &V,
        query: &[V::Component],
        word: u32,
        name: impl Fn(u32) -> Option<&'a str>,
        out: &mut impl Sink,
    ) {
        let (mut best, mut search) = ([Neighbor::default(); NEIGHBORS], Search::new(self.lanes, query));
        while search.step(self.lanes, vectors, &[word], &mut best, ROWS) {
            out.listen();
        }
        send_neighbors(best.get(..search.found()).unwrap_or_default(), name, out);
    }

    #[inline(never)]
    fn vector(&self, token: &str, out: &mut impl Sink) {
        let mut vector = [0.0; D];
        let learned = self.learner.word(token).and_then(|word| self.learner.vector(word));
        match (learned, self.in_flash(token, &mut vector)) {
            (Some(vector), _) => send_vector(vector, out),
            (None, Some(_)) => send_vector(&vector, out),
            (None, None) => unknown(token, out),
        }
    }

    /// The number of a word in the image, with its vector.
    fn in_flash(&self, token: &str, vector: &mut [f32; D]) -> Option<(&Image<'static>, u32)> {
        let image = self.image?;
        let word = image.find(token)?;
        image.center().row(word)?.read(vector);
        Some((image, word))
    }

    #[inline(never)]
    fn adopt(&mut self, tokens: Tokens<'_>, out: &mut impl Sink) {
        let Some(image) = self.image else { return say!(out, Text("error: no image in flash")) };
        // All of them or none, and none for which another word would have to make room.
        if let Some(token) = tokens.iter().find(|token| image.find(token).is_none()) {
            return say!(out, Text("error: not in flash: "), Text(token));
        }
        let vocab = self.learner.vocab();
        let (mut places, mut text) = (N - vocab.len().min(N), TEXT - vocab.text_len().min(TEXT));
        for token in tokens.iter().filter(|token| vocab.index(token).is_none()) {
            match (places.checked_sub(1), text.checked_sub(token.len())) {
                (Some(fewer), Some(less)) => (places, text) = (fewer, less),
                _ => return say!(out, Text("error: no room for "), Text(token)),
            }
        }
        for token in tokens.iter() {
            if self.learner.adopt(image, token) != Some(true) {
                return say!(out, Text("error: no room for "), Text(token));
            }
        }
        say!(out, Text("ok"));
    }

    #[inline(never)]
    fn keep(&mut self, out: &mut impl Sink) {
        match self.slots.as_mut().map(|slots| slots.keep_with(&mut *self.learner, &mut || out.listen())) {
            Some(Ok(())) => say!(out, Text("ok")),
            Some(Err(_)) => say!(out, Text("error: the flash does not take it; what was kept before is still there")),
            None => say!(out, Text("error: there is no flash to keep it in")),
        }
    }

    #[inline(never)]
    fn save(&self, out: &mut impl Sink) {
        if self.learner.vocab().is_empty() {
            return say!(out, Text("error: nothing is learned yet"));
        }
        let mut lines = Lines::new(out);
        let saved = self.learner.save(|piece| {
            lines.put(piece);
            Ok::<(), Infallible>(())
        });
        lines.end();
        match saved {
            Ok(Ok(())) => say!(out, Text("ok")),
            Err(_) => say!(out, Text("error: a vector holds a number that is not finite")),
        }
    }

    #[inline(never)]
    fn demo(&mut self, out: &mut impl Sink) {
        let mut world = World::new();
        for epoch in 1..=EPOCHS {
            let mut total = Loss::default();
            for _ in 0..VISITS {
                let visit = world.visit();
                for event in &visit {
                    self.learner.start(event.token(), &mut |_| ());
                    self.work(out);
                }
                self.learner.start_end();
                self.work(out);
                let loss = self.learner.end_sentence(&mut |_| ());
                total.sum += loss.sum;
                total.pairs += loss.pairs;
            }
            self.tell_epoch(epoch, total.mean() as f32, out);
        }
        say!(out, Text("ok"));
    }

    #[inline(never)]
    fn tell_epoch(&self, epoch: u32, loss: f32, out: &mut impl Sink) {
        let bits = self.learner.bits_with(&mut || out.listen());
        info!("epoch {=u32}: loss {=f32}, bits {=u64:016x}", epoch, loss, bits);
        say!(out, Text("epoch "), Number(epoch), Text(" loss "), Real(loss, 4), Text(" bits "), Bits(bits));
    }

    #[inline(never)]
    fn stats(&self, out: &mut impl Sink) {
        let (learner, vocab) = (&self.learner, self.learner.vocab());
        let of = |name, used: usize, all: usize| [Text(name), Number(used as u32), Text(" of "), Number(all as u32)];
        send(out, &of("words ", vocab.len(), N));
        send(out, &of("\ntext ", vocab.text_len(), TEXT));
        send(out, &[Text(" bytes\ntokens "), Number(learner.tokens()), Text(", dropped "), Number(vocab.dropped())]);
        send(out, &[Text("\nrate "), Real(learner.rate(), 4)]);
        if let Some(loss) = learner.loss() {
            send(out, &[Text("\nloss "), Real(loss, 4)]);
        }
        let bits = learner.bits_with(&mut || out.listen());
        send(out, &[Text("\nbits "), Bits(bits)]);
        if let Some(stack) = (self.board.stack)() {
            send(out, &of("\nstack ", stack.peak as usize, stack.size as usize));
            send(out, &[Text(" bytes")]);
        }
        send(out, &[Text("\nok\n")]);
    }
}
