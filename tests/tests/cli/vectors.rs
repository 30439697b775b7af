//! `motevec vectors`, and what queries make of words that a model has not seen.

use std::io::Write as _;
use std::process::{Output, Stdio};

use motevec::{Subwords, Vectors, format};
use motevec_core::subword::Ngrams;
use motevec_tests::Folder;

/// A folder with a model of three words, and of n-grams that point to the east: `<eas`, `east`, `ast>`.
fn folder() -> Folder {
    let folder = Folder::new();
    let ngrams = Ngrams::new(4, 4, 100_000).unwrap();
    let mut buckets: Vec<u32> = ngrams.of("east").collect();
    buckets.sort_unstable();
    let subwords = Subwords::new(ngrams, 2, vec![2.0, 0.0, 0.0, 1.0, -1.0, 0.0], buckets, [3.0, 0.5].repeat(3));
    let vocabulary = ["east", "north", "west"].map(|word| (word, 1)).into_iter().collect();
    let model =
        Vectors { subwords: Some(subwords), ..Vectors::new(vocabulary, 2, vec![2.75, 0.375, 0.0, 1.0, -1.0, 0.0]) };
    format::write(&folder.path("model.safetensors"), None, model.view()).unwrap();
    folder
}

fn with_input(folder: &Folder, args: &[&str], input: &str) -> Output {
    let mut command = folder.motevec(args);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    running.wait_with_output().unwrap()
}

#[test]
fn vectors_of_arguments_are_printed_also_of_unseen_words() {
    let folder = folder();
    let printed = folder.stdout(&["vectors", "model.safetensors", "north", "easter", "east"]);
    assert_eq!(printed, "north 0 1\neaster 1.2 0.2\neast 2.75 0.375\n");
    let printed = folder.stdout(&["vectors", "model.safetensors", "north", "easter", "--json"]);
    assert_eq!(
        printed,
        "{\"word\":\"north\",\"row\":1,\"vector\":[0.0,1.0]}\n{\"word\":\"easter\",\"vector\":[1.2,0.2]}\n"
    );
    let unknown = |word| folder.failure(&["vectors", "model.safetensors", "east", word]);
    assert_eq!(unknown("xyzzy").0, 1);
    assert!(unknown("xyzzy").1.ends_with("the model does not know the word `xyzzy`, nor any of its n-grams\n"));
    let (_, message) = unknown("a");
    assert!(message.contains("the word `a`, which has no n-grams of 4 to 4 characters"), "{message}");
    // Without n-grams, as ever.
    folder.stdout(&["convert", "model.safetensors", "model.txt", "--quiet"]);
    let (code, message) = folder.failure(&["vectors", "model.txt", "easter"]);
    assert_eq!((code, &*message), (1, "error: the model does not know the word `easter`; did you mean `east`?\n"));
}

#[test]
fn lines_of_standard_input_are_answered_one_by_one() {
    let folder = folder();
    let output = with_input(&folder, &["vectors", "model.safetensors"], "north\n\nxyzzy\neaster west\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "north 0 1\neaster 1.2 0.2\nwest -1 0\n");
    let message = "<stdin>:3: the model does not know the word `xyzzy`, nor any of its n-grams\n\
                   error: 1 of 3 lines had no answer\n";
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(1), message));
    let output = with_input(&folder, &["vectors", "model.safetensors", "--json"], "north\nxyzzy\n");
    let text = String::from_utf8_lossy(&output.stdout);
    let error =
        "{\"error\":\"the model does not know the word `xyzzy`, nor any of its n-grams\",\"query\":[\"xyzzy\"]}";
    assert_eq!(text, format!("{{\"word\":\"north\",\"row\":1,\"vector\":[0.0,1.0]}}\n{error}\n"));
}

#[test]
fn queries_take_words_that_the_model_has_not_seen() {
    let folder = folder();
    let model = "model.safetensors";
    assert_eq!(folder.stdout(&["neighbors", model, "easter", "-k", "1"]), "word  similarity\neast      0.9996\n");
    assert_eq!(folder.stdout(&["similarity", model, "easter", "eastern"]), "1.0000\n");
    assert_eq!(folder.stdout(&["analogy", model, "west", "north", "easter", "-k", "1"]).lines().count(), 2);
    let odd = folder.json(&["odd-one-out", model, "easter", "west", "east", "--json"]);
    assert_eq!(odd["odd"], "west");
    let easter = odd["words"].as_array().unwrap().iter().find(|one| one["word"] == "easter").unwrap();
    assert!(easter.get("row").is_none(), "{odd}");
    let (code, message) = folder.failure(&["odd-one-out", model, "easter", "easter", "east"]);
    assert!(code == 2 && message.contains("the word `easter` is given twice"), "{message}");

    // Pairs with unseen words count, and are counted.
    folder.write("pairs.tsv", "east\teaster\t9\nnorth\teast\t5\nwest\teast\t1\nwest\txyzzy\t3\n");
    let json = folder.json(&["eval", model, "--similarity", "pairs.tsv", "--json"]);
    let score = &json["similarity"][0];
    let counts = ["pairs", "from_subwords", "missing", "beyond"].map(|name| score[name].as_u64());
    assert_eq!((counts, &score["spearman"]), ([Some(3), Some(1), Some(1), Some(0)], &1.0.into()));
    assert_eq!(
        folder.stdout(&["eval", model, "--similarity", "pairs.tsv"]),
        "similarity  spearman  pairs  from subwords     missing  beyond\n\
         pairs.tsv     1.0000      3              1  1 (25.0 %)       0\n"
    );
}
