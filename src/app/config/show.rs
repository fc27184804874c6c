//! `greenroom config show`: every variable, what it is, and who says so.
//!
//! What is shown is what [`Config`] reads, in the same order of precedence. Secrets are never shown, nor what may be one
//! in another value ([`without_secrets`]). A value that is wrong is marked, and the command then ends with the exit code of a
//! wrong configuration.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Config;
use super::reader::{find, value};
use super::sources::{Origin, Sources};
use super::table::{LOG_FORMAT, VARIABLES, Variable, VariableKind, file_name};
use crate::app::cli::{ConfigShowArgs, Options};
use crate::app::exit::{CommandResult, ExitCode, Stop, print};
use crate::kernel::secret::without_secrets;
use crate::kernel::text::one_line;
use crate::web::instance;

/// The longest value that is shown whole.
const LONGEST: usize = 200;

/// Prints all variables; stops with [`ExitCode::Configuration`] where something is wrong.
pub fn run(options: &Options, args: ConfigShowArgs) -> CommandResult {
    let shown = Shown::of(&options.sources());
    print(&if args.json { shown.json().to_string() } else { shown.text() });
    match shown.wrong() {
        0 => Ok(()),
        1 => Err(Stop::new(ExitCode::Configuration, "1 thing needs a correction.")),
        many => Err(Stop::new(ExitCode::Configuration, format!("{many} things need a correction."))),
    }
}

/// All variables as a page of the operator shows them.
pub(in crate::app) fn variables(sources: &Sources) -> Vec<instance::Variable> {
    let told = |row: Row| instance::Variable {
        name: row.variable.name.to_owned(),
        origin: row.origin(),
        value: row.value,
        problems: row.problems,
    };
    Shown::of(sources).rows.into_iter().map(told).collect()
}

/// The configuration as it is shown.
struct Shown {
    rows: Vec<Row>,
    /// What is wrong beside the values of variables: names that nobody knows, a file that cannot be read.
    problems: Vec<String>,
    notices: Vec<String>,
}

/// One variable.
struct Row {
    variable: &'static Variable,
    /// `None` where it is not set and has no default.
    value: Option<String>,
    /// Under which name it is set, and where; `None` for the default.
    set: Option<(String, Place)>,
    /// Where it is set as well, without an effect.
    hidden: Vec<Place>,
    problems: Vec<String>,
}

/// Where something is set.
struct Place {
    origin: Origin,
    /// In words.
    words: String,
    line: Option<usize>,
}

impl Place {
    fn of(sources: &Sources, origin: Origin, name: &str) -> Self {
        let line = (origin == Origin::File).then(|| sources.line_of(name)).flatten();
        let words = match line {
            Some(line) => format!("{}, line {line}", sources.name_of(origin)),
            None => sources.name_of(origin).to_owned(),
        };
        Self { origin, words, line }
    }
}

impl Shown {
    fn of(sources: &Sources) -> Self {
        let (config, reader) = Config::read(sources);
        let (problems, notices) = reader.told();
        let (of_values, of_all) = problems.into_iter().partition::<Vec<_>, _>(|problem| {
            VARIABLES.iter().any(|variable| variable.spellings().iter().any(|name| name == problem.subject()))
        });
        let rows = VARIABLES.iter().copied().map(|variable| {
            let mut row = Row::of(sources, variable);
            let ours =
                of_values.iter().filter(|problem| variable.spellings().iter().any(|name| name == problem.subject()));
            row.problems = ours.map(ToString::to_string).collect();
            if variable.name == LOG_FORMAT.name && row.set.is_none() {
                // Its default is another one in production.
                row.value = Some(config.logging.format.to_string());
            }
            row
        });
        Self { rows: rows.collect(), problems: of_all.iter().map(ToString::to_string).collect(), notices }
    }

    fn wrong(&self) -> usize {
        self.problems.len() + self.rows.iter().map(|row| row.problems.len()).sum::<usize>()
    }

    fn text(&self) -> String {
        let width = VARIABLES.iter().map(|variable| variable.name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for row in &self.rows {
            let value = row.value.as_deref().unwrap_or("–");
            let _ = writeln!(text, "{:<width$}  {value}  ({})", row.variable.name, row.origin());
            for problem in &row.problems {
                let _ = writeln!(text, "{:<width$}  ! {problem}", "");
            }
            for place in &row.hidden {
                let _ = writeln!(text, "{:<width$}  also set in {}, which has no effect", "", place.words);
            }
        }
        for problem in &self.problems {
            let _ = writeln!(text, "! {problem}");
        }
        for notice in &self.notices {
            let _ = writeln!(text, "note: {notice}");
        }
        text.trim_end().to_owned()
    }

    fn json(&self) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        json!({ "variables": rows, "problems": self.problems, "notices": self.notices })
    }
}

impl Row {
    fn of(sources: &Sources, variable: &'static Variable) -> Self {
        let mut places = Vec::new();
        for (origin, layer) in sources.layers() {
            let direct = find(layer, origin, variable).map(|found| (found.name, found.text));
            let files = variable.names().map(file_name).filter(|_| variable.is_secret());
            let file = files
                .filter_map(|name| Some((value(layer, &name)?.to_owned(), name)))
                .map(|(path, name)| (name, path))
                .next();
            places.extend(direct.into_iter().chain(file).map(|(name, text)| {
                let place = Place::of(sources, origin, &name);
                (name, text, place)
            }));
        }
        let mut places = places.into_iter();
        let (value, set) = match places.next() {
            Some((name, text, place)) => (Some(shown(variable, &name, &text)), Some((name, place))),
            None => (variable.default.map(str::to_owned), None),
        };
        Self { variable, value, set, hidden: places.map(|(_, _, place)| place).collect(), problems: Vec::new() }
    }

    fn origin(&self) -> String {
        match &self.set {
            Some((name, place)) if name != self.variable.name => format!("{name} in {}", place.words),
            Some((_, place)) => place.words.clone(),
            None if self.value.is_some() => "default".to_owned(),
            None => "not set".to_owned(),
        }
    }

    fn json(&self) -> Value {
        let origin = match &self.set {
            None if self.value.is_some() => "default",
            None => "nowhere",
            Some((_, place)) => place.origin.into(),
        };
        json!({
            "name": self.variable.name,
            "value": self.value.as_ref().filter(|_| !self.variable.is_secret()),
            "is_secret": self.variable.is_secret(),
            "is_set": self.set.is_some(),
            "origin": origin,
            "set_as": self.set.as_ref().map(|(name, _)| name),
            "place": self.set.as_ref().map(|(_, place)| &place.words),
            "line": self.set.as_ref().and_then(|(_, place)| place.line),
            "hidden": self.hidden.iter().map(|place| &place.words).collect::<Vec<_>>(),
            "problems": self.problems,
        })
    }
}

/// What is in force, fit to be shown: no secret, one line, and a number that is too small as what is made of it.
fn shown(variable: &Variable, name: &str, text: &str) -> String {
    match variable.kind {
        VariableKind::Secret if name.ends_with("_FILE") => {
            format!("(secret, in the file {})", one_line(&without_secrets(text), LONGEST))
        }
        VariableKind::Secret => "(secret)".to_owned(),
        VariableKind::Whole { least, raised: true, .. } if text.parse::<u32>().is_ok_and(|number| number < least) => {
            least.to_string()
        }
        _ => one_line(&without_secrets(text), LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "MTEyMzQ1Njc4OTAxMjM0NTY3ODkw.abcdef.abcdefghijklmnopqrstuvwxyzabcdefghij_-";

    fn sources() -> Sources {
        Sources::default()
            .with(Origin::CommandLine, "DATA_DIR", "/line")
            .with(Origin::Environment, "DATA_DIR", "/environment")
            .with(Origin::Environment, "SIGN_API_KEY_FILE", "/run/secrets/key")
            .with(Origin::Environment, "LOG", "warning")
            .with(Origin::Environment, "SELF_HEAL_INTERVAL", "5")
            .with(Origin::Environment, "BACKUP_TARGET", "https://ann:hunter2@nas.example/folder")
            .with(Origin::Environment, "GUILDID", "5")
            .with_dotenv(&format!("# mine\n\nDISCORD_TOKEN={TOKEN}\nexport DATA_DIR=/file\nCOLOUR=red\n"))
    }

    #[test]
    fn each_variable_is_shown_with_who_says_so_and_without_secrets() {
        let shown = Shown::of(&sources());
        let text = shown.text();
        let line =
            |name: &str| text.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap().to_owned();
        assert!(line("DISCORD_BOT_TOKEN").ends_with("(secret)  (DISCORD_TOKEN in .env, line 3)"), "{text}");
        assert!(line("DATA_DIR").ends_with("/line  (the command line)"), "{text}");
        assert!(
            text.contains("also set in the environment, which") && text.contains("also set in .env, line 4"),
            "{text}"
        );
        assert!(
            line("EULER_API_KEY").contains("(secret, in the file /run/secrets/key)  (SIGN_API_KEY_FILE in the env"),
            "{text}"
        );
        assert!(line("LOG").ends_with("warning  (the environment)") && text.contains("! LOG is \"warning\""), "{text}");
        assert!(text.contains("did you mean warn?"), "{text}");
        assert!(line("SELF_HEAL_INTERVAL").contains("  60  (the environment)"), "{text}");
        assert!(line("STORE_CACHE_MIB").contains("(default)") && line("GUILD_ID").ends_with("–  (not set)"), "{text}");
        assert!(text.contains("! COLOUR (in .env) is not a variable"), "{text}");
        for secret in [TOKEN, "hunter2", "ann:"] {
            assert!(!text.contains(secret) && !shown.json().to_string().contains(secret), "{text}");
        }
        assert!(VARIABLES.iter().all(|variable| !line(variable.name).is_empty()));
        assert_eq!(shown.wrong(), 4, "{text}");
        assert!(
            text.contains("note: GUILDID is set but is no variable of Greenroom; did you mean GUILD_ID?"),
            "{text}"
        );
    }

    #[test]
    fn what_may_be_a_secret_is_shown_neither_as_a_value_nor_in_a_sentence_about_it() {
        let in_addresses = [
            ("TIKTOK_WEB_URL", "https://www.tiktok.com/#hunter2"),
            ("TIKTOK_WEBCAST_URL", "webcast.example/?key=hunter2"),
            ("TIKTOK_SIGN_URL", "https://user:passw@sign.example/?key=hunter2"),
            ("TIKTOK_MANAGED_URL", "wss://h/?apiKey=hunter2"),
            ("OEMBED_URL", "https://h/?key=hunter2"),
            ("BACKUP_TARGET", "https://dav/x?token=hunter2"),
            ("BACKUP_S3_ENDPOINT", "https://s3.example/?sig=hunter2"),
            ("DISCORD_API_URL", "http://127.0.0.1/?key=hunter2"),
        ];
        // A token is nobody's folder or filter; that it is in force does not make it fit to be shown.
        let others = VARIABLES.iter().filter(|variable| !variable.is_secret());
        let misplaced = others.map(|variable| (variable.name, TOKEN));
        let named_as_files = [("DISCORD_BOT_TOKEN_FILE", TOKEN), ("EULER_API_KEY_FILE", TOKEN)];
        for (name, set) in in_addresses.into_iter().chain(misplaced).chain(named_as_files) {
            let sources = Sources::default().with(Origin::Environment, name, set);
            let shown = Shown::of(&sources);
            assert!(name == "DATA_DIR" || shown.wrong() > 0, "{name}={set}");
            for told in [shown.text(), shown.json().to_string()] {
                for secret in ["hunter2", "passw", TOKEN, "abcdef"] {
                    assert!(!told.contains(secret), "{name}={set}: {told}");
                }
            }
        }
    }

    #[test]
    fn a_script_reads_the_same() {
        let json = Shown::of(&sources()).json();
        let row =
            |name: &str| json["variables"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone();
        let token = row("DISCORD_BOT_TOKEN");
        assert_eq!(
            (&token["origin"], &token["line"], &token["set_as"]),
            (&"file".into(), &3.into(), &"DISCORD_TOKEN".into())
        );
        assert_eq!((&token["value"], &token["is_set"]), (&Value::Null, &true.into()));
        assert_eq!(row("PORT")["origin"], "nowhere");
        assert_eq!(row("LOG_FILES")["value"], "7");
        assert_eq!(json["problems"].as_array().unwrap().len(), 1);
    }
}
