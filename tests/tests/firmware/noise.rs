//! Noise on the line.

use motevec_core::sample::Generator;
use motevec_tests::firmware::{Board, Dialogue};
use rand_core::Rng;

use crate::host;

/// Random bytes, with line ends among them as often as in a random byte.
fn noise(len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    Generator::new(11, [0]).fill_bytes(&mut bytes);
    // The word with which the board would leave the emulator cannot come about by chance; make sure of it.
    assert!(!bytes.windows(4).any(|window| window == b"quit"));
    bytes
}

/// Pieces of commands in any order.
fn babble(lines: usize) -> Vec<u8> {
    const PIECES: [&str; 24] = [
        "learn ",
        "near ",
        "vector ",
        "adopt ",
        "save",
        "stats",
        "rate ",
        "reset",
        "help",
        "a",
        "bb",
        "lab.door ",
        "peace ",
        "freedom ",
        "0.4",
        "1",
        " ",
        "\t",
        "ż",
        "long-long-token ",
        "\u{7F}",
        "\r",
        "1.5",
        "learn a b c d e f g h i j k l m n ",
    ];
    let mut random = Generator::new(13, [0]);
    let mut below = |n: usize| random.next_u32() as usize % n;
    let mut text = String::new();
    for _ in 0..lines {
        for _ in 0..=below(6) {
            text += PIECES[below(PIECES.len())];
        }
        text += "\n";
    }
    text.into_bytes()
}

/// The question after all that noise, and its answer.
const LAST: &[u8] = b"\nnear the-end\n";
const LAST_ANSWER: &str = "error: no such word: the-end";

#[test]
fn a_megabyte_of_noise_is_survived_on_this_machine() {
    let mut host = host();
    host.send(&noise(1 << 20));
    host.send(&babble(20_000));
    host.send(LAST);
    while host.hear() != LAST_ANSWER {}
    assert_eq!(host.ask_all(&["reset", "rate 0.05"]), ["ok", "ok"]);
    assert_eq!(host.ask("demo")[7], "epoch 8 loss 1.5280 bits b94443e580066cb2");
}

/// The board answers to noise as this machine does, line by line, and to questions afterwards.
fn survives(board: Board, bytes: usize, lines: usize) {
    let Some(mut device) = board.start() else { return };
    let mut host = host();
    let mut sent = noise(bytes);
    sent.extend(babble(lines));
    sent.extend(LAST);
    // In pieces, so that neither side waits for the other with full pipes.
    for piece in sent.split_inclusive(|&byte| byte == b'\n') {
        host.send(piece);
        device.send(piece);
    }
    loop {
        let (expected, heard) = (host.hear(), device.hear());
        // Only the board measures its stack.
        let heard = if heard.starts_with("stack ") { device.hear() } else { heard };
        assert_eq!(heard, expected);
        if heard == LAST_ANSWER {
            break;
        }
    }
    assert_eq!(device.ask("reset"), ["ok"]);
    assert!(device.ask("learn a b c")[0].starts_with("loss "));
}

#[test]
fn noise_is_survived_on_a_cortex_m4f() {
    survives(Board::An386, 1 << 17, 500);
}

#[test]
fn noise_is_survived_on_a_micro_bit() {
    survives(Board::Microbit, 1 << 16, 300);
}
