//! The variables as people read them: `.env.example`, the tables of `docs/configuration.md`, and a sentence for the manual.
//!
//! It is [`VARIABLES`](super::table::VARIABLES) in other forms, in groups: what is needed first, then what many people set.
//! Tests compare the two files with it.

use std::fmt::Write;

use super::environment::ENVIRONMENT;
use super::off_site::{BACKUP_PASSWORD, BACKUP_S3_ENDPOINT, BACKUP_S3_REGION, BACKUP_TARGET, BACKUP_USER};
use super::table::{
    ALLOW_ANY_HANDLE_LINKING, DATA_DIR, DEBUG, DEBUG_CHANNEL_ID, DISCORD_API_URL, DISCORD_BOT_TOKEN,
    EMBED_REFRESH_INTERVAL, EULER_API_KEY, GUILD_ID, HEALTH_LISTEN, LOG, LOG_FILE_MIB, LOG_FILES, LOG_FORMAT,
    METRICS_EVERYWHERE, OEMBED_URL, PORT, SELF_HEAL_INTERVAL, STORE_CACHE_MIB, TIKTOK_MANAGED_URL, TIKTOK_SIGN_URL,
    TIKTOK_TRANSPORT, TIKTOK_WEB_URL, TIKTOK_WEBCAST_URL, Variable, file_name,
};
use super::web::{
    ADMIN_PASSWORD, ADMIN_USERNAME, API_BASE_URL, API_BIND, API_HOSTS, API_PORT, CSRF_SECRET, DISCORD_CLIENT_ID,
    DISCORD_CLIENT_SECRET, DISCORD_REDIRECT_URI, JWT_SECRET, LOCAL_ADMIN, STREAM_LIMIT, TRUSTED_PROXIES,
};

/// Variables that belong together.
struct Group {
    title: &'static str,
    variables: &'static [&'static Variable],
}

/// All variables, in the order in which people read about them.
const GROUPS: &[Group] = &[
    Group { title: "Needed", variables: &[&DISCORD_BOT_TOKEN] },
    Group { title: "Often set", variables: &[&GUILD_ID, &DATA_DIR, &EULER_API_KEY] },
    Group {
        title: "The web",
        variables: &[&API_BIND, &API_PORT, &API_BASE_URL, &API_HOSTS, &TRUSTED_PROXIES, &STREAM_LIMIT],
    },
    Group {
        title: "Signing in on the web",
        variables: &[
            &ADMIN_USERNAME,
            &ADMIN_PASSWORD,
            &LOCAL_ADMIN,
            &DISCORD_CLIENT_SECRET,
            &DISCORD_CLIENT_ID,
            &DISCORD_REDIRECT_URI,
            &JWT_SECRET,
            &CSRF_SECRET,
        ],
    },
    Group {
        title: "Copies of the backups elsewhere",
        variables: &[&BACKUP_TARGET, &BACKUP_USER, &BACKUP_PASSWORD, &BACKUP_S3_ENDPOINT, &BACKUP_S3_REGION],
    },
    Group { title: "Defaults for servers", variables: &[&DEBUG_CHANNEL_ID, &ALLOW_ANY_HANDLE_LINKING] },
    Group {
        title: "Lives, displays and memory",
        variables: &[&TIKTOK_TRANSPORT, &EMBED_REFRESH_INTERVAL, &SELF_HEAL_INTERVAL, &STORE_CACHE_MIB],
    },
    Group { title: "Health and figures", variables: &[&HEALTH_LISTEN, &PORT, &METRICS_EVERYWHERE] },
    Group { title: "The log", variables: &[&LOG, &LOG_FORMAT, &ENVIRONMENT, &LOG_FILES, &LOG_FILE_MIB] },
    Group {
        title: "Rehearsals and the simulator",
        variables: &[
            &DEBUG,
            &DISCORD_API_URL,
            &TIKTOK_WEB_URL,
            &TIKTOK_WEBCAST_URL,
            &TIKTOK_SIGN_URL,
            &TIKTOK_MANAGED_URL,
            &OEMBED_URL,
        ],
    },
];

/// What is told of a variable: what it is for, its other names, and the name under which a file can be given.
pub(crate) fn about(variable: &Variable) -> Vec<String> {
    let mut lines: Vec<String> = variable.help.lines().map(str::to_owned).collect();
    lines.extend(variable.aliases.iter().map(|alias| format!("{alias} means the same.")));
    if variable.is_secret() {
        lines.push(format!("{} names a file that holds it instead.", file_name(variable.name)));
    }
    lines
}

/// `.env.example`: every variable with what it is for. All but the one that is needed are commented out.
pub(crate) fn env_example() -> String {
    let mut example = "\
# Copy this file to .env and write the bot's token behind DISCORD_BOT_TOKEN=. Everything else is optional:
# remove the # in front of a name to set it. Put values that contain $ or # in single quotes.
# The command line wins over the environment, and the environment wins over this file.
"
    .to_owned();
    for group in GROUPS {
        let _ = writeln!(example, "\n# === {} ===", group.title);
        for variable in group.variables {
            let _ = writeln!(example, "\n# {}", about(variable).join("\n# "));
            let lead = if variable.name == DISCORD_BOT_TOKEN.name { "" } else { "# " };
            let _ = writeln!(example, "{lead}{}={}", variable.name, variable.default.unwrap_or_default());
        }
    }
    example
        .push_str("\n# docs/configuration.md says more, and `greenroom config show` prints what is set and where.\n");
    example
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::config::table::VARIABLES;

    /// A group as a section of `docs/configuration.md`.
    fn section(group: &Group) -> String {
        let mut section =
            format!("### {}\n\n| variable | default | what it is for |\n| --- | --- | --- |\n", group.title);
        for variable in group.variables {
            let default = variable.default.map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
            let _ = writeln!(section, "| `{}` | {default} | {} |", variable.name, about(variable).join(" "));
        }
        section
    }

    fn file(path: &str) -> String {
        std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn every_variable_is_in_one_group() {
        let grouped: Vec<&str> =
            GROUPS.iter().flat_map(|group| group.variables).map(|variable| variable.name).collect();
        let names: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
        assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), names);
        assert_eq!(grouped.len(), VARIABLES.len(), "each once");
    }

    #[test]
    fn env_example_and_the_page_on_configuration_say_of_every_variable_what_the_table_says() {
        assert!(file(".env.example") == env_example(), ".env.example should be:\n{}", env_example());
        let page = file("docs/configuration.md");
        for group in GROUPS {
            let section = section(group);
            assert!(page.contains(&section), "docs/configuration.md should say:\n{section}");
        }
    }
}
