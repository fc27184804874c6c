//! Whose the data are: whoever runs a command as another user than the bot is told as whom to run it.
//!
//! Only Linux tells who runs this process; elsewhere nothing is said about it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The number of root.
const ROOT: u32 = 0;

/// The user of this process.
pub(super) fn current() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|process| process.uid())
}

/// Whether this process may do what only root may. Where the system does not tell, it may turn out.
pub(super) fn may_be_root() -> bool {
    current().is_none_or(|user| user == ROOT)
}

/// How to run this command as the user to whom the data belong; `None` where that is who runs it already.
pub(super) fn as_owner_of(data_dir: &Path) -> Option<String> {
    let nearest = data_dir.ancestors().find_map(|folder| fs::metadata(folder).ok())?;
    let (owner, user) = (nearest.uid(), current()?);
    // Root owns what nobody made yet, and reads everything.
    if owner == user || user == ROOT || owner == ROOT {
        return None;
    }
    let arguments: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    Some(command_as(&name_of(owner), &arguments, data_dir))
}

/// `sudo` keeps neither variables nor, often, the folder, so the data folder is named.
fn command_as(name: &str, arguments: &[String], data_dir: &Path) -> String {
    let mut command = format!("sudo -u {name} greenroom");
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
    }

    #[test]
    fn a_user_is_found_by_number() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\ngreenroom:x:998:998::/var/lib/greenroom:/usr/sbin/nologin\n";
        assert_eq!(name_in(passwd, 998).as_deref(), Some("greenroom"));
        assert_eq!(name_in(passwd, 99), None);
        assert_eq!(name_in("broken", 0), None);
    }
}
