//! The answers to commands.

use core::convert::Infallible;

use embedded_storage::nor_flash::NorFlash;
use motevec_core::image::Image;
use motevec_core::query::{Candidates, Neighbor, Search};
use motevec_core::simd::Lanes;
use motevec_core::train::Loss;

use super::Board;
use super::learned::Learned;
use super::tell::{say, send_neighbors, send_vector, tell, unknown};
use crate::command::{Command, Tokens};
use crate::learner::{FixedMemory, Learner, MAX_RATE};
use crate::log::info;
use crate::save::Lines;
use crate::slots::Slots;
use crate::text::Piece::{Bits, Number, Real, Text};
use crate::text::{Sink, send};
use crate::watch::{Seen, Watch, Watched};
use crate::world::{VISITS, World};

/// How many neighbors to show.
const NEIGHBORS: usize = 5;
/// How many vectors are looked at until it listens again.
const ROWS: usize = 8;
/// Epochs of the demo.
const EPOCHS: u32 = 8;

const HELP: &str = "\
learn <tokens>  learn from a sentence
watch <tokens>  name the tokens that do not belong into a sentence, and learn from it
score <tokens>  how likely each token is among the others
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

/// The parts of answers.
pub(super) struct Answer<'s, 'm, L, F, X, const N: usize, const D: usize, const TEXT: usize, const RECENT: usize> {
    pub(super) lanes: L,
    pub(super) learner: &'s mut Learner<'m, L, FixedMemory<N, D, TEXT, X>>,
    pub(super) watch: &'s mut Watch<'m, RECENT>,
    pub(super) board: &'static Board,
    pub(super) slots: Option<&'s mut Slots<F>>,
    pub(super) image: Option<&'s Image<'static>>,
}

impl<L, F, X, const N: usize, const D: usize, const TEXT: usize, const RECENT: usize>
    Answer<'_, '_, L, F, X, N, D, TEXT, RECENT>
where
    L: Lanes,
    F: NorFlash,
    X: Watched,
{
    /// Does what `command` asks for.
    ///
    /// Each answer is compiled as a separate function, so that the stack never holds what another answer needs.
    pub(super) fn give(&mut self, command: Command<'_>, out: &mut impl Sink) {
        match command {
            Command::Learn(tokens) => self.learn(tokens, out),
            Command::Watch(tokens) => self.watch(tokens, out),
            Command::Score(tokens) => self.score(tokens, out),
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
                self.watch.reset();
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
            self.learner.start(token, &mut |notice| {
                self.watch.hear(notice);
                tell(notice, out);
            });
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

    #[inline(never)]
    fn watch(&mut self, tokens: Tokens<'_>, out: &mut impl Sink) {
        let is_watched = X::watch(self.watch, self.learner, tokens.iter(), &mut |seen| match seen {
            Seen::Step => out.listen(),
            Seen::Alarm(token, score) => say!(out, Text("alarm "), Text(token), Text(" "), Real(score, 4)),
            Seen::Notice(notice) => tell(notice, out),
        });
        match is_watched {
            true => say!(out, Text("ok")),
            false => say!(out, Text("error: watch needs vectors of floats")),
        }
    }

    #[inline(never)]
    fn score(&self, tokens: Tokens<'_>, out: &mut impl Sink) {
        let words = self.learner.words(tokens.iter());
        for (place, token) in tokens.iter().enumerate() {
            out.listen();
            match self.learner.score(&words, place) {
                Some(score) => say!(out, Text(token), Text(" "), Real(score, 4)),
                None if self.learner.word(token).is_none() => say!(out, Text(token), Text(" is not known")),
                None => say!(out, Text(token), Text(" has no neighbor that is known")),
            }
        }
        say!(out, Text("alarm below "), Real(self.watch.threshold(), 4));
        say!(out, Text("ok"));
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
        // They need no steps as large as those that start with nothing.
        self.watch.settle();
        say!(out, Text("ok"));
    }

    #[inline(never)]
    fn keep(&mut self, out: &mut impl Sink) {
        let mut state = Learned { learner: &mut *self.learner, watch: &mut *self.watch };
        match self.slots.as_mut().map(|slots| slots.keep_with(&mut state, &mut || out.listen())) {
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
                    self.learner.start(event.token(), &mut |notice| self.watch.hear(notice));
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
