//! Somebody on one connection that stays open: what they send, and what they are answered, as it went over the wire.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes that are read at once.
const AT_ONCE: usize = 32 * 1024;
const END_OF_LINE: &[u8] = b"\r\n";
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// See the module.
pub struct Client {
    stream: TcpStream,
    /// What was read and belongs to nothing yet.
    read: Vec<u8>,
    /// Where the next bytes come.
    some: Vec<u8>,
}

/// An answer. The body is as it was sent, packed perhaps.
pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The body of an answer that is not packed.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, read: Vec::new(), some: vec![0; AT_ONCE] }
    }

    /// Sends a request, and reads the answer to its end.
    pub async fn ask(&mut self, request: &str) -> Answer {
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let end = self.until(END_OF_HEAD).await;
        let head = String::from_utf8(self.take(end)).unwrap();
        let mut answer = Answer { head, body: Vec::new() };
        if let Some(length) = answer.header("content-length") {
            let length = length.parse().unwrap();
            self.at_least(length).await;
            answer.body = self.take(length);
        } else if answer.header("transfer-encoding").is_some() {
            answer.body = self.chunks().await;
        }
        answer
    }

    /// A body in parts, each with its length before it; the last one has none.
    async fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let end = self.until(END_OF_LINE).await;
            let line = self.take(end);
            let length = std::str::from_utf8(&line).unwrap().trim_end();
            let length = usize::from_str_radix(length, 16).unwrap();
            self.at_least(length + END_OF_LINE.len()).await;
            let chunk = self.take(length + END_OF_LINE.len());
            body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                return body;
            }
        }
    }

    /// Reads until this is there; gives where it ends.
    async fn until(&mut self, wanted: &[u8]) -> usize {
        loop {
            if let Some(at) = self.read.windows(wanted.len()).position(|part| part == wanted) {
                return at + wanted.len();
            }
            self.more().await;
        }
    }

    async fn at_least(&mut self, length: usize) {
        while self.read.len() < length {
            self.more().await;
        }
    }

    async fn more(&mut self) {
        let number = self.stream.read(&mut self.some).await.unwrap();
        assert!(number > 0, "the connection was closed: {}", String::from_utf8_lossy(&self.read));
        self.read.extend_from_slice(&self.some[..number]);
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        self.read.drain(..length).collect()
    }
}
