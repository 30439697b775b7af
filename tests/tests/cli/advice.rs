//! Runs that learn next to nothing, or from badly split text, say so, and what to change.

use motevec_tests::Folder;

/// A text of 2,000 lines of ten words, of either of two topics of a few words each.
fn few_distinct_words() -> String {
    let mut state = 1_u32;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let line = |_| {
        let topic = [["cat", "dog", "cow"], ["red", "green", "blue"]][draw(2)];
        (0..10).map(|_| topic[draw(3)]).collect::<Vec<_>>().join(" ") + "\n"
    };
    (0..2_000).map(line).collect()
}

/// Trains on `text` with `options`: the result and the warnings.
fn train(text: &str, options: &[&str]) -> (String, String) {
    let folder = Folder::new();
    folder.write("text.txt", text);
    let output = folder.run(&[&["train", "text.txt", "-o", "model.bin"], options].concat());
    assert!(output.status.success(), "{output:?}");
    (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn what_subsampling_leaves_is_told() {
    let text = few_distinct_words();
    let (summary, warning) = train(&text, &[]);
    assert!(summary.contains("\nsubsampling leaves 2.5 % of that\n"), "{summary}");
    let expected = "warning: subsampling left only 2.5 % of this small text, because few distinct words make up most \
                    of it: use --subsample 0, or a larger share than 0.0001\n";
    assert_eq!(warning, expected);
    let (summary, _) = train(&text, &["--json"]);
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert!((summary["subsampling_leaves"].as_f64().unwrap() - 0.025).abs() < 1e-3, "{summary}");
    assert_eq!(train(&text, &["--quiet"]).1, "");

    // With what it advises, something is learned.
    let (summary, warning) = train(&text, &["--subsample", "0"]);
    assert!(summary.contains("\nsubsampling leaves 100.0 % of that\n"), "{summary}");
    assert_eq!(warning, "");
}

#[test]
fn a_loss_that_does_not_move_is_told() {
    let text = few_distinct_words();
    let slow = ["--subsample", "0", "--epochs", "5", "--lr", "1e-5"];
    let (_, warning) = train(&text, &slow);
    let expected = "warning: the loss has hardly moved from 4.1589, where it began, to 4.15";
    let advice = ": use more --epochs, a higher --lr, or more text\n";
    assert!(warning.starts_with(expected) && warning.ends_with(advice), "{warning}");
    let (_, warning) = train(&text, &[&slow[..], &["--loss", "softmax"]].concat());
    assert!(
        warning.starts_with("warning: the loss has hardly moved from 1.7918, where it began, to 1.79"),
        "{warning}"
    );
}

#[test]
fn a_loss_that_rises_is_told() {
    let text = few_distinct_words();
    let fast = ["--subsample", "0", "--epochs", "2", "--optimizer", "adam", "--lr", "1.5"];
    let (_, warning) = train(&text, &fast);
    assert!(warning.starts_with("warning: the loss has risen from 4.1589, where it began, to "), "{warning}");
    assert!(warning.ends_with(": use a lower --lr than 1.5\n") && warning.len() < 120, "{warning}");
}

#[test]
fn vectors_that_point_one_way_are_told() {
    let text: String = (0..2_000_u32).map(|n| format!("w{} w{} w{} w{}\n", n % 7, n % 61, n % 89, n % 97)).collect();
    let (_, warning) = train(&text, &["--subsample", "0", "--epochs", "5"]);
    let expected = "warning: all vectors point about the same way, two at random with a cosine of 0.9";
    let advice = " on average, so that any word is a neighbor of any other: use more --epochs than 5, a higher --lr \
                  than 0.025, or more text\n";
    assert!(warning.starts_with(expected) && warning.ends_with(advice), "{warning}");
    assert_eq!(train(&text, &["--subsample", "0", "--epochs", "5", "--quiet"]).1, "");
    // With what it advises, and so by default, they do not.
    assert_eq!(train(&text, &["--subsample", "0"]).1, "");
    assert_eq!(train(&text, &["--subsample", "0", "--epochs", "10", "--lr", "0.2"]).1, "");
}

#[test]
fn punctuation_and_capitals_are_told_of_tokens() {
    let hint = |text: &str, options: &[&str]| train(&text.repeat(30), &[&["--subsample", "0"], options].concat()).1;
    let both = "The law, the Bill, and the court.\nWe read the law and a bill.\n";
    let expected = "note: 29 % of the words end in punctuation and 21 % begin with a capital, so that `Law,` and `law` \
                    are two: try --tokens words --lowercase\n";
    let note = hint(both, &[]);
    assert!(note.starts_with(expected), "{note}");
    assert!(!hint(both, &["--tokens", "words", "--lowercase"]).contains("note: "));
    let note = hint(both, &["--tokens", "words"]);
    let expected = "note: 21 % of the words begin with a capital, so that `Law` and `law` are two: try --lowercase\n";
    assert!(note.starts_with(expected), "{note}");
    let note = hint(both, &["--lowercase"]);
    let expected = "note: 29 % of the words end in punctuation, so that `law,` and `law` are two: try --tokens words\n";
    assert!(note.starts_with(expected), "{note}");
    // Punctuation that is split off already is a word of its own.
    assert!(!hint("the law , the bill , and the court .\n", &[]).contains("note: "));
}

#[test]
fn an_epoch_without_a_loss_has_its_reason() {
    // Of so few words hardly ever two are left beside each other.
    let text: String = few_distinct_words().split_inclusive('\n').take(60).collect();
    let (summary, _) = train(&text, &["--subsample", "1e-5", "--epochs", "8", "--dim", "4"]);
    let line = summary.lines().find(|line| line.starts_with("loss ")).unwrap();
    assert!(line.contains('–'), "{line}");
    assert!(line.ends_with("  (–: subsampling left no two words beside each other in that epoch)"), "{line}");
}

#[test]
fn a_text_without_spaces_is_told_of_tokens() {
    const ADVICE: &str = "this text has no spaces between words: put some there first, with a segmenter for its \
                          language, or use --tokens words (each character is then a word)\n";
    let chinese = "今天的天气很好我们一起去公园散步\n昨天的天气不好我们没有去公园散步\n".repeat(20);
    let thai = "วันนี้อากาศดีมากเราไปเดินเล่นที่สวนสาธารณะกันเถอะ แล้วเราก็กลับบ้านด้วยกันตอนเย็น\n".repeat(20);
    let folder = Folder::new();
    // Each line is a word, and has no neighbor.
    folder.write("text.txt", &chinese);
    let (code, message) = folder.failure(&["train", "text.txt", "-o", "model.bin"]);
    let nothing = "error: there is nothing to learn: no line has two words of the vocabulary; ";
    assert_eq!((code, message), (1, format!("{nothing}{ADVICE}")));
    // Each line is a word of its own.
    folder.write("text.txt", chinese.lines().take(2).collect::<Vec<_>>().join("\n"));
    let (code, message) = folder.failure(&["train", "text.txt", "-o", "model.bin"]);
    let rare = "error: no word occurs 5 times; 1 is the most that one does: lower --min-count; ";
    assert_eq!((code, message), (1, format!("{rare}{ADVICE}")));
    // Spaces between phrases only.
    let (_, warning) = train(&thai, &["--subsample", "0"]);
    assert!(warning.starts_with(&format!("warning: {ADVICE}")), "{warning}");

    let words = |text: &str| {
        let folder = Folder::new();
        folder.write("text.txt", text);
        let options = ["--tokens", "words", "--subsample", "0", "--dim", "4"];
        folder.stdout(&[&["train", "text.txt", "-o", "model.bin"], &options[..]].concat());
        let model = motevec::format::read(&folder.path("model.bin"), None).unwrap();
        let mut words: Vec<_> = model.vocabulary.words().map(str::to_owned).collect();
        words.sort();
        words.join(" ")
    };
    // What the help says that --tokens words makes of them: characters, with their marks; katakana and hangul whole.
    assert_eq!(words(&"天气好\n".repeat(20)), "天 好 气");
    assert_eq!(words(&"ありがとう カタカナ語\n".repeat(20)), "あ う が と り カタカナ 語");
    assert_eq!(words(&"오늘 날씨가\n".repeat(20)), "날씨가 오늘");
    assert_eq!(words(&"วันนี้\n".repeat(20)), "น นี้ วั");
    // Text that is split already is none of that.
    let (_, warning) = train(&"今天 的 天气 很 好 我们 一起 去 公园 散步\n".repeat(20), &["--subsample", "0"]);
    assert!(!warning.contains("spaces"), "{warning}");
}
