//! What an installation consists of, and the steps that can be taken anywhere.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn of_person(program: &str) -> OfPerson {
    OfPerson {
        config: PathBuf::from("/home/ann/.config"),
        folder: PathBuf::from("/home/ann/show"),
        data: PathBuf::from("/home/ann/show/./data"),
        program: PathBuf::from(program),
    }
}

/// A service of the system for somebody who ran the bot by hand.
fn of_system(root: Option<PathBuf>) -> OfSystem {
    OfSystem {
        root,
        program: PathBuf::from("/tmp/greenroom"),
        variables: None,
        folders: Folders { data: PathBuf::from(folders::HOME), elsewhere: Vec::new() },
        store: Some(PathBuf::from("/srv/show/data/greenroom.redb")),
    }
}

/// The unit that steps write.
fn unit(steps: &[Step]) -> &str {
    let units = steps.iter().find_map(|step| match step {
        Step::Write { contents, .. } => Some(contents),
        _ => None,
    });
    units.unwrap()
}

#[test]
fn the_unit_of_a_person_names_their_program_and_folders() {
    let steps = of_person("/home/ann/bin/greenroom").installed().unwrap();
    let unit = unit(&steps);
    assert!(unit.contains("ExecStart=/home/ann/bin/greenroom run\n"), "{unit}");
    assert!(unit.contains("EnvironmentFile=-/home/ann/show/.env\n"), "{unit}");
    assert!(unit.contains("Environment=DATA_DIR=/home/ann/show/./data\n"), "{unit}");
    assert!(!unit.lines().any(|line| !line.starts_with('#') && line.contains('{')), "nothing is left open: {unit}");
}

#[test]
fn a_path_that_systemd_would_read_otherwise_is_refused() {
    for program in ["/home/ann/my bot/greenroom", "/srv/%h/greenroom", "/srv/a\nb", "/srv/$HOME", "/srv/\"x\""] {
        let stop = of_person(program).installed().unwrap_err();
        assert_eq!(stop.code, ExitCode::Configuration, "{program}");
        assert!(stop.message.contains("without spaces"), "{}", stop.message);
    }
}

#[test]
fn both_units_start_again_for_ever_but_stop_for_good_where_that_cannot_help() {
    let system = of_system(None);
    let codes = [ExitCode::Configuration, ExitCode::TokenRefused].map(|code| code.number().to_string()).join(" ");
    for steps in [system.installed().unwrap(), of_person("/usr/bin/greenroom").installed().unwrap()] {
        let unit = unit(&steps);
        for line in [&format!("RestartPreventExitStatus={codes}"), "Restart=on-failure", "StartLimitIntervalSec=0"] {
            assert!(unit.contains(&format!("\n{line}\n")), "{line}: {unit}");
        }
    }
}

#[test]
fn nothing_is_run_where_a_package_is_built() {
    let root = Some(PathBuf::from("/build"));
    let mut steps = of_system(root.clone()).installed().unwrap();
    steps.extend(OfSystem::uninstalled(root.as_deref()));
    for step in steps {
        assert!(!matches!(step, Step::Run { .. } | Step::User { .. }), "{step}");
        assert!(step.to_string().contains("/build/"), "{step}");
    }
}

#[test]
fn the_service_is_let_into_other_folders_and_waits_for_the_disk_of_its_data() {
    let elsewhere = vec![PathBuf::from("/mnt/ssd/greenroom"), PathBuf::from("/mnt/nas")];
    let folders = Folders { data: elsewhere[0].clone(), elsewhere };
    let system = OfSystem { folders, ..of_system(None) };
    let steps = system.installed().unwrap();
    let allowed = steps.iter().find_map(|step| match step {
        Step::Write { path, contents, .. } if path.ends_with("greenroom.service.d/folders.conf") => Some(contents),
        _ => None,
    });
    let allowed = allowed.unwrap();
    assert!(allowed.contains("RequiresMountsFor=/mnt/ssd/greenroom\n"), "{allowed}");
    assert!(allowed.contains("ReadWritePaths=-/mnt/ssd/greenroom -/mnt/nas\n"), "{allowed}");
    assert!(system.what_next().contains("chown --recursive greenroom: /mnt/ssd/greenroom\n"), "{}", system.what_next());
    assert!(!steps.iter().any(|step| matches!(step, Step::KeepOrCopyStore { .. })), "the data stay where they are");
    let folders = Folders { data: PathBuf::from(folders::HOME), elsewhere: vec![PathBuf::from("/mnt/my disk")] };
    assert!(OfSystem { folders, ..of_system(None) }.installed().is_err());
}

#[test]
fn the_store_of_before_is_copied_once_and_stays() {
    let copies = of_system(None).installed().unwrap().into_iter().find_map(|step| match step {
        Step::KeepOrCopyStore { from, to } => Some((from, to)),
        _ => None,
    });
    let (from, to) = copies.unwrap();
    assert_eq!(from, Path::new("/srv/show/data/greenroom.redb"));
    assert_eq!(to, Path::new("/var/lib/greenroom/greenroom.redb"));

    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("greenroom.redb"), folder.path().join("lib/greenroom.redb"));
    let step = Step::KeepOrCopyStore { from: from.clone(), to: to.clone() };
    assert!(take(&step).is_err(), "there is none");
    std::fs::write(&from, "songs").unwrap();
    assert!(take(&step).unwrap().unwrap().contains("Copied the store"));
    std::fs::write(&from, "more songs").unwrap();
    assert!(take(&step).unwrap().unwrap().contains("Kept"));
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "songs");
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&from).unwrap(), "more songs");
    assert_eq!(std::fs::read_dir(to.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn variables_that_are_there_are_kept_and_new_ones_are_for_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("etc/greenroom.env");
    let step = |from: Option<&Path>| Step::KeepOrCopy {
        to: to.clone(),
        from: from.map(Path::to_owned),
        or_else: "DISCORD_BOT_TOKEN=\n".to_owned(),
        mode: 0o600,
    };
    take(&step(Some(&folder.path().join("missing")))).unwrap();
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "DISCORD_BOT_TOKEN=\n");
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    let own = folder.path().join(".env");
    std::fs::write(&own, "DISCORD_BOT_TOKEN=mine\n").unwrap();
    take(&step(Some(&own))).unwrap();
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "DISCORD_BOT_TOKEN=\n", "kept");
    std::fs::remove_file(&to).unwrap();
    take(&step(Some(&own))).unwrap();
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "DISCORD_BOT_TOKEN=mine\n");
}

#[test]
fn a_program_is_not_copied_over_itself_and_a_missing_file_is_not_removed() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("greenroom");
    std::fs::write(&program, "x").unwrap();
    let itself = Step::Copy { from: program.clone(), to: folder.path().join("./greenroom"), mode: 0o755 };
    assert_eq!(take(&itself).unwrap(), None);
    assert_eq!(std::fs::read_to_string(&program).unwrap(), "x");
    assert_eq!(take(&Step::Remove { path: folder.path().join("nothing") }).unwrap(), None);
}

#[test]
fn a_program_that_fails_or_is_missing_is_told() {
    let failed = take(&Step::Run { command: vec!["false"] }).unwrap_err();
    assert!(failed.message.contains("`false` failed"), "{}", failed.message);
    let missing = take(&Step::Run { command: vec!["no-such-program-here"] }).unwrap_err();
    assert!(missing.message.contains("needs Linux with systemd"), "{}", missing.message);
}
