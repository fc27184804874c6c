//! Turns what was set into values, and collects what is wrong instead of stopping at the first problem.
//!
//! After a problem the reader goes on with a harmless value, which nobody sees: [`Reader::finish`] hands out a
//! configuration only where there is no problem.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::kernel::secret::{Secret, without_secrets};

use super::near;
use super::platform::tells_of_a_service;
use super::problem::{ConfigError, ConfigErrors};
use super::sources::{Origin, Sources, read_text};
use super::table::{Meaning, Variable, VariableKind, file_name, meaning};

/// No path that somebody means begins so: a home, a variable, a quote that was copied with it.
const OF_SHELLS: [char; 8] = ['~', '$', '"', '\'', '`', '“', '”', '‘'];

/// Reads variables from [`Sources`].
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    problems: Vec<ConfigError>,
    notices: Vec<String>,
}

/// A value as somebody wrote it.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) origin: Option<Origin>,
}

impl<'a> Reader<'a> {
    /// A reader that has seen nothing yet.
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, problems: sources.problems(), notices: Vec::new() }
    }

    /// One that will read these variables alone: what is wrong with others is no hindrance, but a name that may be meant for
    /// one of these.
    pub(super) fn of(sources: &'a Sources, area: &[&Variable]) -> Self {
        let mut reader = Self { sources, problems: sources.problems_of(area), notices: Vec::new() };
        for (origin, layer) in sources.layers() {
            for (name, _) in layer.iter().filter(|(name, value)| is_slip(origin, name, value)) {
                let meant =
                    near::name(name).filter(|meant| area.iter().any(|of| of.names().any(|known| known == meant)));
                if meant.is_some() {
                    reader.refuse_name(origin, name);
                }
            }
        }
        reader
    }

    /// Refuses names that nobody knows: all of them in the file of variables, and in the environment, which others share, those that
    /// begin with `GREENROOM_`, but for what a platform sets. Names that are known but have no effect are noted.
    pub(super) fn check_names(&mut self) {
        let (mut not_used, mut unknown) = (BTreeSet::new(), Vec::new());
        for (origin, layer) in self.sources.layers() {
            for (name, value) in layer {
                match meaning(name) {
                    Meaning::NotUsed => _ = not_used.insert(name.as_str()),
                    Meaning::Unknown if origin == Origin::Environment && tells_of_a_service(name, value) => {}
                    Meaning::Unknown if is_slip(origin, name, value) => self.refuse_name(origin, name),
                    Meaning::Unknown if let Some(known) = near::name_in_environment(name) => {
                        unknown.push(format!("{name} is set but is no variable of Greenroom; did you mean {known}?"));
                    }
                    Meaning::Unknown if near::is_ours(name) => {
                        unknown.push(format!("{name} is set but is no variable of Greenroom"));
                    }
                    Meaning::Read | Meaning::Unknown => {}
                }
            }
        }
        self.notices.append(&mut unknown);
        if !not_used.is_empty() {
            let names: Vec<_> = not_used.into_iter().collect();
            self.notices.push(format!("set but not used by Greenroom: {}", names.join(", ")));
        }
    }

    fn refuse_name(&mut self, origin: Origin, name: &str) {
        let hint = near::name(name).map(|known| format!(" Did you mean {known}?")).unwrap_or_default();
        let statement = format!("(in {}) is not a variable of Greenroom.{hint}", self.sources.name_of(origin));
        self.problems.push(ConfigError::new(name, statement));
    }

    /// Adds what is wrong with a variable beside what its own value is.
    pub(super) fn problem(&mut self, variable: &Variable, statement: &str) {
        self.problems.push(ConfigError::new(variable.name, statement));
    }

    /// Adds a line for the log.
    pub(super) fn notice(&mut self, notice: String) {
        self.notices.push(notice);
    }

    /// The configuration and the lines for the log, or every problem.
    pub(super) fn finish<T>(self, config: T) -> Result<(T, Vec<String>), ConfigErrors> {
        if self.problems.is_empty() { Ok((config, self.notices)) } else { Err(ConfigErrors(self.problems)) }
    }

    /// Everything that is wrong, and the lines for the log.
    pub(super) fn told(self) -> (Vec<ConfigError>, Vec<String>) {
        (self.problems, self.notices)
    }

    /// A secret, from the variable or from the file that it names. `check` says what is wrong with it.
    pub(super) fn secret(&mut self, variable: &Variable, check: fn(&str) -> Result<(), String>) -> Option<Secret> {
        let found = self.find_secret(variable)?;
        match check(&found.text) {
            Ok(()) => Some(Secret::new(found.text)),
            Err(statement) => {
                self.problems.push(ConfigError::new(&found.name, statement));
                None
            }
        }
    }

    /// Whether the variable, or its file, is set to anything.
    pub(super) fn is_set(&self, variable: &Variable) -> bool {
        let is_set = |layer: &BTreeMap<String, String>| {
            variable.names().any(|name| value(layer, name).is_some() || value(layer, &file_name(name)).is_some())
        };
        self.sources.layers().any(|(_, layer)| is_set(layer))
    }

    /// A Discord id.
    pub(super) fn id<T: From<u64>>(&mut self, variable: &Variable) -> Option<T> {
        let parse = |text: &str| text.parse::<i64>().ok().and_then(|id| u64::try_from(id).ok()).filter(|id| *id > 0);
        self.parse(variable, parse).map(T::from)
    }

    /// Yes or no.
    pub(super) fn switch(&mut self, variable: &Variable) -> bool {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        };
        self.parse(variable, parse).unwrap_or_default()
    }

    /// What the service manager set for this process alone. Nothing that a person sets is read so.
    pub(super) fn environment(&self, name: &str) -> Option<&str> {
        let (_, layer) = self.sources.layers().find(|(origin, _)| *origin == Origin::Environment)?;
        value(layer, name)
    }

    /// A folder; it need not exist.
    pub(super) fn folder(&mut self, variable: &Variable) -> PathBuf {
        // What a shell makes of these signs, nobody makes of them in a file or a service.
        self.parse(variable, |text| (!text.starts_with(OF_SHELLS)).then(|| PathBuf::from(text))).unwrap_or_default()
    }

    /// Any value that `parse` understands.
    pub(super) fn parse<T>(&mut self, variable: &Variable, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = self.find_or_default(variable)?;
        let parsed = parse(&found.text);
        if parsed.is_none() {
            self.refuse(variable, &found);
        }
        parsed
    }

    /// A whole number within the bounds that the table states.
    pub(super) fn whole(&mut self, variable: &Variable) -> u32 {
        let VariableKind::Whole { least, most, unit, raised } = variable.kind else {
            self.problems.push(ConfigError::new(variable.name, "is not declared as a whole number"));
            return 0;
        };
        let smallest = if raised { 0 } else { least };
        let parse = |text: &str| text.parse().ok().filter(|number| (smallest..=most).contains(number));
        let number = self.parse(variable, parse).unwrap_or(least);
        if number < least {
            self.notice(format!("{} is {number}; Greenroom uses {least} {unit}, the least possible", variable.name));
        }
        number.max(least)
    }

    fn refuse(&mut self, variable: &Variable, found: &Found) {
        let shown: String = without_secrets(&found.text).chars().take(60).collect();
        let origin = found.origin.map(|origin| format!(" (in {})", self.sources.name_of(origin))).unwrap_or_default();
        let allowed = variable.kind.allowed();
        let hint = near::value(&variable.kind, &found.text);
        let hint = hint.map(|meant| format!("; did you mean {}?", without_secrets(&meant))).unwrap_or_default();
        self.problems.push(ConfigError::new(&found.name, format!("is {shown:?}{origin}, but must be {allowed}{hint}")));
    }

    fn find_or_default(&self, variable: &Variable) -> Option<Found> {
        let set = self.sources.layers().find_map(|(origin, layer)| find(layer, origin, variable));
        let default = || {
            let text = variable.default?.to_owned();
            Some(Found { name: variable.name.to_owned(), text, origin: None })
        };
        set.or_else(default)
    }

    /// A secret is looked for in each source as a value and as a file; one source may not give both.
    fn find_secret(&mut self, variable: &Variable) -> Option<Found> {
        for (origin, layer) in self.sources.layers() {
            let direct = find(layer, origin, variable);
            let file = variable.names().map(file_name).find_map(|name| Some((value(layer, &name)?.to_owned(), name)));
            match (direct, file) {
                (None, None) => {}
                (Some(direct), None) => return Some(direct),
                (None, Some((path, name))) => return self.read_file(&path, name, origin),
                (Some(direct), Some((_, name))) => {
                    let origin = self.sources.name_of(origin);
                    let statement = format!("and {} are both set in {origin}; keep one of them", direct.name);
                    self.problems.push(ConfigError::new(&name, statement));
                    return None;
                }
            }
        }
        None
    }

    fn read_file(&mut self, path: &str, name: String, origin: Origin) -> Option<Found> {
        // Some set the secret itself where its file belongs.
        let shown = without_secrets(path);
        match read_text(Path::new(path)) {
            Ok(text) if text.trim().is_empty() => {
                self.problems.push(ConfigError::new(&name, format!("names the file {shown:?}, which is empty")));
                None
            }
            Ok(text) => Some(Found { name, text: text.trim().to_owned(), origin: Some(origin) }),
            Err(error) => {
                let statement = format!("names the file {shown:?}, which cannot be read: {error}");
                self.problems.push(ConfigError::new(&name, statement));
                None
            }
        }
    }
}

/// Whether somebody meant to set a variable of ours by a name that is none.
fn is_slip(origin: Origin, name: &str, value: &str) -> bool {
    meaning(name) == Meaning::Unknown
        && !(origin == Origin::Environment && tells_of_a_service(name, value))
        && (origin == Origin::File || name.starts_with("GREENROOM_"))
}

pub(super) fn find(layer: &BTreeMap<String, String>, origin: Origin, variable: &Variable) -> Option<Found> {
    variable.names().find_map(|name| {
        let text = value(layer, name)?.to_owned();
        Some(Found { name: name.to_owned(), text, origin: Some(origin) })
    })
}

/// A value without the spaces around it; an empty one counts as not set.
pub(super) fn value<'l>(layer: &'l BTreeMap<String, String>, name: &str) -> Option<&'l str> {
    layer.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
}
