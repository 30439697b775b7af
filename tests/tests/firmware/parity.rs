//! The same stream with the same seed leaves the same bits on every machine: in portable arithmetic on all instruction
//! sets of this machine, on the boards in QEMU, and as WebAssembly in Node.
//!
//! The dialogue's demo gives a hash of both matrices after every epoch. Whatever else the dialogue says is compared as
//! well.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use motevec_core::model::FixedModel;
use motevec_core::optim::{AdamW, FixedAdam, FixedMomentum, Momentum, Sgd, Subtract};
use motevec_core::simd::{Kernel, Lanes, Level};
use motevec_core::train::{Cbow, CbowGradient, Composed, Fixed, Optimized};
use motevec_tests::firmware::{self, Board, Dialogue, Host};
use motevec_tests::{skip, works};

#[path = "../../../firmware-example/footprint/src/trial.rs"]
mod trial;
use trial::{DIM, Names, WORDS, train};

/// Learns, looks up, adopts from flash, learns on, and gives the model back.
const LINES: [&str; 17] = [
    "demo",
    "near lab.laser",
    "vector lab.laser",
    "near peace",
    "vector peace",
    "adopt peace war world",
    "learn peace lab.door war lab.light world",
    "rate 0.25",
    "learn tür tür lab.gas a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "near tür",
    "near peace",
    "score lab.door lab.light lift.floor3 lab.gas nobody lab.laser",
    "watch lab.door lab.light lift.floor3 lab.gas nobody lab.laser",
    "watch gym.door gym.shower gym.heat gym.sound gym.door",
    "watch kitchen.door kitchen.oven attic.boiler kitchen.fridge kitchen.tap kitchen.door",
    "score kitchen.door kitchen.oven attic.boiler kitchen.fridge kitchen.tap kitchen.door",
    "save",
];

fn on_host(level: Level) -> Option<Vec<String>> {
    Host::start(level).map(|mut host| host.ask_all(&LINES))
}

/// What all must say.
static EXPECTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let answers = on_host(Level::Scalar).expect("every machine has plain arithmetic");
    let bits: Vec<_> = answers.iter().filter_map(|line| line.split_once(" bits ")).map(|(_, bits)| bits).collect();
    assert_eq!(bits.len(), 8, "a hash an epoch: {answers:?}");
    assert!(bits.windows(2).all(|pair| pair[0] != pair[1]), "epochs differ: {bits:?}");
    assert!(answers.iter().filter(|line| line.starts_with("= ")).count() > 200, "an image was saved");
    answers
});

/// These numbers were the same on every machine, and must stay so.
#[test]
fn parity_with_the_version_before() {
    assert_eq!(EXPECTED[0], FIRST, "the first epoch");
    assert_eq!(EXPECTED[7], LAST, "the last epoch");
}

const FIRST: &str = "epoch 1 loss 4.0221 bits 912dcf127f80aec3";
const LAST: &str = "epoch 8 loss 1.5280 bits b94443e580066cb2";

#[test]
fn parity_of_all_instruction_sets() {
    for level in Level::ALL {
        match on_host(level) {
            Some(answers) => assert_eq!(answers, *EXPECTED, "{}", level.name()),
            None => eprintln!("this machine has no {}", level.name()),
        }
    }
}

fn on_board(board: Board) {
    if let Some(mut device) = board.start() {
        assert_eq!(device.ask_all(&LINES), *EXPECTED, "{board:?}");
    }
}

#[test]
fn parity_on_cortex_m0() {
    on_board(Board::Microbit);
}

#[test]
fn parity_on_cortex_m4f() {
    on_board(Board::An386);
}

#[test]
fn parity_on_cortex_m33() {
    on_board(Board::An505);
}

#[test]
fn parity_on_risc_v() {
    on_board(Board::Virt);
}

/// The dialogue in integers, which has a learner of its own.
static IN_INTEGERS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let answers = Host::in_integers().ask_all(&LINES);
    assert_ne!(answers[0], EXPECTED[0], "it is not that of floats");
    answers
});

/// These numbers were the same on every machine, and must stay so.
#[test]
fn parity_in_integers_with_the_version_before() {
    assert_eq!(IN_INTEGERS[0], "epoch 1 loss 4.0283 bits 8dd450adcfe9d527", "the first epoch");
    assert_eq!(IN_INTEGERS[7], "epoch 8 loss 1.5568 bits e1cc80803ebeb9c4", "the last epoch");
}

fn in_integers_on_board(board: Board) {
    if let Some(mut device) = board.start_in_integers() {
        assert!(device.greeting.contains(": 160 words x 16 of 16 bits;"), "{}", device.greeting);
        assert_eq!(device.ask_all(&LINES), *IN_INTEGERS, "{board:?}");
    }
}

#[test]
fn parity_in_integers_on_cortex_m0() {
    in_integers_on_board(Board::Microbit);
}

#[test]
fn parity_in_integers_on_cortex_m4f() {
    in_integers_on_board(Board::An386);
}

#[test]
fn parity_in_integers_on_cortex_m33() {
    in_integers_on_board(Board::An505);
}

#[test]
fn parity_in_integers_on_risc_v() {
    in_integers_on_board(Board::Virt);
}

#[test]
fn parity_on_webassembly() {
    if !works("node", &["--version"]) {
        return skip("Node", "sudo apt-get install nodejs");
    }
    if !firmware::has_target(firmware::WASM) {
        return;
    }
    let simd: &[_] = &[("RUSTFLAGS", "-Ctarget-feature=+simd128")];
    for (settings, level) in [(&[][..], "0"), (&[], "1"), (simd, "1")] {
        let module = firmware::build("motevec-wasm", firmware::WASM, "", settings);
        let mut node = Command::new("node");
        node.arg(firmware::folder().join("wasm/dialogue.mjs")).arg(module).arg(level);
        let mut node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Node starts");
        let mut input = node.stdin.take().expect("a pipe");
        input.write_all((LINES.join("\n") + "\n").as_bytes()).expect("Node reads");
        drop(input);
        let output = node.wait_with_output().expect("Node ends");
        assert!(output.status.success());
        let answers = String::from_utf8(output.stdout).expect("answers are UTF-8");
        let answers: Vec<&str> = answers.lines().skip(1).collect();
        assert_eq!(answers, *EXPECTED, "level {level} {settings:?}");
    }
}

/// A hash of the vectors' bits, by optimizer.
type Hashes = Vec<(&'static str, u32)>;

/// What `firmware-example/footprint/src/optimizers.rs` does.
struct Optimizers;

impl Kernel for Optimizers {
    type Output = Hashes;

    fn run<L: Lanes>(self, lanes: L) -> Hashes {
        const SHAPE: Fixed<2, 6> = Fixed;
        let mut model = FixedModel::zeros();
        let room = [[0.0; DIM]; 2];
        let momentum = || FixedMomentum::<WORDS, DIM>::new(Momentum::default());
        let adamw = || FixedAdam::<WORDS, DIM>::new(AdamW::default());
        vec![
            ("plain", train(lanes, &mut model, SHAPE, 0.1)),
            ("cbow", train(lanes, &mut model, Cbow::new(SHAPE, Subtract, room, CbowGradient::True), 0.5)),
            ("subwords", train(lanes, &mut model, Composed::<_, _, _, 8>::new(SHAPE, Names, room), 0.1)),
            ("sgd", train(lanes, &mut model, Optimized::new(SHAPE, Sgd::default(), Sgd::default()), 0.1)),
            ("momentum", train(lanes, &mut model, Optimized::new(SHAPE, momentum(), momentum()), 0.1)),
            ("adamw", train(lanes, &mut model, Optimized::new(SHAPE, adamw(), adamw()), 0.01)),
        ]
    }
}

#[test]
fn parity_of_optimizers_on_all_instruction_sets() {
    let expected = Level::Scalar.run(false, Optimizers).expect("every machine has plain arithmetic");
    for (index, (name, hash)) in expected.iter().enumerate() {
        assert!(*hash != 0 && expected[..index].iter().all(|(_, other)| other != hash), "{name}: {expected:?}");
    }
    for hashes in Level::ALL.into_iter().filter_map(|level| level.run(false, Optimizers)) {
        assert_eq!(hashes, expected);
    }
}

/// Trains with them on a board of 16 KB, or with the same sizes on a larger one.
fn optimizers_on_board(board: Board, machine: &str) {
    if !board.is_here() {
        return;
    }
    let output = Command::new("qemu-system-arm")
        .args(["-machine", machine, "-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0"])
        .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
        .arg(board.footprint(",optimizers"))
        .output()
        .expect("QEMU starts");
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("lines are UTF-8");
    let figure = |name: &str| -> u32 {
        let line = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name}: {said}")).parse().expect("a number")
    };
    for (name, hash) in Level::Scalar.run(false, Optimizers).expect("every machine has plain arithmetic") {
        assert_eq!(figure(&format!("{name} bits")), hash, "{name}: {said}");
    }
    // What the documentation says.
    assert_eq!((figure("model"), figure("state of adamw")), (4_096, 8_488));
    assert!(figure("stack") <= 2_500, "{said}");
}

#[test]
fn parity_of_optimizers_on_cortex_m0() {
    optimizers_on_board(Board::Microbit, "microbit");
}

#[test]
fn parity_of_optimizers_on_cortex_m4f() {
    optimizers_on_board(Board::An386, "mps2-an386");
}
