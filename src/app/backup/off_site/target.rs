//! Where snapshots are copied to, as the variables say it.

use std::fmt;
use std::path::PathBuf;

use url::Url;

use crate::http::is_loopback;
use crate::kernel::secret::Secret;

/// A place for copies of snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A folder, such as a mounted disk of another machine.
    Folder(PathBuf),
    /// A store that speaks the protocol of Amazon S3.
    S3(S3Target),
    /// A WebDAV server.
    Dav(DavTarget),
}

/// A place in a store of the S3 kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Target {
    /// The server; `None` is Amazon's for the region.
    pub endpoint: Option<Url>,
    /// The region.
    pub region: String,
    /// The bucket, which must exist.
    pub bucket: String,
    /// What stands before the names, without slashes at its ends; may be empty.
    pub prefix: String,
    /// The access key's id.
    pub user: Secret,
    /// The secret access key.
    pub password: Secret,
}

/// A folder on a WebDAV server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DavTarget {
    /// The folder.
    pub base: Url,
    /// Who logs in, where the server wants that.
    pub login: Option<(Secret, Secret)>,
}

/// What `BACKUP_TARGET` names, before the other variables are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A folder.
    Folder(PathBuf),
    /// A bucket and a prefix.
    S3 {
        /// The bucket.
        bucket: String,
        /// The prefix.
        prefix: String,
    },
    /// The address of a WebDAV folder.
    Dav(Url),
}

impl Address {
    /// Reads `s3://bucket/prefix`, `https://host/folder/`, or the whole path of a folder; `None` for what is none of them.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
            let is_bucket = (3..=63).contains(&bucket.len()) && bucket.bytes().all(is_name);
            let prefix = prefix.trim_matches('/').to_owned();
            return is_bucket.then(|| Self::S3 { bucket: bucket.to_owned(), prefix });
        }
        if text.contains("://") {
            return web_address(text).map(Self::Dav);
        }
        // Nothing else is meant by a path: `nas:/backups` would be a folder beside the program.
        text.starts_with('/').then(|| Self::Folder(PathBuf::from(text)))
    }
}

/// An address without a login in it: encrypted, or on this machine.
pub fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_fit = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (is_fit && is_bare && url.fragment().is_none() && url.has_host()).then_some(url)
}

impl Target {
    /// What tells this target from every other one. Holds no secret.
    pub fn identity(&self) -> String {
        match self {
            Self::Folder(path) => format!("folder {}", path.display()),
            Self::S3(S3Target { endpoint, region, bucket, prefix, .. }) => {
                let endpoint = endpoint.as_ref().map_or(region.as_str(), Url::as_str);
                format!("s3 {endpoint} {bucket}/{prefix}")
            }
            Self::Dav(target) => format!("dav {}", target.base),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "the folder {}", path.display()),
            Self::S3(target) => write!(f, "the bucket {}", target.bucket),
            Self::Dav(target) => write!(f, "the WebDAV server {}", target.base.host_str().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_folder_a_bucket_or_an_encrypted_address() {
        let bucket = |bucket: &str, prefix: &str| Some(Address::S3 { bucket: bucket.into(), prefix: prefix.into() });
        assert_eq!(Address::parse("s3://my-backups"), bucket("my-backups", ""));
        assert_eq!(Address::parse("s3://my-backups/green/room/"), bucket("my-backups", "green/room"));
        assert_eq!(Address::parse("/mnt/nas"), Some(Address::Folder("/mnt/nas".into())));
        for dav in ["https://cloud.example/dav/greenroom", "http://127.0.0.1:9/x/", "http://localhost/x"] {
            assert!(matches!(Address::parse(dav), Some(Address::Dav(_))), "{dav}");
        }
        for wrong in [
            "s3://",
            "s3://Big",
            "s3://a/b",
            "http://cloud.example/dav",
            "https://me:word@cloud.example/dav",
            "https://cloud.example/?a=b",
            "ftp://host/x",
            "nas.example:/backups",
            "my-backups/greenroom",
            "https://",
        ] {
            assert_eq!(Address::parse(wrong), None, "{wrong}");
        }
    }
}
