//! A connection whose other side takes nothing for so long is over: what is to be sent would wait for ever.

use std::future::{Pending, pending};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Timeout, timeout};

/// A connection that waits only so long until something of what it sends is taken.
pub(super) struct Impatient<S> {
    inner: S,
    patience: Duration,
    waits: Option<Pin<Box<Timeout<Pending<()>>>>>,
}

impl<S> Impatient<S> {
    pub(super) const fn new(inner: S, patience: Duration) -> Self {
        Self { inner, patience, waits: None }
    }

    /// What is taken ends the wait; what waits too long fails.
    fn judge<T>(&mut self, cx: &mut Context<'_>, taken: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if taken.is_ready() {
            self.waits = None;
            return taken;
        }
        let patience = self.patience;
        let waits = self.waits.get_or_insert_with(|| Box::pin(timeout(patience, pending())));
        waits.as_mut().poll(cx).map(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.judge(cx, taken)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let taken = Pin::new(&mut self.inner).poll_flush(cx);
        self.judge(cx, taken)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let taken = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.judge(cx, taken)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let taken = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.judge(cx, taken)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn whoever_takes_nothing_for_long_is_given_up_and_whoever_takes_a_little_is_not() {
        let long = Duration::from_mins(5);
        let (ours, mut theirs) = duplex(4);
        let mut ours = Impatient::new(ours, long);
        let writing = tokio::spawn(async move { ours.write_all(&[7; 64]).await });
        let mut taken = [0; 64];
        timeout(long, theirs.read_exact(&mut taken)).await.unwrap().unwrap();
        timeout(long, writing).await.unwrap().unwrap().unwrap();
        assert_eq!(taken, [7; 64]);
        let (ours, theirs) = duplex(4);
        let mut ours = Impatient::new(ours, Duration::from_millis(20));
        let given_up = timeout(long, ours.write_all(&[7; 64])).await.unwrap();
        assert_eq!(given_up.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(theirs);
    }
}
