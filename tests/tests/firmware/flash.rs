//! What the linker has put into RAM, and what is used of the stack.

use std::fs;

use motevec_tests::firmware::{Board, Dialogue};
use object::{Object, ObjectSection};

/// The deepest stack, of all that can be asked for, stays clear of the data; and beside the matrices and the words
/// there is at most 3.25 KB on a Cortex-M4F, with what waits on the line, and the last events to learn again.
#[test]
fn memory_is_as_small_as_promised() {
    for (board, most) in [(Board::Microbit, 3584), (Board::An386, 3328)] {
        let Some(mut device) = board.start() else { continue };
        for line in
            ["help", "near peace", "vector peace", "adopt peace war", "learn a b c d", "near a", "save", "rate 1"]
        {
            device.ask(line);
        }
        device.ask("learn a b a b a b a b a b a b a b");
        device.ask("watch a b a b a b a b a b a b a b");
        device.ask("score a b a b a b a b a b a b a b");
        device.ask("demo");
        device.ask("save");
        let stats = device.ask("stats");
        let stack = stats.iter().find_map(|line| line.strip_prefix("stack ")).expect("the stack is measured");
        let numbers: Vec<usize> = stack.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [peak, size] = numbers[..] else { panic!("{stack}") };
        assert!(peak < size, "{board:?}: {stack}");
        let firmware = fs::read(board.build()).expect("the firmware");
        let firmware = object::File::parse(&firmware[..]).expect("an ELF file");
        let statics: u64 = ["data", "bss", "uninit"].iter().map(|name| size_of_section(&firmware, name)).sum();
        // Two matrices of 80 × 16 f32, and 800 bytes of text.
        let beyond = statics as usize + peak - 2 * 80 * 16 * 4 - 800;
        eprintln!(
            "{board:?}: {statics} bytes static, {peak} of {size} bytes of stack; {beyond} beyond matrices and words"
        );
        assert!(beyond <= most, "{board:?}: {statics} bytes static, {peak} bytes of stack");
    }
}

fn size_of_section(firmware: &object::File<'_>, name: &str) -> u64 {
    firmware.section_by_name(&format!(".{name}")).map_or(0, |section| section.size())
}
