//! The state of an optimizer is returned with the model.

use motevec::corpus::{self, Corpus, Options, Source};
use motevec::train::{self, Optimizer, Settings, Trained};
use motevec_core::optim::{AdamW, Momentum};

const DIM: usize = 5;

/// Words of equal frequency, in lines of two.
fn corpus() -> Corpus {
    let text = Source::Bytes { name: "text", data: "a b\nc d\n".repeat(50).leak().as_bytes() };
    corpus::read(&[text], &Options::default(), &|_| {}).unwrap()
}

fn trained(optimizer: Optimizer) -> Trained {
    let settings = Settings { dim: DIM, subsample: 0.0, epochs: 2, optimizer, ..Settings::default() };
    train::train(&corpus(), &settings, &mut |_| std::ops::ControlFlow::Continue(())).unwrap()
}

fn shapes(trained: &Trained) -> Vec<(&str, usize)> {
    trained.state.iter().map(|(name, numbers)| (&name[..], numbers.len())).collect()
}

#[test]
fn each_optimizer_names_what_it_remembers_of_every_word() {
    assert!(shapes(&trained(Optimizer::default())).is_empty());
    let momentum = trained(Optimizer::Momentum(Momentum::default()));
    assert_eq!(shapes(&momentum), [("center.mean", 4 * DIM), ("outside.mean", 4 * DIM)]);
    let adam = trained(Optimizer::AdamW(AdamW::default()));
    let matrices = [("mean", 4 * DIM), ("square", 4 * DIM), ("steps", 4 * 2)];
    let named = ["center", "outside"].map(|side| matrices.map(|(name, len)| (format!("{side}.{name}"), len))).concat();
    assert_eq!(shapes(&adam), named.iter().map(|(name, len)| (&name[..], *len)).collect::<Vec<_>>());
    // In each line each word stands in the window of the other: 50 lines, twice.
    let steps = &adam.state[2].1;
    assert_eq!(steps.as_chunks().0, [[0.0, 100.0]; 4]);
}
