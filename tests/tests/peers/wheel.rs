//! The Python package: the wheel is built, installed into a fresh virtual environment, and passes its tests there.

use std::path::Path;
use std::process::Command;

use motevec_tests::{Folder, has_python, motevec, repository, run, skip, works};

/// Builds the wheel in `folder`, and returns its path.
fn wheel(folder: &Folder, package: &Path) -> std::path::PathBuf {
    // Beside the program, so that what is compiled is used again.
    let target = motevec_tests::firmware::target_folder().with_file_name("python");
    let mut maturin = Command::new("python3");
    maturin.args(["-m", "maturin", "build", "--quiet", "--release", "--locked", "--out", "."]);
    run(maturin.arg("-m").arg(package.join("Cargo.toml")).current_dir(folder.path("")).env("CARGO_TARGET_DIR", target));
    let name = folder.names().into_iter().find(|name| name.ends_with(".whl")).expect("a wheel");
    assert!(name.starts_with("motevec-") && name.contains("-cp310-abi3-"), "{name}");
    folder.path(&name)
}

#[test]
fn the_wheel_passes_its_tests_in_a_fresh_environment() {
    if !has_python("numpy") || !has_python("maturin") {
        return;
    }
    if !works("python3", &["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]) {
        return skip("Python 3.10 or later, with venv", "apt-get install python3-venv");
    }
    let (folder, package) = (Folder::new(), repository().join("host-cli/python"));
    let wheel = wheel(&folder, &package);

    let listed = run(Command::new("python3").args(["-m", "zipfile", "-l"]).arg(&wheel));
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "METADATA", "motevec/py.typed", "motevec/_motevec.pyi"] {
        assert!(listed.contains(name), "{name} is missing: {listed}");
    }
    assert!(!listed.contains("libpython"), "{listed}");

    // NumPy is that of the system: to install another one would need a network.
    run(Command::new("python3").args(["-m", "venv", "--system-site-packages"]).arg(folder.path("venv")));
    let python = folder.path("venv/bin/python");
    let pip = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--force-reinstall"];
    run(Command::new(&python).args(pip).arg(&wheel));
    let there = run(Command::new(&python).args(["-c", "import motevec; print(motevec.__file__)"]));
    assert!(Path::new(there.trim()).starts_with(folder.path("venv")), "{there}");
    // Python resolves what it is to import from the folder that it runs in.
    let tests = |arguments: &[&str]| {
        let mut command = Command::new(&python);
        let program = motevec().get_program().to_owned();
        run(command.args(arguments).current_dir(package.join("tests")).env("MOTEVEC", program))
    };
    let said = tests(&["-m", "unittest", "--quiet"]);
    assert!(!said.contains("skipped"), "{said}");
    let said = tests(&["notebook.py"]);
    assert!(said.contains("nearest to freedom"), "{said}");
}
