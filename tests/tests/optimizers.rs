//! Optimizers against PyTorch's on the same gradients, and `train --optimizer`, `--dropout` and `--loss` as a user meets them.

use std::fs;
use std::path::Path;

use motevec_core::model::{FixedModel, RowsMut as _};
use motevec_core::optim::{Adam, AdamState, AdamW, FixedAdam, FixedMomentum, Momentum, RowOptimizer, Sgd};
use motevec_core::sample::{AliasTable, Generator, Slot, Unigram};
use motevec_core::simd::{Block, Kernel, Lanes, Level};
use motevec_core::train::{Fixed, Optimized, Trainer};
use motevec_tests::{Folder, works};
use serde_json::Value;

/// Rows, as tests/optimizers/torch_reference.py makes them.
const ROWS: usize = 3;
const DIM: usize = 5;

fn reference() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("optimizers/torch.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn row(value: &Value) -> Option<Vec<f64>> {
    Some(value.as_array()?.iter().map(number).collect())
}

/// The largest difference from what torch has stored after every so many steps.
fn distance(reference: &Value, case: &str, precision: &str, found: &[Vec<Vec<f64>>]) -> f64 {
    let stored = reference["cases"][case][precision].as_array().expect("a case");
    assert_eq!(stored.len(), found.len());
    let rows = stored.iter().zip(found).flat_map(|(stored, found)| stored.as_array().unwrap().iter().zip(found));
    rows.flat_map(|(stored, found)| row(stored).unwrap().into_iter().zip(found.clone()))
        .map(|(stored, found)| (stored - found).abs())
        .fold(0.0, f64::max)
}

/// Steps the rows of a matrix that have a gradient, as training does.
struct Steps<'a, O> {
    optimizer: O,
    reference: &'a Value,
}

impl<O: RowOptimizer> Kernel for Steps<'_, O> {
    type Output = Vec<Vec<Vec<f64>>>;

    fn run<L: Lanes>(mut self, lanes: L) -> Self::Output {
        let block = |row: &[f64]| -> Block { std::array::from_fn(|k| row.get(k).map_or(0.0, |&x| x as f32)) };
        let (rate, every) =
            (number(&self.reference["rate"]) as f32, self.reference["every"].as_u64().unwrap() as usize);
        let start = self.reference["start"].as_array().unwrap();
        let mut rows: Vec<Block> = start.iter().map(|start| block(&row(start).unwrap())).collect();
        let mut found = Vec::new();
        for (step, gradients) in self.reference["gradients"].as_array().unwrap().iter().enumerate() {
            for (index, (theta, gradient)) in rows.iter_mut().zip(gradients.as_array().unwrap()).enumerate() {
                if let Some(gradient) = row(gradient) {
                    let begun = self.optimizer.begin(index as u32, rate).unwrap();
                    self.optimizer.block(lanes, &begun, 0, &block(&gradient), theta).unwrap();
                }
            }
            if (step + 1) % every == 0 {
                found.push(rows.iter().map(|row| row[..DIM].iter().copied().map(f64::from).collect()).collect());
            }
        }
        found
    }
}

/// In f64, by the steps on slices.
fn in_f64(reference: &Value, mut step: impl FnMut(usize, &[f64], &mut [f64])) -> Vec<Vec<Vec<f64>>> {
    let every = reference["every"].as_u64().unwrap() as usize;
    let mut rows: Vec<_> = reference["start"].as_array().unwrap().iter().map(|start| row(start).unwrap()).collect();
    let mut found = Vec::new();
    for (number, gradients) in reference["gradients"].as_array().unwrap().iter().enumerate() {
        for (index, (theta, gradient)) in rows.iter_mut().zip(gradients.as_array().unwrap()).enumerate() {
            if let Some(gradient) = row(gradient) {
                step(index, &gradient, theta);
            }
        }
        if (number + 1) % every == 0 {
            found.push(rows.clone());
        }
    }
    found
}

#[test]
fn every_optimizer_takes_pytorch_s_steps() {
    let reference = &reference();
    let setting = |name: &str| number(&reference[name]);
    let single = |name: &str| setting(name) as f32;
    let beta = |index: usize| number(&reference["betas"][index]);
    let adam = |l2: f32| Adam { beta1: beta(0) as f32, beta2: beta(1) as f32, epsilon: single("epsilon"), l2 };
    let mut largest: f64 = 0.0;
    let mut compare = |case: &str, precision: &str, found: &[Vec<Vec<f64>>], most: f64| {
        let far = distance(reference, case, precision, found);
        println!("{case:12} {precision}  {far:.1e}");
        assert!(far <= most, "{case} in {precision}: {far:e} from torch");
        largest = largest.max(far);
    };

    for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
        for fused in [false, true] {
            let l2 = single("l2");
            for (case, l2) in [("sgd", 0.0), ("sgd-l2", l2)] {
                let found = level.run(fused, Steps { optimizer: Sgd { l2 }, reference }).unwrap();
                compare(case, "f32", &found, 1e-6);
            }
            for (case, l2) in [("momentum", 0.0), ("momentum-l2", l2)] {
                let optimizer = FixedMomentum::<ROWS, DIM>::new(Momentum { beta: single("beta"), l2 });
                compare(case, "f32", &level.run(fused, Steps { optimizer, reference }).unwrap(), 1e-6);
            }
            let cases =
                [("adam", 0.0, 0.0), ("sparse-adam", 0.0, 0.0), ("adam-l2", l2, 0.0), ("adamw", 0.0, single("decay"))];
            for (case, l2, decay) in cases {
                let optimizer = FixedAdam::<ROWS, DIM>::new(AdamW { adam: adam(l2), decay });
                compare(case, "f32", &level.run(fused, Steps { optimizer, reference }).unwrap(), 1e-6);
            }
        }
    }

    let rate = setting("rate");
    for (case, l2) in [("sgd", 0.0), ("sgd-l2", setting("l2"))] {
        let found = in_f64(reference, |_, g, theta| Sgd { l2 }.step(rate, g, theta).unwrap());
        compare(case, "f64", &found, 1e-14);
    }
    for (case, l2) in [("momentum", 0.0), ("momentum-l2", setting("l2"))] {
        let mut means = [[0.0; DIM]; ROWS];
        let momentum = Momentum { beta: setting("beta"), l2 };
        let found = in_f64(reference, |index, g, theta| momentum.step(rate, g, theta, &mut means[index]).unwrap());
        compare(case, "f64", &found, 1e-14);
    }
    for (case, l2, decay) in [("adam", 0.0, 0.0), ("adam-l2", setting("l2"), 0.0), ("adamw", 0.0, setting("decay"))] {
        let (mut means, mut squares, mut steps) = ([[0.0; DIM]; ROWS], [[0.0; DIM]; ROWS], [0; ROWS]);
        let adam = Adam { beta1: beta(0), beta2: beta(1), epsilon: setting("epsilon"), l2 };
        let found = in_f64(reference, |index, g, theta| {
            let (mean, square) = (&mut means[index][..], &mut squares[index][..]);
            let state = AdamState { mean, square, steps: &mut steps[index] };
            AdamW { adam, decay }.step(rate, g, theta, state).unwrap();
        });
        compare(case, "f64", &found, 1e-14);
    }
    println!("largest difference from torch: {largest:.1e}");
}

/// What lazy updates are not: a dense Adam, which takes a row without a gradient to have one of zeros, goes on moving it.
#[test]
fn dense_adam_coasts_where_lazy_adam_rests() {
    let reference = &reference();
    let optimizer = FixedAdam::<ROWS, DIM>::new(AdamW { decay: 0.0, ..AdamW::default() });
    let lazy = Level::best().run(false, Steps { optimizer, reference }).unwrap();
    let dense = reference["cases"]["dense-adam"]["f32"].as_array().unwrap();
    let far = |row_index: usize| {
        let last = row(&dense.last().unwrap()[row_index]).unwrap();
        last.iter().zip(&lazy.last().unwrap()[row_index]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    assert!(far(0) <= 1e-6, "a row with a gradient at each step has the same path");
    assert!(far(1) > 0.01, "one with a gradient at every third has another: {}", far(1));
    assert!(
        far(2) > 0.01,
        "and one whose gradients came late, of which dense Adam thinks it has taken the mean: {}",
        far(2)
    );
}

/// The same training on this machine's instruction sets; and it builds for a microcontroller (tests/tests/targets.rs).
#[test]
fn adam_of_fixed_size_learns_with_the_same_bits_on_every_instruction_set() {
    struct Train;
    impl Kernel for Train {
        type Output = (Vec<u32>, f64, f64);
        fn run<L: Lanes>(self, lanes: L) -> Self::Output {
            let mut model = FixedModel::<6, 8>::zeros();
            model.initialize(&mut Generator::new(1, [0]));
            let table = AliasTable::new([Slot::default(); 6], |_| 1).unwrap();
            let negatives = Unigram { table: &table, rng: Generator::new(1, [1]) };
            let adam = AdamW { decay: 0.0, ..AdamW::default() };
            let (mut center, mut outside) = (FixedAdam::<6, 8>::new(adam), FixedAdam::<6, 8>::new(adam));
            let shape = Optimized::new(Fixed::<2, 4>, &mut center, &mut outside);
            let mut trainer = Trainer::new(lanes, &mut model, negatives, shape, 0.02);
            let mut widths = Generator::new(1, [2]);
            let mut epoch = |trainer: &mut Trainer<'_, _, _, _, _, _>| {
                trainer.loss = Default::default();
                for _ in 0..40 {
                    trainer.sentence(&[0, 1, 2, 1], &mut widths).unwrap();
                    trainer.sentence(&[3, 4, 5, 4], &mut widths).unwrap();
                }
                trainer.loss.mean()
            };
            let (first, _, last) = (epoch(&mut trainer), epoch(&mut trainer), epoch(&mut trainer));
            let bits = (0..6).flat_map(|row| model.center.row_mut(row).unwrap().to_vec()).map(f32::to_bits).collect();
            (bits, first, last)
        }
    }
    let reference = Level::Scalar.run(false, Train).unwrap();
    assert!(reference.2 < 0.7 * reference.1, "the loss falls: {reference:?}");
    for level in Level::ALL.into_iter().filter(|level| level.is_available()) {
        assert_eq!(level.run(false, Train).unwrap(), reference, "{}", level.name());
    }
}

/// A text of six topics of six words.
fn folder(lines: u32) -> Folder {
    let (mut text, mut state) = (String::new(), 1_u32);
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    for _ in 0..lines {
        let topic = draw(6);
        for _ in 0..10 {
            text += &format!("t{topic}w{} ", draw(6));
        }
        text.push('\n');
    }
    let folder = Folder::new();
    folder.write("text.txt", text);
    folder
}

/// Trains on `text.txt`. Returns the summary.
fn train(folder: &Folder, output: &str, options: &[&str]) -> Value {
    let args = ["train", "text.txt", "-o", output, "--dim", "12", "--subsample", "0", "--json"];
    serde_json::from_str(&folder.stdout(&[&args[..], options].concat())).unwrap()
}

fn last_loss(summary: &Value) -> f64 {
    number(summary["losses"].as_array().unwrap().last().unwrap())
}

const ALL: [&[&str]; 8] = [
    &["--optimizer", "sgd", "--l2", "1e-4", "--lr", "0.1"],
    &["--optimizer", "momentum", "--momentum", "0.8", "--lr", "0.1"],
    &["--optimizer", "adam", "--beta1", "0.8", "--beta2", "0.99", "--epsilon", "1e-6", "--l2", "1e-5", "--lr", "0.01"],
    &["--optimizer", "adamw", "--weight-decay", "0.02", "--lr", "0.01"],
    &["--dropout", "0.2", "--lr", "0.1"],
    &["--loss", "softmax", "--lr", "0.1"],
    &["--loss", "softmax", "--optimizer", "adam", "--dropout", "0.1", "--lr", "0.01"],
    &["--optimizer", "adam", "--update", "pair", "--lr", "0.01"],
];

#[test]
fn each_learns_and_its_history_makes_it_again_on_any_number_of_threads() {
    let folder = folder(400);
    let mut models: Vec<Vec<u8>> = Vec::new();
    for options in ALL {
        let options = &[options, &["--epochs", "8"]].concat();
        let summary = train(&folder, "model.safetensors", &[&options[..], &["--threads", "1"]].concat());
        let losses = summary["losses"].as_array().unwrap();
        assert!(last_loss(&summary) < 0.9 * number(&losses[0]), "{options:?}: {summary}");
        let model = folder.read("model.safetensors");
        // Words of a topic are beside each other.
        let nearest = folder.stdout(&["neighbors", "model.safetensors", "t0w0", "-k", "3"]);
        assert!(nearest.lines().skip(1).all(|line| line.starts_with("t0w")), "{options:?}: {nearest}");
        train(&folder, "again.safetensors", &[&options[..], &["--threads", "3"]].concat());
        assert!(folder.read("again.safetensors") == model, "{options:?}: another number of threads");
        let info: Value = serde_json::from_str(&folder.stdout(&["info", "model.safetensors", "--json"])).unwrap();
        let said = info["history"][0]["options"].as_array().unwrap();
        let remade: Vec<String> = said
            .iter()
            .flat_map(|pair| [format!("--{}", pair[0].as_str().unwrap()), pair[1].as_str().unwrap().to_owned()])
            .collect();
        let remade: Vec<&str> = remade.iter().map(String::as_str).collect();
        folder.stdout(&[&["train", "text.txt", "-o", "remade.safetensors"], &remade[..]].concat());
        assert!(folder.read("remade.safetensors") == model, "{options:?}: its history {remade:?}");
        assert!(!models.contains(&model), "{options:?} makes a difference");
        models.push(model);
    }
}

#[test]
fn the_summary_names_optimizer_rate_and_loss() {
    let folder = folder(50);
    for (options, optimizer, rate, loss) in [
        (&[][..], "sgd", 0.025_f32, "negative-sampling"),
        (&["--optimizer", "momentum"], "momentum", 0.025, "negative-sampling"),
        (&["--optimizer", "adam", "--loss", "softmax"], "adam", 0.001, "softmax"),
        (&["--optimizer", "adamw"], "adamw", 0.001, "negative-sampling"),
    ] {
        let summary = train(&folder, "model.bin", options);
        assert_eq!((summary["optimizer"].as_str(), summary["loss"].as_str()), (Some(optimizer), Some(loss)));
        assert_eq!(number(&summary["lr"]) as f32, rate);
    }
}

/// Softmax over 36 words starts at ln 36, and negative sampling with K = 5 at 6 ln 2.
#[test]
fn both_losses_are_the_true_ones() {
    let folder = folder(300);
    for (options, start) in [(&["--loss", "softmax"][..], 36.0_f64.ln()), (&[], 6.0 * 2.0_f64.ln())] {
        let summary = train(&folder, "model.bin", &[options, &["--lr", "1e-9", "--epochs", "1"]].concat());
        assert!((last_loss(&summary) - start).abs() < 1e-3, "{summary}");
    }
    // No softmax can be better than the text: given a word, the others of its topic, one in six.
    let summary = train(&folder, "model.bin", &["--loss", "softmax", "--lr", "0.1", "--epochs", "10"]);
    assert!((6.0_f64.ln() - 0.05..6.0_f64.ln() + 0.1).contains(&last_loss(&summary)), "{summary}");
}

#[test]
fn what_does_not_apply_is_refused_by_name() {
    let folder = folder(20);
    for (options, message) in [
        (&["--beta1", "0.5"][..], "--beta1 is of --optimizer adam and adamw, not of sgd"),
        (&["--momentum", "0.5", "--optimizer", "adam"], "--momentum is of --optimizer momentum, not of adam"),
        (
            &["--epsilon", "1e-9", "--optimizer", "momentum"],
            "--epsilon is of --optimizer adam and adamw, not of momentum",
        ),
        (&["--weight-decay", "0.1"], "--weight-decay is of --optimizer adamw, not of sgd; it has --l2"),
        (
            &["--l2", "0.1", "--optimizer", "adamw"],
            "--l2 is of --optimizer sgd and momentum and adam, not of adamw; it has --weight-decay",
        ),
        (&["--beta2", "1", "--optimizer", "adam"], "--beta2 1: give a number from 0 to less than 1, such as 0.9"),
        (
            &["--momentum", "-1", "--optimizer", "momentum"],
            "--momentum -1: give a number from 0 to less than 1, such as 0.9",
        ),
        (&["--epsilon", "0", "--optimizer", "adam"], "--epsilon 0: give a small positive number, such as 1e-8"),
        (&["--l2", "nan"], "--l2 NaN: give 0 (none) or a small positive number"),
        (
            &["--weight-decay", "-1", "--optimizer", "adamw"],
            "--weight-decay -1: give 0 (none) or a small positive number",
        ),
        (&["--dropout", "1"], "--dropout 1: give a share from 0 to less than 1, such as 0.1"),
        (
            &["--loss", "softmax", "--negatives", "5"],
            "--negatives 5: softmax has all words for targets, and draws none; leave it out",
        ),
        (
            &["--loss", "softmax", "--update", "pair"],
            "--update pair: softmax has one step, for a center and all of its window; leave it out",
        ),
    ] {
        let args = [&["train", "text.txt", "-o", "model.bin"], options].concat();
        assert_eq!(folder.failure(&args), (2, format!("error: {message}\n")), "{options:?}");
        assert_eq!(folder.names(), ["text.txt"]);
    }
}

#[test]
fn what_takes_long_is_said_before() {
    // Enough for several shards, and a vocabulary of which each word occurs thrice.
    let folder = folder(40_000);
    let args =
        ["train", "text.txt", "-o", "model.bin", "--dim", "4", "--epochs", "1", "--subsample", "0", "--threads", "2"];
    let output = folder.run(&[&args[..], &["--optimizer", "momentum"]].concat());
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success());
    assert!(message.contains("warning: this trains on one thread: only --optimizer sgd"), "{message}");
    let words: String = (0..30_000).map(|word| format!("w{word} w{word} w{}\n", (word + 1) % 30_000)).collect();
    folder.write("many.txt", words);
    let args = ["train", "many.txt", "-o", "model.bin", "--min-count", "1", "--loss", "softmax", "--epochs", "1000000"];
    let mut child = folder.motevec(&args).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut message = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stderr.take().unwrap()), &mut message).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(message.starts_with("warning: --loss softmax: with 30,000 words this takes about "), "{message}");
    assert!(message.contains(" h; --loss negative-sampling"), "{message}");
}

/// The stored reference is that of the torch that is installed, where one is: it is too large for every machine.
#[test]
fn the_stored_reference_is_torch_s() {
    if !works("python3", &["-c", "import torch"]) {
        println!("there is no torch; tests/optimizers/torch.json was not made again");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("optimizers/torch_reference.py");
    let output = std::process::Command::new("python3").arg(script).arg("--check").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
