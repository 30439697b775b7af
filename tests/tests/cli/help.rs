//! Help, completions and manual pages; colors and silence.

use std::process::Command;

use motevec_tests::{Folder, skip, works};

/// The commands that `motevec --help` lists.
fn commands() -> Vec<String> {
    let help = Folder::new().stdout(&["--help"]);
    let list = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let starts = list.lines().filter(|line| !line.starts_with("   "));
    let names = starts.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// A folder with a model of three words.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("model.txt", "3 2\nking 1 2\nqueen 3 4\nman 2 -1\n");
    folder
}

#[test]
fn every_help_has_examples() {
    let (folder, commands) = (Folder::new(), commands());
    assert!(commands.len() >= 14, "{commands:?}");
    for command in commands {
        let help = folder.stdout(&[&command, "--help"]);
        assert!(help.contains(&format!("Examples:\n  motevec {command}")), "{help}");
    }
    assert!(folder.stdout(&["--help"]).contains("Examples:\n  motevec demo\n"));
}

#[test]
fn short_help_fits_on_a_page() {
    let (folder, commands) = (Folder::new(), commands());
    for command in commands.iter().map(|command| vec![command.as_str(), "-h"]).chain([vec!["-h"]]) {
        let help = folder.stdout(&command);
        assert!(help.lines().count() <= 40 && help.lines().all(|line| line.chars().count() <= 100), "{help}");
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(folder.stdout(&["completions", shell]).contains("plot-loss"), "{shell}");
    }
    let (code, message) = folder.failure(&["completions", "tcsh"]);
    assert!(code == 2 && message.contains("[possible values: bash,"), "{message}");

    if !works("bash", &["-c", "exit"]) {
        return skip("bash", "apt-get install bash");
    }
    folder.write("motevec.bash", folder.stdout(&["completions", "bash"]));
    let complete = |words: &[&str]| {
        let (last, list) = (words.len() - 1, words.join(" "));
        let script = format!(
            "source motevec.bash; COMP_WORDS=({list}); COMP_CWORD={last}; _motevec motevec '{}' '{}'; echo \
             \"${{COMPREPLY[@]}}\"",
            words[last],
            words[last - 1]
        );
        let output = Command::new("bash").arg("-c").arg(script).current_dir(folder.path("")).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    assert_eq!(complete(&["motevec", "nei"]), "neighbors");
    assert_eq!(complete(&["motevec", "plot", "--meth"]), "--method");
    assert_eq!(complete(&["motevec", "plot", "--method", "t"]), "tsne");
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new();
    let report = folder.stdout(&["man", "share/man1"]);
    let commands = commands();
    assert_eq!(report, format!("written  {} pages in share/man1\n", commands.len() + 1));
    for name in commands.iter().map(|command| format!("motevec-{command}")).chain(["motevec".to_owned()]) {
        let page = String::from_utf8(folder.read(&format!("share/man1/{name}.1"))).unwrap();
        assert!(
            page.contains(&format!(".TH {name} 1  \"motevec ")) && page.contains("\n.SH EXAMPLES\n.nf\n"),
            "{page}"
        );
    }
    let train = String::from_utf8(folder.read("share/man1/motevec-train.1")).unwrap();
    assert!(train.contains("\\-\\-window") && train.contains("motevec train text.txt \\-o model.bin"), "{train}");

    if !works("groff", &["--version"]) {
        return skip("groff, for the look of manual pages", "apt-get install groff-base");
    }
    let page = folder.path("share/man1/motevec-word2vec.1");
    let shown = Command::new("groff").args(["-man", "-Tutf8", "-P-cbou"]).arg(page).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let typed = "  -size N           Components of a vector                        (train: --dim)\n";
    assert!(shown.contains(typed) && shown.contains("-sample 1e-4 -binary 1"), "{shown}");
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = folder();
    let silent = |args: &[&str]| {
        let output = folder.run(args);
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(silent(&["plot", "model.txt", "-o", "a.svg", "--words", "king,queen,man,woman", "--quiet"]), "");
    assert_eq!(silent(&["-q", "man", "man"]), "");
    assert!(silent(&["-q", "neighbors", "model.txt", "king"]).starts_with("word "), "what was asked for");
    assert!(silent(&["plot", "model.txt", "-o", "a.svg", "-q", "--json"]).starts_with("{\"output\":\"a.svg\""));
    let (code, message) = folder.failure(&["plot", "model.txt", "-o", "a.svg", "--words", "woman", "--quiet"]);
    assert!(code == 1 && message.starts_with("error: a picture needs at least 3 words"), "{message}");
}

#[test]
fn colors_are_for_terminals_that_want_them() {
    let folder = folder();
    let failed = ["neighbors", "model.txt", "kink"];
    let (_, piped) = folder.failure(&failed);
    assert!(piped.starts_with("error: ") && !piped.contains('\u{1b}'), "{piped:?}");

    let Some((_, colored)) = folder.on_a_terminal(&failed, "", &[]) else { return };
    assert!(colored.contains("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m the model"), "{colored:?}");
    let (_, plain) = folder.on_a_terminal(&failed, "", &[("NO_COLOR", "1")]).unwrap();
    assert!(plain.contains("error: the model") && !plain.contains('\u{1b}'), "{plain:?}");
}
