//! Where snapshots are copied to.

use super::reader::Reader;
use super::table::{BACKUP_PASSWORD, BACKUP_S3_ENDPOINT, BACKUP_S3_REGION, BACKUP_TARGET, BACKUP_USER};
use crate::app::backup::off_site::{Address, DavTarget, S3Target, Target, web_address};

/// Reads this area; `None` where no target is set.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Target> {
    let endpoint = reader.parse(&BACKUP_S3_ENDPOINT, web_address);
    let region = reader.parse(&BACKUP_S3_REGION, region).unwrap_or_default();
    let user = reader.secret(&BACKUP_USER, check_secret);
    let password = reader.secret(&BACKUP_PASSWORD, check_secret);
    let address = reader.parse(&BACKUP_TARGET, Address::parse)?;
    let login = user.zip(password);
    Some(match (address, login) {
        (Address::Folder(path), _) => Target::Folder(path),
        (Address::Dav(base), login) => Target::Dav(DavTarget { base, login }),
        (Address::S3 { bucket, prefix }, Some((user, password))) => {
            Target::S3(S3Target { endpoint, region, bucket, prefix, user, password })
        }
        (Address::S3 { .. }, None) => {
            let statement = "names a bucket, for which BACKUP_USER (the key's id) and BACKUP_PASSWORD (the secret key) are needed";
            reader.problem(&BACKUP_TARGET, statement);
            return None;
        }
    })
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
