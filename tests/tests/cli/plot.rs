//! Pictures: `motevec plot`, and those that `train` and `demo` draw.

use motevec_tests::{Folder, data};
use serde_json::Value;

/// Twelve words in two bundles, of which some are hard to write into a file of marks.
const WORDS: [&str; 12] =
    ["king", "queen", "man", "woman", "</text><script>", "żółw", "rain", "snow", "&amp;", "gęś", "łoś", "日本"];

/// A folder with a model of [`WORDS`]: 3 dimensions, the bundles far apart on the first one.
fn folder() -> Folder {
    let folder = Folder::new();
    let row = |(index, word): (usize, &&str)| {
        let bundle = if index < 6 { 5.0 } else { -5.0 };
        format!("{word} {} {} {}\n", bundle + (index % 5) as f64 * 0.3, (index * 7 % 12) as f64 * 0.2, index % 2)
    };
    let rows: String = WORDS.iter().enumerate().map(row).collect();
    folder.write("model.txt", format!("{} 3\n{rows}", WORDS.len()));
    folder
}

/// Width and height of a PNG.
fn pixels(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A text in an SVG: its place, and the text as it stands in the file.
fn labels(svg: &str) -> Vec<([f64; 2], String)> {
    let attribute = |tag: &str, name: &str| {
        let from = tag.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        tag[from..].split('"').next().unwrap().parse().unwrap()
    };
    let texts = svg.split("<text").skip(1).map(|tag| {
        let content = tag.split_once('>').unwrap().1.split_once("</text>").unwrap().0;
        ([attribute(tag, "x"), attribute(tag, "y")], content.to_owned())
    });
    texts.collect()
}

#[test]
fn every_kind_of_picture_is_drawn() {
    let folder = folder();
    let words = "king,queen,man,woman,rain,snow,żółw,gęś";
    let report = folder.stdout(&["plot", "model.txt", "-o", "a.png", "--words", words]);
    assert!(report.starts_with("words    8\naxes     ") && report.contains("\nwritten  a.png, "), "{report}");
    assert_eq!(pixels(&folder.read("a.png")), (2400, 1800));

    folder.stdout(&["plot", "model.txt", "-o", "a.svg", "--words", words, "--size", "800x600"]);
    let svg = text(folder.read("a.svg"));
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"600\""),
        "{}",
        &svg[..200]
    );
    assert!(svg.contains("@font-face") && svg.contains("first principal component: "), "a font, and named axes");
    let labels = labels(&svg);
    for word in words.split(',') {
        let ([x, y], _) =
            labels.iter().find(|(_, label)| label == word).unwrap_or_else(|| panic!("{word}: {labels:?}"));
        assert!((0.0..800.0).contains(x) && (0.0..600.0).contains(y), "{word} at {x}, {y}");
    }

    folder.stdout(&["plot", "model.txt", "-o", "a.html", "--words", words]);
    let page = text(folder.read("a.html"));
    assert!(page.starts_with("<!doctype html>") && page.contains(">żółw</text>"));
    assert!(!page.contains("{title}") && page.matches("<script").count() == 1, "nothing runs in it but its own script");
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http:") && !addresses.contains("https:"), "and nothing is fetched");
}

#[test]
fn hostile_words_stay_words() {
    let folder = folder();
    for name in ["a.svg", "a.html"] {
        folder.stdout(&["plot", "model.txt", "-o", name, "--method", "tsne"]);
        let file = text(folder.read(name));
        assert!(file.contains(">&lt;/text&gt;&lt;script&gt;</text>") && file.contains(">&amp;amp;</text>"), "{name}");
        assert_eq!(file.matches("<script").count(), usize::from(name == "a.html"));
    }
    // The font has no Chinese letters, and a PNG must draw them.
    let output = folder.run(&["plot", "model.txt", "-o", "a.png"]);
    let warning = "warning: 1 word has letters that the built-in font lacks: it needs a font of this system\n";
    assert_eq!(text(output.stderr), warning);
}

#[test]
fn the_same_model_gives_the_same_picture() {
    let folder = folder();
    for method in ["pca", "tsne"] {
        for name in ["a.svg", "b.svg"] {
            folder.stdout(&["plot", "model.txt", "-o", name, "--method", method]);
        }
        assert_eq!(folder.read("a.svg"), folder.read("b.svg"), "{method}");
    }
}

#[test]
fn pca_is_the_course_picture() {
    let folder = Folder::new();
    // Centered already; most of the variance is along b − a, then along c − d.
    folder.write("model.txt", "4 3\na -3 -3 0\nb 3 3 0\nc 0 0 2\nd 0 0 -2\n");
    let json = folder.stdout(&["plot", "model.txt", "-o", "a.svg", "--json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let near = |found: &Value, expected: f64| (found.as_f64().unwrap() - expected).abs() < 1e-9;
    assert!(near(&report["variance"][0], 36.0 / 44.0) && near(&report["variance"][1], 8.0 / 44.0), "{json}");
    let root = 18.0_f64.sqrt();
    for (word, [x, y]) in
        report["words"].as_array().unwrap().iter().zip([[-root, 0.0], [root, 0.0], [0.0, 2.0], [0.0, -2.0]])
    {
        assert!(near(&word["x"], x) && near(&word["y"], y), "{json}");
    }
    let svg = text(folder.read("a.svg"));
    assert!(svg.contains(">first principal component: 81.8 % of the variance</text>"));
    assert!(svg.contains(">second principal component: 18.2 % of the variance</text>"));
}

#[test]
fn words_are_chosen_in_many_ways() {
    let folder = folder();
    folder.write("words.txt", ": people\nking\nqueen\n\n: weather\nrain\nsnow\nhail\nking\n");
    let words = |args: &[&str]| {
        let output = folder.run(&[&["plot", "model.txt", "-o", "a.svg", "--json"], args].concat());
        assert!(output.status.success(), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let words = report["words"].as_array().unwrap().iter().map(|word| word["word"].as_str().unwrap().to_owned());
        (words.collect::<Vec<_>>().join(" "), report, text(output.stderr))
    };
    let (shown, report, warning) = words(&["--words-file", "words.txt"]);
    assert_eq!(shown, "king queen rain snow");
    assert_eq!(report["groups"], serde_json::json!(["people", "weather"]));
    assert_eq!((&report["words"][1]["group"], &report["words"][2]["group"]), (&0.into(), &1.into()));
    assert_eq!(warning, "warning: the model does not know `hail`\n");
    assert!(text(folder.read("a.svg")).contains(">people</text>"), "the legend");

    let (shown, report, warning) = words(&["--preset", "course"]);
    assert_eq!(shown, "queen king man woman rain snow");
    assert_eq!((report["missing"].as_array().unwrap().len(), warning.lines().count()), (18, 1));
    assert!(warning.contains("`great`, `cool`") && warning.ends_with(" and 8 more words\n"), "{warning}");

    assert_eq!(words(&["--top", "4"]).0, WORDS[..4].join(" "));
    assert_eq!(words(&[]).0, WORDS.join(" "), "all, where there are fewer than 100");
    let (shown, ..) = words(&["--near", "snow", "--top", "5"]);
    assert!(shown.starts_with("snow ") && shown.split(' ').count() == 6 && !shown.contains("king"), "{shown}");
    let svg = text(folder.read("a.svg"));
    for neighbor in
        folder.json(&["neighbors", "model.txt", "snow", "-k", "5", "--json"])["neighbors"].as_array().unwrap()
    {
        let label =
            format!(">{} {:.2}</text>", neighbor["word"].as_str().unwrap(), neighbor["similarity"].as_f64().unwrap());
        assert!(svg.contains(&label.replace("&amp;", "&amp;amp;")), "{label} says how near it is");
    }
    assert_eq!(words(&["--top", "4", "--skip", "3"]).0, WORDS[3..7].join(" "));
    let (_, report, _) = words(&["--groups", "2"]);
    let group = |index: usize| report["words"][index]["group"].as_u64().unwrap();
    assert!((0..6).all(|index| group(index) == group(0)) && (6..12).all(|index| group(index) != group(0)), "{report}");
}

#[test]
fn the_most_frequent_words_of_a_large_model_are_left_out() {
    let folder = Folder::new();
    let row = |index: u32| format!("w{index} {} {}\n", f64::from(index * 7 % 31), f64::from(index * 5 % 17));
    folder.write("large.txt", format!("1000 2\n{}", (0..1000).map(row).collect::<String>()));
    let shown = |args: &[&str]| {
        let report = folder.json(&[&["plot", "large.txt", "-o", "a.svg", "--json"], args].concat());
        let words = report["words"].as_array().unwrap();
        let word = |word: &Value| word["word"].as_str().unwrap().to_owned();
        (words.len(), word(&words[0]), report["method"].as_str().unwrap().to_owned())
    };
    assert_eq!(shown(&[]), (100, "w100".to_owned(), "tsne".to_owned()));
    assert!(text(folder.read("a.svg")).contains(">Frequent words: ranks 101 to 200</text>"));
    assert_eq!(shown(&["--skip", "0", "--top", "10"]), (10, "w0".to_owned(), "pca".to_owned()));
    assert_eq!(shown(&["--words", "w1,w2,w3"]).2, "pca");
    let (code, message) = folder.failure(&["plot", "large.txt", "-o", "a.svg", "--skip", "998"]);
    assert!(code == 1 && message.contains("needs at least 3 words, but there are 2"), "{message}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let folder = folder();
    folder.write("same.txt", "3 2\na 1 2\nb 1 2\nc 1 2\n");
    let plot = |args: &[&'static str]| folder.failure(&[&["plot", "model.txt"], args].concat());
    let cases: [(&[&str], i32, &str); 7] = [
        (&["-o", "a.jpg"], 2, "a.jpg: the name of a picture must end in .png, .svg or .html"),
        (
            &["-o", "a.svg", "--words", "king,quee"],
            1,
            "needs at least 3 words, but there is 1; the model does not know `quee`",
        ),
        (&["-o", "a.svg", "--near", "quen"], 1, "did you mean `queen`?"),
        (
            &["-o", "a.svg", "--words", "king,queen,man", "--method", "tsne"],
            1,
            "t-SNE needs at least 6 words, but there are 3",
        ),
        (&["-o", "a.svg", "--words", "king", "--preset", "course"], 2, "cannot be used with"),
        (&["-o", "a.svg", "--size", "10x10"], 2, "expected WIDTHxHEIGHT"),
        (&["-o", "nowhere/a.svg"], 1, "no folder `nowhere`"),
    ];
    for (args, code, expected) in cases {
        let (found, message) = plot(args);
        assert!(found == code && message.contains(expected), "{args:?}: {found} {message}");
    }
    let (code, message) = folder.failure(&["plot", "same.txt", "-o", "a.svg"]);
    assert_eq!((code, message.as_str()), (1, "error: the vectors of these words are all the same\n"));
    assert_eq!(folder.names(), ["model.txt", "same.txt"], "nothing is left");
}

#[test]
fn training_draws_its_loss() {
    let folder = Folder::new();
    let corpus = data("pan-tadeusz.txt.zst");
    let corpus = corpus.to_str().unwrap();
    let train = ["train", corpus, "-o", "model.bin", "--dim", "10", "--epochs", "3", "--json", "--plot-loss"];
    for name in ["loss.svg", "again.svg", "loss.png"] {
        folder.stdout(&[&train[..], &[name]].concat());
    }
    assert_eq!(folder.read("loss.svg"), folder.read("again.svg"));
    assert_eq!(pixels(&folder.read("loss.png")), (1800, 1120));
    let svg = text(folder.read("loss.svg"));
    let report: Value = folder.json(&[&train[..], &["loss.svg"]].concat());
    for (epoch, loss) in report["losses"].as_array().unwrap().iter().enumerate() {
        let hint = format!("<title>epoch {}: {:.4}</title>", epoch + 1, loss.as_f64().unwrap());
        assert!(svg.contains(&hint), "{hint}");
    }
    let curve = svg.split("<polyline points=\"").map(|rest| rest.split('"').next().unwrap().split(' ').count()).max();
    assert!(curve > Some(50), "more than the means of epochs: {curve:?}");
    let (code, message) = folder.failure(&[&train[..], &["loss.pdf"]].concat());
    assert!(code == 2 && message.contains("loss.pdf: the name of a picture must end in"), "{message}");
}
