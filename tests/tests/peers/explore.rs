//! `motevec explore`: the page, used in a real Chromium.

use std::process::Command;

use motevec_tests::{Folder, data, has_python, repository, skip, works};
use serde_json::Value;

/// A word that would end a script.
const HOSTILE: &str = "</script><b>";

/// Trains a model of Pan Tadeusz.
fn train(folder: &Folder, name: &str, more: &[&str]) {
    let corpus = data("pan-tadeusz.txt.zst");
    let text = ["--tokens", "words", "--lowercase", "--dim", "24", "--epochs", "40", "--lr", "0.05", "--json"];
    folder.stdout(&[&["train", corpus.to_str().unwrap(), "-o", name], &text[..], more].concat());
}

/// A folder with a model of Pan Tadeusz and one hostile word.
fn folder() -> Folder {
    let folder = Folder::new();
    train(&folder, "trained.txt", &[]);
    let trained = String::from_utf8(folder.read("trained.txt")).unwrap();
    let (header, rows) = trained.split_once('\n').unwrap();
    let words: usize = header.split(' ').next().unwrap().parse().unwrap();
    let numbers = " 0.25".repeat(24);
    folder.write("model.txt", format!("{} 24\n{HOSTILE}{numbers}\n{rows}", words + 1));
    folder
}

/// Words with their similarities: from a report of the program, whose rows have names, or of the page.
fn found(report: &Value) -> Vec<(&str, f64)> {
    fn row(row: &Value) -> (&str, f64) {
        let column = |name: &str, index: usize| row.get(name).or(row.get(index)).unwrap();
        (column("word", 0).as_str().unwrap(), column("similarity", 1).as_f64().unwrap())
    }
    report.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn the_page_is_one_file_that_no_word_can_break() {
    let folder = folder();
    let report = folder.stdout(&["explore", "model.txt", "-o", "explorer.html", "--top", "300", "--method", "pca"]);
    assert!(report.starts_with("words       300 of ") && report.contains("\nwritten     explorer.html, "), "{report}");
    let page = String::from_utf8(folder.read("explorer.html")).unwrap();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert_eq!(page.matches("</script>").count(), 2, "its own");
    assert!(page.contains("\\u003c/script>\\u003cb>"));
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("@import"), "nothing from elsewhere");
    assert!(page.contains("default-src 'none'"), "and the browser holds it to that");
    for name in ["again.html", "explorer.html"] {
        folder.stdout(&["explore", "model.txt", "-o", name, "--top", "300"]);
    }
    assert_eq!(folder.read("again.html"), folder.read("explorer.html"), "the same each time");

    let (code, message) = folder.failure(&["explore", "model.txt", "-o", "explorer.png"]);
    assert_eq!((code, message.as_str()), (2, "error: explorer.png: the name of a page must end in .html\n"));
}

#[test]
fn chromium_searches_clicks_and_completes_analogies() {
    if !works("chromium", &["--version"]) || !works("chromedriver", &["--version"]) {
        return skip("Chromium and its driver", "apt-get install chromium chromium-driver");
    }
    if !has_python("selenium") {
        return;
    }
    let folder = Folder::new();
    // So few buckets that every n-gram shares one with some that were trained.
    train(&folder, "model.bin", &["--subwords", "--buckets", "3000", "--max-n", "4"]);
    let unseen = ["tadeuszowaty", HOSTILE];
    folder.write("words.txt", format!("{}\npan\n", unseen.join("\n")));
    let report = folder.stdout(&["explore", "model.bin", "-o", "explorer.html", "--words-file", "words.txt"]);
    assert!(report.contains(", and 2 never seen, made of n-grams\n"), "{report}");
    let mut command = Command::new("python3");
    command
        .arg(repository().join("tests/pictures/explorer.py"))
        .arg(folder.path("explorer.html"))
        .args(["tadeusz", "sędzia", "pan", "pani"])
        .args(unseen);
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page: Value = serde_json::from_slice(&output.stdout).unwrap();

    // What the page finds in its bytes is what the program finds in the model, nearly.
    let json = |args: &[&str]| folder.json(args);
    let neighbors = json(&["neighbors", "model.bin", "tadeusz", "-k", "30", "--json"]);
    let of_unseen = json(&["neighbors", "model.bin", HOSTILE, "-k", "30", "--json"]);
    let answers = json(&["analogy", "model.bin", "pan", "sędzia", "pani", "-k", "30", "--json"]);
    for (name, program, count) in [("neighbors", neighbors, 12), ("unseen", of_unseen, 12), ("answers", answers, 8)] {
        let (page, program) = (found(&page[name]), found(&program["neighbors"]));
        assert_eq!(page.len(), count);
        // The program does not count words that it has not seen as neighbors; the page shows them.
        for (word, similarity) in page.iter().filter(|(word, _)| !unseen.contains(word)) {
            let exact =
                program.iter().find(|(other, _)| other == word).unwrap_or_else(|| panic!("{word}: {program:?}"));
            assert!((exact.1 - similarity).abs() < 0.02, "{name}: {word} {similarity} {exact:?}");
        }
        assert!(program[..3].iter().all(|best| page.iter().any(|found| found.0 == best.0)), "{page:?} {program:?}");
    }
}
