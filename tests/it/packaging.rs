//! What carries the program to its users: the service, the manual, the files for Docker and releases.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use greenroom::covers;

use crate::process::output;
use crate::sources::sources;

/// A file of the project.
fn file(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn an_installed_service_is_the_program_with_its_variables_and_an_uninstalled_one_leaves_them() {
    covers!("M-DEP-02");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "DISCORD_BOT_TOKEN=mine\n").unwrap();
    let installed = output(folder.path(), &["service", "install", "--root", "root"], &[]);
    assert_eq!(installed.code, Some(0), "{}", installed.err);
    assert!(installed.out.contains("systemctl start greenroom"), "{}", installed.out);
    let at = |path: &str| folder.path().join("root").join(path);
    let mode = |path: &str| fs::metadata(at(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("usr/local/bin/greenroom"), 0o755);
    assert_eq!(mode("etc/greenroom/greenroom.env"), 0o600);
    assert_eq!(fs::read_to_string(at("etc/greenroom/greenroom.env")).unwrap(), "DISCORD_BOT_TOKEN=mine\n");
    let unit = fs::read_to_string(at("etc/systemd/system/greenroom.service")).unwrap();
    assert_eq!(unit, file("packaging/systemd/greenroom.service"));
    assert!(unit.contains("ExecStart=/usr/local/bin/greenroom run\n"), "{unit}");

    fs::write(at("etc/greenroom/greenroom.env"), "DISCORD_BOT_TOKEN=other\n").unwrap();
    let again = output(folder.path(), &["service", "install", "--root", "root"], &[]);
    assert!(again.out.contains("Kept"), "{}", again.out);
    fs::write(folder.path().join("mine.env"), "DISCORD_BOT_TOKEN=of-my-own\n").unwrap();
    let named = ["service", "install", "--root", "named", "--env-file", "mine.env"];
    assert_eq!(output(folder.path(), &named, &[]).code, Some(0));
    let variables = fs::read_to_string(folder.path().join("named/etc/greenroom/greenroom.env")).unwrap();
    assert_eq!(variables, "DISCORD_BOT_TOKEN=of-my-own\n");
    let removed = output(folder.path(), &["service", "uninstall", "--root", "root"], &[]);
    assert_eq!(removed.code, Some(0), "{}", removed.err);
    assert!(!at("etc/systemd/system/greenroom.service").exists());
    assert_eq!(fs::read_to_string(at("etc/greenroom/greenroom.env")).unwrap(), "DISCORD_BOT_TOKEN=other\n");
}

#[test]
fn the_service_is_watched_and_may_do_little() {
    covers!("M-DEP-02");
    let unit = file("packaging/systemd/greenroom.service");
    let value =
        |name: &str| unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    assert_eq!((value("Type"), value("NotifyAccess")), ("notify", "main"));
    // It gives a sign of life every two seconds, which may be late on a slow disk.
    assert!((30..=120).contains(&value("WatchdogSec").parse::<u32>().unwrap()), "{unit}");
    assert!(value("TimeoutStopSec").parse::<u32>().unwrap() >= 10, "the end takes up to a few seconds");
    assert_eq!((value("User"), value("StateDirectory")), ("greenroom", "greenroom"));
    assert_eq!(value("Environment"), "DATA_DIR=/var/lib/greenroom");
    for line in [
        "CapabilityBoundingSet=",
        "After=network-online.target time-sync.target",
        "Wants=network-online.target time-sync.target",
        "Environment=MALLOC_ARENA_MAX=2",
        "MemoryDenyWriteExecute=true",
        "NoNewPrivileges=true",
        "PrivateDevices=true",
        "PrivateTmp=true",
        "ProtectHome=true",
        "ProtectSystem=strict",
        "SystemCallFilter=@system-service",
        "UMask=0077",
    ] {
        assert!(unit.contains(&format!("\n{line}\n")), "{line}");
    }
}

#[test]
fn replit_builds_and_runs_one_process_that_is_always_there() {
    covers!("M-DEP-02");
    let replit = file(".replit");
    for line in ["deploymentTarget = \"vm\"", "run = [\"./target/release/greenroom\"]", "MALLOC_ARENA_MAX = \"2\""] {
        assert!(replit.contains(line), "{line}");
    }
    assert!(file("replit.nix").contains("pkgs."), "what the build needs");
}

#[test]
fn what_would_be_installed_can_be_read_first() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let printed = output(folder.path(), &["service", "install", "--user", "--print"], &[("HOME", home)]);
    assert_eq!(printed.code, Some(0), "{}", printed.err);
    assert!(printed.out.contains("run systemctl --user enable greenroom"), "{}", printed.out);
    assert!(printed.out.contains(&format!("Environment=DATA_DIR={home}/./data")), "{}", printed.out);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was done");
    let nowhere = output(folder.path(), &["service", "install", "--user"], &[]);
    assert_eq!(nowhere.code, Some(2));
    assert!(nowhere.err.contains("HOME"), "{}", nowhere.err);
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = output(folder.path(), &["completions", shell], &[]);
        assert_eq!(script.code, Some(0), "{}", script.err);
        assert!(
            ["replay", "what-if", "config"].iter().all(|word| script.out.contains(word)),
            "{shell}: {}",
            script.out
        );
    }
    let page = output(folder.path(), &["man"], &[]);
    assert!(page.out.contains(".TH greenroom 1") && page.out.contains("greenroom\\-export(1)"), "{}", page.out);
    for line in [".SH EXAMPLES", "\\fBgreenroom backup\\fR", ".SH ENVIRONMENT", "\\fBDATA_DIR\\fR", ".SH EXIT STATUS"] {
        assert!(page.out.lines().any(|found| found == line), "{line}: {}", page.out);
    }
    let pages = output(folder.path(), &["man", "--out", "man"], &[]);
    assert_eq!(pages.code, Some(0), "{}", pages.err);
    for page in fs::read_dir(folder.path().join("man")).unwrap() {
        let text = fs::read_to_string(page.unwrap().path()).unwrap().replace("\\-", "-");
        let referred = text.split_whitespace().filter_map(|word| word.strip_suffix("(1)"));
        for name in referred.filter(|name| name.starts_with("greenroom")) {
            assert!(folder.path().join(format!("man/{name}.1")).exists(), "{name} has no page");
        }
    }
    for name in ["greenroom", "greenroom-replay", "greenroom-export-sqlite", "greenroom-service-install"] {
        assert!(folder.path().join(format!("man/{name}.1")).exists(), "{name}");
    }
}

#[test]
fn the_image_runs_the_program_alone_as_nobody_special_on_a_root_that_nobody_writes() {
    covers!("M-DEP-02");
    let dockerfile = file("Dockerfile");
    let rust = file("Cargo.toml").lines().find_map(|line| line.strip_prefix("rust-version = ")?.parse().ok());
    let rust: String = rust.map(|version: String| version.trim_matches('"').to_owned()).unwrap();
    assert!(dockerfile.contains(&format!("ARG RUST={rust}\n")), "the image builds with Rust {rust}");
    assert!(dockerfile.matches("\nFROM ").count() == 2, "the compiler stays behind");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    assert!(last.contains("\nUSER 10001:10001\n") && last.contains("\nENV DATA_DIR=/data "), "{last}");
    // It asks where the bot answers by default.
    let address =
        file(".env.example").lines().find_map(|line| line.strip_prefix("# HEALTH_LISTEN=").map(str::to_owned));
    let probe = format!("exec 3<>/dev/tcp/{} ", address.unwrap().replace(':', "/"));
    assert!(last.contains("\nHEALTHCHECK ") && last.contains(&probe), "{last}");
    let compose = file("compose.yaml");
    assert!(last.contains(" MALLOC_ARENA_MAX=2\n"), "{last}");
    for line in [
        "read_only: true",
        "- data:/data",
        "- no-new-privileges:true",
        "env_file: .env",
        "cap_drop:\n      - ALL",
        // After a restart of the machine, too.
        "restart: unless-stopped",
    ] {
        assert!(compose.contains(line), "{line}");
    }
}

#[test]
fn the_build_of_the_image_sees_every_file_that_is_compiled_in() {
    let allowed = file(".dockerignore");
    let is_seen =
        |path: &str| allowed.lines().filter_map(|line| line.strip_prefix('!')).any(|seen| path.starts_with(seen));
    let mut included = 0;
    for source in sources() {
        for (at, _) in source.text.match_indices("include_str!(\"") {
            let path = source.text[at..].split('"').nth(1).unwrap().trim_start_matches("../");
            // What lies beside the source is seen with it.
            if fs::exists(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
                assert!(is_seen(path), "{} includes {path}, which .dockerignore leaves out", source.path);
                included += 1;
            }
        }
    }
    assert!(included >= 4, "{included}");
    for path in ["Cargo.toml", "Cargo.lock", "src/main.rs", "benches/store/main.rs", "tests/it/main.rs"] {
        assert!(is_seen(path), "{path}");
    }
}

#[test]
fn a_release_is_built_for_three_kinds_of_machines() {
    let workflow = file(".github/workflows/release.yml");
    for target in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "armv7-unknown-linux-gnueabihf"] {
        assert!(workflow.contains(&format!("target: {target},")), "{target}");
    }
    assert!(workflow.contains("packaging/archive ${{ matrix.target }}"));
    assert!(workflow.contains("linker: arm-linux-gnueabihf-gcc, package: gcc-arm-linux-gnueabihf"));
    // A tag of another version than the program's would publish archives under a wrong name.
    assert!(workflow.contains("test \"$GITHUB_REF_NAME\" = \"v$(sed -n"));
    assert!(workflow.contains("sha256sum -- *.tar.gz > SHA256SUMS"));
}

#[test]
fn archives_and_images_hold_the_program_as_small_and_fast_as_it_gets() {
    let cargo = file("Cargo.toml");
    let profile = "[profile.dist]\ninherits = \"release\"\nopt-level = 3\nlto = \"fat\"\ncodegen-units = 1\n";
    assert!(cargo.contains(profile), "{cargo}");
    for (path, build, program) in [
        ("Dockerfile", "cargo build --profile dist --locked --bin greenroom \\", "-m 0755 target/dist/greenroom /out/"),
        (
            "packaging/archive",
            "cargo build --profile dist --locked --bin greenroom --target \"$target\"",
            "program=$built/$target/dist/greenroom",
        ),
    ] {
        let text = file(path);
        assert!(text.lines().any(|line| line.trim() == build), "{path}: {text}");
        assert!(text.contains(program) && !text.contains("--release"), "{path}: {text}");
    }
    // Whoever builds on the machine that runs it has to be done before its patience ends.
    let replit = file(".replit");
    assert!(replit.contains("\"--release\"") && !replit.contains("dist"), "{replit}");
}
