//! The documentation names every dependency of core and the program, each with its reason; and every workspace has
//! locked its versions.

use std::collections::BTreeSet;
use std::process::Command;
use std::{env, fs};

use motevec_tests::repository;

fn read(path: &str) -> String {
    let path = repository().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The direct dependencies that a manifest names, those of tests left out.
fn in_manifest(path: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut counts = false;
    for line in read(path).lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            counts = section.ends_with("dependencies]") && !section.contains("dev-");
        } else if counts && let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            let name = name.trim().trim_end_matches(".workspace");
            names.insert(name.to_owned());
        }
    }
    assert!(names.len() > 4, "{names:?}");
    names
}

/// The first column of the table under `heading`, and whether each row has a reason.
fn in_document(path: &str, heading: &str) -> BTreeSet<String> {
    let document = read(path);
    let (_, rest) = document.split_once(heading).unwrap_or_else(|| panic!("{path} has `{heading}`"));
    let rows = rest.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with("| `"));
    let mut names = BTreeSet::new();
    for row in rows {
        let [_, dependencies, reason, _] = row.split('|').collect::<Vec<_>>()[..] else { panic!("two columns: {row}") };
        assert!(reason.trim().len() > 10, "a reason: {row}");
        names.extend(dependencies.split(',').map(|name| name.trim().trim_matches('`').to_owned()));
    }
    names
}

#[test]
fn each_dependency_is_listed_with_a_reason() {
    assert_eq!(in_document("core/README.md", "## Built on"), in_manifest("core/Cargo.toml"));
    assert_eq!(in_document("host-cli/docs/dependencies.md", "# Dependencies"), in_manifest("host-cli/Cargo.toml"));
}

#[test]
fn every_workspace_has_locked_its_versions() {
    for folder in [".", "core/c", "firmware-example", "host-cli/python", "tests/fuzz"] {
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let folder = repository().join(folder);
        let args = ["metadata", "--locked", "--offline", "--format-version", "1"];
        let output = Command::new(cargo).args(args).current_dir(&folder).output().expect("cargo runs");
        let message = String::from_utf8_lossy(&output.stderr);
        // Offline, a package that this machine has never needed is missing: that has nothing to do with the lock file.
        let locked = !message.contains("--locked was passed") && !message.contains("needs to be updated");
        assert!(locked && folder.join("Cargo.lock").is_file(), "{}: {message}", folder.display());
    }
}
