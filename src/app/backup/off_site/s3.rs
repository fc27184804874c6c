//! Stores of the S3 kind: Amazon's, Backblaze, Cloudflare, `MinIO` and others. `rusty_s3` signs, our HTTP client sends.

use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use url::Url;

use super::remote::{Stored, ask, client, expect_success, send, text};
use super::target::S3Target;
use crate::http::{Client, Request};

/// How long a signature counts.
const SIGNED_FOR: Duration = Duration::from_hours(6);
/// Pages of a list that are read; a thousand names each, of which only ours are asked for.
const MOST_PAGES: usize = 10;

pub(super) struct S3 {
    http: Client,
    bucket: Bucket,
    credentials: Credentials,
    prefix: String,
}

impl S3 {
    pub(super) fn new(target: &S3Target) -> Result<Self, String> {
        let amazon = || Url::parse(&format!("https://s3.{}.amazonaws.com", target.region));
        let (endpoint, style) = match &target.endpoint {
            Some(endpoint) => (endpoint.clone(), UrlStyle::Path),
            None => (amazon().map_err(|error| error.to_string())?, UrlStyle::VirtualHost),
        };
        let http = client(&endpoint)?;
        let bucket = Bucket::new(endpoint, style, target.bucket.clone(), target.region.clone());
        let prefix = if target.prefix.is_empty() { String::new() } else { format!("{}/", target.prefix) };
        Ok(Self {
            http,
            bucket: bucket.map_err(|error| error.to_string())?,
            credentials: Credentials::new(target.user.expose(), target.password.expose()),
            prefix,
        })
    }

    pub(super) async fn list(&self) -> Result<Vec<Stored>, String> {
        let mut found = Vec::new();
        let mut behind = None;
        for _ in 0..MOST_PAGES {
            let mut action = self.bucket.list_objects_v2(Some(&self.credentials));
            action.with_prefix(format!("{}greenroom-", self.prefix));
            if let Some(token) = behind.take() {
                action.with_continuation_token(token);
            }
            let answer = ask(self.http.get(action.sign(SIGNED_FOR))).await?;
            let page = text(expect_success(answer)?).await?;
            let page = ListObjectsV2::parse_response(&page).map_err(|_| "its list cannot be read".to_owned())?;
            found.extend(page.contents.into_iter().filter_map(|object| {
                let name = object.key.strip_prefix(&self.prefix)?.to_owned();
                Some(Stored { name, bytes: object.size })
            }));
            match page.next_continuation_token {
                Some(token) => behind = Some(token),
                None => break,
            }
        }
        Ok(found)
    }

    pub(super) async fn put(&self, file: &Path, name: &str) -> Result<(), String> {
        let key = self.key(name);
        let url = self.bucket.put_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        expect_success(send(self.http.request(Method::PUT, url), file).await?).map(drop)
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), String> {
        let key = self.key(name);
        let url = self.bucket.delete_object(Some(&self.credentials), &key).sign(SIGNED_FOR);
        expect_success(ask(self.http.request(Method::DELETE, url)).await?).map(drop)
    }

    pub(super) fn get(&self, name: &str) -> Request {
        let key = self.key(name);
        self.http.get(self.bucket.get_object(Some(&self.credentials), &key).sign(SIGNED_FOR))
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}
