//! What the linker has put into flash and RAM, and what is used of the stack.

use std::fs;

use motevec_tests::firmware::{Board, Dialogue};
use object::{Object, ObjectSection, ObjectSymbol};

/// Nothing in an image without logs panics or formats: the linker has found no way there.
#[test]
fn no_image_without_logs_has_panics_in_it() {
    for board in Board::ALL {
        if !board.is_here() {
            continue;
        }
        let firmware = fs::read(board.build()).expect("the firmware");
        let firmware = object::File::parse(&firmware[..]).expect("an ELF file");
        let names: Vec<&str> = firmware.symbols().filter_map(|symbol| symbol.name().ok()).collect();
        assert!(names.iter().any(|name| name.contains("motevec_learner")), "{board:?}: its symbols are there");
        let panics =
            |name: &&&str| ["4core9panicking", "4core3fmt", "rust_begin_unwind"].iter().any(|part| name.contains(part));
        let panics: Vec<_> = names.iter().filter(panics).collect();
        assert!(panics.is_empty(), "{board:?}: {panics:?}");
    }
}

/// The deepest stack, of all that can be asked for, stays clear of the data; and beside the matrices and the words there are at most 2 KB on a Cortex-M4F.
#[test]
fn memory_is_as_small_as_promised() {
    for (board, most) in [(Board::Microbit, 16 * 1024 - 10_240 - 960), (Board::An386, 2048)] {
        let Some(mut device) = board.start() else { continue };
        for line in
            ["help", "near peace", "vector peace", "adopt peace war", "learn a b c d", "near a", "save", "rate 1"]
        {
            device.ask(line);
        }
        device.ask("learn a b a b a b a b a b a b a b");
        device.ask("demo");
        device.ask("save");
        let stats = device.ask("stats");
        let stack = stats.iter().find_map(|line| line.strip_prefix("stack ")).expect("the stack is measured");
        let numbers: Vec<usize> = stack.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [peak, size] = numbers[..] else { panic!("{stack}") };
        assert!(peak < size, "{board:?}: {stack}");
        let firmware = fs::read(board.build()).expect("the firmware");
        let firmware = object::File::parse(&firmware[..]).expect("an ELF file");
        let statics: u64 = ["data", "bss"].iter().map(|name| size_of_section(&firmware, name)).sum();
        // Two matrices of 80 × 16 f32; 800 bytes of text, and where each word of it ends.
        let beyond = statics as usize + peak - 2 * 80 * 16 * 4 - 800 - 80 * 2;
        eprintln!(
            "{board:?}: {statics} bytes static, {peak} of {size} bytes of stack; {beyond} beyond matrices and words"
        );
        assert!(beyond <= most, "{board:?}: {statics} bytes static, {peak} bytes of stack");
    }
}

fn size_of_section(firmware: &object::File<'_>, name: &str) -> u64 {
    firmware.section_by_name(&format!(".{name}")).map_or(0, |section| section.size())
}
