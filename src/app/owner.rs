//! Whose the data are: whoever runs a command as another user than the bot is told as whom to run it.
//!
//! Only Linux tells who runs this process; elsewhere nothing is said about it.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The number of root.
const ROOT: u32 = 0;

/// The user of this process.
pub(super) fn current() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|process| process.uid())
}

/// The name of the user of this process.
pub(super) fn name() -> Option<String> {
    current().map(name_of).filter(|name| !name.starts_with('\''))
}

/// Whether this process may do what only root may. Where the system does not tell, it may turn out.
pub(super) fn may_be_root() -> bool {
    current().is_none_or(|user| user == ROOT)
}

/// How to run this command as the user to whom the data belong; `None` where that is who runs it already.
pub(super) fn as_owner_of(data_dir: &Path) -> Option<String> {
    let nearest = data_dir.ancestors().find_map(|folder| fs::metadata(folder).ok())?;
    // What may not even be seen is there.
    let is_there = !matches!(fs::metadata(data_dir), Err(error) if error.kind() == io::ErrorKind::NotFound);
    let owner = nearest.uid();
    if !is_another(owner, current()?, is_there) {
        return None;
    }
    let arguments: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    Some(command_as(&name_of(owner), &arguments, data_dir))
}

/// Whether the data belong to somebody else than the user. Root reads everything, and owns most folders around data that nobody
/// made yet.
const fn is_another(owner: u32, user: u32, is_there: bool) -> bool {
    owner != user && user != ROOT && (owner != ROOT || is_there)
}

/// `sudo` keeps neither variables nor, often, the folder, so the data folder is named.
fn command_as(name: &str, arguments: &[String], data_dir: &Path) -> String {
    let user = if name == "root" { String::new() } else { format!("-u {name} ") };
    let mut command = format!("sudo {user}greenroom");
    for word in arguments {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_=./:,@".contains(c)) && !word.is_empty();
        command.push(' ');
        command.push_str(&if is_plain { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) });
    }
    if !arguments.iter().any(|word| word.starts_with("--data-dir")) {
        let folder = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        command.push_str(&format!(" --data-dir {}", folder.display()));
    }
    command
}

/// The name of a user, or the number in the form that `sudo` takes.
fn name_of(user: u32) -> String {
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_in(&passwd, user).unwrap_or_else(|| format!("'#{user}'"))
}

fn name_in(passwd: &str, user: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(user)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_told_as_it_was_typed_with_the_folder_of_the_data() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let data = Path::new("/var/lib/greenroom");
        let told = command_as("greenroom", &words(&["check", "--json"]), data);
        assert_eq!(told, "sudo -u greenroom greenroom check --json --data-dir /var/lib/greenroom");
        let told = command_as("greenroom", &words(&["export", "sqlite", "my evening.db", "--data-dir=/x"]), data);
        assert_eq!(told, "sudo -u greenroom greenroom export sqlite 'my evening.db' --data-dir=/x");
        let told = command_as("root", &words(&["check"]), data);
        assert_eq!(told, "sudo greenroom check --data-dir /var/lib/greenroom");
    }

    #[test]
    fn data_of_root_are_another_users_where_they_are_there() {
        for (owner, user, is_there, expected) in [
            (998, 1_000, false, true),
            (998, 1_000, true, true),
            (ROOT, 1_000, true, true),
            (ROOT, 1_000, false, false),
            (1_000, 1_000, false, false),
            (998, ROOT, false, false),
        ] {
            assert_eq!(is_another(owner, user, is_there), expected, "{owner} {user} {is_there}");
        }
    }

    #[test]
    fn a_user_is_found_by_number() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\ngreenroom:x:998:998::/var/lib/greenroom:/usr/sbin/nologin\n";
        assert_eq!(name_in(passwd, 998).as_deref(), Some("greenroom"));
        assert_eq!(name_in(passwd, 99), None);
        assert_eq!(name_in("broken", 0), None);
    }
}
