//! Where snapshots are copied to, and the variables that say so.

use std::path::{Component, Path, PathBuf};

use super::reader::Reader;
use super::table::{Variable, VariableKind};
use crate::app::backup::off_site::{Address, DavTarget, S3Target, Target, web_address};

pub(super) const BACKUP_TARGET: Variable = Variable::new(
    "BACKUP_TARGET",
    VariableKind::BackupTarget,
    "Where each daily snapshot is copied to: the whole path of a folder, s3://bucket/folder for a store of the S3 kind,\n\
     or the https address of a WebDAV folder.",
);

pub(super) const BACKUP_USER: Variable = Variable::new(
    "BACKUP_USER",
    VariableKind::Secret,
    "For S3 the id of the access key, for WebDAV the name of the user.",
);

pub(super) const BACKUP_PASSWORD: Variable =
    Variable::new("BACKUP_PASSWORD", VariableKind::Secret, "For S3 the secret access key, for WebDAV the password.");

pub(super) const BACKUP_S3_ENDPOINT: Variable = Variable::new(
    "BACKUP_S3_ENDPOINT",
    VariableKind::WebUrl,
    "The address of the S3 server, where it is not Amazon's.",
);

pub(super) const BACKUP_S3_REGION: Variable =
    Variable::new("BACKUP_S3_REGION", VariableKind::Region, "The region of the bucket.").or("us-east-1");

/// Reads this area; `None` where no target is set.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Target> {
    let endpoint = reader.parse(&BACKUP_S3_ENDPOINT, web_address);
    let region = reader.parse(&BACKUP_S3_REGION, region).unwrap_or_default();
    let user = reader.secret(&BACKUP_USER, check_secret);
    let password = reader.secret(&BACKUP_PASSWORD, check_secret);
    if user.is_some() != password.is_some() {
        let missing = if user.is_some() { &BACKUP_PASSWORD } else { &BACKUP_USER };
        reader.problem(missing, "is missing: BACKUP_USER and BACKUP_PASSWORD belong together");
    }
    let address = reader.parse(&BACKUP_TARGET, Address::parse)?;
    let login = user.zip(password);
    Some(match (address, login) {
        (Address::Folder(path), _) => Target::Folder(path),
        (Address::Dav(base), login) => Target::Dav(DavTarget { base, login }),
        (Address::S3 { bucket, prefix }, Some((user, password))) => {
            Target::S3(S3Target { endpoint, region, bucket, prefix, user, password })
        }
        (Address::S3 { .. }, None) => {
            let statement =
                "names a bucket, for which BACKUP_USER (the key's id) and BACKUP_PASSWORD (the secret key) are needed";
            reader.problem(&BACKUP_TARGET, statement);
            return None;
        }
    })
}

/// Refuses a folder in the data folder, where the copies would go with the data, and one around it.
pub(super) fn keep_apart(reader: &mut Reader<'_>, target: Option<&Target>, data_dir: &Path) {
    let Some(Target::Folder(folder)) = target else { return };
    let (Some(copies), Some(data)) = (without_links(folder), without_links(data_dir)) else { return };
    let lies = if copies.starts_with(&data) {
        "lies in"
    } else if data.starts_with(&copies) {
        "holds"
    } else {
        return;
    };
    let statement = format!(
        "is {}, which {lies} the data folder {}: what takes the data takes such copies, too; name a folder \
         elsewhere, best on another disk",
        folder.display(),
        data.display()
    );
    reader.problem(&BACKUP_TARGET, &statement);
}

/// The path to what is there, and from there on as it is written.
fn without_links(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let (there, mut whole) = absolute.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)))?;
    for part in absolute.strip_prefix(there).ok()?.components() {
        if part == Component::ParentDir {
            whole.pop();
        } else {
            whole.push(part);
        }
    }
    Some(whole)
}

fn region(text: &str) -> Option<String> {
    let fits = text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| text.to_owned())
}

fn check_secret(text: &str) -> Result<(), String> {
    if text.len() <= 512 && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err("is longer than 512 characters or has control characters in it".to_owned())
}
