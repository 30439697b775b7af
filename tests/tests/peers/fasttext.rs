//! Files of fastText: its program reads what we write, and we read what it writes; and so with gensim.

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use motevec_core::loss::{Gradients, hierarchical_softmax};
use motevec_core::sample::HuffmanTree;
use motevec_tests::models::sample;
use motevec_tests::{Folder, data, has_python, skip, works};

use crate::formats::{folder, python, read};

#[test]
fn fasttext_reads_what_we_write() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = folder();
    folder.stdout(&["convert", "model.bin", "model.vec"]);
    // Words of the text start from the vectors that they have in the file; with a rate of 0 they stay there.
    folder.write("text.txt", "word1 word2 word3 word4 word5\n".repeat(20));
    let options = "-dim 7 -pretrainedVectors model.vec -lr 0 -epoch 1 -maxn 0 -thread 1 -minCount 1";
    let mut train = Command::new("fasttext");
    train.current_dir(folder.path(".")).args(["skipgram", "-input", "text.txt", "-output", "trained"]);
    let output = train.args(options.split(' ')).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let (trained, model) = (read(&folder, "trained.vec"), sample());
    for word in ["word1", "word2", "word5"] {
        let (trained, ours) = (trained.get(word).unwrap(), model.get(word).unwrap());
        // fastText writes five digits.
        assert!(
            trained.iter().zip(ours).all(|(one, other)| (one - other).abs() < 1e-4),
            "{word}: {trained:?} {ours:?}"
        );
    }
}

#[test]
fn we_read_what_fasttext_writes() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = Folder::new();
    let line = fs::read_to_string(data("analogy-questions.txt")).unwrap().replace('\n', " ");
    folder.write("text.txt", format!("{line}żółw naïve\n").repeat(20));
    let options = "skipgram -input text.txt -output model -dim 10 -epoch 1 -thread 1 -bucket 1000";
    let mut train = Command::new("fasttext");
    train.current_dir(folder.path("")).args(options.split(' '));
    assert!(train.output().unwrap().status.success());

    let vectors = read(&folder, "model.vec");
    assert!(vectors.vocabulary.row("żółw").is_some() && vectors.dim == 10);
    // The same numbers, as fastText itself prints them from the model that it trained.
    let mut print = Command::new("fasttext");
    print.arg("print-word-vectors").arg(folder.path("model.bin")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = print.spawn().unwrap();
    let words: Vec<_> = vectors.vocabulary.words().collect();
    running.stdin.take().unwrap().write_all(words.join("\n").as_bytes()).unwrap();
    let printed = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    let mut compared = 0;
    for (line, (word, row)) in printed.lines().zip(words.iter().zip(vectors.rows())) {
        let mut fields = line.split_whitespace();
        assert_eq!(fields.next(), Some(*word));
        assert_eq!(fields.map(|field| field.parse().unwrap()).collect::<Vec<f32>>(), row, "{word}");
        compared += 1;
    }
    assert_eq!(compared, words.len());
}

/// Words that the text of [`train_fasttext`] has, and others: with their n-grams, with none, and the end of a line.
const WORDS: [&str; 8] = ["nation", "law", "żółw", "unseenword", "nations'", "żółwie", "x", "</s>"];

/// Has fastText train `model.bin` in `folder`.
pub(crate) fn train_fasttext(folder: &Folder, options: &str) {
    let line = fs::read_to_string(data("analogy-questions.txt")).unwrap().replace('\n', " ");
    folder.write("text.txt", format!("{line}żółw naïve\n").repeat(20));
    let options = format!("{options} -input text.txt -output model -dim 10 -epoch 1 -thread 1");
    let mut train = Command::new("fasttext");
    train.current_dir(folder.path("")).args(options.split(' '));
    assert!(train.output().unwrap().status.success());
}

/// The vectors that fastText prints of [`WORDS`], from the model `name`.
fn fasttext_vectors(folder: &Folder, name: &str) -> Vec<Vec<f32>> {
    let mut print = Command::new("fasttext");
    print.arg("print-word-vectors").arg(folder.path(name)).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = print.spawn().unwrap();
    running.stdin.take().unwrap().write_all(WORDS.join("\n").as_bytes()).unwrap();
    let printed = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    let numbers = |line: &str| line.split_whitespace().skip(1).map(|field| field.parse().unwrap()).collect();
    printed.lines().map(numbers).collect()
}

/// The vectors that we have for [`WORDS`].
fn our_vectors(folder: &Folder, name: &str) -> Vec<Vec<f32>> {
    let model = read(folder, name);
    WORDS.map(|word| model.embed(word).map_or(vec![0.0; model.dim], Cow::into_owned)).to_vec()
}

/// The numbers that `show` has printed, a row for each line.
pub(crate) fn numbers(shown: &str) -> Vec<Vec<f32>> {
    let number = |bits| f32::from_bits(u32::from_str_radix(bits, 16).unwrap());
    shown.lines().map(|line| line.split(' ').skip(1).map(number).collect()).collect()
}

/// Checks that vectors differ by less than `far`.
pub(crate) fn assert_near(ours: &[Vec<f32>], others: &[Vec<f32>], far: f32) {
    assert_eq!(ours.len(), others.len());
    for (ours, others) in ours.iter().zip(others) {
        assert_eq!(ours.len(), others.len());
        assert!(ours.iter().zip(others).all(|(x, y)| (x - y).abs() <= far), "{ours:?} {others:?}");
    }
}

#[test]
fn fasttext_and_we_have_the_same_vectors_for_words_seen_or_not() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    for options in [
        "skipgram -bucket 1000",
        "cbow -bucket 77 -minn 1 -maxn 4",
        "skipgram -bucket 500 -minn 0 -maxn 3 -loss softmax",
        "skipgram -bucket 500 -maxn 4 -loss softmax",
        "skipgram -bucket 500 -minCount 40",
        "skipgram -bucket 500 -loss hs -neg 0",
        "skipgram -minn 0 -maxn 0",
        "skipgram -minn 5 -maxn 4 -bucket 30",
    ] {
        let folder = Folder::new();
        train_fasttext(&folder, options);
        let theirs = fasttext_vectors(&folder, "model.bin");
        // fastText prints five digits.
        assert_near(&our_vectors(&folder, "model.bin"), &theirs, 1e-5);
        folder.stdout(&["convert", "model.bin", "full.safetensors"]);
        folder.stdout(&["convert", "full.safetensors", "ours.bin", "--to", "fasttext-bin"]);
        assert_eq!(fasttext_vectors(&folder, "ours.bin"), theirs, "{options}");
        // Ours is theirs to the last byte, but for lengths and buckets that make no n-grams.
        if !["-maxn 0", "-minn 5", "-minn 0"].iter().any(|option| options.contains(option)) {
            assert!(folder.read("ours.bin") == folder.read("model.bin"), "{options}");
        }
    }
    // What is not a table of vectors is named.
    let folder = Folder::new();
    folder.write("labels.txt", "__label__a good day\n__label__b bad day\n".repeat(300));
    let options = "supervised -input labels.txt -output labels -dim 4 -thread 1 -minn 2 -maxn 4 -bucket 300";
    let options = [options, "quantize -input labels.txt -output labels"];
    for options in options.map(|options| options.split(' ').collect::<Vec<_>>()) {
        let output = Command::new("fasttext").current_dir(folder.path("")).args(options).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    for name in ["labels.bin", "labels.ftz"] {
        let (_, message) = folder.failure(&["info", name]);
        assert!(message.contains("this fastText model classifies texts; only word vectors can be read"), "{message}");
    }
}

/// The nodes of fastText's tree are those of ours: from the right ones, words are better foretold than by chance.
#[test]
fn a_tree_of_fasttext_foretells_the_words_that_it_has_learned() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = Folder::new();
    // Each word in the company of its like.
    let topics = (0..600).map(|line| format!("{0}a {0}b {0}c {0}d {0}a\n", ["x", "y", "z"][line % 3]));
    folder.write("topics.txt", topics.collect::<String>());
    let options = "skipgram -input topics.txt -output tree -loss hs -dim 8 -epoch 20 -t 1 -thread 1 -minn 2 -maxn 3 \
                   -bucket 500 -lr 0.1";
    let output = Command::new("fasttext").current_dir(folder.path("")).args(options.split_whitespace()).output();
    assert!(output.unwrap().status.success());
    let ours = "train topics.txt --subwords --min-n 2 --max-n 3 --buckets 500 --loss hs --dim 8 --epochs 20 \
                --subsample 1 --lr 0.1 -o ours.bin";
    folder.stdout(&ours.split_whitespace().collect::<Vec<_>>());
    folder.stdout(&["convert", "tree.bin", "tree.safetensors"]);
    for name in ["tree.bin", "tree.safetensors", "ours.bin"] {
        let model = read(&folder, name);
        let (nodes, words) = (model.nodes.as_ref().unwrap(), model.vocabulary.len());
        let counts = model.vocabulary.counts();
        let tree = HuffmanTree::new(vec![0; 2 * words], &mut vec![0; words], words, |row| counts[row]).unwrap();
        let loss = |center: &str, outside: &str| {
            let (mut center_gradient, mut node_gradients) = (vec![0.0; 8], vec![0.0; nodes.len()]);
            let mut gradients = Gradients { center: &mut center_gradient, outside: &mut node_gradients };
            let path: Vec<_> = tree.path(model.vocabulary.row(outside).unwrap() as u32).collect();
            hierarchical_softmax(model.get(center).unwrap(), path, nodes, &mut gradients).unwrap()
        };
        for topic in ["x", "y", "z"] {
            let [a, b, c] = ["a", "b", "c"].map(|word| format!("{topic}{word}"));
            let near = loss(&a, &b).max(loss(&b, &c)).max(loss(&c, &b));
            let far =
                ["x", "y", "z"].map(|other| if other == topic { f32::MAX } else { loss(&a, &format!("{other}b")) });
            // One word in thirteen: the end of a line is one.
            assert!(near < 13_f32.ln() - 0.5 && far.iter().all(|&far| far > near + 1.0), "{name}: {near} {far:?}");
        }
        let info = folder.stdout(&["info", name]);
        assert!(info.contains("vectors     center, and the nodes of a tree\n"), "{info}");
        assert!(info.contains("--loss hierarchical-softmax"), "{info}");
    }
    // Training goes on from them, and says how.
    let resume = "train topics.txt --resume-from tree.bin --loss hs --epochs 1 -o longer.bin";
    let output = folder.run(&resume.split(' ').collect::<Vec<_>>());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("tree.bin: its nodes are those of the tree of its own"), "{said}");
    assert!(read(&folder, "longer.bin").nodes.is_some());
}

/// A folder with a `model.bin` that fastText has trained, and the same as `ours.bin`, for gensim; `None`, and says so,
/// where one of them is missing.
fn converted(options: &str) -> Option<Folder> {
    if !has_python("numpy gensim") {
        return None;
    }
    if !works("sh", &["-c", "command -v fasttext"]) {
        skip("fastText", "apt-get install fasttext");
        return None;
    }
    let folder = Folder::new();
    train_fasttext(&folder, options);
    folder.stdout(&["convert", "model.bin", "full.safetensors"]);
    folder.stdout(&["convert", "full.safetensors", "ours.bin"]);
    Some(folder)
}

#[test]
fn gensim_loads_our_fasttext_models_and_we_load_its() {
    let Some(folder) = converted("skipgram -bucket 1000") else { return };
    // gensim gives the end of a line n-grams, which it has not in fastText.
    let script = format!(
        "
from gensim.models.fasttext import load_facebook_model, load_facebook_vectors, save_facebook_model
words = {WORDS:?}[:-1]
model = load_facebook_model('ours.bin')
show(words, [model.wv[word] for word in words])
vectors = load_facebook_vectors('ours.bin')
assert all((vectors[word] == model.wv[word]).all() for word in words)
# It can train on.
model.train([['nation', 'law', 'war']] * 9, total_examples=9, epochs=1)
save_facebook_model(model, 'gensim.bin')
show(words, [model.wv[word] for word in words])"
    );
    let shown = python(&folder, &script);
    let rows = numbers(&shown);
    let (before, after) = rows.split_at(WORDS.len() - 1);
    assert_near(&our_vectors(&folder, "model.bin")[..WORDS.len() - 1], before, 1e-6);
    assert_near(&our_vectors(&folder, "gensim.bin")[..WORDS.len() - 1], after, 1e-6);
}

#[test]
fn gensim_has_the_tree_of_a_model_and_we_have_its() {
    let Some(folder) = converted("cbow -bucket 1000 -loss hs") else { return };
    let ours =
        "train text.txt --subwords --buckets 1000 --loss hierarchical-softmax --dim 10 --epochs 1 -o trained.bin";
    folder.stdout(&ours.split(' ').collect::<Vec<_>>());
    let script = "
from gensim.models.fasttext import load_facebook_model, save_facebook_model
theirs = load_facebook_model('model.bin')
for name in ['ours.bin', 'trained.bin']:
    model = load_facebook_model(name)
    assert (model.hs, model.negative) == (1, 0), (model.hs, model.negative)
    assert model.syn1.shape == (len(model.wv), 10) and model.syn1[:-1].any() and not model.syn1[-1].any()
    assert name != 'ours.bin' or (model.syn1 == theirs.syn1).all()
    model.train([['nation', 'law', 'war']] * 9, total_examples=9, epochs=1)
save_facebook_model(model, 'gensim.bin')
show(model.wv.index_to_key, model.syn1[:-1])";
    let rows = numbers(&python(&folder, script));
    let model = read(&folder, "gensim.bin");
    // What gensim calls a row of the tree is there with the sign that fastText's rows have.
    let opposite: Vec<f32> = model.nodes.unwrap().iter().map(|x| -x).collect();
    assert_eq!(opposite, rows.concat());
    assert_eq!(model.history[0].options[1], ("loss".to_owned(), "hierarchical-softmax".to_owned()));
    folder.stdout(&["convert", "gensim.bin", "again.bin", "--to", "fasttext-bin"]);
    assert!(folder.read("again.bin") == folder.read("gensim.bin"));
    assert_eq!(fasttext_vectors(&folder, "trained.bin").len(), WORDS.len());
    assert_near(&our_vectors(&folder, "trained.bin"), &fasttext_vectors(&folder, "trained.bin"), 1e-5);
}

#[test]
fn our_fasttext_prints_what_fasttext_prints() {
    if !works("sh", &["-c", "command -v fasttext"]) {
        return skip("fastText", "apt-get install fasttext");
    }
    let folder = Folder::new();
    folder.write("words", "nation  none\nlaw\n\n\"law\" x żółwie\n");
    folder.write("word", "nation\n");
    for options in ["skipgram -bucket 1000", "cbow -maxn 0"] {
        train_fasttext(&folder, options);
        let printed = |mut program: Command, input: &str| {
            let run = program.current_dir(folder.path("")).stdin(fs::File::open(folder.path(input)).unwrap());
            let output = run.output().unwrap();
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let both = |args: &[&str], input: &str| {
            let mut theirs = Command::new("fasttext");
            theirs.args(args);
            [printed(folder.motevec(&[&["fasttext"], args].concat()), input), printed(theirs, input)]
        };
        let fields = |line: &str| -> (String, Vec<f32>) {
            let (word, numbers) = line.split_once(' ').unwrap();
            (word.to_owned(), numbers.split_whitespace().map(|number| number.parse().unwrap()).collect())
        };
        let same = |ours: &str, theirs: &str| {
            let [ours, theirs] = [ours, theirs].map(|text| text.lines().map(fields).unzip::<_, _, Vec<_>, Vec<_>>());
            assert_eq!(ours.0, theirs.0, "{options}");
            // fastText prints five or six digits.
            assert_near(&ours.1, &theirs.1, 2e-5);
        };
        let [ours, theirs] = both(&["print-word-vectors", "model.bin"], "words");
        assert_eq!(ours.lines().count(), 6, "{ours}");
        same(&ours, &theirs);
        // One asks in the line of the first answer, and once more; the other repeats the question.
        let [ours, theirs] = both(&["nn", "model.bin", "7"], "word");
        let theirs = theirs.replace("Query word? ", "");
        same(ours.strip_prefix("nation\n").unwrap(), &theirs);
    }
}
