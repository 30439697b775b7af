//! The firmware with vectors of 16-bit integers, on the board that is made for.

use std::fs;

use motevec::format;
use motevec_tests::Folder;
use motevec_tests::firmware::{Board, Dialogue};

use crate::images::decode;

/// As many words as there is room for, of ten bytes each, and every command: the stack has room for all of it.
#[test]
fn a_micro_bit_holds_160_words() {
    let Some(mut device) = Board::Microbit.start_in_integers() else { return };
    assert_eq!(device.greeting, "motevec on micro:bit: 160 words x 16 of 16 bits; 1000 words in flash; try help");
    let words: Vec<String> = (0..160).map(|number| format!("word-{number:05}")).collect();
    for sentence in words.chunks(10) {
        assert_eq!(device.ask(&format!("learn {}", sentence.join(" "))).last().expect("ok"), "ok");
    }
    assert_eq!(device.ask(&format!("near {}", words[159])).len(), 6);
    assert_eq!(device.ask(&format!("vector {}", words[159]))[0].split(' ').count(), 16);
    assert_eq!(device.ask("adopt war"), ["error: no room for war"]);
    assert_eq!(device.ask("keep"), ["ok"]);
    let saved = device.ask("save");
    let stats = device.ask("stats");
    assert_eq!(stats[..2], ["words 160 of 160", "text 1600 of 1600 bytes"]);
    let stack = stats.iter().find_map(|line| line.strip_prefix("stack ")).expect("the stack is measured");
    println!("stack {stack}");
    let bytes: Vec<u32> = stack.split(' ').filter_map(|word| word.parse().ok()).collect();
    // The interrupt of the UART takes 52: what the processor puts there, and five registers.
    assert!(bytes[0] + 256 <= bytes[1], "{stack}: an interrupt takes some, too");

    // The host reads what it has saved.
    let folder = Folder::new();
    let path = folder.path("saved.mote");
    fs::write(&path, decode(&saved)).expect("the image is written");
    let model = format::read(&path, None).expect("an image");
    assert_eq!((model.vocabulary.len(), model.dim), (160, 16));
    assert!(model.data.iter().all(|x| (x * 4_096.0).fract() == 0.0), "all are multiples of 2^-12");
}
