//! What answers have in common, and what is refused.

use motevec_core::model::Component;
use motevec_core::query::Neighbor;

use crate::command::{CommandError, MAX_TOKEN, REFUSAL};
use crate::learner::Notice;
use crate::line::LineError;
use crate::text::Piece::{Number, Real, Text};
use crate::text::{Piece, Sink, send};

/// Sends pieces, and ends the line.
macro_rules! say {
    ($out:expr, $($piece:expr),+) => { send($out, &[$($piece,)+ Text("\n")]) };
}
pub(super) use say;

/// Reports what could not be kept.
pub(super) fn tell(notice: Notice<'_>, out: &mut impl Sink) {
    match notice {
        Notice::Dropped(token) => say!(out, Text("no room for "), Text(token)),
        Notice::Forgotten(token) => say!(out, Text("forgotten "), Text(token)),
        Notice::Restarted(token) => say!(out, Text("restarted, its vectors grew without end: "), Text(token)),
    }
}

pub(super) fn send_neighbors<'a>(neighbors: &[Neighbor], name: impl Fn(u32) -> Option<&'a str>, out: &mut impl Sink) {
    for neighbor in neighbors {
        say!(out, Text(name(neighbor.row).unwrap_or_default()), Text(" "), Real(neighbor.similarity, 4));
    }
    say!(out, Text("ok"));
}

pub(super) fn send_vector(vector: &[impl Component], out: &mut impl Sink) {
    for (index, &component) in vector.iter().enumerate() {
        send(out, &[Text(if index == 0 { "" } else { " " }), Real(component.to_f32(), 6)]);
    }
    send(out, &[Text("\nok\n")]);
}

pub(super) fn unknown(token: &str, out: &mut impl Sink) {
    say!(out, Text("error: no such word: "), Text(token));
}

#[inline(never)]
pub(super) fn refuse(error: CommandError<'_>, out: &mut impl Sink) {
    let bytes = Number(MAX_TOKEN as u32);
    let pieces: [Piece<'_>; 4] = match error {
        CommandError::Unknown => [Text("no such command; try help"), Text(""), Text(""), Text("")],
        CommandError::LongToken(token) => [Text("a token has at most "), bytes, Text(" bytes: "), Text(token)],
        CommandError::Refusal => [Text("no token can be "), Text(REFUSAL), Text(""), Text("")],
        CommandError::NoTokens(name) => [Text(name), Text(" needs tokens"), Text(""), Text("")],
        CommandError::NotOne(name) => [Text(name), Text(" takes one word"), Text(""), Text("")],
        CommandError::NotNone(name) => [Text(name), Text(" takes no arguments"), Text(""), Text("")],
        CommandError::NoNumber(word) => [Text("not a number: "), Text(word), Text(""), Text("")],
    };
    send(out, &[Text("error: ")]);
    send(out, &pieces);
    send(out, &[Text("\n")]);
}

#[inline(never)]
pub(super) fn refuse_line<const LINE: usize>(error: LineError, out: &mut impl Sink) {
    match error {
        LineError::TooLong => say!(out, Text("error: a line has at most "), Number(LINE as u32), Text(" bytes")),
        LineError::NotUtf8 => say!(out, Text("error: the line is not UTF-8")),
        LineError::ControlCharacter => say!(out, Text("error: the line holds a control character")),
    }
}
