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
fn both_units_stop_for_good_where_a_restart_cannot_help() {
    let system = OfSystem { root: None, program: PathBuf::from("/tmp/greenroom"), variables: None };
    let codes = [ExitCode::Configuration, ExitCode::TokenRefused].map(|code| code.number().to_string()).join(" ");
    for steps in [system.installed(), of_person("/usr/bin/greenroom").installed().unwrap()] {
        assert!(unit(&steps).contains(&format!("RestartPreventExitStatus={codes}\n")), "{}", unit(&steps));
    }
}

#[test]
fn nothing_is_run_where_a_package_is_built() {
    let root = Some(PathBuf::from("/build"));
    let system = OfSystem { root: root.clone(), program: PathBuf::from("/tmp/greenroom"), variables: None };
    let mut steps = system.installed();
    steps.extend(OfSystem::uninstalled(root.as_deref()));
    for step in steps {
        assert!(!matches!(step, Step::Run { .. } | Step::User { .. }), "{step}");
        assert!(step.to_string().contains("/build/"), "{step}");
    }
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
