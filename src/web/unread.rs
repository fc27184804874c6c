//! What is answered to a request that cannot be read.
//!
//! hyper answers it by itself, before anything of ours is asked: a bare status, because there is nothing in it by which the
//! answer could be another. On its way out that is put in full: with the headers of every answer, and the error as programs
//! read it. Whatever is written while no request is being answered, and all that was answered before is sent, is hyper's own.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::answer::ErrorBody;
use super::headers::{Leads, guard};
use crate::kernel::time::Clock;

/// The requests of a connection that were read.
#[derive(Default)]
pub(super) struct Turns {
    begun: AtomicUsize,
    ended: AtomicUsize,
}

/// A request that is being answered.
pub(super) struct Turn(Arc<Turns>);

impl Turns {
    /// A request was read.
    pub(super) fn begin(self: &Arc<Self>) -> Turn {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Turn(Arc::clone(self))
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// How many there were, where none is being answered.
    fn at_rest(&self) -> Option<usize> {
        Some(self.begun()).filter(|begun| *begun == self.ended.load(Ordering::Relaxed))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// A connection on which also what hyper says by itself is an answer of ours.
pub(super) struct InFull<S> {
    inner: S,
    turns: Arc<Turns>,
    /// How many requests there were when all that was answered was sent.
    rested_at: Option<usize>,
    /// What is said in place of what hyper says, and how much of it is sent.
    own: Vec<u8>,
    sent: usize,
}

impl<S: AsyncWrite + Unpin> InFull<S> {
    pub(super) const fn new(inner: S, turns: Arc<Turns>) -> Self {
        Self { inner, turns, rested_at: Some(0), own: Vec::new(), sent: 0 }
    }

    fn is_said_by_hyper(&self) -> bool {
        self.rested_at == Some(self.turns.begun())
    }

    fn say(&mut self, bare: &[u8]) {
        let full = in_full(bare).unwrap_or_else(|| bare.to_vec());
        self.own.extend_from_slice(&full);
    }

    fn poll_send_own(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.own.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.inner).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                number => self.sent += number,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for InFull<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for InFull<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_said_by_hyper() {
            self.say(buf);
            return Poll::Ready(Ok(buf.len()));
        }
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send_own(cx))?;
        ready!(Pin::new(&mut self.inner).poll_flush(cx))?;
        self.rested_at = self.turns.at_rest();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send_own(cx))?;
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_said_by_hyper() {
            let all: Vec<u8> = bufs.iter().flat_map(|buf| buf.iter().copied()).collect();
            self.say(&all);
            return Poll::Ready(Ok(all.len()));
        }
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

/// A bare head, with the headers of every answer and the error; nothing for what is no such head.
fn in_full(bare: &[u8]) -> Option<Vec<u8>> {
    let (line, rest) = std::str::from_utf8(bare).ok()?.strip_suffix("\r\n\r\n")?.split_once("\r\n")?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let error = ErrorBody {
        code: "unreadable",
        message: sentence(status).to_owned(),
        details: None,
        timestamp: Clock::system().now().rfc3339(),
        id: None,
    };
    let body = serde_json::to_vec(&json!({ "error": error })).ok()?;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    guard(&mut headers, Leads::Nowhere, false);
    let is_kept = |line: &&str| !line.to_ascii_lowercase().starts_with("content-length:");
    let mut full = Vec::from(line);
    for kept in rest.split("\r\n").filter(is_kept) {
        full.extend_from_slice(b"\r\n");
        full.extend_from_slice(kept.as_bytes());
    }
    for (name, value) in &headers {
        full.extend_from_slice(format!("\r\n{name}: ").as_bytes());
        full.extend_from_slice(value.as_bytes());
    }
    full.extend_from_slice(b"\r\n\r\n");
    full.extend_from_slice(&body);
    Some(full)
}

/// Why a request was not read, for people.
const fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::URI_TOO_LONG => "That address is too long.",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "That request says too much of itself. If a browser sent it, delete its cookies for this address: those of other \
             programs at the same one come along."
        }
        _ => "That is no request that can be read.",
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const BARE: &str = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: today\r\n\r\n";

    /// What comes out of this, where it is written by itself.
    async fn said(turns: &Arc<Turns>, full: &mut InFull<tokio::io::DuplexStream>, text: &str) {
        assert_eq!(turns.at_rest(), Some(turns.begun()));
        full.write_all(text.as_bytes()).await.unwrap();
        full.flush().await.unwrap();
    }

    #[tokio::test]
    async fn what_nobody_asked_for_is_said_in_full_and_what_is_answered_goes_as_it_is() {
        // Of so little room that it goes in many parts.
        let (ours, mut theirs) = duplex(16);
        let turns = Arc::new(Turns::default());
        let mut full = InFull::new(ours, Arc::clone(&turns));
        let saying = tokio::spawn(async move {
            let turn = turns.begin();
            full.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
            full.flush().await.unwrap();
            full.write_all(b"a stream goes on; ").await.unwrap();
            full.flush().await.unwrap();
            drop(turn);
            // Its end is written when it is answered already.
            full.write_all(b"its end; ").await.unwrap();
            full.flush().await.unwrap();
            said(&turns, &mut full, BARE).await;
            full.shutdown().await.unwrap();
        });
        let mut heard = String::new();
        theirs.read_to_string(&mut heard).await.unwrap();
        saying.await.unwrap();
        let (answered, own) = heard.split_once("its end; ").unwrap();
        assert_eq!(answered, "HTTP/1.1 400 Bad Request\r\n\r\na stream goes on; ");
        let (head, body) = own.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ndate: today\r\n"), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{head}");
        assert!(head.contains("\r\nx-content-type-options: nosniff"), "{head}");
        assert!(body.starts_with(r#"{"error":{"code":"unreadable","message":"That is no request"#), "{body}");
    }

    #[test]
    fn what_is_no_bare_head_is_left_as_it_is() {
        for other in
            ["", "\r\n\r\n", "HTTP/1.1 400", "HTTP/1.1 odd Bad\r\na: b\r\n\r\n", "HTTP/1.1 400 Bad\r\n\r\nmore"]
        {
            assert_eq!(in_full(other.as_bytes()), None, "{other:?}");
        }
        assert_eq!(in_full(&[0xff, 0xfe]), None);
    }
}
