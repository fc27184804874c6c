//! WebDAV: a folder on a web server, as Nextcloud and many storage boxes have it. Plain PUT, DELETE and PROPFIND.

use std::path::Path;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use url::Url;
use xmlparser::{ElementEnd, Token, Tokenizer};

use super::remote::{Stored, ask, client, expect_success, send, text};
use super::target::DavTarget;
use crate::http::{Client, Request, Response};
use crate::kernel::secret::Secret;

/// What is asked of each file.
const WANTED: &str =
    "<?xml version=\"1.0\"?><propfind xmlns=\"DAV:\"><prop><getcontentlength/><resourcetype/></prop></propfind>";

pub(super) struct Dav {
    http: Client,
    base: Url,
    login: Option<(Secret, Secret)>,
}

impl Dav {
    pub(super) fn new(target: &DavTarget) -> Result<Self, String> {
        let mut base = target.base.clone();
        // With a slash at its end it is the folder itself.
        if let Ok(mut path) = base.path_segments_mut() {
            path.pop_if_empty().push("");
        }
        Ok(Self { http: client(&base)?, base, login: target.login.clone() })
    }

    /// The files there; `None` where there is no folder yet.
    pub(super) async fn list(&self) -> Result<Option<Vec<Stored>>, String> {
        let answer = self.propfind().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let listed = listed(&text(expect_success(answer)?).await?);
        listed.map(Some).ok_or_else(|| "its list cannot be read".to_owned())
    }

    pub(super) async fn put(&self, file: &Path, name: &str) -> Result<(), String> {
        expect_success(send(self.request(Method::PUT, self.address(name)?), file).await?).map(drop)
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), String> {
        let answer = ask(self.request(Method::DELETE, self.address(name)?)).await?;
        if answer.status() == StatusCode::NOT_FOUND { Ok(()) } else { expect_success(answer).map(drop) }
    }

    pub(super) fn get(&self, name: &str) -> Result<Request, String> {
        Ok(self.request(Method::GET, self.address(name)?))
    }

    async fn propfind(&self) -> Result<Response, String> {
        let request = self.request(method("PROPFIND")?, self.base.clone());
        let wanted =
            request.with(|request| request.header("Depth", "1").header(CONTENT_TYPE, "application/xml").body(WANTED));
        ask(wanted).await
    }

    pub(super) async fn make_folder(&self) -> Result<(), String> {
        let answer = ask(self.request(method("MKCOL")?, self.base.clone())).await?;
        if answer.status() == StatusCode::CONFLICT {
            return Err("the folder above it is not there; make it first".to_owned());
        }
        expect_success(answer).map(drop)
    }

    fn address(&self, name: &str) -> Result<Url, String> {
        self.base.join(name).map_err(|error| error.to_string())
    }

    fn request(&self, method: Method, url: Url) -> Request {
        let request = self.http.request(method, url);
        match &self.login {
            Some((user, password)) => {
                request.with(|request| request.basic_auth(user.expose(), Some(password.expose())))
            }
            None => request,
        }
    }
}

fn method(name: &str) -> Result<Method, String> {
    Method::from_bytes(name.as_bytes()).map_err(|error| error.to_string())
}

/// The files of an answer to PROPFIND: the last part of each address, and its length. `None` where it is no XML.
fn listed(xml: &str) -> Option<Vec<Stored>> {
    let mut found = Vec::new();
    let mut inside: Vec<&str> = Vec::new();
    let (mut href, mut bytes) = (None, None);
    for token in Tokenizer::from(xml) {
        match token.ok()? {
            Token::ElementStart { local, .. } => inside.push(local.as_str()),
            Token::ElementEnd { end: ElementEnd::Open, .. } => {}
            Token::ElementEnd { .. } if inside.pop() == Some("response") => {
                found.extend(href.take().map(|name: String| Stored { name, bytes }));
                bytes = None;
            }
            Token::Text { text } => match inside.last() {
                Some(&"href") if inside.iter().rev().nth(1) == Some(&"response") => {
                    href = text.as_str().trim().trim_end_matches('/').rsplit('/').next().map(str::to_owned);
                }
                Some(&"getcontentlength") => bytes = text.as_str().trim().parse().ok(),
                _ => {}
            },
            _ => {}
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_folder_are_read_whatever_the_prefix_of_their_elements() {
        let xml = r#"<?xml version="1.0" encoding="utf-8"?>
            <D:multistatus xmlns:D="DAV:">
              <D:response><D:href>/dav/greenroom/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/>
                </D:resourcetype></D:prop></D:propstat></D:response>
              <D:response><D:href>http://host/dav/greenroom/greenroom-20261121-200000.redb</D:href>
                <D:propstat><D:prop><D:getcontentlength> 4096 </D:getcontentlength><D:resourcetype/></D:prop></D:propstat>
              </D:response>
            </D:multistatus>"#;
        let expected = [
            Stored { name: "greenroom".into(), bytes: None },
            Stored { name: "greenroom-20261121-200000.redb".into(), bytes: Some(4096) },
        ];
        assert_eq!(listed(xml).unwrap(), expected);
        assert_eq!(listed("<a><b></a>").map(|found| found.len()), Some(0));
        assert!(listed("<a").is_none_or(|found| found.is_empty()));
        assert!(listed("no list").is_none_or(|found| found.is_empty()));
    }
}
