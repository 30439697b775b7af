//! What looking a word up takes.

use core::hint::black_box;

use motevec_core::vocab::Vocab;

use crate::clock;
use crate::host::{end, report, write};

/// The most words: those of a building, or kinds of events.
const MOST: usize = 304;
const THINGS: [&str; 8] = ["door.", "light.", "heat.", "tap.", "gas.", "fan.", "alarm.", "motion."];

static mut VOCAB: Vocab<MOST, 2400> = Vocab::new();

/// The text of a word, such as `tap.07`.
fn name(word: usize, room: &mut [u8; 8]) -> &str {
    let thing = THINGS.get(word % THINGS.len()).copied().unwrap_or_default();
    let digits = [(word / 80) as u8, (word / 8 % 10) as u8].map(|digit| b'0' + digit);
    let len = thing.len() + digits.len();
    room.iter_mut().zip(thing.bytes().chain(digits)).for_each(|(place, byte)| *place = byte);
    core::str::from_utf8(room.get(..len.min(room.len())).unwrap_or_default()).unwrap_or_default()
}

/// Prints the instructions of a lookup in vocabularies of 80 and 304 words, then ends the emulator.
pub(crate) fn all() -> ! {
    let vocab = &raw mut VOCAB;
    // SAFETY: the entry point calls this once, and nothing else names VOCAB.
    let vocab = unsafe { &mut *vocab };
    clock::start();
    let ticks = clock::calibrate();
    for words in [80, MOST] {
        let mut room = [0; 8];
        for word in 0..words {
            black_box(vocab.observe(name(word, &mut room))).ok();
        }
        // Words are known, and then not.
        for (first, what) in [(0, "known, of "), (MOST, "unknown, of ")] {
            // A tick is many instructions: so all words in a row, with looking them up and without.
            let mut pass = |index: &dyn Fn(&str) -> Option<u32>| {
                let start = clock::now();
                for word in first..first + words {
                    black_box(index(black_box(name(word, &mut room))));
                }
                u64::from(clock::since(start))
            };
            let (with, without) = (pass(&|token| vocab.index(token)), pass(&|_| None));
            let instructions = (with - without) * u64::from(clock::CALIBRATION) / u64::from(ticks);
            write(what.as_bytes());
            report(if words == MOST { "304" } else { "80" }, (instructions / words as u64) as u32);
        }
    }
    end(true)
}
