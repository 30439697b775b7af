//! The window update in a crate of somebody else's, with cargo's own profiles: what it takes there, in instructions,
//! beside the profile of the project.

use std::collections::BTreeMap;
use std::process::Command;

use motevec_tests::firmware::{Board, cargo, figures, target_folder};
use motevec_tests::{repository, skip, works};

/// A release profile of cargo's own making.
type Profile = &'static [(&'static str, &'static str)];

const DEFAULT: Profile = &profile("3");
const SMALL: Profile = &profile("s");

const fn profile(opt_level: &'static str) -> [(&'static str, &'static str); 3] {
    [
        ("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level),
        ("CARGO_PROFILE_RELEASE_LTO", "false"),
        ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ]
}

/// Instructions of a window update on a Cortex-M4F, of half-width 2 and of 5, in an image built with `profile`.
fn on_a_board(profile: Profile) -> [f64; 2] {
    let image = Board::An386.footprint_with(",measure", profile);
    let figures: BTreeMap<_, _> = figures(Board::An386, &image).into_iter().collect();
    let figure = |name: &str| f64::from(*figures.get(name).unwrap_or_else(|| panic!("no {name}: {figures:?}")));
    let per_tick = figure("calibration instructions") / figure("calibration ticks");
    ["window 2 ticks", "window 5 ticks"].map(|ticks| figure(ticks) * per_tick / figure("updates"))
}

#[test]
fn on_a_cortex_m4f_the_kernels_do_not_depend_on_the_profile() {
    if !Board::An386.is_here() {
        return;
    }
    // The project's own profile.
    let ours = on_a_board(&[]);
    for (profile, most) in [(DEFAULT, 1.05), (SMALL, 1.5)] {
        for (ours, theirs) in ours.into_iter().zip(on_a_board(profile)) {
            println!("{profile:?}: {theirs:.0} instructions, {:.3} of ours", theirs / ours);
            assert!(theirs <= most * ours, "{profile:?}: {theirs} {ours}");
        }
    }
}

/// Instructions of a window update of 10 × 6 rows of 100 components, by level; `None` where this machine does not have
/// it.
fn on_this_machine(profile: Profile) -> Vec<(&'static str, Option<f64>)> {
    // In a folder of its own, so that it is built beside firmware.
    let folder = target_folder().join("linked");
    let mut cargo = cargo();
    cargo.args(["build", "--quiet", "--locked", "--release"]).current_dir(repository().join("tests/linked"));
    let output = cargo.envs(profile.iter().copied()).env("CARGO_TARGET_DIR", &folder).output().expect("cargo runs");
    assert!(output.status.success(), "{output:?}");
    let program = folder.join("release/linked");
    let count = |level: &str, arithmetic: &str, times: &str| {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(&program);
        let output = valgrind.args([level, arithmetic, times]).output().expect("valgrind runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let counted = text.split("Collected : ").nth(1).and_then(|rest| rest.split_whitespace().next());
        output.status.success().then(|| counted.expect("a count").parse::<f64>().expect("a number"))
    };
    let of_level =
        |(level, arithmetic)| Some((count(level, arithmetic, "300")? - count(level, arithmetic, "100")?) / 200.0);
    // Valgrind knows no AVX-512.
    [("scalar", "portable"), ("wide", "portable"), ("avx2", "fused")].map(|key| (key.0, of_level(key))).to_vec()
}

#[test]
fn on_this_machine_the_kernels_do_not_depend_on_the_profile() {
    if !works("valgrind", &["--version"]) {
        return skip("valgrind", "sudo apt-get install valgrind");
    }
    // Cargo's own profile is the project's.
    let (ours, small) = (on_this_machine(DEFAULT), on_this_machine(SMALL));
    for ((level, ours), (_, small)) in ours.into_iter().zip(small) {
        let (Some(ours), Some(small)) = (ours, small) else { continue };
        println!("{level}: {ours:.0} instructions; {SMALL:?}: {small:.0}, {:.3} of those", small / ours);
        // Plain floats are put into vectors by an optimization that `s` leaves out.
        let most = if level == "scalar" { 5.0 } else { 1.5 };
        assert!(small <= most * ours, "{level}: {small} {ours}");
    }
}
