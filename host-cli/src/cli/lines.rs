//! Questions from standard input, one per line: for command lines that name no words, when a person or a program asks
//! one thing after another.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::json;

use super::input::{Input, Line};
use super::printable;
use crate::{Error, Result};

/// How answers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// Several lines each.
    Paragraphs,
    /// A line for each word.
    Lines,
    /// Likewise, of words that nothing but white space ends.
    Words,
    /// A line of JSON for each question.
    Json,
}

impl Answers {
    /// Those of `--json`, or without it.
    pub(super) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Paragraphs }
    }

    /// The words of a line that asks for them.
    fn words(self, line: &str) -> Vec<&str> {
        if self == Self::Words { line.split_ascii_whitespace().collect() } else { words(line) }
    }
}

/// The most answers that are in memory at once.
const MOST_ANSWERS: usize = 1 << 22;

/// Reads lines to the end of the input, and prints what `answer` makes of the words of each.
///
/// Lines that have arrived together are answered together, as many at a time as have no more than `each` answers each
/// in memory; nobody waits for an answer until another line arrives.
///
/// Words stand between spaces, or in double quotes, or, where a line has tabs, between these. A byte order mark at the
/// start of the input is skipped.
///
/// Answers of several lines stand under their question, unless that is typed on a terminal, and blank lines separate
/// them. On a terminal, `prompt` says what to type. A line that cannot be answered is reported on stderr, in JSON also
/// as an object with an `error` among the answers, and in text under the question.
///
/// # Errors
/// If reading or writing fails; and at the end, if a program asked and some lines had no answer.
pub(super) fn answer(
    prompt: &str,
    answers: Answers,
    each: usize,
    mut answer: impl FnMut(&[Vec<&str>]) -> Vec<Result<String>>,
) -> Result<()> {
    let (terminal, mut stdout) = (io::stdin().is_terminal(), io::stdout().lock());
    let mut input = Input::new(terminal.then(|| format!("{prompt} (Ctrl-D ends): ")));
    let (mut asked, mut failed, mut between) = (0_u64, 0_u64, "");
    while let Some(lines) = input.next((MOST_ANSWERS / each.max(1)).max(1))? {
        asked += lines.len() as u64;
        let questions: Vec<_> =
            lines.iter().filter(|line| line.is_utf8).map(|line| answers.words(&line.text)).collect();
        let mut found = answer(&questions).into_iter();
        let mut printed = String::new();
        for Line { number, text, is_utf8 } in &lines {
            let found = match is_utf8 {
                true => found.next().unwrap_or_else(|| Ok(String::new())),
                false => Err(Error::Failed("the line is not UTF-8".to_owned())),
            };
            if let Err(error) = &found {
                failed += 1;
                let place = if terminal { String::new() } else { format!("<stdin>:{number}: ") };
                let _ = writeln!(io::stderr(), "{place}{}", printable(&error.to_string()));
            }
            let block = match (answers, found) {
                (Answers::Json, Err(error)) => {
                    json!({ "query": answers.words(text), "error": error.to_string() }).to_string()
                }
                (Answers::Lines | Answers::Words, Err(_)) => continue,
                (Answers::Paragraphs, Err(_)) if terminal => continue,
                (Answers::Paragraphs, found) if !terminal => {
                    let found = found.unwrap_or_else(|error| printable(&error.to_string()).into_owned());
                    format!("{}\n{found}", printable(text.trim()))
                }
                (_, found) => found.unwrap_or_default(),
            };
            printed += between;
            printed += &block;
            printed.push('\n');
            between = if answers == Answers::Paragraphs { "\n" } else { "" };
        }
        match stdout.write_all(printed.as_bytes()).and_then(|()| stdout.flush()) {
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(|error| Error::io("stdout", error))?,
        }
    }
    if !terminal && failed > 0 {
        return Err(Error::Failed(format!("{failed} of {asked} lines had no answer")));
    }
    Ok(())
}

/// The words of a line.
pub(super) fn words(line: &str) -> Vec<&str> {
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
