//! Questions from standard input, one per line: for command lines that name no words, when a person or a program asks
//! one thing after another.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use serde_json::json;

use super::printable;
use crate::{Error, Result};

/// Reads lines to the end of the input, and prints what `answer` makes of the words of each.
///
/// Blank lines separate answers that are not `json`. On a terminal, `prompt` says what to type. A line that cannot be
/// answered is reported on stderr, with `json` also as an object with an `error` among the answers, and the next one is
/// read.
///
/// # Errors
/// If reading or writing fails; and at the end, if a program asked and some lines had no answer.
pub(super) fn answer(prompt: &str, json: bool, mut answer: impl FnMut(&[&str]) -> Result<String>) -> Result<()> {
    let (mut stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let terminal = stdin.is_terminal();
    let ask = || {
        if terminal {
            // Nobody misses a prompt that nobody can read.
            let _ = write!(io::stderr(), "{prompt} (Ctrl-D ends): ");
        }
    };
    let (mut asked, mut failed, mut between, mut line) = (0_u64, 0_u64, "", Vec::new());
    for number in 1_u64.. {
        ask();
        line.clear();
        if stdin.read_until(b'\n', &mut line).map_err(|error| Error::io("<stdin>", error))? == 0 {
            break;
        }
        let text = str::from_utf8(&line);
        let words: Vec<&str> = text.unwrap_or_default().split_whitespace().collect();
        if text.is_ok() && words.is_empty() {
            continue;
        }
        asked += 1;
        let not_utf8 = |_| Error::Failed("the line is not UTF-8".to_owned());
        let answered = text.map_err(not_utf8).and_then(|_| answer(&words)).or_else(|error| {
            failed += 1;
            let place = if terminal { String::new() } else { format!("<stdin>:{number}: ") };
            let _ = writeln!(io::stderr(), "{place}{}", printable(&error.to_string()));
            if json { Ok(json!({ "query": words, "error": error.to_string() }).to_string()) } else { Err(error) }
        });
        let Ok(answered) = answered else { continue };
        let between = std::mem::replace(&mut between, if json { "" } else { "\n" });
        match writeln!(stdout, "{between}{answered}").and_then(|()| stdout.flush()) {
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(|error| Error::io("stdout", error))?,
        }
    }
    if terminal {
        let _ = writeln!(io::stderr());
    } else if failed > 0 {
        return Err(Error::Failed(format!("{failed} of {asked} lines had no answer")));
    }
    Ok(())
}
