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
    // So small a text would get a hundred.
    let epochs: &[&str] = if options.contains(&"--epochs") { &[] } else { &["--epochs", "5"] };
    folder.json(&[&args[..], options, epochs].concat())
}

/// Trains with `options` on one thread, and checks that the model is the same on three, that what its history says
/// makes it again, and that it is none of `others`, to which it is added. Returns the summary.
pub(crate) fn train_and_remake(folder: &Folder, options: &[&str], others: &mut Vec<Vec<u8>>) -> Value {
    let summary = train(folder, "model.safetensors", &[options, &["--threads", "1"]].concat());
    let model = folder.read("model.safetensors");
    train(folder, "again.safetensors", &[options, &["--threads", "3"]].concat());
    assert!(folder.read("again.safetensors") == model, "{options:?}: another number of threads");
    let info: Value = folder.json(&["info", "model.safetensors", "--json"]);
    let said = info["history"][0]["options"].as_array().unwrap().iter();
    let remade: Vec<String> = said
        .flat_map(|pair| [format!("--{}", pair[0].as_str().unwrap()), pair[1].as_str().unwrap().to_owned()])
        .filter(|argument| !argument.is_empty())
        .collect();
    let remade: Vec<&str> = remade.iter().map(String::as_str).collect();
    folder.stdout(&[&["train", "text.txt", "-o", "remade.safetensors"], &remade[..]].concat());
    assert!(folder.read("remade.safetensors") == model, "{options:?}: its history {remade:?}");
    assert!(!others.contains(&model), "{options:?} makes a difference");
    others.push(model);
    // Words of a topic are beside each other.
    let nearest = folder.stdout(&["neighbors", "model.safetensors", "t0w0", "-k", "3"]);
    assert!(nearest.lines().skip(1).all(|line| line.starts_with("t0w")), "{options:?}: {nearest}");
    summary
}

pub(crate) fn last_loss(summary: &Value) -> f64 {
    number(summary["losses"].as_array().unwrap().last().unwrap())
}
