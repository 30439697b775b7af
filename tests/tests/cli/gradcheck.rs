//! `motevec gradcheck`, as a user or a program meets it.

use std::fs;
use std::process::{Command, Output};

use motevec_tests::{Folder, data, motevec, repository, skip, works};
use serde_json::Value;

fn gradcheck(args: &[&str]) -> Output {
    motevec().arg("gradcheck").args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

#[test]
fn every_gradient_agrees() {
    for args in [&[][..], &["--seed", "9", "--dim", "1", "--vocab", "2"], &["--dim", "33", "--vocab", "7"]] {
        let output = gradcheck(args);
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
        let lines: Vec<_> = text(&output.stdout).lines().collect();
        assert_eq!(lines.len(), 1 + 38, "{lines:#?}");
        assert!(lines[1..].iter().all(|line| line.ends_with("ok")), "{lines:#?}");
    }
}

#[test]
fn the_random_report_is_json_too() {
    let output = gradcheck(&["--seed", "3", "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["seed"], &report["checks"][0]["gradient"]), (&3.into(), &"v_c".into()));
    assert!(report["checks"][0]["comparison"]["worst"].is_null());
}

#[test]
fn the_course_s_cases_agree() {
    let folder = Folder::new();
    // A byte order mark does not matter.
    folder.write("cases.json", format!("\u{feff}{}", fs::read_to_string(data("course-cases.json")).unwrap()));
    let output = folder.run(&["gradcheck", "--json", "--cases", "cases.json"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["cases"][1]["name"], "negsamp-1");
    assert!((report["cases"][1]["loss"].as_f64().unwrap() - 16.151_192_853).abs() < 1e-5);
    assert!((report["cases"][1]["grad_outside"][4][2].as_f64().unwrap() - 2.814_077_99).abs() < 1e-5);
}

#[test]
fn a_case_that_differs_is_printed_named_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.json");
    let wrong = fs::read_to_string(data("course-cases.json")).unwrap().replace("-1.85942252", "1.85942252");
    fs::write(&path, wrong).unwrap();
    let output = gradcheck(&["--cases", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("softmax-1: ok") && text(&output.stdout).contains("negsamp-1: DIFFERS"));
    let expected = "error: 1 case differs: `negsamp-1`: grad_center[1] is -1.8594227 instead of 1.85942252\n";
    assert_eq!(text(&output.stderr), expected);
}

#[test]
fn mistakes_are_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.json");
    fs::write(&path, "{\n \"cases\": NaN\n}").unwrap();
    let path = path.to_str().unwrap();
    for (args, code, message) in [
        (&["--cases", path][..], 1, "cases.json:2: expected value, at column 11\n"),
        (&["--cases", "nowhere.json"], 1, "error: nowhere.json: No such file or directory (os error 2)\n"),
        (&["--dim", "1000", "--vocab", "1000"], 2, "the check would take too long\n"),
    ] {
        let output = gradcheck(args);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.ends_with(message) && stderr.lines().count() == 1 && output.stdout.is_empty(), "{output:?}");
    }
    for args in [&["--vocab", "1"][..], &["--dim", "0"], &["--cases", path, "--seed", "2"]] {
        assert_eq!(gradcheck(args).status.code(), Some(2), "{args:?}");
    }
}

/// The JSON that a successful run prints.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn new_cases_follow_the_seed_and_the_sizes_and_agree() {
    let folder = Folder::new();
    let report = folder.stdout(&["gradcheck", "--seed", "7", "--dim", "4", "--vocab", "6", "-o", "cases.json"]);
    let names = "softmax-pair, negsamp-pair, softmax-window, negsamp-window, hierarchical-pair, hierarchical-window, \
                 softmax-cbow, negsamp-cbow, hierarchical-cbow";
    assert_eq!(report, format!("cases    {names}\nwritten  cases.json\n"));
    let cases: Value = serde_json::from_slice(&folder.read("cases.json")).unwrap();
    let rows = |name: &str| cases[name].as_array().unwrap().iter().map(|row| row.as_array().unwrap().len()).collect();
    let sizes: [Vec<usize>; 2] = [rows("center_vectors"), rows("outside_vectors")];
    assert_eq!(sizes, [vec![4; 6], vec![4; 6]]);

    folder.stdout(&["gradcheck", "--seed", "7", "--dim", "4", "--vocab", "6", "-o", "again.json"]);
    folder.stdout(&["gradcheck", "--seed", "8", "--dim", "4", "--vocab", "6", "-o", "other.json"]);
    assert_eq!(folder.read("cases.json"), folder.read("again.json"));
    assert_ne!(folder.read("cases.json"), folder.read("other.json"));

    let report = folder.stdout(&["gradcheck", "--cases", "cases.json"]);
    assert_eq!(report.matches(": ok\n").count(), 9, "{report}");
    let chosen = folder.stdout(&["gradcheck", "--cases", "cases.json", "--case", "negsamp-pair"]);
    assert!(chosen.starts_with("negsamp-pair: ok\n") && !chosen.contains("softmax"), "{chosen}");
    let (code, message) = folder.failure(&["gradcheck", "--cases", "cases.json", "--case", "pair"]);
    assert!(code == 2 && message.contains("--case pair") && message.contains("`negsamp-pair`"));
}

#[test]
fn what_is_explained_can_be_followed_by_hand() {
    let folder = Folder::new();
    folder.write(
        "cases.json",
        r#"{"center_vectors": [[2, 1]], "outside_vectors": [[1, 0], [0, -1], [1, 1]],
            "cases": [{"name": "a", "center": 0, "outside": [0], "negatives": [[1, 2, 2]]},
                      {"name": "b", "center": 0, "outside": [0, 2]}]}"#,
    );
    let report = folder.json(&["gradcheck", "--cases", "cases.json", "--explain", "--json"]);
    let sampled = &report["cases"][0]["explanation"];
    assert_eq!(sampled["kind"], "negative sampling");
    let targets = sampled["pairs"][0]["targets"].as_array().unwrap();
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    for (target, (word, label, score)) in
        targets.iter().zip([(0, 1.0, 2.0), (1, 0.0, -1.0), (2, 0.0, 3.0), (2, 0.0, 3.0)])
    {
        assert_eq!((&target["word"], number(&target["label"]), number(&target["score"])), (&word.into(), label, score));
        assert!((number(&target["predicted"]) - sigmoid(score)).abs() < 1e-12);
        assert!((number(&target["error"]) - (sigmoid(score) - label)).abs() < 1e-12);
        let loss = -if label == 1.0 { sigmoid(score) } else { sigmoid(-score) }.ln();
        assert!((number(&target["loss"]) - loss).abs() < 1e-12);
    }
    assert_eq!(targets.len(), 4);

    let pairs = report["cases"][1]["explanation"]["pairs"].as_array().unwrap();
    let y_hat: Vec<f64> = [2.0_f64, -1.0, 3.0].map(|s| s.exp() / (2_f64.exp() + (-1_f64).exp() + 3_f64.exp())).into();
    assert_eq!((pairs.len(), &pairs[1]["truth"]), (2, &2.into()));
    for (target, y) in pairs[1]["targets"].as_array().unwrap().iter().zip(&y_hat) {
        assert!((number(&target["predicted"]) - y).abs() < 1e-12);
    }
    assert!((number(&pairs[1]["loss"]) + y_hat[2].ln()).abs() < 1e-12);
    assert!(report["cases"][1]["hints"].is_null());
    assert!(folder.json(&["gradcheck", "--cases", "cases.json", "--json"])["cases"][0]["explanation"].is_null());

    let text = folder.stdout(&["gradcheck", "--cases", "cases.json", "--explain", "--case", "a"]);
    for line in [
        "  word                 label         u·v      σ(u·v)       error        loss\n",
        "  0                        1    2.000000    0.880797   -0.119203    0.126928\n",
        "  1                        0   -1.000000    0.268941    0.268941    0.313262\n",
    ] {
        assert!(text.contains(line), "{line}in\n{text}");
    }
    let new = folder.stdout(&["gradcheck", "--explain", "--seed", "3", "--dim", "2", "--vocab", "4"]);
    assert_eq!(
        (new.matches(": ok\n").count(), new.matches("  outside word ").count()),
        (9, 1 + 1 + 4 + 4 + 1 + 4),
        "{new}"
    );
    assert_eq!(new.matches("  center word ").count(), 3, "{new}");
}

/// The two words of a window, one of which comes twice, and a tree of three words.
#[test]
fn a_mean_and_a_path_can_be_followed_by_hand() {
    let folder = Folder::new();
    folder.write(
        "cases.json",
        r#"{"center_vectors": [[2, 1], [-1, 4], [9, 9]], "outside_vectors": [[1, 0], [0, -1], [1, 1]],
            "paths": [[[1, 0]], [[0, 0], [1, 1]], [[0, 1], [1, 1]]],
            "cases": [{"name": "a", "architecture": "cbow", "loss": "hierarchical-softmax", "center": 2,
                       "outside": [0, 1, 0]}]}"#,
    );
    let report = folder.json(&["gradcheck", "--cases", "cases.json", "--explain", "--json"]);
    let case = &report["cases"][0];
    let explanation = &case["explanation"];
    assert_eq!((&explanation["architecture"], &explanation["kind"]), (&"CBOW".into(), &"hierarchical softmax".into()));
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let near = |found: &Value, expected: f64| assert!((number(found) - expected).abs() < 1e-6, "{found}: {expected}");
    // The mean of (2, 1), (−1, 4) and (2, 1) is (1, 2); its products with the nodes are 1 and −2; both bits are 1.
    let (first, second) = (sigmoid(1.0), sigmoid(-2.0));
    near(&case["loss"], -(sigmoid(-1.0).ln() + sigmoid(2.0).ln()));
    for (row, share) in [2.0 / 3.0, 1.0 / 3.0, 0.0].into_iter().enumerate() {
        near(&case["grad_center"][row][0], share * first);
        near(&case["grad_center"][row][1], share * -second);
    }
    for (row, error) in [first, second, 0.0].into_iter().enumerate() {
        near(&case["grad_outside"][row][0], error);
        near(&case["grad_outside"][row][1], 2.0 * error);
    }
    let text = folder.stdout(&["gradcheck", "--cases", "cases.json", "--explain"]);
    for line in [
        "  CBOW, hierarchical softmax\n  h                 1.000000    2.000000\n",
        "  center word 2\n  node                 label         u·h      σ(u·h)       error        loss\n",
        "  1                        0   -2.000000    0.119203    0.119203    0.126928\n",
        "  grad_center 2     0.000000    0.000000\n",
    ] {
        assert!(text.contains(line), "{line}in\n{text}");
    }
}

#[test]
fn a_program_in_another_language_is_checked_and_its_slips_are_named() {
    if !works("python3", &["--version"]) {
        return skip("python3", "apt-get install python3");
    }
    let folder = Folder::new();
    folder.stdout(&["gradcheck", "--seed", "5", "--dim", "4", "--vocab", "7", "-o", "cases.json"]);
    let student = |slip: &[&str]| {
        let program = repository().join("tests/gradcheck/student.py");
        let [cases, results] = ["cases.json", "results.json"].map(|name| folder.path(name));
        let ran = Command::new("python3").arg(&program).args([cases, results]).args(slip).status().unwrap();
        assert!(ran.success());
        folder.run(&["gradcheck", "--cases", "cases.json", "--results", "results.json"])
    };
    let right = student(&[]);
    assert!(right.status.success() && text(&right.stdout).matches(": ok\n").count() == 9, "{right:?}");

    for (slip, cases, hint) in [
        (
            "repeats",
            3,
            "hint: loss, grad_center, grad_outside: as if a word that was drawn several times had been counted once",
        ),
        ("sign", 3, "hint: grad_center, grad_outside: as if the factor of a negative were σ(u·v) − 1"),
        ("label", 3, "hint: grad_center, grad_outside: as if the label of an inner node were b; it is 1 − b (eq. 23)"),
        ("whole", 3, "hint: grad_center: as if each word of the window had all of ∂J/∂h, as in word2vec.c"),
        ("words", 3, "hint: grad_center: as if a word that comes several times in the window had been counted once"),
    ] {
        let wrong = student(&[slip]);
        let (report, message) = (text(&wrong.stdout), text(&wrong.stderr));
        assert_eq!(wrong.status.code(), Some(1));
        assert!(report.contains("softmax-pair: ok\n"), "{report}");
        assert_eq!(report.matches(": DIFFERS\n").count(), cases, "{report}");
        assert_eq!(report.matches(hint).count(), cases, "{hint} in\n{report}");
        assert!(
            message.starts_with(&format!("error: {cases} cases differ: `")) && message.lines().count() == 1,
            "{message}"
        );
    }
}

#[test]
fn results_may_be_partial_but_not_beside_the_point() {
    let folder = Folder::new();
    folder.stdout(&["gradcheck", "-o", "cases.json"]);
    let check = |results: &str| {
        folder.write("results.json", results);
        folder.run(&["gradcheck", "--cases", "cases.json", "--results", "results.json"])
    };
    let cases: Value = serde_json::from_slice(&folder.read("cases.json")).unwrap();
    let loss = &cases["cases"][0]["expected"]["loss"];
    let partial = check(&format!(r#"{{"cases": [{{"name": "softmax-pair", "loss": {loss}, "note": "mine"}}]}}"#));
    let report = text(&partial.stdout);
    assert!(partial.status.success(), "{partial:?}");
    assert!(report.contains("softmax-pair: ok\n") && report.contains("negsamp-pair: nothing to compare with\n"));

    for (results, message) in [
        (r#"{"cases": []}"#, "it contains no results"),
        (r#"{"cases": [{"name": "x", "loss": 1}]}"#, "case `x`: the file of cases has no such case"),
        (r#"{"cases": [{"name": "softmax-pair"}]}"#, "it has none of `loss`, `grad_center` and `grad_outside`"),
        (r#"{"cases": [{"name": "softmax-pair", "grad_center": [1]}]}"#, "grad_center: 1 numbers instead of 3"),
        (r#"{"cases": [{"name": "softmax-pair", "grad_outside": [[1]]}]}"#, "grad_outside: 1 rows instead of 5"),
        (r#"{"cases": [{"name": "softmax-pair", "loss": NaN}]}"#, "results.json:1: expected value"),
    ] {
        let output = check(results);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(message) && output.stdout.is_empty(), "{output:?}");
    }
    for args in
        [&["--results", "r.json"][..], &["--explain", "-o", "x.json"], &["--cases", "cases.json", "-o", "x.json"]]
    {
        assert_eq!(gradcheck(args).status.code(), Some(2), "{args:?}");
    }
}
