//! Optimizers, dropout and losses: against PyTorch, and through the program.

mod command_line;
mod losses;
mod torch;

use motevec_tests::Folder;
use serde_json::Value;

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// A text of six topics of six words.
pub(crate) fn folder(lines: u32) -> Folder {
    let (mut text, mut state) = (String::new(), 1_u32);
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    for _ in 0..lines {
        let topic = draw(6);
        for _ in 0..10 {
            text += &format!("t{topic}w{} ", draw(6));
        }
        text.push('\n');
    }
    let folder = Folder::new();
    folder.write("text.txt", text);
    folder
}

/// Trains on `text.txt`. Returns the summary.
pub(crate) fn train(folder: &Folder, output: &str, options: &[&str]) -> Value {
    let args = ["train", "text.txt", "-o", output, "--dim", "12", "--subsample", "0", "--json"];
    folder.json(&[&args[..], options].concat())
}

pub(crate) fn last_loss(summary: &Value) -> f64 {
    number(summary["losses"].as_array().unwrap().last().unwrap())
}
