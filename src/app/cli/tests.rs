//! What can be typed: that it is consistent, told in full, and refused in words.

use clap::CommandFactory;

use super::*;

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn help_shows_examples_and_every_exit_code() {
    let help = Cli::command().render_long_help().to_string();
    assert!(help.contains("greenroom demo"), "{help}");
    assert!(help.contains("3  the store is in use by another process"), "{help}");
}

#[test]
fn the_page_on_commands_lists_every_command() {
    fn collect(command: &clap::Command, before: &str, all: &mut Vec<String>) {
        for part in command.get_subcommands() {
            let name = format!("{before} {}", part.get_name());
            collect(part, &name, all);
            if !part.is_subcommand_required_set() {
                all.push(name);
            }
        }
    }
    let mut all = Vec::new();
    collect(&Cli::command(), "greenroom", &mut all);
    all.sort();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `greenroom"));
    let mut told: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    told.sort_unstable();
    assert_eq!(told, all, "docs/commands.md should list them");
}

#[test]
fn the_help_of_the_simulator_and_the_page_on_development_list_every_call() {
    let mut cli = Cli::command();
    cli.build();
    let help = cli.find_subcommand_mut("sim").unwrap().render_long_help().to_string();
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/development.md")).unwrap();
    let mut rows = "| call | what it does |\n| --- | --- |\n".to_owned();
    for (call, about) in control_calls() {
        assert!(help.contains(&format!("{call}: {about}")), "{call} in {help}");
        rows.push_str(&format!("| `{call}` | `{about}` |\n"));
    }
    assert!(page.contains(&rows), "docs/development.md should list the calls so:\n{rows}");
}

#[test]
fn help_tells_a_commands_own_options_from_those_of_every_command() {
    let mut cli = Cli::command();
    cli.build();
    let help = cli.find_subcommand_mut("check").unwrap().render_help().to_string();
    let (own, everywhere) = help.split_once("Options of every command:").unwrap();
    assert!(own.contains("--json") && !own.contains("--data-dir"), "{help}");
    assert!(
        everywhere.contains("--data-dir") && everywhere.contains("--log") && everywhere.contains("--env-file"),
        "{help}"
    );
}

#[test]
fn without_a_command_the_bot_runs_and_options_may_stand_anywhere() {
    let cli = Cli::try_parse_from(["greenroom", "--log", "debug"]).unwrap();
    assert!(cli.command.is_none());
    assert_eq!(cli.options.log.as_deref(), Some("debug"));
    let cli = Cli::try_parse_from(["greenroom", "check", "--json", "--data-dir", "x"]).unwrap();
    assert_eq!(cli.options.data_dir.as_deref(), Some("x"));
}

#[test]
fn senseless_values_are_refused() {
    for line in [
        ["greenroom", "sim", "--listen", "0.0.0.0:80"],
        ["greenroom", "sim", "--listen", "localhost"],
        ["greenroom", "demo", "--speed", "0"],
        ["greenroom", "demo", "--speed", "NaN"],
        ["greenroom", "demo", "--speed", "-1"],
        ["greenroom", "sim", "--answer-within", "-1"],
        ["greenroom", "replay", "x.jsonl", "--what-if=gift_rate"],
        ["greenroom", "export", "sqlite", "--guild=me"],
        ["greenroom", "check", "--json", "economy"],
    ] {
        let error = Cli::try_parse_from(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line:?}");
    }
    for option in ["--currency=gold", "--since=yesterday", "--since=2026-13-01", "--user=ann"] {
        let error = Cli::try_parse_from(["greenroom", "export", "ledger", "x.csv", option]).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{option}");
    }
}

#[test]
fn what_is_no_id_is_told_what_an_id_looks_like_and_where_it_is_found() {
    for (line, hint) in [
        (["greenroom", "export", "sqlite", "x.db", "--guild=abc"], "Copy Server ID"),
        (["greenroom", "export", "ledger", "x.csv", "--guild=12x"], "Copy Server ID"),
        (["greenroom", "export", "ledger", "x.csv", "--user=@ann"], "Copy User ID"),
        (["greenroom", "import", "luxbot", "x.db", "--guild=-5"], "Copy Server ID"),
    ] {
        let told = Cli::try_parse_from(line).unwrap_err().to_string();
        assert!(told.contains(hint) && !told.contains("digit"), "{told}");
    }
    let told = Cli::try_parse_from(["greenroom", "check", "economy", "--guild", "abc"]).unwrap_err().to_string();
    assert!(told.contains("which is a number like"), "{told}");
}

#[test]
fn a_number_below_zero_is_told_what_is_allowed() {
    for (line, allowed) in [
        (&["demo", "--speed", "-1"][..], "must be a number from 0.01 to 10000"),
        (&["replay", "x.jsonl", "--speed", "-0.5"], "must be a number from 0.01 to 10000"),
        (&["sim", "--answer-within", "-1"], "must be a whole number of seconds from 1 to 3600"),
        (&["import", "luxbot", "x.db", "--guild", "-5"], "Copy Server ID"),
        (&["check", "economy", "--guild", "-5"], "Copy Server ID"),
        (&["export", "sqlite", "x.db", "--guild", "-5"], "Copy Server ID"),
        (&["export", "ledger", "x.csv", "--user", "-5"], "Copy User ID"),
        (&["export", "ledger", "x.csv", "--since", "-5"], "must be a day like"),
    ] {
        let error = Cli::try_parse_from([&["greenroom"][..], line].concat()).unwrap_err();
        assert!(error.exit_code() == 2 && error.to_string().contains(allowed), "{line:?}: {error}");
    }
}

#[test]
fn an_export_begins_with_a_day_or_a_moment() {
    for (typed, expected) in
        [("2026-11-21", "2026-11-21T00:00:00Z"), ("2026-11-21T20:00:00+01:00", "2026-11-21T19:00:00Z")]
    {
        assert_eq!(moment(typed).unwrap().rfc3339(), expected);
    }
}
