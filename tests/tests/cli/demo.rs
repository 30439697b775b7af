//! `motevec demo`: what it shows makes sense, and can be kept.

use motevec::{format, query};
use motevec_tests::Folder;
use serde_json::Value;

/// The nearest words of `word` in the report.
fn nearest<'a>(report: &'a Value, word: &str) -> Vec<&'a str> {
    let row = report["neighbors"].as_array().unwrap().iter().find(|row| row["word"] == word).unwrap();
    row["nearest"].as_array().unwrap().iter().map(|found| found["word"].as_str().unwrap()).collect()
}

#[test]
fn the_demo_learns_what_words_mean() {
    let folder = Folder::new();
    let report: Value = folder.json(&["demo", "--json", "-o", "demo.safetensors", "--no-plot"]);
    let losses: Vec<_> = report["losses"].as_array().unwrap().iter().map(|loss| loss.as_f64().unwrap()).collect();
    assert!(losses.last().unwrap() + 0.2 < losses[0], "the loss falls: {losses:?}");

    // Several good answers each: a small change of the training may swap them.
    for (word, sensible) in [
        ("tax", ["taxes", "income", "reductions", "credit"]),
        ("children", ["parents", "families", "kids", "school"]),
        ("school", ["schools", "students", "college", "teachers"]),
        ("freedom", ["liberty", "peace", "democracy", "justice"]),
        ("farmers", ["agriculture", "agricultural", "farm", "workers"]),
    ] {
        let found = nearest(&report, word);
        assert_eq!(found.len(), 5);
        let hits = found.iter().filter(|found| sensible.contains(found)).count();
        assert!(hits >= 2, "{word}: {found:?}");
    }
    assert_eq!(report["analogy"]["answer"], "her");

    let kept = format::read(&folder.path("demo.safetensors"), None).unwrap();
    let options = kept.history[0].command_line();
    assert!(options.contains("--dim 64 ") && options.contains(" --epochs 20 --lr 0.05 "), "{options}");
    let found = query::neighbors(&kept, &["tax"], 5).unwrap();
    assert_eq!(found.iter().map(|neighbor| neighbor.word).collect::<Vec<_>>(), nearest(&report, "tax"));

    // The text for people holds the same words, whatever else the machine does.
    assert_eq!(folder.names(), ["demo.safetensors"]);
    let text = folder.stdout(&["demo"]);
    assert!(text.contains(&format!("tax       {}\n", nearest(&report, "tax").join(", "))), "{text}");
    assert!(text.contains("he is to she as his is to … her\n"), "{text}");
    assert!(text.contains("\nNext:\n  motevec demo -o demo.bin\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("\nA picture of these words: motevec-demo.png\n"), "{text}");
    assert!(folder.read("motevec-demo.png").starts_with(b"\x89PNG"));
    assert_eq!(folder.names(), ["demo.safetensors", "motevec-demo.png"]);
}
