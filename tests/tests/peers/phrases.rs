//! Phrases are those of gensim and of word2phrase, word for word.

use std::env;
use std::process::Command;

use motevec_tests::{Folder, addresses, data, has_python, python};
use twox_hash::XxHash3_128;

/// The settings of motevec, and of gensim.
const SETTINGS: [(&str, &str); 8] = [
    ("", ""),
    ("--min-count 2 --threshold 0.7 --max-sentence 7", "min_count=2, threshold=0.7"),
    ("--connector-words english --threshold 1", "connector_words=ENGLISH_CONNECTOR_WORDS, threshold=1"),
    ("--scoring npmi", "scoring='npmi', threshold=0.5"),
    (
        "--scoring npmi --threshold -0.1 --min-count 3 --connector-words english",
        "scoring='npmi', threshold=-0.1, min_count=3, connector_words=ENGLISH_CONNECTOR_WORDS",
    ),
    ("--max-vocab 5000 --threshold 0.5", "max_vocab_size=5000, threshold=0.5"),
    (
        "--passes 3 --threshold 2 --connector-words english --max-vocab 30000",
        "threshold=2, connector_words=ENGLISH_CONNECTOR_WORDS, max_vocab_size=30000",
    ),
    ("--passes 2 --delimiter –e– --threshold 2", "threshold=2, delimiter='–e–'"),
];

const TEXTS: [&str; 3] = ["addresses.txt", "poem.txt", "odd.txt"];

/// A folder with [`TEXTS`].
fn folder() -> Folder {
    let folder = Folder::new();
    folder.stdout(&["phrases", addresses(), "-o", "addresses.txt", "--min-count", "1000000"]);
    let text = String::from_utf8(folder.read("addresses.txt")).unwrap();
    folder.write("addresses.txt", text.split_inclusive('\n').step_by(3).collect::<String>());
    let path = data("pan-tadeusz.txt.zst");
    folder.stdout(&["phrases", path.to_str().unwrap(), "-o", "poem.txt", "--min-count", "1000000"]);
    // Words that are spelled as phrases are, and phrases of them; a line of many sentences.
    let odd =
        "New_York city\nNew York city\nNew York_city of a_b\na b of a of b a_of_b\n_ a _ b a__b a_ b\n".repeat(30);
    // word2phrase loses what follows the last line feed.
    folder.write("odd.txt", odd.clone() + &odd.replace('\n', " ").repeat(9) + "\n");
    folder
}

#[test]
fn phrases_are_those_of_gensim() {
    if !has_python("gensim") {
        return;
    }
    let folder = folder();
    let mut script = "
from gensim.models.phrases import Phrases, ENGLISH_CONNECTOR_WORDS
from gensim.models.word2vec import LineSentence
def write(text, name, passes, longest, **settings):
    sentences = LineSentence(text, max_sentence_length=longest)
    for _ in range(passes):
        sentences = Phrases(sentences, **settings)[sentences]
    with open(name, 'w', encoding='utf-8') as out:
        out.writelines(word + '\\n' for sentence in sentences for word in sentence)
"
    .to_owned();
    let value = |options: &str, name: &str, default: &str| {
        let mut words = options.split(' ').skip_while(|word| *word != name);
        words.nth(1).unwrap_or(default).to_owned()
    };
    for (number, (options, settings)) in SETTINGS.iter().enumerate() {
        let (passes, longest) = (value(options, "--passes", "1"), value(options, "--max-sentence", "10000"));
        for text in TEXTS {
            script += &format!("write('{text}', '{number}-{text}', {passes}, {longest}, {settings})\n");
        }
    }
    python(&folder, &script);
    for (number, (options, _)) in SETTINGS.iter().enumerate() {
        for text in TEXTS {
            let line = format!("phrases {text} -o ours.txt --json {options}");
            let report = folder.json(&line.split_whitespace().collect::<Vec<_>>());
            let [ours, expected] = ["ours.txt".to_owned(), format!("{number}-{text}")]
                .map(|name| String::from_utf8(folder.read(&name)).unwrap());
            let mut pairs = ours.split_whitespace().zip(expected.split_whitespace());
            let differ = pairs.find(|(ours, expected)| ours != expected);
            assert_eq!(differ, None, "{line}");
            assert_eq!(ours.split_whitespace().count(), expected.split_whitespace().count(), "{line}");
            assert!(text != "addresses.txt" || report["phrases"].as_u64().unwrap() > 5, "{line}: {report}");
        }
    }
}

/// Options of word2phrase, and of each text a digest of what word2phrase.c wrote: that of 2014, which is commit 20c129a
/// of github.com/tmikolov/word2vec, built by `gcc -O2`. With `WORD2PHRASE=PATH`, the program there is asked again.
const WORD2PHRASE: [(&str, [u128; 3]); 4] = [
    ("", [0xf784d9ddbba42f16d164e43ad01406a5, 0xd0a1f7fd818c45f79a40c81c59003908, 0xc9e8e524dc77ace287f1eef68386571f]),
    (
        "-threshold 10",
        [0x186226906e2387160537741a8a7ead33, 0xd5200edae6ea5e48a7dd6d9b09c443b3, 0xf6781857b7da2d8330ecfb6652d23613],
    ),
    (
        "-threshold 1 -min-count 2",
        [0x183d10376f85afad161150d6adddf518, 0xd07d9ab8f3a81c6cec0683b0e467b243, 0x0326b86d88b483f106dafc8c3023bba5],
    ),
    (
        "-threshold 300.5 -min-count 1",
        [0xd0e58656013d6d98aecaae6afbecc328, 0x31ad94939719ec46eb533e4ff1a5d6f3, 0xc9e8e524dc77ace287f1eef68386571f],
    ),
];

#[test]
fn phrases_are_those_of_word2phrase() {
    let folder = folder();
    let program = env::var_os("WORD2PHRASE");
    let digest = |options: &str, text: &str| {
        let line = format!("-train {text} -output ours.txt -debug 0 {options}");
        let arguments: Vec<_> = line.split_whitespace().collect();
        folder.stdout(&[&["word2phrase"], &arguments[..]].concat());
        let ours = String::from_utf8(folder.read("ours.txt")).unwrap();
        // It writes a space before each word.
        let spaced = |line: &str| if line.trim().is_empty() { line.to_owned() } else { format!(" {line}") };
        let ours: String = ours.split_inclusive('\n').map(spaced).collect();
        if let Some(program) = &program {
            let status = Command::new(program).current_dir(folder.path("")).args(&arguments).output().unwrap().status;
            assert!(status.success() && folder.read("ours.txt") == ours.as_bytes(), "{line}");
        }
        XxHash3_128::oneshot(ours.as_bytes())
    };
    let found = WORD2PHRASE.map(|(options, _)| (options, TEXTS.map(|text| digest(options, text))));
    assert_eq!(found, WORD2PHRASE);
}
