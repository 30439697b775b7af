//! The options of Mikolov's programs: a name with one dash, and a value.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};

use clap::{CommandFactory as _, Parser as _};

use super::{Cli, NO_DASH, report};
use crate::{Error, Result};

/// Prints what `options` ask for if that is the help of `program`, or our version; `false` if it is neither.
pub(super) fn print_help(program: &str, options: &[OsString]) -> Result<bool> {
    let help = |option: &OsString| ["-h", "-help", "--help"].iter().any(|name| option == name);
    if options.is_empty() || options.iter().any(help) {
        let mut cli = Cli::command();
        let help = cli.find_subcommand_mut(program).map(|command| command.render_long_help().to_string());
        return report::print_text(&help.unwrap_or_default()).map(|()| true);
    }
    if options.iter().any(|option| option == "--version") {
        return report::print_text(&Cli::command().render_version()).map(|()| true);
    }
    Ok(false)
}

/// The pairs of a name and a value, each of which is one of `names` and comes once. No name in `files` has the value
/// `-`.
pub(super) fn pairs<'a>(
    program: &str,
    options: &'a [OsString],
    names: &[&'static str],
    files: &[&str],
) -> Result<Vec<(&'static str, &'a OsStr)>> {
    let usage = |message: String| Err(Error::Usage(message));
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for pair in options.chunks(2) {
        let (name, value) = (pair[0].to_string_lossy(), pair.get(1));
        let Some(&name) = names.iter().find(|&&known| known == name) else {
            return usage(format!("{name}: {program} has no such option; see motevec {program} --help"));
        };
        let Some(value) = value else {
            return usage(format!("{name}: its value is missing"));
        };
        if !seen.insert(name) {
            return usage(format!("{name}: given twice"));
        }
        if value == "-" && files.contains(&name) {
            return usage(format!("{name} -: {NO_DASH}"));
        }
        pairs.push((name, value.as_os_str()));
    }
    Ok(pairs)
}

/// The error for an `option` that `program` cannot do without.
pub(super) fn missing(program: &str, option: &str) -> Error {
    Error::Usage(format!("{option} FILE is missing; see motevec {program} --help"))
}

/// Runs another command with `options`. In what is refused of them, the second name of each of `renamed` becomes the
/// first.
pub(super) fn run<'a>(
    command: &str,
    options: Vec<OsString>,
    renamed: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<()> {
    let line = ["motevec", command].map(OsString::from).into_iter().chain(options);
    let renamed: Vec<_> = renamed.into_iter().collect();
    let plain = |error: &clap::Error| {
        let line = report::first_line(error);
        let rename = |line: String, (old, new)| line.replace(&format!("'{new} <"), &format!("'{old} <"));
        renamed.iter().copied().fold(line, rename)
    };
    let run = Cli::try_parse_from(line).map_err(|error| Error::Usage(plain(&error)))?.run();
    run.map_err(|error| match error {
        Error::Setting { name, value, message } => {
            match renamed.iter().find(|(_, new)| new.strip_prefix("--") == Some(name)) {
                Some((old, _)) => Error::Usage(format!("{old} {value}: {message}")),
                None => Error::Setting { name, value, message },
            }
        }
        error => error,
    })
}

/// Looks at the value that an option of this name has.
pub(super) type Check = fn(&str, &OsStr) -> Result<()>;

/// An option of an old program, its name among ours, and what its value must be.
pub(super) type Renamed = (&'static str, &'static str, Check);

/// Ours for the option `name` with this `value`, if it is one of `renamed`.
pub(super) fn rename(renamed: &[Renamed], name: &str, value: &OsStr) -> Result<Option<OsString>> {
    let Some((_, new, value_is_right)) = renamed.iter().find(|&&(old, _, _)| old == name) else { return Ok(None) };
    value_is_right(name, value).map(|()| Some(joined(new, value)))
}

/// `option=value`: joined to its option, a name may begin with a dash.
pub(super) fn joined(option: &str, value: &OsStr) -> OsString {
    let mut joined = OsString::from(option);
    joined.push("=");
    joined.push(value);
    joined
}

/// The whole number that an option has.
pub(super) fn whole(name: &str, value: &OsStr) -> Result<u64> {
    let number = value.to_str().and_then(|value| value.parse().ok());
    number.ok_or_else(|| Error::Usage(format!("{name} {}: expected a whole number", value.display())))
}

pub(super) fn at_least_one(name: &str, value: &OsStr) -> Result<()> {
    match whole(name, value)? {
        0 => Err(Error::Usage(format!("{name} 0: expected at least 1"))),
        _ => Ok(()),
    }
}

pub(super) fn number(name: &str, value: &OsStr) -> Result<()> {
    let number = value.to_str().and_then(|value| value.parse::<f64>().ok());
    number.map(drop).ok_or_else(|| Error::Usage(format!("{name} {}: expected a number", value.display())))
}
