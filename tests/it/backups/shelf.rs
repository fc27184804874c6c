//! A small server that keeps what is put there: it speaks as S3 and WebDAV do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use greenroom::app::backup::off_site::{DavTarget, S3Target, Target};
use greenroom::kernel::secret::Secret;
use url::Url;

use super::snapshots;
use crate::site::Site;

pub(super) const USER: &str = "AKIA0GREENROOM";
pub(super) const PASSWORD: &str = "a-secret-of-the-tests";

/// A server that keeps what is put there, and notes every request.
#[derive(Clone, Default)]
pub(super) struct Shelf(pub(super) Arc<Inner>);

#[derive(Default)]
pub(super) struct Inner {
    pub(super) files: Mutex<BTreeMap<String, Vec<u8>>>,
    pub(super) requests: Mutex<Vec<String>>,
    pub(super) has_folder: AtomicBool,
    pub(super) is_down: AtomicBool,
    pub(super) cuts: AtomicBool,
    /// Lists two files at a time.
    pub(super) has_pages: AtomicBool,
    /// There is nothing in which a folder could be made.
    pub(super) is_nowhere: AtomicBool,
    /// A snapshot that is tidied away on the bot's side as soon as it asks for the list.
    pub(super) goes_meanwhile: Mutex<Option<PathBuf>>,
}

impl Shelf {
    pub(super) async fn serve(&self) -> Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Url::parse(&format!("http://{address}")).unwrap()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.files.lock().unwrap().keys().cloned().collect()
    }

    /// Whether every snapshot of a site is here. There is one, or more where a day began while the clock was moved.
    pub(super) fn has_all_of(&self, site: &Site) -> bool {
        let here = snapshots(site);
        !here.is_empty() && self.names().len() == here.len()
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.0.requests.lock().unwrap().clone()
    }

    pub(super) fn is_down(&self, is_down: bool) {
        self.0.is_down.store(is_down, Ordering::Relaxed);
    }
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let line = format!("{} {} auth={}", parts.method, parts.uri, header("authorization"));
    shelf.0.requests.lock().unwrap().push(line);
    let say = |status: StatusCode, text: String| Response::builder().status(status).body(Body::from(text)).unwrap();
    if shelf.0.is_down.load(Ordering::Relaxed) {
        return say(StatusCode::SERVICE_UNAVAILABLE, String::new());
    }
    let path = parts.uri.path().to_owned();
    let is_dav = path.starts_with("/dav");
    let is_known = if is_dav {
        let login = "Basic QUtJQTBHUkVFTlJPT006YS1zZWNyZXQtb2YtdGhlLXRlc3Rz";
        header("authorization") == login
    } else {
        let query = parts.uri.query().unwrap_or_default();
        query.contains("X-Amz-Signature=") && query.contains(USER)
    };
    if !is_known {
        return say(StatusCode::FORBIDDEN, String::new());
    }
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut files = shelf.0.files.lock().unwrap();
    match parts.method.as_str() {
        "PUT" => {
            assert_eq!(header("content-length"), body.len().to_string(), "S3 takes no chunks");
            let cut = if shelf.0.cuts.load(Ordering::Relaxed) { body.len() / 2 } else { body.len() };
            files.insert(path, body[..cut].to_vec());
            say(StatusCode::CREATED, String::new())
        }
        "DELETE" => {
            files.remove(&path);
            say(StatusCode::NO_CONTENT, String::new())
        }
        "MKCOL" if shelf.0.is_nowhere.load(Ordering::Relaxed) => say(StatusCode::CONFLICT, String::new()),
        "MKCOL" => {
            shelf.0.has_folder.store(true, Ordering::Relaxed);
            say(StatusCode::CREATED, String::new())
        }
        "PROPFIND" if !shelf.0.has_folder.load(Ordering::Relaxed) => say(StatusCode::NOT_FOUND, String::new()),
        "PROPFIND" => {
            let mut list = String::from("<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\">");
            list.push_str("<d:response><d:href>/dav/green/</d:href></d:response>");
            for (path, bytes) in files.iter() {
                list.push_str(&format!(
                    "<d:response><d:href>{path}</d:href><d:propstat><d:prop><d:getcontentlength>{}</d:getcontentlength>\
                     </d:prop></d:propstat></d:response>",
                    bytes.len()
                ));
            }
            list.push_str("</d:multistatus>");
            say(StatusCode::MULTI_STATUS, list)
        }
        "GET" if files.contains_key(&path) => {
            let most = header("range").trim_start_matches("bytes=0-").parse::<usize>().unwrap() + 1;
            let bytes = &files[&path];
            let part = bytes[..most.min(bytes.len())].to_vec();
            Response::builder().status(StatusCode::PARTIAL_CONTENT).body(Body::from(part)).unwrap()
        }
        "GET" => {
            if let Some(path) = shelf.0.goes_meanwhile.lock().unwrap().take() {
                std::fs::remove_file(path).unwrap();
            }
            let prefix = "/shelf/green/room/";
            let from = parts.uri.query().and_then(|query| query.split("continuation-token=").nth(1)?.split('&').next());
            let from: usize = from.map_or(0, |token| token.parse().unwrap());
            let listed: Vec<_> = files.iter().filter(|(path, _)| path.starts_with(prefix)).skip(from).collect();
            let most = if shelf.0.has_pages.load(Ordering::Relaxed) { 2 } else { 1_000 };
            let mut list = format!(
                "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                 <Name>shelf</Name><MaxKeys>{most}</MaxKeys><IsTruncated>{}</IsTruncated>",
                listed.len() > most
            );
            if listed.len() > most {
                list.push_str(&format!("<NextContinuationToken>{}</NextContinuationToken>", from + most));
            }
            for (path, bytes) in listed.into_iter().take(most) {
                let key = path.trim_start_matches("/shelf/");
                list.push_str(&format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-11-21T20:00:00.000Z</LastModified><ETag>\"x\"</ETag>\
                     <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
                    bytes.len()
                ));
            }
            list.push_str("</ListBucketResult>");
            say(StatusCode::OK, list)
        }
        other => panic!("{other}"),
    }
}

pub(super) fn s3(endpoint: Url) -> Target {
    Target::S3(S3Target {
        endpoint: Some(endpoint),
        region: "eu-central-1".into(),
        bucket: "shelf".into(),
        prefix: "green/room".into(),
        user: Secret::new(USER),
        password: Secret::new(PASSWORD),
    })
}

pub(super) fn dav(base: &Url) -> Target {
    let login = Some((Secret::new(USER), Secret::new(PASSWORD)));
    Target::Dav(DavTarget { base: base.join("dav/green").unwrap(), login })
}
