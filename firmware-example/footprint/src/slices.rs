//! How long the serial line has to wait: the most instructions between two looks at it, by what it is asked for.

use core::cell::Cell;

use motevec_core::simd::{Portable, Scalar};
use motevec_learner::session::{Board, Session, Storage};
use motevec_learner::text::Sink;

use crate::host::{end, report, write};
use crate::{DIM, WORDS, clock};

#[cfg(feature = "microbit")]
#[path = "../../src/board/nrf51.rs"]
mod nrf51;

/// Every command. Events of a building, and words of the host's, until there is no room for more.
const LINES: [&str; 21] = [
    "demo",
    "learn lab.door lab.light lab.heat lab.hood lab.motion lab.gas lab.laser lab.alarm lab.door lab.gas",
    "near lab.laser",
    "near freedom",
    "vector lab.laser",
    "stats",
    "adopt freedom liberty",
    "learn a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    "adopt i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i i",
    "score a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    "watch a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    "rate 1",
    "learn a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a",
    "learn a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a",
    "learn a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a",
    "save",
    "keep",
    "help",
    "reset",
    "watch a b c d e f g h i j k l m n o p q r s t u v w x y z A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    "rate 0.05",
];

static BOARD: Board =
    Board { name: "slices", stack: || None, quits: false, image: include_bytes!("../../addresses.mote") };

static mut STORAGE: Storage<WORDS, DIM, 800, 128> = Storage::new();

/// When the line was looked at last, and the longest time between two looks.
struct Line {
    last: Cell<u32>,
    longest: Cell<u32>,
}

impl Line {
    fn look(&self) {
        let spent = clock::since(self.last.get());
        self.longest.set(self.longest.get().max(spent));
        self.last.set(clock::now());
    }
}

/// A serial line looks for what comes while it waits for what it sends.
impl Sink for &Line {
    fn send(&mut self, _bytes: &[u8]) {
        self.look();
    }

    fn listen(&mut self) {
        self.look();
    }
}

/// Prints the most instructions between two looks, by line; then ends the emulator.
pub(crate) fn all() -> ! {
    let storage = &raw mut STORAGE;
    // SAFETY: the entry point calls this once, and nothing else names STORAGE.
    let storage = unsafe { &mut *storage };
    clock::start();
    let ticks = clock::calibrate();
    let line = Line { last: Cell::new(clock::now()), longest: Cell::new(0) };
    let mut out = &line;
    #[cfg(feature = "microbit")]
    let flash = nrf51::flash();
    #[cfg(not(feature = "microbit"))]
    let flash = motevec_learner::slots::NoFlash;
    let mut session = Session::new(Scalar::<Portable>::new(), storage, &BOARD, flash);
    for asked in LINES {
        line.look();
        line.longest.set(0);
        for &byte in asked.as_bytes().iter().chain(b"\n") {
            line.look();
            session.receive(byte, &mut out);
        }
        line.look();
        write(asked.as_bytes().get(..asked.len().min(20)).unwrap_or_default());
        report("", (u64::from(line.longest.get()) * u64::from(clock::CALIBRATION) / u64::from(ticks)) as u32);
    }
    end(true)
}
