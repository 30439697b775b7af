//! `motevec bench`: what it reports. How fast anything is, no test can say.

use motevec_core::simd::Level;
use motevec_tests::{Folder, data};
use serde_json::Value;

/// Measures for as short as can be, and trains little.
const QUICK: [&str; 9] = ["bench", "--runs", "1", "--seconds", "0.0001", "--epochs", "1", "--threads", "2"];

fn text() -> String {
    data("pan-tadeusz.txt.zst").to_str().unwrap().to_owned()
}

fn rows<'a>(report: &'a Value, name: &str) -> &'a Vec<Value> {
    report[name].as_array().unwrap_or_else(|| panic!("{name}: {report}"))
}

#[test]
fn every_figure_is_reported() {
    let folder = Folder::new();
    let text = text();
    let args = [&QUICK[..], &["--json", "--dim", "20", &text]].concat();
    let report: Value = folder.json(&args);
    assert_eq!(report["corpus"], Value::from(vec![text]));
    assert!(report["machine"]["cores"].as_u64().unwrap() > 0);

    let levels: Vec<_> = Level::ALL.into_iter().filter(|level| level.is_available()).map(Level::name).collect();
    let peaks = rows(&report, "peak");
    for level in levels.iter().filter(|&&level| level != "scalar") {
        let threads = peaks.iter().filter(|peak| peak["simd"] == *level).map(|peak| peak["threads"].as_u64().unwrap());
        assert_eq!(threads.collect::<Vec<_>>(), [1, 2], "{level}");
    }
    assert!(peaks.iter().all(|peak| peak["gflops"].as_f64().unwrap() > 0.0), "{peaks:?}");

    let memory = rows(&report, "memory");
    let patterns: Vec<_> = memory.iter().map(|row| (row["pattern"].as_str().unwrap(), &row["threads"])).collect();
    assert_eq!(patterns, [("read", &1.into()), ("read", &2.into()), ("triad", &1.into()), ("triad", &2.into())]);
    assert!(memory.iter().all(|row| row["gigabytes_per_second"].as_f64().unwrap() > 0.0), "{memory:?}");

    let kernels = rows(&report, "kernels");
    for kernel in ["dot", "axpy", "window 10x6", "window 6x6", "pair 1x6", "sigmoid"] {
        for level in &levels {
            let rows = kernels.iter().filter(|row| row["kernel"] == kernel && row["simd"] == *level);
            let dims = rows.map(|row| {
                assert!(row["gflops"].as_f64().unwrap() > 0.0 && row["share"].as_f64().unwrap() > 0.0, "{row}");
                assert!(row["arithmetic"] == "fused" || row["arithmetic"] == "portable", "{row}");
                row["dim"].as_u64().unwrap()
            });
            assert_eq!(dims.collect::<Vec<_>>(), [64, 100, 128, 200, 300], "{kernel} {level}");
        }
    }

    let training = &report["training"];
    assert_eq!((&training["words"], &training["dim"], &training["epochs"]), (&68_928.into(), &20.into(), &1.into()));
    let (pairs, flops) = (training["pairs"].as_f64().unwrap(), training["flops"].as_f64().unwrap());
    assert!(pairs > 10_000.0 && (flops / (pairs * 6.0 * 20.0 * 6.0) - 1.0).abs() < 1e-9, "{training}");
    let rates = rows(training, "rates");
    let runs = rates.iter().map(|rate| (rate["method"].as_str().unwrap(), rate["threads"].as_u64().unwrap()));
    assert_eq!(runs.collect::<Vec<_>>(), [("sequential", 1), ("rounds", 1), ("rounds", 2)]);
    for rate in rates {
        let [seconds, words, gflops, share] =
            ["seconds", "words_per_second", "gflops", "share"].map(|name| rate[name].as_f64().unwrap());
        assert!(share > 0.0 && (words * seconds / 68_928.0 - 1.0).abs() < 1e-9, "{rate}");
        assert!((gflops * 1e9 * seconds / flops - 1.0).abs() < 1e-9, "{rate}");
    }
    // One text is one shard here, whose rows of 32 components, padding included, are copied and merged.
    assert!(rates[0]["round"].is_null());
    for round in rates[1..].iter().map(|rate| &rate["round"]) {
        let [words, longest, copied, merged, bytes] =
            ["words", "longest_shard", "copied_rows", "merged_rows", "row_bytes"]
                .map(|name| round[name].as_f64().unwrap());
        assert!(round["shards"] == 1 && 500.0 < words && words <= 1_000.0 && longest == words, "{round}");
        assert!(100.0 < copied && copied < 2.0 * words && merged == copied, "{round}");
        assert!((bytes / (32.0 * 4.0 * 5.0 * copied) - 1.0).abs() < 1e-9, "{round}");
        assert!(round["training_seconds"].as_f64().unwrap() > 0.0 && round["merging_seconds"].as_f64().unwrap() > 0.0);
    }
    assert!(folder.names().is_empty(), "no files");
}

#[test]
fn people_get_tables_of_the_text_that_is_built_in() {
    let args = [&QUICK[..], &["--arithmetic", "portable"]].concat();
    let text = Folder::new().stdout(&args);
    for expected in [
        "machine   ",
        "text      addresses.txt.zst: ",
        "\npeak",
        "\nread",
        "\ntriad",
        "\nwindow 10x6  scalar ",
        "words/s",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains("fused") && !text.contains("NaN"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn mistakes_are_told() {
    let folder = Folder::new();
    folder.write("one.txt", "word\n".repeat(9));
    let cases: [(&[&str], i32, &str); 5] = [
        (&["--seconds", "0"], 2, "expected a number from 0.0001 to 60"),
        (&["--seconds", "nan"], 2, "expected a number from 0.0001 to 60"),
        (&["--runs", "0"], 2, "invalid value '0' for '--runs <N>'"),
        (&["missing.txt"], 1, "error: missing.txt: No such file"),
        (&["one.txt"], 1, "error: there is nothing to learn: no line has two words"),
    ];
    for (args, code, expected) in cases {
        let (found, message) = folder.failure(&[&["bench"], args].concat());
        assert!(found == code && message.contains(expected), "{args:?}: {found} {message}");
    }
}
