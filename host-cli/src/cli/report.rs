//! Results on stdout: aligned text for people, JSON for programs.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::query::Neighbor;
use crate::{Error, Result};

/// The names by which a command line asks for stdout.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Whether only results and errors are shown.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Whether another process is about to say the same.
static IS_SECOND: AtomicBool = AtomicBool::new(false);

/// How long the first rank has to say what all would.
pub(super) const HEAD_START: Duration = Duration::from_secs(2);

/// From now on shows only results and errors: no progress, no warnings, no notes about files written.
pub(super) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether it does.
pub(super) fn quiet() -> bool {
    QUIET.load(Ordering::Relaxed) || IS_SECOND.load(Ordering::Relaxed)
}

/// Shows only errors, and late, or again what it showed before.
pub(super) fn let_another_speak_first(is_second: bool) {
    IS_SECOND.store(is_second, Ordering::Relaxed);
}

/// Waits where another process is about to say why it ends: then its launcher ends this one, which would say the same.
pub(super) fn wait_for_another() {
    if IS_SECOND.load(Ordering::Relaxed) {
        thread::sleep(HEAD_START);
    }
}

/// Prints `report` to stdout, as a line of JSON or as text; to stderr if the command wrote its `output` to stdout.
///
/// A reader that has seen enough and closes the pipe (`| head`) is not an error.
pub(super) fn print(report: &(impl Serialize + Display), json: bool, output: Option<&Path>) -> Result<()> {
    if quiet() && !json && output.is_some() {
        return Ok(());
    }
    let text = text(report, json)?;
    let stdout_is_taken = output.is_some_and(|path| STDOUT.iter().any(|name| path == Path::new(name)));
    let (mut out, name): (Box<dyn Write>, _) = match stdout_is_taken {
        true => (Box::new(io::stderr().lock()), "stderr"),
        false => (Box::new(io::stdout().lock()), "stdout"),
    };
    write(out.as_mut(), name, &format!("{text}\n"))
}

/// Writes `text` to stdout as it is.
pub(super) fn print_text(text: &str) -> Result<()> {
    write(&mut io::stdout().lock(), "stdout", text)
}

fn write(out: &mut dyn Write, name: &str, text: &str) -> Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::io(name, error)),
        _ => Ok(()),
    }
}

/// The first line of what clap says of a command line, without its own `error: `.
pub(super) fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

/// `report` as a line of JSON, or as text.
pub(super) fn text(report: &(impl Serialize + Display), json: bool) -> Result<String> {
    match json {
        true => serde_json::to_string(report).map_err(|error| Error::Failed(error.to_string())),
        false => Ok(report.to_string()),
    }
}

/// `text` without control characters, which would otherwise let a model's words command the terminal.
#[must_use]
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, "\u{fffd}").into(),
        false => text.into(),
    }
}

/// Tells the user something about a run that continues.
pub(super) fn warn(message: &str) {
    if !quiet() {
        say("warning", AnsiColor::Yellow, message);
    }
}

/// Tells the user something that is not wrong.
pub(super) fn note(message: &str) {
    if !quiet() {
        say("note", AnsiColor::Cyan, message);
    }
}

/// Tells why a run failed, or was stopped; some seconds later if another rank of MPI is about to say the same.
pub fn show_error(error: &Error) {
    show_error_of("", error);
}

/// Likewise, with the process that failed ahead of it.
pub(super) fn show_error_of(process: &str, error: &Error) {
    wait_for_another();
    let dashes = match error {
        Error::Setting { name, .. } if name.len() == 1 => "-",
        Error::Setting { .. } => "--",
        _ => "",
    };
    let (what, color) = match error {
        Error::Interrupted { .. } => ("stopped", AnsiColor::Yellow),
        _ => ("error", AnsiColor::Red),
    };
    say(what, color, &format!("{process}{dashes}{error}"));
}

/// A line on stderr. Its first word is colored on a terminal that knows colors, unless `NO_COLOR` is set.
fn say(what: &str, color: AnsiColor, message: &str) {
    let style = match AutoStream::choice(&io::stderr()) {
        ColorChoice::Never => Style::new(),
        _ => color.on_default().bold(),
    };
    // What is written at once, no line of another process cuts: the ranks of MPI share stderr.
    let line = format!("{style}{what}:{style:#} {}\n", printable(message));
    // If even stderr is closed, the exit code must do.
    let _ = anstream::stderr().write_all(line.as_bytes());
}

/// Words in backquotes, with commas; only the first of many.
pub(super) fn listed(words: &[String]) -> String {
    const MOST: usize = 10;
    let shown: Vec<_> = words.iter().take(MOST).map(|word| format!("`{word}`")).collect();
    match words.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more words", shown.join(", ")),
    }
}

/// Aligned columns.
pub(super) struct Columns(Table);

impl Columns {
    /// No rows yet under these headings; the first column is flush left, the others, of numbers, flush right.
    pub(super) fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        let Self(mut table) = Self::left(headings);
        table.column_iter_mut().skip(1).for_each(|column| {
            column.set_cell_alignment(CellAlignment::Right);
        });
        Self(table)
    }

    /// No rows yet under these headings; all columns flush left.
    pub(super) fn left<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header(headings.into_iter().collect::<Vec<_>>());
        table.column_iter_mut().for_each(|column| {
            column.set_padding((0, 2));
        });
        Self(table)
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.add_row(cells.into_iter().map(|cell| printable(&cell).into_owned()));
    }
}

impl Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.trim_fmt())
    }
}

/// Which vectors a model holds.
pub(super) fn matrices(outside: bool, nodes: bool) -> &'static str {
    match (outside, nodes) {
        (true, _) => "center and outside",
        (false, true) => "center, and the nodes of a tree",
        (false, false) => "center",
    }
}

/// The table of `neighbors`.
pub(super) fn neighbors(neighbors: &[Neighbor<'_>]) -> Columns {
    let mut columns = Columns::new(["word", "similarity"]);
    for neighbor in neighbors {
        columns.row([neighbor.word.to_owned(), format!("{:.4}", neighbor.similarity)]);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_characters() {
        let mut columns = Columns::new(["word", "n"]);
        columns.row(["żółw".to_owned(), "1".to_owned()]);
        columns.row(["日本".to_owned(), "22".to_owned()]);
        columns.row(["\u{1b}[2J".to_owned(), "3".to_owned()]);
        assert_eq!(columns.to_string(), "word   n\nżółw   1\n日本  22\n\u{fffd}[2J   3");
    }
}
