//! The house rules that a compiler does not check: which module may import which, who knows which crate, how long a file
//! may be, and that each says what it is for.

use crate::sources::{Source, sources};

/// Which part of the house a module belongs to. Features go by name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Kernel,
    Store,
    /// `access`, `settings`, `jobs`, `activity`, `display`, `posts`, `roles`, `references`, `outbox`, `presence`, `profile`, `signin`,
    /// `live`, `money`: what every feature stands on.
    Common,
    /// `runner`, `discord`, `tiktok`, `http`: what speaks with the outside world.
    Platform,
    /// `rules`, `tables`, `service` of a feature, and what else lies beside them.
    Inner(String),
    /// `model`, `settings`, `activity` and `queries`: inner files that the edges of other features may read.
    Readable(String),
    Flow,
    /// What a feature registers below Discord: its `mod.rs` and `upkeep`.
    Domain(String),
    /// `features/mod.rs`.
    DomainList,
    /// `catalogue`: what is stored, as the list of features tells.
    Catalogue,
    /// What of a feature speaks with Discord, below `bot`.
    Edge(String),
    /// `views`: an edge as well, but pure, so that other edges may show a part of it.
    Views(String),
    /// `bot/mod.rs`.
    FaceList,
    /// Everything that is said over HTTP.
    Web,
    Sim,
    App,
    /// `lib.rs`, `main.rs`, and macros, which live at the root.
    Root,
}

impl Part {
    /// The part that the module at `path` belongs to, such as `["features", "queue", "rules"]`.
    fn of(path: &[&str]) -> Self {
        match path {
            ["kernel", ..] => Self::Kernel,
            ["store", ..] => Self::Store,
            [
                "access" | "settings" | "jobs" | "activity" | "display" | "posts" | "roles" | "references" | "outbox"
                | "presence" | "profile" | "signin" | "live" | "money" | "remembered",
                ..,
            ] => Self::Common,
            ["runner" | "discord" | "tiktok" | "http", ..] => Self::Platform,
            ["flows", ..] => Self::Flow,
            ["catalogue", ..] => Self::Catalogue,
            ["sim", ..] => Self::Sim,
            ["app", ..] => Self::App,
            ["features", item, ..] if is_item(item) => Self::DomainList,
            ["features"] | ["features", "activities" | "upkeep", ..] => Self::DomainList,
            ["features", feature] | ["features", feature, "upkeep", ..] => Self::Domain((*feature).to_owned()),
            ["features", feature, file, ..] => Self::of_feature(feature, file),
            ["web", ..] => Self::Web,
            ["bot", item, ..] if is_item(item) => Self::FaceList,
            ["bot"] => Self::FaceList,
            ["bot", function] if GATHERS.contains(function) => Self::FaceList,
            ["bot", feature, "views" | "autocomplete" | "playing", ..] => Self::Views((*feature).to_owned()),
            ["bot", feature, ..] => Self::Edge((*feature).to_owned()),
            _ => Self::Root,
        }
    }

    fn of_feature(feature: &str, file: &str) -> Self {
        let feature = feature.to_owned();
        match file {
            item if is_item(item) => Self::Domain(feature),
            "model" | "settings" | "activity" | "queries" => Self::Readable(feature),
            _ => Self::Inner(feature),
        }
    }

    /// Whether a file of this part may import from `target`.
    #[expect(clippy::match_same_arms, reason = "one line for each part reads like the rule")]
    fn may_import(&self, target: &Self) -> bool {
        use Part::{
            App, Catalogue, Common, Domain, DomainList, Edge, FaceList, Flow, Inner, Kernel, Platform, Readable, Root,
            Sim, Store, Views, Web,
        };
        match (self, target) {
            (App | Root, _) | (_, Root | Kernel) => true,
            (Sim, Sim) | (Store, Store) => true,
            (Common, Store | Common) => true,
            (Inner(_) | Readable(_), Store | Common) => true,
            (Inner(own) | Readable(own), Inner(other) | Readable(other)) => own == other,
            (Flow, Store | Common | Inner(_) | Readable(_) | Flow) => true,
            (Domain(_), Store | Common | Flow | DomainList | Readable(_)) => true,
            (Domain(own), Inner(other)) => own == other,
            (DomainList, Store | Common | DomainList | Domain(_)) => true,
            (Catalogue, Store | Flow | DomainList | Catalogue) => true,
            (Platform, Store | Common | Platform) => true,
            (Edge(_) | Views(_) | FaceList, Store | Common | Platform | DomainList | FaceList) => true,
            (Edge(_) | Views(_), Flow | Readable(_) | Views(_)) => true,
            (Edge(own) | Views(own), Inner(other) | Edge(other)) => own == other,
            (FaceList, Edge(_)) => true,
            (Web, Store | Common | Platform | DomainList | Flow | Inner(_) | Readable(_) | Catalogue | Web) => true,
            _ => false,
        }
    }

    /// Whether it belongs to the domain: what is true whatever speaks with the outside world, and how.
    fn is_domain(&self) -> bool {
        use Part::{Catalogue, Common, Domain, DomainList, Flow, Inner, Readable};
        matches!(self, Common | Inner(_) | Readable(_) | Flow | Domain(_) | DomainList | Catalogue)
    }

    /// Whether it stands above the domain.
    fn is_above_domain(&self) -> bool {
        use Part::{App, Edge, FaceList, Platform, Sim, Views, Web};
        matches!(self, Platform | Edge(_) | Views(_) | FaceList | Web | Sim | App)
    }
}

/// What the list of faces gathers from all of them.
const GATHERS: [&str; 6] = ["commands", "handlers", "job_handlers", "references", "shown", "words"];

/// Types and constants begin with a capital, modules do not.
fn is_item(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

#[test]
fn imports_point_one_way() {
    let wrong: Vec<_> = program().iter().flat_map(wrong_imports).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The table of the house tells the same, but for features and `bot`, of which the table below it tells.
#[test]
fn the_table_of_the_house_says_who_may_import_whom() {
    let [inner, readable] = [Part::Inner, Part::Readable].map(|part| part("queue".to_owned()));
    let [edge, views] = [Part::Edge, Part::Views].map(|part| part("queue".to_owned()));
    let all = [
        Part::Store,
        Part::Common,
        Part::Platform,
        inner.clone(),
        readable.clone(),
        Part::Flow,
        Part::DomainList,
        Part::Catalogue,
        edge,
        views,
        Part::FaceList,
        Part::Web,
        Part::Sim,
        Part::App,
    ];
    let named = |words: &str| match words {
        "nothing" => Vec::new(),
        "store" => vec![Part::Store],
        "common" => vec![Part::Common],
        "platform" => vec![Part::Platform],
        "flows" => vec![Part::Flow],
        "the list of features" => vec![Part::DomainList],
        "inner files of features" => vec![inner.clone(), readable.clone()],
        "features" => vec![Part::DomainList, inner.clone(), readable.clone()],
        "the catalogue" => vec![Part::Catalogue],
        "everything" => all.to_vec(),
        _ => panic!("{words} are no part of the house"),
    };
    let page = Source::read("ARCHITECTURE.md").text;
    let (_, table) = page.split_once("| folder | holds | may import |\n").unwrap();
    let mut folders = 0;
    for row in table.lines().skip(1).take_while(|row| row.starts_with('|')) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let [_, names, .., allowed, _] = cells[..] else { panic!("{row}") };
        let names = names.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches(".rs"));
        for name in names.filter(|name| !["features", "bot"].contains(name)) {
            folders += 1;
            let (part, allowed): (_, Vec<_>) = (Part::of(&[name]), allowed.split(", ").flat_map(named).collect());
            for other in &all {
                let says = *other == part || allowed.contains(other);
                assert_eq!(part.may_import(other), says, "{name} and {other:?}");
            }
        }
    }
    assert!(folders > 15, "{folders}");
}

/// What shows something of a feature, asks for it or brings it, and so names it.
const OF_FEATURES: [&str; 13] = [
    "src/app/backup/points.rs",
    "src/app/cli/",
    "src/app/demo/",
    "src/app/import/",
    "src/app/operation/",
    "src/app/replay/",
    "src/app/run.rs",
    "src/web/api/",
    "src/web/happened.rs",
    "src/web/music/",
    "src/web/names.rs",
    "src/web/pages/",
    "src/web/push/",
];

/// Whoever registers things goes through the lists, so that a feature is added in its own folders alone. Below the program no
/// feature can be named (`imports_point_one_way`). On Discord this holds for what is of no feature.
#[test]
fn what_registers_features_names_none_of_them() {
    let mut wrong = Vec::new();
    let mut unused: Vec<_> = OF_FEATURES.to_vec();
    for source in program() {
        let module = module_path(&source.path);
        let own = match Part::of(&module) {
            Part::App | Part::Web | Part::Catalogue | Part::Root => None,
            Part::Edge(own) | Part::Views(own) if !is_feature(&own) => Some(own),
            _ => continue,
        };
        if let Some(place) = OF_FEATURES.iter().find(|place| source.path.starts_with(**place)) {
            unused.retain(|unused| unused != place);
            continue;
        }
        let code = code(source.outside_tests());
        let targets = imported_paths(&code).into_iter().map(|path| absolute(&module, &path));
        let named = targets.flat_map(|path| used_paths(&code, path));
        let named = named.filter(|target| {
            use Part::{Domain, Edge, Inner, Readable, Views};
            let is_own = own.as_deref().is_some_and(|own| target.starts_with(&["bot", own]));
            !is_own && matches!(Part::of(target), Domain(_) | Edge(_) | Inner(_) | Readable(_) | Views(_))
        });
        wrong.extend(named.map(|target| format!("{} names {}", source.path, target.join("::"))));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(unused.is_empty(), "there is nothing at {unused:?}");
}

/// Whether what has this name on Discord is a feature below it.
fn is_feature(name: &str) -> bool {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain/features").join(name).is_dir()
}

#[test]
fn only_store_knows_redb_and_the_domain_knows_no_runtime_and_nothing_of_discord_and_the_web() {
    let mut wrong = Vec::new();
    for source in program() {
        let module = module_path(&source.path);
        let banned: &[&str] = match Part::of(&module) {
            Part::Store => &[],
            part if part.is_domain() => &["redb", "tokio", "serenity", "poise", "axum", "reqwest"],
            _ => &["redb"],
        };
        let named = banned.iter().filter(|name| names_crate(&code(source.outside_tests()), name));
        wrong.extend(named.map(|name| format!("{} names {name}", source.path)));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Its rules would not hold for a second one. Headers, methods and statuses are anybody's.
#[test]
fn only_http_knows_the_http_client() {
    const OF_THE_CLIENT: [&str; 5] = ["Client", "ClientBuilder", "RequestBuilder", "Response", "get"];
    let mut wrong = Vec::new();
    for source in program().iter().filter(|source| !source.path.starts_with("src/http/")) {
        let code = code(source.outside_tests());
        let mut named = Vec::new();
        for (at, _) in code.match_indices("reqwest::") {
            take_paths(&code[at..], &[], &mut named);
        }
        let named = named.iter().filter(|path| path.get(1).is_some_and(|name| OF_THE_CLIENT.contains(name)));
        wrong.extend(named.map(|path| format!("{} names {}", source.path, path.join("::"))));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Tests of the domain as well stand on nothing above it: what people read is tested beside the views.
#[test]
fn tests_of_the_domain_know_nothing_above_it() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path.starts_with("src/")) {
        let module = module_path(&source.path);
        if !Part::of(&module).is_domain() {
            continue;
        }
        let code = code(&source.text);
        let targets = imported_paths(&code).into_iter().map(|path| absolute(&module, &path));
        let above = targets.filter(|target| Part::of(target).is_above_domain());
        wrong.extend(above.map(|target| format!("{} names {}", source.path, target.join("::"))));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if !source.text.starts_with("//! ") {
            wrong.push(format!("{} does not begin with //!", source.path));
        }
        if lines > 500 {
            wrong.push(format!("{} has {lines} lines; it holds two subjects", source.path));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn wrong_imports_are_found_however_they_are_written() {
    let check = |path: &str, text: &str| wrong_imports(&Source { path: path.to_owned(), text: text.to_owned() }).len();
    for (path, text, found) in [
        ("src/kernel/a.rs", "use crate::store::Tx;", 1),
        ("src/kernel/a.rs", "use super::ids::UserId;", 0),
        ("src/kernel/a.rs", "fn f() { super::super::app::run() }", 1),
        ("src/kernel/a.rs", "// use crate::store::Tx;\n", 0),
        ("src/sim/a/mod.rs", "use crate::{kernel::ids, store::{Tx, Read as R}, app};", 3),
        ("src/store/a.rs", "use crate::{\n    kernel::{ids, time},\n    store,\n};", 0),
        ("src/features/queue/rules.rs", "use super::model::Line; use crate::id_type;", 0),
        ("src/features/queue/rules.rs", "use crate::bot::queue::commands::next;", 1),
        ("src/features/queue/service.rs", "use crate::{jobs, outbox, discord::delivery, runner, tiktok};", 3),
        ("src/jobs/mod.rs", "use crate::runner::Runner; use crate::live::Handle;", 1),
        ("src/signin/link.rs", "use crate::features::queue::queries; use crate::activity::ActivityKind;", 1),
        ("src/live/show.rs", "use crate::tiktok::wire;", 1),
        ("src/tiktok/wire.rs", "use crate::live::Handle;", 0),
        ("src/flows/gift.rs", "use crate::activity::TEAM_TOLD; use crate::discord::Bot;", 1),
        ("src/bot/queue/commands.rs", "use crate::features::queue::rules; use super::views;", 0),
        ("src/bot/queue/commands.rs", "use crate::features::coins::rules::a;", 1),
        ("src/bot/queue/commands.rs", "use crate::bot::coins::components::a;", 1),
        ("src/discord/gateway.rs", "use crate::bot::ALL;", 1),
        ("src/features/queue/rules.rs", "use crate::features::coins::queries::balance;", 1),
        ("src/bot/queue/views.rs", "use crate::features::coins::{queries, tables};", 1),
        ("src/features/queue/mod.rs", "use super::Domain; use crate::flows::song_played;", 0),
        ("src/features/queue/upkeep.rs", "use crate::features::coins::service;", 1),
        ("src/flows/gift.rs", "use crate::features::coins::service; use crate::bot::queue::views;", 1),
        ("src/flows/gift.rs", "use crate::features::{coins, queue};\ncoins::service::a(); queue::rules::b();", 0),
        ("src/bot/queue/views.rs", "use crate::features::coins;\ncoins::service::a();", 1),
        ("src/features/mod.rs", "use queue::DOMAIN; use crate::app::run;", 1),
        ("src/app/run.rs", "use crate::{features::ALL, sim, flows};", 0),
        ("src/web/api/queue.rs", "use crate::features::queue::service; use crate::flows::song_played;", 0),
        ("src/web/api/queue.rs", "use crate::bot::queue::views; use crate::app::run;", 2),
        ("src/bot/queue/commands.rs", "use crate::web::page::Page;", 1),
        ("src/store/a.rs", "fn a() {}\n\n#[cfg(test)]\nmod tests { use crate::app::run; }", 0),
    ] {
        assert_eq!(check(path, text), found, "{path}: {text}");
    }
}

#[test]
fn a_crate_is_recognised_as_a_word() {
    for (text, named) in [
        ("use redb::Database;", true),
        ("let x = ::redb::open();", true),
        ("use redb;", true),
        ("use crate::store::redb::X;", false),
        ("let redb_file = credb::x();", false),
    ] {
        assert_eq!(names_crate(text, "redb"), named, "{text}");
    }
}

/// The files that make up the program.
pub(crate) fn program() -> Vec<Source> {
    sources().into_iter().filter(|source| !source.is_test()).collect()
}

fn wrong_imports(source: &Source) -> Vec<String> {
    let module = module_path(&source.path);
    let part = Part::of(&module);
    let code = code(source.outside_tests());
    let imports = imported_paths(&code).into_iter().map(|path| absolute(&module, &path));
    let targets = imports.flat_map(|path| used_paths(&code, path));
    let wrong = targets.filter(|target| !part.may_import(&Part::of(target)));
    wrong.map(|target| format!("{} may not import {}", source.path, target.join("::"))).collect()
}

/// `src/kernel/time.rs` is the module `["kernel", "time"]`.
fn module_path(path: &str) -> Vec<&str> {
    let inside = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    // What a crate is called says nothing here: `domain` and `base` are opened up by those above.
    let inside = inside.strip_prefix("domain/").or(inside.strip_prefix("base/")).unwrap_or(inside);
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    inside.split('/').filter(|part| !["lib", "main"].contains(part)).collect()
}

/// The text without lines that are comments.
pub(crate) fn code(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    lines.join("\n")
}

/// Every path in the code that begins at the crate's root or at a parent, groups in braces taken apart.
fn imported_paths(code: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "greenroom::"] {
        for (at, _) in code.match_indices(start) {
            if !code[..at].ends_with(|before: char| before == ':' || before == '_' || before.is_alphanumeric()) {
                take_paths(&code[at..], &[], &mut found);
            }
        }
    }
    found
}

/// Reads one path, or the paths of a group, behind `prefix`; gives back the rest of the text.
fn take_paths<'c>(code: &'c str, prefix: &[&'c str], found: &mut Vec<Vec<&'c str>>) -> &'c str {
    let mut path = prefix.to_vec();
    let mut rest = code.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            return take_group(group, &path, found);
        }
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        path.extend((end > 0).then(|| &rest[..end]));
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(after) if end > 0 => rest = after.trim_start(),
            _ => {
                found.push(path);
                return rest;
            }
        }
    }
}

fn take_group<'c>(group: &'c str, prefix: &[&'c str], found: &mut Vec<Vec<&'c str>>) -> &'c str {
    let mut rest = group.trim_start();
    while !rest.is_empty() && !rest.starts_with('}') {
        rest = take_paths(rest, prefix, found);
        // What is left of this entry is `as Name` or a star.
        rest = &rest[rest.find([',', '}']).unwrap_or(rest.len())..];
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    rest.strip_prefix('}').unwrap_or(rest)
}

/// The path from the crate's root, for a path that stands in `module`.
fn absolute<'p>(module: &[&'p str], path: &[&'p str]) -> Vec<&'p str> {
    let parents = path.iter().take_while(|part| **part == "super").count();
    let base = if parents == 0 { &[][..] } else { &module[..module.len().saturating_sub(parents)] };
    let skipped = parents.max(1);
    base.iter().chain(&path[skipped..]).copied().collect()
}

/// What is used of an imported module: `use crate::features::queue` says little, `queue::service::next` says it all.
fn used_paths<'c>(code: &'c str, mut path: Vec<&'c str>) -> Vec<Vec<&'c str>> {
    if path.last() == Some(&"self") {
        path.pop();
    }
    let Some((name, prefix)) = path.split_last() else { return Vec::new() };
    let mut used = Vec::new();
    for (at, _) in code.match_indices(&format!("{name}::")) {
        if !code[..at].ends_with(|before: char| before == ':' || before == '_' || before.is_alphanumeric()) {
            take_paths(&code[at..], prefix, &mut used);
        }
    }
    if used.is_empty() { vec![path] } else { used }
}

/// Whether the code names a crate, as `name::…` or `use name;`.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + name.len()..]);
        let is_inside_path =
            before.ends_with("::") && before.trim_end_matches(':').ends_with(|c: char| c.is_alphanumeric());
        let is_word = !before.ends_with(|c: char| c == '_' || c.is_alphanumeric());
        let is_named = after.starts_with("::") || (before.ends_with("use ") && after.starts_with([';', ' ']));
        is_word && !is_inside_path && is_named
    })
}
