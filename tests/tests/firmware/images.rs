//! Images: the one in flash, and those that it saves.

use std::fs;

use base64ct::{Base64, Encoding as _};
use motevec_core::image::Image;
use motevec_tests::firmware::{self, Board, Dialogue, IMAGE};
use motevec_tests::{Folder, addresses};

use crate::host;

/// The bytes of an image that was saved on lines.
pub(crate) fn decode(lines: &[String]) -> Vec<u8> {
    let encoded: String = lines.iter().filter_map(|line| line.strip_prefix("= ")).collect();
    Base64::decode_vec(&encoded).expect("base64")
}

#[test]
fn a_saved_model_comes_back_and_a_cut_one_is_refused() {
    let mut host = host();
    host.ask("demo");
    let vector = host.ask("vector lab.laser");
    let saved = host.ask("save");
    let folder = Folder::new();
    let bytes = decode(&saved);
    folder.write("saved.mote", &bytes);
    assert!(folder.run(&["convert", "saved.mote", "saved.txt"]).status.success());
    let text = String::from_utf8(folder.read("saved.txt")).expect("text");
    let row = text.lines().find_map(|line| line.strip_prefix("lab.laser ")).expect("the word is there");
    let numbers = |text: &str| text.split(' ').map(|x| x.parse().expect("a number")).collect::<Vec<f32>>();
    let difference = numbers(row).into_iter().zip(numbers(&vector[0])).map(|(a, b)| (a - b).abs());
    assert!(difference.fold(0.0, f32::max) < 1e-6, "{row} {vector:?}");

    // The power fails in the middle of it: wherever that is, what has arrived is not a model.
    for lines in [0, 1, 2, saved.len() / 2, saved.len() - 2] {
        folder.write("cut.mote", decode(&saved[..lines]));
        let (code, message) = folder.failure(&["convert", "cut.mote", "cut.txt"]);
        assert_eq!((code, message.lines().count()), (1, 1), "{lines} lines: {message}");
        assert!(!folder.path("cut.txt").exists());
    }
    for len in 0..bytes.len() {
        assert!(Image::new(&bytes[..len]).is_err(), "{len} of {} bytes", bytes.len());
    }
}

/// The same on a board that loses its power while it sends.
#[test]
fn a_board_that_dies_while_it_saves_leaves_no_model() {
    let Some(mut device) = Board::An386.start() else { return };
    device.ask("learn a b c d e f g h i j k l m n o p");
    device.send(b"save\n");
    let arrived: Vec<String> = (0..20).map(|_| device.hear()).collect();
    drop(device);
    let folder = Folder::new();
    folder.write("cut.mote", decode(&arrived));
    let (code, message) = folder.failure(&["convert", "cut.mote", "cut.txt"]);
    assert_eq!(code, 1);
    assert!(message.contains("cut short"), "{message}");
    assert_eq!(folder.names(), ["cut.mote"]);
}

/// Vectors from the image are those that the program wrote, and learning moves them.
#[test]
fn adopted_words_are_trained_on() {
    let mut host = host();
    let in_flash = host.ask("vector freedom");
    let before = host.ask("stats");
    assert_eq!(host.ask("adopt freedom xyzzy"), ["error: not in flash: xyzzy"]);
    assert_eq!(host.ask("stats"), before);
    assert_eq!(host.ask("adopt freedom peace war"), ["ok"]);
    assert_eq!(host.ask("vector freedom"), in_flash);
    let image = Image::new(IMAGE).expect("a sound image");
    let saved = decode(&host.ask("save"));
    let saved = Image::new(&saved).expect("a sound image");
    for word in ["freedom", "peace", "war"] {
        let (mut one, mut other) = ([[0.0; 16]; 2], [[0.0; 16]; 2]);
        for (image, rows) in [(&image, &mut one), (&saved, &mut other)] {
            let number = image.find(word).expect("the word is there");
            image.center().row(number).expect("a row").read(&mut rows[0]);
            image.outside().expect("outside vectors").row(number).expect("a row").read(&mut rows[1]);
        }
        assert_eq!(one, other, "{word}");
    }
    host.ask("learn freedom peace war");
    assert_ne!(host.ask("vector freedom"), in_flash);
    assert_eq!(host.ask("adopt freedom"), ["ok"]);
    assert_eq!(host.ask("vector freedom"), in_flash, "adopting again starts anew");
}

/// The commands of firmware-example/README.md make the image that lies there.
#[test]
fn the_image_is_what_the_readme_makes() {
    let readme = fs::read_to_string(firmware::folder().join("README.md")).expect("a README").replace("\\\n", "");
    let folder = Folder::new();
    fs::create_dir(folder.path("firmware-example")).expect("a folder");
    let commands: Vec<&str> = readme
        .lines()
        .filter(|line| ["motevec train ", "motevec export "].iter().any(|start| line.starts_with(start)))
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().skip(1).collect();
        let args: Vec<&str> =
            args.into_iter().map(|arg| if arg.ends_with(".zst") { addresses() } else { arg }).collect();
        let output = folder.run(&args);
        assert!(output.status.success(), "{command}: {output:?}");
    }
    assert!(folder.read("firmware-example/addresses.mote") == IMAGE, "the image is not what these commands make");
}
