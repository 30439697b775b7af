//! What people who know gensim, word2vec.c or fastText type.

use motevec_tests::Folder;

/// A folder with a text and a model of three words.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("text.txt", "the cat sat on the mat\nthe dog sat on the cat\n".repeat(20));
    folder.write("model.txt", "3 2\nking 1 2\nqueen 3 4\nman 2 -1\n");
    folder
}

#[test]
fn other_names_of_options_do_the_same() {
    let folder = folder();
    let train = |options: &str| {
        let args = format!("train text.txt -o model.safetensors --quiet {options}");
        folder.stdout(&args.split(' ').collect::<Vec<_>>());
        folder.read("model.safetensors")
    };
    let ours = "--dim 8 --window 3 --negatives 2 --subsample 0.1 --epochs 3 --lr 0.1 --min-count 2 --max-vocab 4 \
                --threads 1 --subwords --min-n 2 --max-n 3 --buckets 50 --loss negative-sampling \
                --architecture skip-gram";
    let others = [
        "--vector-size 8 --window 3 --negative 2 --sample 0.1 --iter 3 --alpha 0.1 --min_count 2 --max-final-vocab 4 \
         --workers 1 --subwords --min_n 2 --max_n 3 --bucket 50 --loss ns --architecture sg",
        "-d 8 --ws 3 --neg 2 --subsample 0.1 --epoch 3 --lr 0.1 --minCount 2 --max_final_vocab 4 --thread 1 --subwords \
         --minn 2 --maxn 3 --bucket 50 --loss ns --architecture skipgram",
        "--size 8 --window 3 --negative 2 --sample 0.1 --epochs 3 --alpha 0.1 --mincount 2 --max-vocab 4 --threads 1 \
         --subwords --minn 2 --maxn 3 --bucket 50 --loss ns",
    ];
    let expected = train(ours);
    for other in others {
        assert!(train(other) == expected, "{other}");
    }
}

#[test]
fn other_names_of_commands_do_the_same() {
    let folder = folder();
    let expected = folder.stdout(&["neighbors", "model.txt", "king", "-k", "1"]);
    for command in ["nn", "distance", "most-similar"] {
        assert_eq!(folder.stdout(&[command, "model.txt", "king", "--topn", "1"]), expected, "{command}");
    }
    let question = ["model.txt", "man", "king", "queen"];
    let expected = folder.stdout(&[&["analogy"][..], &question].concat());
    assert_eq!(folder.stdout(&[&["word-analogy"][..], &question].concat()), expected);
    assert!(!folder.stdout(&["--help"]).contains("most-similar"), "hidden");
}

#[test]
fn what_has_another_form_is_answered_in_a_line() {
    let folder = folder();
    let cases = [
        ("train text.txt -o m.bin --sg 1", "--sg: the model is --architecture skip-gram, which is the default, or"),
        ("train text.txt -o m.bin --cbow=0", "--cbow: the model is --architecture"),
        ("train text.txt -o m.bin --hs 1", "--hs: the loss is --loss hierarchical-softmax"),
        ("train --input text.txt --output m.bin", "--input: files are named without an option, as in"),
        ("train text.txt -o m.bin --min_alpha 0", "--min_alpha: the rate falls to nearly 0, or as --schedule says"),
        ("train text.txt -o m.bin -dim 8", "-dim: this is --dim here; `motevec word2vec` and `motevec fasttext` take"),
        ("train text.txt -o m.bin -size 8", "-size: this is --dim here"),
        ("train -train text.txt -output m.bin", "-train: files are named without an option"),
        ("nn model.txt -topn 5 king", "-topn: this is -k here"),
        ("neighbors model.txt --positive king", "--positive: words are named without an option"),
    ];
    for (line, expected) in cases {
        let (code, message) = folder.failure(&line.split(' ').collect::<Vec<_>>());
        assert!(code == 2 && message.starts_with(&format!("error: {expected}")), "{line}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    // A slip of the pen is still clap's affair.
    let (code, message) = folder.failure(&["train", "text.txt", "-o", "m.bin", "--epohcs", "3"]);
    assert!(code == 2 && message.contains("'--epochs'"), "{message}");
}
