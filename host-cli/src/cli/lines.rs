//! Questions from standard input, a line each: where a command line names no words, and a person or a program asks one
//! thing after the other.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use super::printable;
use crate::{Error, Result};

/// Reads lines to the end of the input, and prints what `answer` makes of the words of each.
///
/// A blank line parts answers that are not `json`. On a terminal, `prompt` says what to type. A line without an answer is told on stderr, and the next one is read.
///
/// # Errors
/// Where reading or writing fails; and at the end, where a program asked and some lines had no answer.
pub(super) fn answer(prompt: &str, json: bool, mut answer: impl FnMut(&[&str]) -> Result<String>) -> Result<()> {
    let (stdin, mut stdout) = (io::stdin().lock(), io::stdout().lock());
    let terminal = stdin.is_terminal();
    let ask = || {
        if terminal {
            // Where nobody can read a prompt, nobody misses it.
            let _ = write!(io::stderr(), "{prompt} (Ctrl-D ends): ");
        }
    };
    let (mut asked, mut failed, mut between) = (0_u64, 0_u64, "");
    ask();
    for (line, number) in stdin.lines().zip(1_u64..) {
        let line = line.map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => Error::input("<stdin>", number, "the line is not UTF-8"),
            _ => Error::io("<stdin>", error),
        })?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if !words.is_empty() {
            asked += 1;
            match answer(&words) {
                Ok(text) => {
                    match writeln!(stdout, "{}{text}", std::mem::replace(&mut between, if json { "" } else { "\n" }))
                        .and_then(|()| stdout.flush())
                    {
                        // A reader that has seen enough.
                        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                        written => written.map_err(|error| Error::io("stdout", error))?,
                    }
                }
                Err(error) => {
                    failed += 1;
                    let place = if terminal { String::new() } else { format!("<stdin>:{number}: ") };
                    let _ = writeln!(io::stderr(), "{place}{}", printable(&error.to_string()));
                }
            }
        }
        ask();
    }
    if terminal {
        let _ = writeln!(io::stderr());
    } else if failed > 0 {
        return Err(Error::Failed(format!("{failed} of {asked} lines had no answer")));
    }
    Ok(())
}
