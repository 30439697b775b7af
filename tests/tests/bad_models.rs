//! Model files that are damaged, or lie, or hold what no model holds: one clear line each; and formats of two files.

use motevec_tests::Folder;

/// A folder with a model in word2vec's binary format.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("model.txt", "2 2\nstate 0.5 -1.25\nunion 3 1\n");
    folder.stdout(&["convert", "model.txt", "model.bin"]);
    folder
}

#[test]
fn two_files_appear_both_or_not_at_all() {
    let folder = folder();
    let cases = [("model.npy", "model.vocab"), ("model.tsv", "model.metadata.tsv")];
    for (name, beside) in cases {
        // Where the second one cannot be: a folder is in the way.
        std::fs::create_dir(folder.path(beside)).unwrap();
        let before = folder.names();
        let (code, message) = folder.failure(&["convert", "model.bin", name]);
        assert_eq!((code, message), (1, format!("error: {beside}: is a folder: name a file in it\n")));
        assert_eq!(folder.names(), before);
        std::fs::remove_dir(folder.path(beside)).unwrap();
        folder.stdout(&["convert", "model.bin", name]);
        let (_, message) = folder.failure(&["convert", "model.bin", "/dev/stdout", "--to", "numpy"]);
        assert!(
            message.starts_with("error: /dev/stdout: is no regular file, and this format has a second"),
            "{message}"
        );
    }
    folder.write("text.txt", "one two three\n".repeat(30));
    let (code, message) = folder.failure(&["train", "text.txt", "-o", "new.npy", "--save-vocab", "new.vocab"]);
    assert_eq!((code, &message[..]), (2, "error: new.vocab: this file is also written; write to another one\n"));
}

/// One clear line for every kind of bad file of every format.
#[test]
fn bad_files_are_told_in_a_line() {
    let folder = folder();
    for name in ["a.bin", "a.npy", "a.safetensors", "a.fifu", "a.tsv", "a.mote", "a.bin.gz", "a.txt.zst"] {
        folder.stdout(&["convert", "model.txt", name]);
        let content = folder.read(name);
        folder.write(&format!("cut-{name}"), &content[..content.len() - 3]);
        folder.write(&format!("half-{name}"), &content[..content.len() / 2]);
        folder.write(&format!("empty-{name}"), "");
        folder.write(&format!("wrong-{name}"), "\u{fffd} this is something else\n");
        for kind in ["cut", "half", "empty", "wrong"] {
            folder.write(&format!("{kind}-a.vocab"), "state\nunion\n");
            folder.write(&format!("{kind}-a.metadata.tsv"), "state\nunion\n");
        }
    }
    let text = |name: &str, content: &str| folder.write(name, content);
    text("nan.txt", "1 2\na 1 NaN\n");
    text("nan.vec", "1 2\na 1 nan \n");
    text("nan.glove", "a 1 nan\n");
    text("twice.txt", "2 1\na 1\na 2\n");
    text("twice.vec", "2 1\na 1 \na 2 \n");
    text("twice.glove", "a 1 2\na 2 3\n");
    text("spaces.txt", "2 2\nSan Jose 1 2\nb 1 2\n");
    text("spaces.vec", "2 2\nSan Jose 1 2 \nb 1 2 \n");
    text("spaces.glove", "b 1 2\nSan Jose 1 2\n");
    text("short.glove", "b 1 2\na 1\n");
    text("glove.6B.txt", "the 0.1 0.2\nof 0.3 0.4\n");
    text("lone.tsv", "1\t2\n");
    folder.write("lone.npy", folder.read("a.npy"));
    folder.write("more.npy", folder.read("a.npy"));
    text("more.vocab", "state\nunion\nmore\n");
    folder.write("phrase.safetensors", {
        let header = r#"{"__metadata__":{"vocabulary":"[\"San Jose\"]"},"center":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#;
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &1.0_f32.to_le_bytes()].concat()
    });
    folder.write("nan.safetensors", {
        let content = folder.read("a.safetensors");
        [&content[..content.len() - 4], &f32::NAN.to_le_bytes()].concat()
    });
    let greedy = |descr: &str, shape: &str| {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat()
    };
    folder.write("greedy.npy", greedy("<f4", "(4000000000, 1000000)"));
    folder.write("text.npy", greedy("<U7", "(2, 2)"));
    folder.write("greedy.safetensors", [&90_000_000_u64.to_le_bytes()[..], b"{\"center\""].concat());
    let cases = [
        ("info cut-a.bin", "row 2 of 2: the file ends within the numbers of `union`"),
        ("info cut-a.npy", "the file ends early: 3 of 4 numbers of the matrix are there"),
        ("info cut-a.safetensors", "the file ends early: 3 of 4 numbers of center are there"),
        ("info cut-a.fifu", "the file ends early: 1 of 2 numbers of the norms are there"),
        ("info cut-a.tsv", "cut-a.tsv:2: the file ends within this line (no newline)"),
        ("info cut-a.mote", "the image is cut short"),
        ("info cut-a.bin.gz", "the compressed data ends early"),
        ("info cut-a.txt.zst", "the compressed data ends early"),
        ("info half-a.npy", "this is no .npy file of NumPy"),
        ("info half-a.safetensors", "the file ends within its header"),
        ("info half-a.fifu", "the file ends within"),
        ("info half-a.bin.gz", "the compressed data ends early"),
        ("info empty-a.bin", "the first line is not `words dimensions`"),
        ("info empty-a.npy", "this is no .npy file of NumPy"),
        ("info empty-a.safetensors", "this is no safetensors file"),
        ("info empty-a.fifu", "the file ends within its first bytes"),
        ("info empty-a.tsv", "empty-a.tsv:1: the file is empty"),
        ("info wrong-a.npy", "this is no .npy file of NumPy"),
        ("info wrong-a.safetensors", "this is no safetensors file"),
        ("info wrong-a.fifu", "does not begin with `FiFu`"),
        ("info wrong-a.tsv", "wrong-a.tsv:1: `\u{fffd}` is not a number"),
        ("info nan.txt", "nan.txt:2: the vector of `a` holds NaN, which is no finite number"),
        ("info nan.vec", "nan.vec:2: the vector of `a` holds NaN"),
        ("info nan.glove", "nan.glove:1: the vector of `a` holds NaN"),
        ("info nan.safetensors", "row 2: the vector of `union` holds NaN"),
        ("info twice.txt", "twice.txt:3: the word `a` is already in row 1"),
        ("info twice.vec", "twice.vec:3: the word `a` is already in row 1"),
        ("info twice.glove", "twice.glove:2: the word `a` is already in row 1"),
        ("info spaces.txt", "spaces.txt:2: `Jose` is not a number"),
        ("info spaces.vec", "spaces.vec:2: `Jose` is not a number"),
        ("info spaces.glove", "spaces.glove:2: `Jose` is not a number"),
        ("info short.glove", "short.glove:2: `a` has 1 numbers where the first line has 2"),
        ("info glove.6B.txt", "a file of GloVe has no such line: it is of format glove"),
        ("info lone.tsv", "lone.tsv: its words should be in lone.metadata.tsv, a line a word: No such file"),
        ("info lone.npy", "lone.npy: its words should be in lone.vocab, a line a word: No such file"),
        ("info more.npy", "more.vocab: holds 3 words, but more.npy holds 2 vectors"),
        ("info greedy.npy", "the file ends early: 0 of "),
        ("info text.npy", "its numbers are of type `<U7`: save `matrix.astype('<f4')`"),
        ("info greedy.safetensors", "the file ends within its header: 9 of 90000000 bytes are there"),
        ("convert phrase.safetensors out.txt", "cannot write row 1: the word `San Jose` holds white space"),
        ("convert phrase.safetensors out.glove", "cannot write row 1: the word `San Jose` holds white space"),
    ];
    let before = folder.names();
    for (line, expected) in cases {
        let (code, message) = folder.failure(&line.split(' ').collect::<Vec<_>>());
        assert!(message.contains(expected), "{line}\nwanted: {expected}\nfound: {message}");
        assert_eq!((code, message.lines().count()), (1, 1), "{line}: {message}");
        assert_eq!(folder.names(), before, "{line}");
    }
}
