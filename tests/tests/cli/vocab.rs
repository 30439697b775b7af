//! The words of a text and their counts, without training.

use std::process::Stdio;

use motevec_tests::{Folder, addresses};

#[test]
fn words_are_counted_as_training_counts_them() {
    let folder = Folder::new();
    folder.write("text.txt", "The cat, the dog.\n\nThe end\n");
    assert_eq!(
        folder.stdout(&["vocab", "text.txt", "--min-count", "1", "--top", "2"]),
        "text        6 words, 5 distinct\nvocabulary  5 words, 100.0 % of the text\nsentences   2\n\n\
         word  count  of the text\nThe       2      33.33 %\ncat,      1      16.67 %\n"
    );
    assert_eq!(
        folder.stdout(&["vocab", "text.txt", "--min-count", "2", "--tokens", "words", "--lowercase", "--json"]),
        "{\"words\":6,\"distinct_words\":4,\"vocabulary\":1,\"kept_words\":3,\"sentences\":2,\
         \"top\":[{\"word\":\"the\",\"count\":3,\"share\":0.5}]}\n"
    );
    let summary = folder.stdout(&["vocab", "text.txt", "--min-count", "1", "-o", "words.txt", "--top", "0"]);
    assert!(summary.ends_with("sentences   2\nwritten     words.txt\n"), "{summary}");
    assert_eq!(folder.read("words.txt"), b"The 2\ncat, 1\ndog. 1\nend 1\nthe 1\n");
    // On standard output the words come alone.
    let output = folder.run(&["vocab", "text.txt", "--min-count", "1", "--max-vocab", "1", "-o", "-"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "The 2\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("\ntext        6 words"), "{output:?}");
}

#[test]
fn training_takes_the_same_words() {
    let folder = Folder::new();
    let options = ["--tokens", "words", "--lowercase", "--min-count", "20"];
    let counted = folder.stdout(&[&["vocab", addresses(), "-o", "counted.txt", "--quiet"][..], &options].concat());
    assert_eq!(counted, "");
    let train = ["train", addresses(), "-o", "model.bin", "--dim", "2", "--epochs", "1", "--save-vocab", "saved.txt"];
    folder.stdout(&[&train[..], &options].concat());
    assert!(folder.read("counted.txt") == folder.read("saved.txt"));

    let mut reading = folder.motevec(&["vocab", "-", "--min-count", "1", "--top", "1"]);
    let reading = reading.stdin(Stdio::null()).output().unwrap();
    assert_eq!(reading.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&reading.stderr), "error: <stdin>: it contains no words\n");
}
