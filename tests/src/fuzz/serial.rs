//! The firmware's serial line.

use motevec_core::image::Image;
use motevec_core::simd::{Lanes, Portable, Scalar, Wide};
use motevec_learner::session::{Board, Next, Session, Storage};
use motevec_learner::slots::NoFlash;
use motevec_learner::text::Sink;

use crate::firmware::IMAGE;

/// Small, so that everything fills up soon; but for the dimensions, which are those of the image.
type Small = Storage<8, 16, 64, 48>;

static BOARD: Board = Board { name: "fuzz", stack: || None, quits: true, image: IMAGE };

/// Bytes on the line: every line that holds something gets an answer, the same with all instructions; and what is
/// learned can always be saved.
pub fn serial(data: &[u8]) {
    // The demo learns for thousands of steps; once is enough.
    if data.windows(4).filter(|bytes| bytes == b"demo").count() > 1 {
        return;
    }
    let plain = talk(Scalar::<Portable>::new(), data);
    assert_eq!(plain, talk(Wide::<Portable>::new(), data), "the same with all instructions");
}

/// All that is answered, and then the answer to `save`.
fn talk(lanes: impl Lanes, data: &[u8]) -> Vec<u8> {
    let mut storage = Box::new(Small::new());
    let mut session = Session::new(lanes, &mut storage, &BOARD, NoFlash);
    let mut all = Collected(Vec::new());
    session.greet(&mut all);
    for &byte in data {
        let before = all.0.len();
        let next = session.receive(byte, &mut all);
        let answer = &all.0[before..];
        if !answer.is_empty() {
            assert_answered(answer);
        }
        if next == Next::Quit {
            return all.0;
        }
    }
    // Ends the line that has begun.
    session.receive(b'\n', &mut all);
    let mut saved = Collected(Vec::new());
    for &byte in b"save\n" {
        session.receive(byte, &mut saved);
    }
    assert_answered(&saved.0);
    let text = String::from_utf8(saved.0).expect("answers are UTF-8");
    match text.strip_suffix("ok\n") {
        None => assert_eq!(text, "error: nothing is learned yet\n"),
        Some(image) => {
            let lines = image.lines().map(|line| line.strip_prefix("= ").expect("a line of an image"));
            let image: Vec<u8> = lines.flat_map(decode).collect();
            assert!(Image::new(&image).is_ok_and(|image| !image.is_empty()), "{text}");
        }
    }
    all.0.extend(text.into_bytes());
    all.0
}

/// An answer is lines, of which the last is `ok` or a refusal, and none else is.
fn assert_answered(answer: &[u8]) {
    let text = str::from_utf8(answer).expect("answers are UTF-8");
    let lines: Vec<&str> = text.strip_suffix('\n').expect("a whole line").split('\n').collect();
    let is_last = |line: &&str| *line == "ok" || line.starts_with("error: ");
    assert!(lines.last().is_some_and(is_last) && lines.iter().filter(|line| is_last(line)).count() == 1, "{text}");
}

/// The bytes of a line of base64.
fn decode(line: &str) -> Vec<u8> {
    let value = |character: u8| match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u8> = line.trim_end_matches('=').bytes().map(value).collect();
    let bytes = |four: &[u8]| {
        let number = four.iter().fold(0_u32, |number, &digit| number << 6 | u32::from(digit)) << (6 * (4 - four.len()));
        number.to_be_bytes()[1..four.len()].to_vec()
    };
    digits.chunks(4).flat_map(bytes).collect()
}

struct Collected(Vec<u8>);

impl Sink for Collected {
    fn send(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}
