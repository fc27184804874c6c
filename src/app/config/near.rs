//! What somebody probably meant: names of variables, words that a variable may hold, levels of the log.

use super::table::{Meaning, VARIABLES, VariableKind, meaning};
use crate::kernel::text::meant;

/// The known name that `name` was probably meant to be.
pub(super) fn name(name: &str) -> Option<String> {
    let near = |name: &str| {
        let nearest = nearest_name(name).filter(|(distance, known)| *distance <= 3 && *distance * 2 < known.len());
        nearest.map(|(_, known)| known)
    };
    // Many programs put their own name in front.
    near(name).or_else(|| near(name.to_ascii_uppercase().strip_prefix("GREENROOM_")?))
}

/// The known name that an unknown one of the environment was probably meant to be.
///
/// The environment is shared with other programs, so only long names and small slips count.
pub(super) fn name_in_environment(name: &str) -> Option<String> {
    if meaning(name) != Meaning::Unknown || FOREIGN.contains(&name) {
        return None;
    }
    nearest_name(name)
        .filter(|(distance, known)| *distance <= 2 && known.len() >= SHORTEST_NAME)
        .map(|(_, known)| known)
}

/// Shorter names of ours (LOG, PORT, DEBUG) are near to too many of others (LANG, SORT, PORTS).
const SHORTEST_NAME: usize = 8;

/// Names of others that are near to ours by chance.
const FOREIGN: &[&str] = &["DATA_DIRS", "GUID_ID", "LOG_FILE", "UUID_ID"];

/// Whether only this program would read a name that begins so.
pub(super) fn is_ours(name: &str) -> bool {
    ["GREENROOM_", "DISCORD_BOT_", "TIKTOK_", "EULER_", "BACKUP_S3_"].iter().any(|start| name.starts_with(start))
}

fn nearest_name(name: &str) -> Option<(usize, String)> {
    let upper = name.to_ascii_uppercase().replace('-', "_");
    let known = VARIABLES.iter().flat_map(|variable| variable.spellings());
    known.map(|known| (strsim::damerau_levenshtein(&known, &upper), known)).min()
}

/// The value that a wrong one was probably meant to be.
pub(super) fn value(kind: &VariableKind, text: &str) -> Option<String> {
    match kind {
        VariableKind::OneOf(words) => meant(words.iter().copied(), text).map(str::to_owned),
        VariableKind::Switch => meant(["true", "false", "yes", "no", "on", "off"], text).map(str::to_owned),
        VariableKind::LogFilter => filter(text),
        _ => None,
    }
}

/// The filter with the levels that were probably meant; `None` where one cannot be told.
fn filter(text: &str) -> Option<String> {
    let directives = text.split(',').map(|directive| {
        let (target, level) =
            directive.rsplit_once('=').map_or((None, directive), |(target, level)| (Some(target), level));
        let level = level.trim();
        let level = if LEVELS.contains(&level) { level } else { nearest_level(level)? };
        let target = target.map(|target| if is_near_to_us(target) { "greenroom" } else { target });
        Some(target.map_or_else(|| level.to_owned(), |target| format!("{target}={level}")))
    });
    let meant = directives.collect::<Option<Vec<_>>>()?.join(",");
    (meant != text).then_some(meant)
}

/// Whether a module of the log is ours but for a slip.
pub(super) fn is_near_to_us(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or_default();
    name != "greenroom" && strsim::damerau_levenshtein(name, "greenroom") <= 3
}

/// The levels of the log.
pub(super) const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

/// What other programs call them.
const OTHER_WORDS: [(&str, &str); 10] = [
    ("verbose", "debug"),
    ("all", "trace"),
    ("silly", "trace"),
    ("notice", "info"),
    ("critical", "error"),
    ("fatal", "error"),
    ("panic", "error"),
    ("none", "off"),
    ("silent", "off"),
    ("quiet", "off"),
];

fn nearest_level(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let other = OTHER_WORDS.iter().find(|(word, _)| *word == lower).map(|(_, level)| *level);
    other.or_else(|| LEVELS.into_iter().find(|level| lower.starts_with(level))).or_else(|| meant(LEVELS, &lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_recognised() {
        assert_eq!(name("DISCORD_BOT_TOKN").as_deref(), Some("DISCORD_BOT_TOKEN"));
        assert_eq!(name("guild_id").as_deref(), Some("GUILD_ID"));
        assert_eq!(name("GREENROOM_DATA_DIR").as_deref(), Some("DATA_DIR"));
        assert_eq!(name("greenroom_discord_tokn").as_deref(), Some("DISCORD_TOKEN"));
        assert_eq!(name("GREENROOM_COLOUR"), None);
        assert_eq!(name("FAVOURITE_COLOUR"), None);
        assert_eq!(name("X"), None);
    }

    #[test]
    fn slips_in_the_environment_are_recognised_and_names_of_other_programs_are_not() {
        for (slip, meant) in [
            ("DATA_DIRR", "DATA_DIR"),
            ("DATADIR", "DATA_DIR"),
            ("data_dir", "DATA_DIR"),
            ("GUILDID", "GUILD_ID"),
            ("DISCORD_BOT_TOKEN_FIEL", "DISCORD_BOT_TOKEN_FILE"),
            ("DISCORD_TOKN", "DISCORD_TOKEN"),
            ("EULER_APIKEY", "EULER_API_KEY"),
            ("BACKUP_TARGETS", "BACKUP_TARGET"),
            ("LOG_FORMTA", "LOG_FORMAT"),
            ("HEALTH_LISTENS", "HEALTH_LISTEN"),
        ] {
            assert_eq!(name_in_environment(slip).as_deref(), Some(meant), "{slip}");
        }
        for foreign in [
            "PATH",
            "HOME",
            "LANG",
            "PWD",
            "TERM",
            "USER",
            "SHELL",
            "SHLVL",
            "LOGNAME",
            "MAIL",
            "EDITOR",
            "PAGER",
            "TZ",
            "HOSTNAME",
            "DISPLAY",
            "TMPDIR",
            "XDG_DATA_DIRS",
            "XDG_DATA_HOME",
            "XDG_RUNTIME_DIR",
            "DBUS_SESSION_BUS_ADDRESS",
            "INVOCATION_ID",
            "JOURNAL_STREAM",
            "SYSTEMD_EXEC_PID",
            "MEMORY_PRESSURE_WATCH",
            "LISTEN_FDS",
            "LISTEN_PID",
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "WATCHDOG_PID",
            "STATE_DIRECTORY",
            "LOGS_DIRECTORY",
            "CACHE_DIRECTORY",
            "RUST_LOG",
            "RUST_BACKTRACE",
            "CARGO_HOME",
            "NO_COLOR",
            "LS_COLORS",
            "SSH_CONNECTION",
            "SSH_AUTH_SOCK",
            "GPG_TTY",
            "KUBERNETES_PORT",
            "KUBERNETES_SERVICE_HOST",
            "REPLIT_DB_URL",
            "RAILWAY_PROJECT_ID",
            "DYNO",
            "FLY_APP_NAME",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "DEBIAN_FRONTEND",
            "MALLOC_ARENA_MAX",
            "LOG_FILE",
            "LOG_DIR",
            "PORTS",
            "DEBUGGER",
            "LOGS",
            "GID",
            "UID",
            "BACKUP_DIR",
            "API_KEY",
            "OTHER_API_KEY",
            "AWS_REGION",
            "AWS_ACCESS_KEY_ID",
            "DATABASE_URL",
            "DATA_DIR",
            "",
            "_",
        ] {
            assert_eq!(name_in_environment(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_level_that_was_meant_is_found() {
        for (text, meant) in [
            ("warning", Some("warn")),
            ("WARNING", Some("warn")),
            ("verbose", Some("debug")),
            ("dbeug", Some("debug")),
            ("infos", Some("info")),
            ("greenroom=warning", Some("greenroom=warn")),
            ("greenrom=debug", Some("greenroom=debug")),
            ("warn,greenroom=tarce", Some("warn,greenroom=trace")),
            ("loud", None),
            ("x=y=z", None),
        ] {
            assert_eq!(filter(text).as_deref(), meant, "{text}");
        }
    }
}
