//! Files: their bytes, and signed links that die after a day, like those of Discord's file servers.
//!
//! A file lives as long as what it hangs on: a message, or the interaction that it was an option of. Its size may be
//! declared larger than the bytes that were given; the rest is then served as zeros, so that a file of 26 MB costs
//! nothing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::World;
use crate::Id;
use crate::kernel::time::Timestamp;

/// The bytes of files that are kept at most; then the oldest files are lost.
const KEPT_BYTES: usize = 512 << 20;
/// Where Discord itself has its files. A link that was stored elsewhere leads there.
const CDN: &str = "https://cdn.discordapp.com";
/// How long a link works.
const LINK_LIFE: Duration = Duration::from_hours(24);

/// A file on a message or in a command's option.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    pub(crate) id: Id,
    pub(crate) channel: Id,
    pub(crate) filename: String,
    pub(crate) content_type: Option<String>,
    pub(crate) size: u64,
    pub(crate) description: Option<String>,
    pub(crate) is_ephemeral: bool,
}

/// The file servers.
#[derive(Debug)]
pub(crate) struct Files {
    /// `http://127.0.0.1:PORT`.
    host: String,
    secret: u64,
    /// By id, so the oldest come first.
    stored: BTreeMap<Id, Stored>,
    held: usize,
}

/// What is served for one file.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) attachment: Attachment,
    /// The first bytes; zeros follow up to the attachment's size.
    pub(crate) head: Bytes,
}

impl Files {
    /// Empty file servers at `host`.
    pub(crate) fn new(host: String, secret: u64) -> Self {
        Self { host, secret, stored: BTreeMap::new(), held: 0 }
    }

    /// Where files are served, which is where everything is served: `http://127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Keeps the bytes of a file.
    pub(crate) fn keep(&mut self, attachment: &Attachment, head: Bytes) {
        self.held += head.len();
        self.stored.insert(attachment.id, Stored { attachment: attachment.clone(), head });
        while self.held > KEPT_BYTES
            && let Some((_, oldest)) = self.stored.pop_first()
        {
            self.held -= oldest.head.len();
        }
    }

    /// The bytes that were given for a file.
    pub(crate) fn bytes_of(&self, id: Id) -> Option<Bytes> {
        self.stored.get(&id).map(|stored| stored.head.clone())
    }

    /// Deletes files; their links answer 404 from now on.
    pub(crate) fn forget<'a>(&mut self, attachments: impl IntoIterator<Item = &'a Attachment>) {
        for attachment in attachments {
            if let Some(removed) = self.stored.remove(&attachment.id) {
                self.held -= removed.head.len();
            }
        }
    }

    /// A link to `attachment` that works for a day from `now`.
    pub(crate) fn link(&self, attachment: &Attachment, now: Timestamp) -> String {
        let folder = if attachment.is_ephemeral { "ephemeral-attachments" } else { "attachments" };
        let issued = now.seconds();
        let expires = now.after(LINK_LIFE).seconds();
        let mac = self.mac(attachment.id, expires, issued);
        let (channel, id, name) = (attachment.channel, attachment.id, &attachment.filename);
        format!("{}/{folder}/{channel}/{id}/{name}?ex={expires:x}&is={issued:x}&hm={mac:016x}&", self.host)
    }

    /// The file behind a link, while the link is whole and young enough and the file still exists.
    pub(crate) fn open(&self, id: Id, query: &str, now: Timestamp) -> Option<Stored> {
        let part = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let expires = i64::from_str_radix(part("ex")?, 16).ok()?;
        let issued = i64::from_str_radix(part("is")?, 16).ok()?;
        let mac = u64::from_str_radix(part("hm")?, 16).ok()?;
        let is_valid = mac == self.mac(id, expires, issued) && now.seconds() < expires;
        is_valid.then(|| self.stored.get(&id).cloned()).flatten()
    }

    fn mac(&self, id: Id, expires: i64, issued: i64) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.secret, id, expires, issued).hash(&mut hasher);
        hasher.finish()
    }
}

impl World {
    /// Discord's form of an attachment, with a fresh link.
    pub(crate) fn attachment_json(&self, attachment: &Attachment) -> Value {
        let link = self.files.link(attachment, self.now());
        let mut json = json!({
            "id": attachment.id,
            "filename": attachment.filename,
            "size": attachment.size,
            "url": link,
            "proxy_url": link,
        });
        let Some(object) = json.as_object_mut() else { return json };
        if let Some(content_type) = &attachment.content_type {
            object.insert("content_type".to_owned(), json!(content_type));
        }
        if let Some(description) = &attachment.description {
            object.insert("description".to_owned(), json!(description));
        }
        if attachment.is_ephemeral {
            object.insert("ephemeral".to_owned(), json!(true));
        }
        json
    }

    /// The attachment that a link of these file servers points to, wherever its signature stands.
    pub(crate) fn attachment_of_link(&self, link: &str) -> Option<&Attachment> {
        let path = link.split('?').next()?;
        let path = path.strip_prefix(self.files.host.as_str()).or_else(|| path.strip_prefix(CDN))?;
        let id: Id = path.strip_prefix("/attachments/")?.split('/').nth(1)?.parse().ok()?;
        self.files.stored.get(&id).map(|stored| &stored.attachment)
    }
}

/// The name that Discord gives an uploaded file: letters, digits, `_`, `-` and `.`; anything else becomes `_`.
pub(crate) fn clean_filename(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let clean: String =
        base.chars().map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' }).collect();
    if clean.trim_matches(['_', '.']).is_empty() { format!("unknown{clean}") } else { clean }
}
