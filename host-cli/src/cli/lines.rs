//! Questions from standard input, one per line: for command lines that name no words, when a person or a program asks
//! one thing after another.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use serde_json::json;

use super::printable;
use crate::{Error, Result};

/// How answers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// Several lines each.
    Paragraphs,
    /// A line for each word.
    Lines,
    /// A line of JSON for each question.
    Json,
}

impl Answers {
    /// Those of `--json`, or without it.
    pub(super) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Paragraphs }
    }
}

/// Reads lines to the end of the input, and prints what `answer` makes of the words of each.
///
/// Words stand between spaces, or in double quotes, or, where a line has tabs, between these. A byte order mark at the
/// start of the input is skipped.
///
/// Blank lines separate answers of several lines. On a terminal, `prompt` says what to type. A line that cannot be
/// answered is reported on stderr, in JSON also as an object with an `error` among the answers, and the next one is
/// read.
///
/// # Errors
/// If reading or writing fails; and at the end, if a program asked and some lines had no answer.
pub(super) fn answer(prompt: &str, answers: Answers, mut answer: impl FnMut(&[&str]) -> Result<String>) -> Result<()> {
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
        let text =
            str::from_utf8(&line).map(|text| if number == 1 { text.trim_start_matches('\u{feff}') } else { text });
        let words = words(text.unwrap_or_default());
        if text.is_ok() && words.is_empty() {
            continue;
        }
        asked += 1;
        let not_utf8 = |_| Error::Failed("the line is not UTF-8".to_owned());
        let answered = text.map_err(not_utf8).and_then(|_| answer(&words)).or_else(|error| {
            failed += 1;
            let place = if terminal { String::new() } else { format!("<stdin>:{number}: ") };
            let _ = writeln!(io::stderr(), "{place}{}", printable(&error.to_string()));
            if answers == Answers::Json {
                Ok(json!({ "query": words, "error": error.to_string() }).to_string())
            } else {
                Err(error)
            }
        });
        let Ok(answered) = answered else { continue };
        let between = std::mem::replace(&mut between, if answers == Answers::Paragraphs { "\n" } else { "" });
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

/// The words of a line.
fn words(line: &str) -> Vec<&str> {
    if line.contains('\t') {
        return line.split('\t').map(str::trim).filter(|word| !word.is_empty()).collect();
    }
    let (mut words, mut rest) = (Vec::new(), line.trim());
    while !rest.is_empty() {
        let (word, after) = quoted(rest).unwrap_or_else(|| rest.split_once(char::is_whitespace).unwrap_or((rest, "")));
        words.push(word);
        rest = after.trim_start();
    }
    words
}

/// The word in double quotes at the start of `text`, and what follows. A quotation mark beside a space is a word like
/// any other.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('"')?;
    let closes = |&(at, _): &(usize, &str)| {
        let (before, after) = (&inside[..at], &inside[at + 1..]);
        before.ends_with(|c: char| !c.is_whitespace()) && !after.starts_with(|c: char| !c.is_whitespace())
    };
    let (end, _) = inside.match_indices('"').find(closes)?;
    let word = &inside[..end];
    (!word.starts_with(char::is_whitespace)).then_some((word, &inside[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_tabs_hold_words_together() {
        let cases: [(&str, &[&str]); 11] = [
            ("  king  queen \r\n", &["king", "queen"]),
            ("\"New York\" city", &["New York", "city"]),
            ("big \"New York\"", &["big", "New York"]),
            ("\"king\" \"New York\"", &["king", "New York"]),
            ("New York\tcity\r\n", &["New York", "city"]),
            ("\t\"so\" said\t", &["\"so\" said"]),
            ("\" king \"", &["\"", "king", "\""]),
            ("\"king queen", &["\"king", "queen"]),
            ("rock\"n\"roll 5\"", &["rock\"n\"roll", "5\""]),
            ("\"5\"x7 inch\"", &["5\"x7 inch"]),
            (" \"\" ", &["\"\""]),
        ];
        for (line, expected) in cases {
            assert_eq!(words(line), expected, "{line:?}");
        }
    }
}
