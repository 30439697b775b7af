//! `motevec gradcheck`, as a user or a program meets it.

use std::fs;
use std::process::Output;

use motevec_tests::{data, motevec};

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
        assert_eq!(lines.len(), 1 + 18, "{lines:#?}");
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
    let cases = data("course-cases.json");
    let output = gradcheck(&["--json", "--cases", cases.to_str().unwrap()]);
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
