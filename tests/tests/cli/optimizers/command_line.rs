//! `train --optimizer` and `--dropout` as a user meets them.

use super::{folder, last_loss, number, train, train_and_remake};

const ALL: [&[&str]; 9] = [
    &["--optimizer", "sgd", "--l2", "1e-4", "--lr", "0.1"],
    &["--optimizer", "momentum", "--momentum", "0.8", "--lr", "0.1"],
    &["--optimizer", "adam", "--beta1", "0.8", "--beta2", "0.99", "--epsilon", "1e-6", "--l2", "1e-5", "--lr", "0.01"],
    &["--optimizer", "adamw", "--weight-decay", "0.02", "--lr", "0.01"],
    &["--dropout", "0.2", "--lr", "0.1"],
    &["--loss", "softmax", "--lr", "0.02"],
    &["--loss", "softmax", "--optimizer", "adam", "--dropout", "0.1", "--lr", "0.01"],
    &["--optimizer", "adam", "--update", "pair", "--lr", "0.01"],
    &["--optimizer", "adam", "--architecture", "cbow", "--loss", "hierarchical-softmax", "--lr", "0.02"],
];

#[test]
fn each_learns_and_its_history_makes_it_again_on_any_number_of_threads() {
    let folder = folder(400);
    let mut models: Vec<Vec<u8>> = Vec::new();
    for options in ALL {
        let options = &[options, &["--epochs", "8"]].concat();
        let summary = train_and_remake(&folder, options, &mut models);
        let losses = summary["losses"].as_array().unwrap();
        assert!(last_loss(&summary) < 0.9 * number(&losses[0]), "{options:?}: {summary}");
    }
}

#[test]
fn the_summary_names_optimizer_rate_and_loss() {
    let folder = folder(50);
    for (options, optimizer, rate, loss) in [
        (&[][..], "sgd", 0.025_f32, "negative-sampling"),
        (&["--optimizer", "momentum"], "momentum", 0.025, "negative-sampling"),
        (&["--groups", "2"], "sgd", 0.03, "negative-sampling"),
        (&["--groups", "2", "--lr", "0.025"], "sgd", 0.025, "negative-sampling"),
        (&["--groups", "2", "--architecture", "cbow"], "sgd", 0.1, "negative-sampling"),
        (&["--optimizer", "adam", "--loss", "softmax"], "adam", 0.01, "softmax"),
        (&["--optimizer", "adamw"], "adamw", 0.01, "negative-sampling"),
    ] {
        let summary = train(&folder, "model.bin", options);
        assert_eq!((summary["optimizer"].as_str(), summary["loss"].as_str()), (Some(optimizer), Some(loss)));
        assert_eq!(number(&summary["lr"]) as f32, rate);
    }
}

#[test]
fn what_does_not_apply_is_refused_by_name() {
    let folder = folder(20);
    for (options, message) in [
        (&["--beta1", "0.5"][..], "--beta1 belongs to --optimizer adam or adamw, not to sgd"),
        (&["--momentum", "0.5", "--optimizer", "adam"], "--momentum belongs to --optimizer momentum, not to adam"),
        (
            &["--epsilon", "1e-9", "--optimizer", "momentum"],
            "--epsilon belongs to --optimizer adam or adamw, not to momentum",
        ),
        (&["--weight-decay", "0.1"], "--weight-decay belongs to --optimizer adamw, not to sgd; it has --l2"),
        (
            &["--l2", "0.1", "--optimizer", "adamw"],
            "--l2 belongs to --optimizer sgd, momentum or adam, not to adamw; it has --weight-decay",
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
            "--negatives 5: softmax takes all words as targets and draws none; leave it out",
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
