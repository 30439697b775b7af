//! Phrases are those of gensim, word for word.

use motevec_tests::{Folder, addresses, data, has_python, python};

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

#[test]
fn phrases_are_those_of_gensim() {
    if !has_python("gensim") {
        return;
    }
    let folder = Folder::new();
    folder.stdout(&["phrases", addresses(), "-o", "addresses.txt", "--min-count", "1000000"]);
    let text = String::from_utf8(folder.read("addresses.txt")).unwrap();
    folder.write("addresses.txt", text.split_inclusive('\n').step_by(3).collect::<String>());
    let path = data("pan-tadeusz.txt.zst");
    folder.stdout(&["phrases", path.to_str().unwrap(), "-o", "poem.txt", "--min-count", "1000000"]);
    // Words that are spelled as phrases are, and phrases of them; a line of many sentences.
    let odd =
        "New_York city\nNew York city\nNew York_city of a_b\na b of a of b a_of_b\n_ a _ b a__b a_ b\n".repeat(30);
    folder.write("odd.txt", odd.clone() + &odd.replace('\n', " ").repeat(9));
    let texts = ["addresses.txt", "poem.txt", "odd.txt"];
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
        for text in texts {
            script += &format!("write('{text}', '{number}-{text}', {passes}, {longest}, {settings})\n");
        }
    }
    python(&folder, &script);
    for (number, (options, _)) in SETTINGS.iter().enumerate() {
        for text in texts {
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
