//! Where settings come from: the command line, then the environment, then a file of variables: `.env`, or another that the
//! command line names; and last the data folder, where the bot's token is kept that somebody gave to Greenroom itself.
//!
//! Invariant: this is the only file that reads the process environment, and it never changes it: the file is read into a
//! map of its own.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

use strum::IntoStaticStr;

use super::problem::ConfigError;
use super::table::Variable;

/// A place in which a setting can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Origin {
    /// An option such as `--data-dir`.
    CommandLine,
    /// The environment of the process.
    Environment,
    /// The file of variables.
    File,
    /// The data folder, which keeps what Greenroom was given when it was set up.
    Kept,
}

/// Everything that somebody set, by origin, and what was wrong with it already when it was read.
#[derive(Default)]
pub struct Sources {
    layers: BTreeMap<Origin, BTreeMap<String, String>>,
    /// In which line of the file of variables each name is set.
    lines: BTreeMap<String, usize>,
    /// The file of variables, if it is not [`DOTENV`].
    file: Option<String>,
    flaws: Vec<(Flawed, ConfigError)>,
}

/// What a problem is one of.
#[derive(Clone, Copy)]
enum Flawed {
    /// The file of variables as a whole.
    File,
    /// A line of it; what stood there, and perhaps behind it, is not known.
    Line,
    /// The variable that the problem names.
    Name,
}

/// The file of variables where none is named.
const DOTENV: &str = ".env";

/// A file with a secret, or of variables, may not be longer than this.
const MOST_BYTES: u64 = 64 * 1024;

impl Sources {
    /// What the process was given: its environment, and the file of variables that it was told to read. Without such a file
    /// the `.env` of the working folder, if there is one.
    pub fn of_process(file: Option<&Path>) -> Self {
        let mut sources = Self { file: file.map(|path| path.display().to_string()), ..Self::default() };
        sources.read_environment();
        match read_text(file.unwrap_or(Path::new(DOTENV))) {
            Ok(text) => sources.read_variables(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && file.is_none() => {}
            Err(error) => {
                let problem = ConfigError::new(sources.name_of(Origin::File), unreadable(&error));
                sources.flaws.push((Flawed::File, problem));
            }
        }
        sources
    }

    /// What a file of variables says alone, for a process that will be given it later. It may be missing.
    pub fn of_file(path: &Path) -> Self {
        let mut sources = Self { file: Some(path.display().to_string()), ..Self::default() };
        if let Ok(text) = read_text(path) {
            sources.read_variables(&text);
        }
        sources
    }

    /// Whether something is set under a name.
    pub fn names(&self, name: &str) -> bool {
        self.layers.values().any(|layer| layer.get(name).is_some_and(|value| !value.trim().is_empty()))
    }

    /// What people call an origin.
    pub fn name_of(&self, origin: Origin) -> &str {
        match origin {
            Origin::CommandLine => "the command line",
            Origin::Environment => "the environment",
            Origin::File => self.file.as_deref().unwrap_or(DOTENV),
            Origin::Kept => "the data folder",
        }
    }

    /// The line of the file of variables in which a name is set.
    pub(super) fn line_of(&self, name: &str) -> Option<usize> {
        self.lines.get(name).copied()
    }

    /// Adds one setting.
    #[must_use]
    pub fn with(mut self, origin: Origin, name: &str, value: impl Into<String>) -> Self {
        self.set(origin, name, value.into());
        self
    }

    /// The text of an `.env` file added, for tests.
    #[cfg(test)]
    pub(super) fn with_dotenv(mut self, text: &str) -> Self {
        self.read_variables(text);
        self
    }

    /// The layers in order of precedence.
    pub(super) fn layers(&self) -> impl Iterator<Item = (Origin, &BTreeMap<String, String>)> {
        self.layers.iter().map(|(origin, layer)| (*origin, layer))
    }

    /// What could not be read.
    pub(super) fn problems(&self) -> Vec<ConfigError> {
        self.flaws.iter().map(|(_, problem)| problem.clone()).collect()
    }

    /// What of it may concern these variables.
    pub(super) fn problems_of(&self, variables: &[&Variable]) -> Vec<ConfigError> {
        let is_one = |name: &str| variables.iter().any(|variable| variable.names().any(|known| known == name));
        let is_lost = |name: &String| is_one(name) && !self.layers.values().any(|layer| layer.contains_key(name));
        let concerned = self.flaws.iter().filter(|(flawed, problem)| match flawed {
            Flawed::File => true,
            Flawed::Line => self.lines.keys().any(is_lost),
            Flawed::Name => is_one(problem.subject()),
        });
        concerned.map(|(_, problem)| problem.clone()).collect()
    }

    fn set(&mut self, origin: Origin, name: &str, value: String) {
        self.layers.entry(origin).or_default().insert(name.to_owned(), value);
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    fn read_environment(&mut self) {
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            match value.into_string() {
                Ok(value) => self.set(Origin::Environment, name, value),
                // Only a value that is used may be a problem; others are nobody's business.
                Err(_) if super::table::meaning(name) == super::table::Meaning::Read => {
                    self.flaws.push((Flawed::Name, ConfigError::new(name, "is not valid text (UTF-8)")));
                }
                Err(_) => {}
            }
        }
    }

    /// A line that cannot be read is never shown, because it may hold a secret; the last good name tells where it is. The
    /// first one is enough: an open quote makes many of what follows.
    fn read_variables(&mut self, text: &str) {
        let file = self.name_of(Origin::File).to_owned();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start_matches('\u{feff}').trim_start();
            let Some((name, _)) = line.trim_start_matches("export ").split_once('=') else { continue };
            self.lines.entry(name.trim().to_owned()).or_insert(number);
        }
        let (mut last_good, mut is_broken) = (None::<String>, false);
        for line in dotenvy::from_read_iter(text.trim_start_matches('\u{feff}').as_bytes()) {
            let Ok((name, value)) = line else {
                if !is_broken {
                    let place = last_good.as_ref().map(|name| format!("after {name}"));
                    let place = place.unwrap_or_else(|| "at its beginning".to_owned());
                    let statement = format!(
                        "has a line {place} that is not NAME=value; values with spaces or quotes need quotes around"
                    );
                    self.flaws.push((Flawed::Line, ConfigError::new(&file, statement)));
                }
                is_broken = true;
                continue;
            };
            if self.layers.get(&Origin::File).is_some_and(|layer| layer.contains_key(&name)) {
                let problem = ConfigError::new(&name, format!("is set twice in {file}; keep one of the two lines"));
                self.flaws.push((Flawed::Name, problem));
            }
            last_good = Some(name.clone());
            self.set(Origin::File, &name, value);
        }
    }
}

/// A small text file. Larger ones are refused, so that a device or a log file does no harm.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 64 KiB"));
    }
    Ok(text)
}

/// Why a file of variables cannot be read, and what to do where it is somebody else's.
fn unreadable(error: &io::Error) -> String {
    let way = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "; give it to the user who runs Greenroom, or run this as the user whose it is"
        }
        _ => "",
    };
    format!("cannot be read: {error}{way}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dotenv(text: &str) -> (BTreeMap<String, String>, Vec<String>) {
        let sources = Sources::default().with_dotenv(text);
        let layer = sources.layers.get(&Origin::File).cloned().unwrap_or_default();
        (layer, sources.problems().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_file_that_is_somebody_elses_says_what_to_do() {
        let told = |kind: io::ErrorKind| unreadable(&kind.into());
        assert!(told(io::ErrorKind::PermissionDenied).contains("the user who runs Greenroom"));
        assert!(!told(io::ErrorKind::IsADirectory).contains("the user who"));
    }

    #[test]
    fn dotenv_files_of_all_systems_are_read() {
        let (layer, problems) = dotenv("\u{feff}# a comment\r\nGUILD_ID=5\r\nexport DATA_DIR='a $b # c'\r\nLOG=\r\n");
        assert_eq!(problems, Vec::<String>::new());
        let set: Vec<_> = layer.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(set, ["DATA_DIR=a $b # c", "GUILD_ID=5", "LOG="]);
    }

    #[test]
    fn a_broken_line_is_reported_without_its_text() {
        let (layer, problems) = dotenv("GUILD_ID=5\nDISCORD_BOT_TOKEN=my secret 'is here\n");
        assert_eq!(layer.len(), 1);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("after GUILD_ID") && !problems[0].contains("secret"), "{problems:?}");
    }

    #[test]
    fn a_name_that_is_set_twice_is_a_problem() {
        let (_, problems) = dotenv("GUILD_ID=5\nGUILD_ID=6\n");
        assert_eq!(problems, ["GUILD_ID is set twice in .env; keep one of the two lines"]);
    }
}
