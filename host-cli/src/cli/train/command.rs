//! The command line of a run, as its checkpoints keep it and as `--resume` puts it together again.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::{self, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, CommandFactory as _, Parser as _};

use super::super::{Cli, Command, report};
use super::Args;
use crate::{Error, Result};

/// Options by name, as given, each with its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Given(Vec<(String, Vec<OsString>)>);

/// The name under which the corpus, which has no option, is kept.
const CORPUS: &str = "corpus";

/// Options of one start of the program, not of the run.
const OF_ONE_START: [&str; 4] = ["checkpoint", "resume", "simd", "quiet"];

impl Given {
    /// What was given on the command line of `train`.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        let mut command = Cli::command();
        let arguments = command.find_subcommand_mut("train").into_iter().flat_map(|train| train.get_arguments());
        let given = arguments.filter_map(|argument| {
            let id = argument.get_id().as_str();
            let is_known = matches.try_contains_id(id).unwrap_or(false);
            if !is_known || matches.value_source(id) != Some(ValueSource::CommandLine) {
                return None;
            }
            let values = matches.get_raw(id).into_iter().flatten().map(|value| absolute(argument, value.to_owned()));
            let takes_values = argument.get_action().takes_values();
            Some((name(argument), if takes_values { values.collect() } else { Vec::new() }))
        });
        Self(given.collect())
    }

    /// Adds an option, unless it was given.
    pub(super) fn or(mut self, name: &str, value: &str) -> Self {
        if !self.0.iter().any(|(given, _)| given == name) {
            self.0.push((name.to_owned(), vec![value.into()]));
        }
        self
    }

    /// The part that a checkpoint keeps.
    pub(super) fn kept(&self) -> Vec<(String, Vec<Option<String>>)> {
        let of_run = self.0.iter().filter(|(name, _)| !OF_ONE_START.contains(&&**name));
        let text = |values: &[OsString]| values.iter().map(|value| value.to_str().map(str::to_owned)).collect();
        of_run.map(|(name, values)| (name.clone(), text(values))).collect()
    }

    /// The arguments that these options make together with those that a checkpoint `kept`; these take precedence.
    pub(super) fn with(self, kept: &[(String, Vec<Option<String>>)]) -> Result<Args> {
        let mut all = self.clone();
        for (name, values) in kept.iter().filter(|(name, _)| !self.0.iter().any(|(given, _)| given == name)) {
            let values: Option<Vec<_>> = values.iter().map(|value| value.as_ref().map(OsString::from)).collect();
            let values = values.ok_or_else(|| {
                Error::Usage(format!(
                    "the checkpoint does not know the {name}, because its name is not UTF-8: give it again"
                ))
            })?;
            all.0.push((name.clone(), values));
        }
        let mut line: Vec<OsString> = vec!["motevec".into(), "train".into()];
        let mut corpus = Vec::new();
        for (name, values) in &all.0 {
            match &values[..] {
                _ if name == CORPUS => corpus.clone_from(values),
                [] => line.push(format!("--{name}").into()),
                values => line.extend(values.iter().map(|value| {
                    let mut option = OsString::from(format!("--{name}="));
                    option.push(value);
                    option
                })),
            }
        }
        line.push("--".into());
        line.extend(corpus);
        match Cli::try_parse_from(line).map(|cli| cli.command) {
            Ok(Command::Train(args)) => Ok(Args { given: all, ..*args }),
            Ok(_) => Err(Error::Failed("the checkpoint does not belong to a training run".to_owned())),
            // Of another version of the program, or tampered with.
            Err(error) => Err(Error::Usage(report::first_line(&error))),
        }
    }
}

fn name(argument: &Arg) -> String {
    argument.get_long().unwrap_or(argument.get_id().as_str()).to_owned()
}

/// Makes paths absolute, so that files are found from any folder; `-` is standard input.
fn absolute(argument: &Arg, value: OsString) -> OsString {
    let is_path = argument.get_value_parser().type_id() == TypeId::of::<PathBuf>();
    match path::absolute(&value) {
        Ok(path) if is_path && value != "-" => path.into_os_string(),
        _ => value,
    }
}
