//! The configuration as a whole: precedence, defaults and every problem.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::discord::Access;
use super::logging::{FileLimits, LogFormat};
use super::sources::{Origin, Sources};
use super::*;
use crate::covers;
use crate::kernel::ids::GuildId;
use crate::kernel::secret::Secret;

fn token(mark: char) -> String {
    format!("{}.abcdef.{}", mark.to_string().repeat(26), "x".repeat(38))
}

fn environment(pairs: &[(&str, &str)]) -> Sources {
    pairs.iter().fold(Sources::default(), |sources, (name, value)| sources.with(Origin::Environment, name, *value))
}

fn loaded(sources: &Sources) -> Config {
    Config::load(sources).unwrap()
}

fn problems(sources: &Sources) -> Vec<String> {
    Config::load(sources).unwrap_err().to_string().lines().skip(1).map(|line| line[4..].to_owned()).collect()
}

#[test]
fn without_any_setting_the_defaults_hold() {
    let config = loaded(&Sources::default());
    assert_eq!(config.discord.access, Access::Missing);
    assert_eq!((config.discord.fast_sync_guild, config.discord.debug_channel), (None, None));
    assert_eq!(config.storage.data_dir.to_str(), Some("./data"));
    assert_eq!(config.storage.cache_bytes, 16 * 1024 * 1024);
    assert!(!config.community.any_handle_linking && !config.community.live_rehearsal);
    assert_eq!(config.community.display_refresh, Duration::from_secs(10));
    assert_eq!(config.community.self_heal, Duration::from_mins(5));
    let files = Some(FileLimits { most: 7, bytes: 10 << 20 });
    assert_eq!(config.logging, Logging { filter: "warn,greenroom=info".to_owned(), format: LogFormat::Text, files });
    assert_eq!(config.notices, Vec::<String>::new());
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_dotenv() {
    let sources = environment(&[("DATA_DIR", "/environment"), ("LOG", "error")])
        .with(Origin::CommandLine, "DATA_DIR", "/line")
        .with_dotenv("DATA_DIR=/file\nLOG=debug\nGUILD_ID=7\nDEBUG=on\n");
    let config = loaded(&sources);
    assert_eq!(config.storage.data_dir.to_str(), Some("/line"));
    assert_eq!(config.logging.filter, "error");
    assert_eq!(config.discord.fast_sync_guild.map(GuildId::get), Some(7));
    assert!(config.community.live_rehearsal);
}

#[test]
fn the_token_that_the_data_folder_keeps_counts_where_nothing_else_names_one() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().to_str().unwrap();
    let access = |pairs: &[(&str, &str)]| {
        let pairs = [pairs, &[("DATA_DIR", data_dir)]].concat();
        loaded(&with_kept_token(environment(&pairs))).discord.access
    };
    assert_eq!(access(&[]), Access::Missing);
    secrets::keep(folder.path(), secrets::DISCORD_TOKEN, &Secret::new(token('K'))).unwrap();
    let real = |mark| Access::Real { token: Secret::new(token(mark)) };
    assert_eq!(access(&[]), real('K'));
    assert_eq!(access(&[("DISCORD_BOT_TOKEN", "")]), real('K'));
    assert_eq!(access(&[("DISCORD_TOKEN", &token('E'))]), real('E'));
    secrets::keep(folder.path(), secrets::DISCORD_TOKEN, &Secret::new("something else")).unwrap();
    let wrong = problems(&with_kept_token(environment(&[("DATA_DIR", data_dir)])));
    assert!(wrong.len() == 1 && wrong[0].starts_with("DISCORD_BOT_TOKEN_FILE does not look like"), "{wrong:?}");
}

#[test]
fn the_token_has_two_names_of_which_the_first_wins() {
    covers!("M-ENV-01", "T-ENV-01");
    let both = environment(&[("DISCORD_TOKEN", &token('B')), ("DISCORD_BOT_TOKEN", &token('A'))]);
    let Access::Real { token: used } = loaded(&both).discord.access else { panic!("no access") };
    assert_eq!(used.expose(), token('A'));
    let alias = environment(&[("DISCORD_TOKEN", &token('B'))]).with_dotenv("DISCORD_BOT_TOKEN=\n");
    let Access::Real { token: used } = loaded(&alias).discord.access else { panic!("no access") };
    assert_eq!(used.expose(), token('B'));
}

#[test]
fn a_secret_can_be_a_file_whose_content_is_trimmed() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "  {}  ", token('A')).unwrap();
    let path = file.path().to_str().unwrap();
    let sources = environment(&[("DISCORD_BOT_TOKEN_FILE", path)]);
    let Access::Real { token: used } = loaded(&sources).discord.access else { panic!("no access") };
    assert_eq!(used.expose(), token('A'));

    let both = sources.with(Origin::Environment, "DISCORD_TOKEN", token('B'));
    assert_eq!(
        problems(&both),
        ["DISCORD_BOT_TOKEN_FILE and DISCORD_TOKEN are both set in the environment; keep one of them"]
    );
}

#[test]
fn a_secret_file_that_is_missing_or_empty_is_a_problem() {
    let missing = problems(&environment(&[("DISCORD_TOKEN_FILE", "/does/not/exist")]));
    assert!(
        missing[0].starts_with("DISCORD_TOKEN_FILE names the file \"/does/not/exist\", which cannot"),
        "{missing:?}"
    );
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = problems(&environment(&[("DISCORD_TOKEN_FILE", empty.path().to_str().unwrap())]));
    assert!(empty[0].ends_with("which is empty"), "{empty:?}");
    let endless = problems(&environment(&[("DISCORD_TOKEN_FILE", "/dev/zero")]));
    assert!(endless[0].contains("longer than 64 KiB"), "{endless:?}");
}

#[test]
fn every_problem_is_reported_at_once_with_its_variable_its_value_and_what_is_allowed() {
    let sources = environment(&[
        ("GUILD_ID", "my server"),
        ("DEBUG_CHANNEL_ID", "-5"),
        ("EMBED_REFRESH_INTERVAL", "soon"),
        ("SELF_HEAL_INTERVAL", "86401"),
        ("STORE_CACHE_MIB", "3"),
        ("ALLOW_ANY_HANDLE_LINKING", "perhaps"),
        ("LOG_FORMAT", "xml"),
        ("LOG", "greenroom=loud"),
        ("GREENROOM_TOKEN", "x"),
        ("GREENROOM_GUILD_ID", "5"),
    ])
    .with_dotenv("DISCORD_API_URL=https://discord.com\nDATADIR=x\nCOLOUR=blue\n");
    assert_eq!(
        problems(&sources),
        [
            "GREENROOM_GUILD_ID (in the environment) is not a variable of Greenroom. Did you mean GUILD_ID?",
            "GREENROOM_TOKEN (in the environment) is not a variable of Greenroom.",
            "COLOUR (in .env) is not a variable of Greenroom.",
            "DATADIR (in .env) is not a variable of Greenroom. Did you mean DATA_DIR?",
            "DISCORD_API_URL is \"https://discord.com\" (in .env), but must be an address on this machine, like \
             http://127.0.0.1:8080",
            "GUILD_ID is \"my server\" (in the environment), but must be the id of something on Discord, which is a number",
            "DEBUG_CHANNEL_ID is \"-5\" (in the environment), but must be the id of something on Discord, which is a \
             number",
            "STORE_CACHE_MIB is \"3\" (in the environment), but must be a number of MiB from 4 to 1024",
            "ALLOW_ANY_HANDLE_LINKING is \"perhaps\" (in the environment), but must be true or false",
            "EMBED_REFRESH_INTERVAL is \"soon\" (in the environment), but must be a number of seconds up to 86400",
            "SELF_HEAL_INTERVAL is \"86401\" (in the environment), but must be a number of seconds up to 86400",
            "LOG_FORMAT is \"xml\" (in the environment), but must be text or json",
            "LOG is \"greenroom=loud\" (in the environment), but must be a level (error, warn, info, debug, trace or off), \
             or levels by module, like warn,greenroom=debug",
        ]
    );
}

#[test]
fn a_wrong_token_is_never_shown() {
    let secret = "not-a-token-but-secret";
    let shown = problems(&environment(&[("DISCORD_TOKEN", secret)])).join("\n");
    assert!(shown.starts_with("DISCORD_TOKEN does not look like a bot token") && !shown.contains(secret), "{shown}");
    let config = loaded(&environment(&[("DISCORD_BOT_TOKEN", &token('A'))]));
    assert!(!format!("{config:?}").contains("AAA"));
}

#[test]
fn a_simulator_is_used_without_the_real_token() {
    let config = loaded(&environment(&[("DISCORD_API_URL", "http://127.0.0.1:99/"), ("DISCORD_TOKEN", "anything")]));
    assert_eq!(config.discord.access, Access::Simulated { url: "http://127.0.0.1:99".to_owned() });
    assert_eq!(config.notices, ["DISCORD_API_URL is set, so the bot's token is not used"]);
}

#[test]
fn short_intervals_are_raised_and_said_once() {
    let config = loaded(&environment(&[("EMBED_REFRESH_INTERVAL", "3"), ("SELF_HEAL_INTERVAL", "0")]));
    assert_eq!(config.community.display_refresh, Duration::from_secs(10));
    assert_eq!(config.community.self_heal, Duration::from_mins(1));
    assert_eq!(
        config.notices,
        [
            "EMBED_REFRESH_INTERVAL is 3; Greenroom uses 10 seconds, the least possible",
            "SELF_HEAL_INTERVAL is 0; Greenroom uses 60 seconds, the least possible",
        ]
    );
}

#[test]
fn names_of_other_databases_are_accepted_and_reported_once() {
    covers!("M-ENV-02", "S-ENV-02", "S-ENV-03", "T-ENV-03");
    let sources = environment(&[("DATABASE_URL", "postgres://u:p@h/d"), ("REDIS_URL", "x"), ("HOME", "/root")])
        .with_dotenv("DATABASE_URL=y\nSUPABASE_URL=z\nDB_POOL_MIN=1\n");
    let notices = loaded(&sources).notices;
    assert_eq!(notices, ["set but not used by Greenroom: DATABASE_URL, DB_POOL_MIN, REDIS_URL, SUPABASE_URL"]);
}

#[test]
fn the_log_can_be_read_without_the_rest() {
    let sources = environment(&[("GUILD_ID", "nonsense"), ("LOG", "debug")]);
    assert_eq!(Logging::load(&sources).unwrap().filter, "debug");
    assert!(Config::load(&sources).is_err());
}

#[test]
fn a_command_that_needs_the_store_alone_is_stopped_by_what_may_concern_the_store_alone() {
    let folder = |sources: &Sources| OfStore::load(sources).map(|config| config.storage.data_dir);
    let wrong = environment(&[("GUILD_ID", "nonsense"), ("BACKUP_TARGET", "s3://X")]);
    assert!(Config::load(&wrong).is_err());
    assert_eq!(folder(&wrong).unwrap(), Path::new("./data"));
    let file =
        "DATA_DIR=./mine\nGUILDID=5\nGUILD_ID=5\nGUILD_ID=6\nDISCORD_BOT_TOKEN=not in quotes\nSTORE_CACHE_MIB=32\n";
    let wrong = Sources::default().with_dotenv(file);
    assert!(Config::load(&wrong).is_err());
    assert_eq!(folder(&wrong).unwrap(), Path::new("./mine"), "what stands behind the mistake is read as well");
    assert_eq!(OfStore::load(&wrong).unwrap().storage.cache_bytes, 32 << 20);
    for (file, told) in [
        ("DATADIR=./mine\n", "DATADIR (in .env) is not a variable of Greenroom. Did you mean DATA_DIR?"),
        ("DATA_DIR=my folder\n", ".env has a line at its beginning that is not NAME=value"),
        ("DISCORD_BOT_TOKEN='open\nDATA_DIR=./mine\n", ".env has a line at its beginning that is not NAME=value"),
        ("DATA_DIR=./mine\nDATA_DIR=./yours\n", "DATA_DIR is set twice in .env"),
        ("STORE_CACHE_MIB=much\n", "STORE_CACHE_MIB is \"much\""),
        ("LOG=loud\n", "LOG is \"loud\""),
    ] {
        let problems = folder(&Sources::default().with_dotenv(file)).unwrap_err().to_string();
        assert!(problems.contains(told), "{file}: {problems}");
    }
    // Where the command line says it, nobody has to know what the file says.
    let lost = Sources::default().with_dotenv("DATA_DIR=my folder\n");
    let said = lost.with(Origin::CommandLine, "DATA_DIR", "here");
    assert_eq!(folder(&said).unwrap(), Path::new("here"));
}

#[test]
fn health_is_for_this_machine_and_off_on_request() {
    let health = |pairs: &[(&str, &str)]| loaded(&environment(pairs)).health;
    let usual = health(&[]);
    assert_eq!(usual.listen.map(|address| address.to_string()).as_deref(), Some("127.0.0.1:8790"));
    assert_eq!((usual.port, usual.metrics_everywhere, usual.notify_socket, usual.watchdog), (None, false, None, None));
    for written in ["localhost:8790", "green-room.lan:8790", "[::1]:8790", "0.0.0.0:0"] {
        let listen = health(&[("HEALTH_LISTEN", written)]).listen;
        assert_eq!(listen.map(|listen| listen.to_string()).as_deref(), Some(written));
    }
    let told = [("HEALTH_LISTEN", "off"), ("PORT", "3000"), ("NOTIFY_SOCKET", "/run/n"), ("WATCHDOG_USEC", "30000000")];
    let told = health(&told);
    assert_eq!((told.listen, told.port, told.watchdog), (None, Some(3000), Some(Duration::from_secs(30))));
    assert_eq!(told.notify_socket.as_deref(), Some("/run/n"));
    let wrong = problems(&environment(&[("HEALTH_LISTEN", "8790"), ("PORT", "0"), ("METRICS_EVERYWHERE", "some")]));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert!(
        wrong[0].contains("like 127.0.0.1:8790 or localhost:8790, or off")
            && wrong[1].contains("a port from 1 to 65535"),
        "{wrong:?}"
    );
}

#[test]
fn the_web_and_health_cannot_have_one_port() {
    let wrong = |web: &str, health: &str| {
        problems(&environment(&[("API_BIND", "127.0.0.1"), ("API_PORT", web), ("HEALTH_LISTEN", health)]))
    };
    for (web, health) in [("8790", ""), ("9000", "127.0.0.1:9000"), ("9000", "0.0.0.0:9000")] {
        let told = wrong(web, health);
        assert!(told.len() == 1 && told[0].contains("the port of HEALTH_LISTEN as well"), "{told:?}");
    }
}

#[test]
fn words_are_read_without_regard_to_capitals() {
    let given = [
        ("HEALTH_LISTEN", "OFF"),
        ("LOG_FORMAT", "JSON"),
        ("TIKTOK_TRANSPORT", "Managed"),
        ("DEBUG", "True"),
        ("LOG", "WARN"),
    ];
    let config = loaded(&environment(&given));
    assert_eq!((config.health.listen, config.logging.format), (None, LogFormat::Json));
    assert_eq!(Some(config.live.transport), crate::tiktok::Transport::parse("managed"));
    assert!(config.community.live_rehearsal);
}

#[test]
fn what_kubernetes_sets_beside_a_service_of_our_name_is_left_out() {
    let set = [
        ("GREENROOM_SERVICE_HOST", "10.43.0.17"),
        ("GREENROOM_SERVICE_PORT", "8790"),
        ("GREENROOM_SERVICE_PORT_HEALTH", "8790"),
        ("GREENROOM_PORT", "tcp://10.43.0.17:8790"),
        ("GREENROOM_PORT_8790_TCP", "tcp://10.43.0.17:8790"),
        ("GREENROOM_PORT_8790_TCP_ADDR", "10.43.0.17"),
        ("TIKTOK_SERVICE_HOST", "10.43.0.18"),
    ];
    let config = loaded(&environment(&set));
    assert_eq!((config.health.port, config.notices), (None, Vec::new()));
    assert_eq!(problems(&environment(&[("GREENROOM_PORT", "3000")])).len(), 1, "somebody set this");
    assert_eq!(problems(&Sources::default().with_dotenv("GREENROOM_SERVICE_PORT=8790\n")).len(), 1, "a slip in a file");
}

#[test]
fn copies_in_the_data_folder_or_around_it_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let (data, link) = (root.path().join("data"), root.path().join("link"));
    std::fs::create_dir(&data).unwrap();
    std::os::unix::fs::symlink(&data, &link).unwrap();
    let told = |data: &std::path::Path, target: &str| {
        let target = root.path().join(target);
        let sources = environment(&[("DATA_DIR", data.to_str().unwrap()), ("BACKUP_TARGET", target.to_str().unwrap())]);
        Config::load(&sources).err().map(|problems| problems.to_string())
    };
    for (target, words) in [
        ("data", "lies in the data folder"),
        ("data/backups/snapshots", "lies in the data folder"),
        ("none/../data/copies", "lies in the data folder"),
        ("link/copies", "lies in the data folder"),
        ("", "holds the data folder"),
        ("data/..", "holds the data folder"),
    ] {
        for data in [&data, &link, &data.join("../link")] {
            let told = told(data, target).unwrap_or_default();
            assert!(told.contains("BACKUP_TARGET is") && told.contains(words), "{target}: {told}");
        }
    }
    for target in ["copies", "data-copies", "data/../copies", "none/copies"] {
        assert_eq!(told(&data, target), None, "{target}");
    }
    // Neither has to be there yet.
    let missing = root.path().join("new/data");
    assert!(told(&missing, "new/data/copies").is_some() && told(&missing, "new").is_some());
    assert_eq!(told(&missing, "new/copies"), None);
}

/// For each variable what is wrong for it.
const WRONG: &[(&str, &[&str])] = &[
    ("DISCORD_BOT_TOKEN", &["abc", "Bot x.y.z", "a b c"]),
    ("DISCORD_API_URL", &["https://discord.com", "127.0.0.1:80", "http://127.0.0.1/api"]),
    ("DATA_DIR", &["~/data", "~", "$HOME/data", "${DATA}", "\"/srv/data\"", "'/srv/data'", "“/srv/data”", "`pwd`"]),
    ("STORE_CACHE_MIB", &["3", "1025", "16 MiB", "-1", "sixteen", "1e3", "16.5"]),
    (
        "BACKUP_TARGET",
        &["folder", "./folder", "http://nas.example/x", "https://ann:pw@nas.example/x", "s3://", "ftp://x/y"],
    ),
    ("BACKUP_USER", &["a\u{7}b"]),
    ("BACKUP_PASSWORD", &["a\u{7}b"]),
    ("BACKUP_S3_ENDPOINT", &["nas", "http://nas.example", "s3.example.com:9000"]),
    ("BACKUP_S3_REGION", &["eu central", "eu/central"]),
    ("GUILD_ID", &["my server", "0", "-5", "1.5", "99999999999999999999", "<#5>"]),
    ("DEBUG_CHANNEL_ID", &["#staff", "0", "0x10"]),
    ("ALLOW_ANY_HANDLE_LINKING", &["maybe", "2", "ja"]),
    ("TIKTOK_TRANSPORT", &["best", "eulr", "AUTO!"]),
    ("EULER_API_KEY", &["short", "two words 4711"]),
    ("TIKTOK_WEB_URL", &["www.tiktok.com", "http://tiktok.com", "ftp://tiktok.com"]),
    ("TIKTOK_WEBCAST_URL", &["webcast", "http://tiktok.com"]),
    ("TIKTOK_SIGN_URL", &["eulerstream.com", "http://eulerstream.com"]),
    ("TIKTOK_MANAGED_URL", &["https://ws.eulerstream.com", "ws://ws.eulerstream.com"]),
    ("OEMBED_URL", &["youtube.com", "http://youtube.com", "ftp://youtube.com"]),
    ("EMBED_REFRESH_INTERVAL", &["soon", "86401", "-1", "10s"]),
    ("SELF_HEAL_INTERVAL", &["never", "86401", "5m"]),
    ("DEBUG", &["*", "2"]),
    (
        "HEALTH_LISTEN",
        &[
            "8790",
            ":8790",
            "127.0.0.1",
            "127.0.0.1:99999",
            "127.0.0:8790",
            "none",
            "localhost",
            "localhost:",
            "localhost:99999",
            "my host:8790",
            "-host:8790",
            "host..name:8790",
            "http://localhost:8790",
            "::1:8790",
        ],
    ),
    ("PORT", &["0", "65536", "http"]),
    ("METRICS_EVERYWHERE", &["some"]),
    ("API_BIND", &["127.0.0.1:3000", "greenroom.lan", "on", "0.0.0.0/0", "[::1]"]),
    ("API_PORT", &["0", "65536", "http", "http://10.43.0.17:80"]),
    ("API_BASE_URL", &["greenroom.example.com", "https://ann:pw@greenroom.example.com", "https://example.com/panel"]),
    (
        "API_HOSTS",
        &["pi.lan:3000", "*.example.com", "http://pi.lan", "pi_lan", "-pi", "pi-", "pi..lan", "pi.lan,", "10.0.0.1"],
    ),
    ("TRUSTED_PROXIES", &["10.0.0.0/33", "proxy.lan", "10.0.0.1;10.0.0.2", "10.0.0.1,"]),
    ("STREAM_LIMIT", &["0", "5001", "many"]),
    ("ADMIN_USERNAME", &["a name that is longer than anybody needs", "a\u{7}b"]),
    ("ADMIN_PASSWORD", &["hunter2", "password1234"]),
    ("LOCAL_ADMIN", &["never"]),
    ("JWT_SECRET", &["your-secret-key"]),
    ("CSRF_SECRET", &["your-secret-key"]),
    ("DISCORD_CLIENT_ID", &["greenroom", "0"]),
    ("DISCORD_CLIENT_SECRET", &["short", "two words of some length"]),
    ("DISCORD_REDIRECT_URI", &["https://greenroom.example.com/api/auth/callback", "callback"]),
    ("ENVIRONMENT", &["prod", "producton", "two words"]),
    ("LOG", &["warning", "loud", "verbose", "greenroom=loud", "greenrom=debug", "info,,loud", "serenity"]),
    ("LOG_FORMAT", &["xml", "JSON5", "jsno"]),
    ("LOG_FILES", &["101", "-1", "many"]),
    ("LOG_FILE_MIB", &["0", "1025", "10MB"]),
];

#[test]
fn every_wrong_value_of_every_variable_is_told_with_its_name() {
    let covered: Vec<&str> = WRONG.iter().map(|(name, _)| *name).collect();
    let declared: Vec<&str> = table::VARIABLES.iter().map(|variable| variable.name).collect();
    assert_eq!(covered, declared, "each variable has wrong values");
    for (name, values) in WRONG {
        for value in *values {
            let told = problems(&environment(&[(name, value)]));
            assert!(told.iter().any(|problem| problem.starts_with(name)), "{name}={value}: {told:?}");
            assert!(!told.join("").contains("ann:pw"), "{told:?}");
        }
    }
}

#[test]
fn what_was_probably_meant_is_told() {
    for (name, value, meant) in [
        ("LOG", "warning", "did you mean warn?"),
        ("LOG", "warn,greenrom=debug", "did you mean warn,greenroom=debug?"),
        ("LOG_FORMAT", "jsno", "did you mean json?"),
        ("TIKTOK_TRANSPORT", "eulr", "did you mean euler?"),
        ("DEBUG", "ture", "did you mean true?"),
        ("ENVIRONMENT", "producton", "did you mean production?"),
    ] {
        let told = problems(&environment(&[(name, value)]));
        assert!(told[0].ends_with(meant), "{told:?}");
    }
}

#[test]
fn a_name_in_the_environment_that_looks_like_ours_is_told_and_starts_nothing_wrong() {
    let sources = environment(&[("DATA_DIRR", "x"), ("TIKTOK_SESSION", "x"), ("LANG", "C"), ("MY_DATA_DIR", "x")]);
    assert_eq!(
        loaded(&sources).notices,
        [
            "DATA_DIRR is set but is no variable of Greenroom; did you mean DATA_DIR?",
            "TIKTOK_SESSION is set but is no variable of Greenroom",
        ]
    );
}
