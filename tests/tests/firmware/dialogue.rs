//! What it says.

use std::fs;

use motevec_tests::firmware::{self, Board, Dialogue};

use crate::host;

/// The lines that were typed of one of README.md's dialogues, with the answers that stand there.
fn readme_dialogue(number: usize) -> Vec<(String, Vec<String>)> {
    let readme = fs::read_to_string(firmware::folder().join("README.md")).expect("a README");
    let dialogue =
        readme.split("```console\n").nth(number).and_then(|rest| rest.split("```").next()).expect("a dialogue");
    let mut turns: Vec<(String, Vec<String>)> = Vec::new();
    for line in dialogue.lines() {
        match (line.strip_prefix("> "), turns.last_mut()) {
            (Some(asked), _) => turns.push((asked.to_owned(), Vec::new())),
            (None, Some((_, answer))) => answer.push(line.to_owned()),
            // Before the first question there are the log and the greeting.
            (None, None) => {}
        }
    }
    turns
}

fn converse(device: &mut impl Dialogue, turns: Vec<(String, Vec<String>)>) {
    for (asked, expected) in turns {
        let mut answer = device.ask(&asked);
        // Only boards have it, and each compiler another.
        answer.retain(|line| !line.starts_with("stack "));
        // The README leaves out the middle of long answers.
        if let Some(cut) = expected.iter().position(|line| line == "…") {
            let (front, back) = (&expected[..cut], &expected[cut + 1..]);
            assert!(answer.starts_with(front) && answer.ends_with(back), "{asked}: {answer:?}");
        } else {
            let expected: Vec<_> = expected.into_iter().filter(|line| !line.starts_with("stack ")).collect();
            assert_eq!(answer, expected, "{asked}");
        }
    }
}

#[test]
fn the_dialogue_of_the_readme_on_this_machine() {
    let [first, second] = [1, 2].map(readme_dialogue);
    assert!(first.len() > 8 && second.len() > 2, "{first:?} {second:?}");
    converse(&mut host(), first);
    converse(&mut host(), second);
}

#[test]
fn the_dialogue_of_the_readme_on_a_micro_bit() {
    if let Some(mut device) = Board::Microbit.start() {
        assert_eq!(device.greeting, "motevec on micro:bit: 80 words x 16; 1000 words in flash; try help");
        converse(&mut device, readme_dialogue(1));
    }
}

#[test]
fn help_names_every_command() {
    let mut host = host();
    let help = host.ask("help");
    for line in &help[..help.len() - 1] {
        let name = line.split(' ').next().expect("a name");
        let answer = host.ask(name);
        assert_ne!(answer, ["error: no such command; try help"], "{name}");
    }
    assert_eq!(help.len(), 15);
}
