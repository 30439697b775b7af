//! Two models in one space, and the words that moved between them.

use motevec::{Vectors, format};
use motevec_tests::Folder;

/// Numbers between −1 and 1 that look random, always the same.
fn numbers() -> impl Iterator<Item = f32> {
    let mut state = 7_u32;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
}

/// A folder with a model `a.safetensors` of 40 words in three dimensions, with counts, and `b.safetensors`, where they
/// are turned and `w5` means the opposite. `b` has the word `new` instead of `w0`.
fn folder() -> Folder {
    let folder = Folder::new();
    let data: Vec<f32> = numbers().take(120).collect();
    let vocabulary = (0..40).map(|word| (format!("w{word}"), 100 - word)).collect();
    let a = Vectors::new(vocabulary, 3, data);
    let words = (0..40).map(|word| if word == 0 { "new".to_owned() } else { format!("w{word}") });
    let turn = |row: &[f32]| [0.6 * row[0] - 0.8 * row[1], -row[2], 0.8 * row[0] + 0.6 * row[1]];
    let mut data: Vec<f32> = a.rows().flat_map(turn).collect();
    data[15..18].iter_mut().for_each(|number| *number = -*number);
    let outside = Some(data.clone());
    let vocabulary = words.zip((0..40).map(|word| 200 - word)).collect();
    let b = Vectors { outside, ..Vectors::new(vocabulary, 3, data) };
    for (name, model) in [("a", a), ("b", b)] {
        format::write(&folder.path(&format!("{name}.safetensors")), None, model.view()).unwrap();
    }
    folder
}

#[test]
fn a_rotated_model_comes_back_and_what_moved_is_told() {
    let folder = folder();
    let (a, b) = ("a.safetensors", "b.safetensors");
    let report = folder.stdout(&["align", a, b, "-o", "c.safetensors", "--top", "2"]);
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[..2], ["shared      39 words of 40 and 40", "dimensions  3"]);
    assert!(lines[2].starts_with("similarity  0.9487, before "), "all but one of 39 agree: {report}");
    assert!(lines[3].starts_with("written     c.safetensors, "), "{report}");
    assert_eq!((lines.len(), lines[5]), (8, "moved  distance"), "{report}");
    assert_eq!(lines[6], "w5       2.0000", "{report}");

    // The rows that did not move are those of A again.
    let read = |name: &str| format::read(&folder.path(name), None).unwrap();
    let (before, after) = (read(a), read("c.safetensors"));
    assert_eq!(after.vocabulary.words().next(), Some("new"), "all words of B are there");
    assert_eq!((after.vocabulary.counts()[0], after.outside.as_ref()), (200, Some(&after.data)));
    let near = |word: usize| before.row(word).iter().zip(after.row(word)).all(|(x, y)| (x - y).abs() < 1e-5);
    assert!((0..40).filter(|&word| word != 5).all(near));

    // Whatever the format; and nothing is written without -o.
    let twice = folder.json(&["align", "c.safetensors", b, "-o", "d.vec", "--json"]);
    assert!(twice["similarity"].as_f64().unwrap() > 0.999_999 && twice["file_bytes"].as_u64().is_some(), "{twice}");
    let near = read("d.vec").data.iter().zip(&after.data).all(|(x, y)| (x - y).abs() < 1e-5);
    assert!(near);
    let before = folder.names();
    folder.stdout(&["align", a, b]);
    assert_eq!(folder.names(), before);
}

#[test]
fn rare_words_are_not_listed() {
    let folder = folder();
    let moved = |options: &[&str]| {
        let report = folder.json(&[&["align", "a.safetensors", "b.safetensors", "--json"], options].concat());
        let words = report["moved"].as_array().unwrap().clone();
        let mut names: Vec<_> = words.iter().map(|word| word["word"].as_str().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(report["shared"], 39, "all words align");
        (names, words)
    };
    let (names, words) = moved(&["--among", "8"]);
    assert_eq!(names, ["w1", "w2", "w3", "w4", "w5", "w6", "w7"]);
    assert_eq!((&words[0]["word"], &words[0]["counts"]), (&"w5".into(), &serde_json::json!([95, 195])));
    assert_eq!(moved(&["--min-count", "97"]).0, ["w1", "w2", "w3"]);
    assert_eq!(moved(&[]).0.len(), 20);
    assert_eq!(moved(&["--top", "0"]).0.len(), 0);

    // Without counts the order of the words stands for them.
    folder.stdout(&["convert", "a.safetensors", "a.bin"]);
    let report = folder.json(&["align", "a.bin", "b.safetensors", "--among", "2", "--json"]);
    assert_eq!((&report["moved"][0]["word"], &report["moved"][0]["counts"]), (&"w1".into(), &serde_json::Value::Null));
    assert_eq!(report["moved"].as_array().unwrap().len(), 1);
}
