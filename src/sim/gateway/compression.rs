//! How payloads are packed: not at all, each for itself (asked in IDENTIFY), or as one stream (asked in the URL).

use std::io::Write;

use axum::extract::ws::Message;
use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};

/// How the payloads of one socket are packed.
#[derive(Debug)]
pub(crate) enum Packing {
    /// As text.
    Plain,
    /// Each payload as a zlib stream of its own.
    PerMessage,
    /// All payloads as one zlib stream, flushed after each.
    Stream(Box<Compress>),
}

impl Packing {
    /// What the URL's query asks for.
    pub(crate) fn from_query(query: &str) -> Self {
        if query.split('&').any(|pair| pair == "compress=zlib-stream") {
            Self::Stream(Box::new(Compress::new(Compression::fast(), true)))
        } else {
            Self::Plain
        }
    }

    /// IDENTIFY asked for `compress: true`; a stream goes on as it is.
    pub(crate) fn ask_per_message(&mut self) {
        if matches!(self, Self::Plain) {
            *self = Self::PerMessage;
        }
    }

    /// Packs a payload.
    pub(crate) fn pack(&mut self, payload: &str) -> Message {
        match self {
            Self::Plain => Message::Text(payload.into()),
            Self::PerMessage => match whole(payload) {
                Ok(bytes) => Message::Binary(bytes.into()),
                Err(_) => Message::Text(payload.into()),
            },
            Self::Stream(stream) => Message::Binary(flushed(stream, payload.as_bytes()).into()),
        }
    }
}

fn whole(payload: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(payload.len() / 2), Compression::fast());
    encoder.write_all(payload.as_bytes())?;
    encoder.finish()
}

/// Feeds all of `input` and flushes; the output ends with 00 00 FF FF.
fn flushed(stream: &mut Compress, input: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(input.len() / 2 + 64);
    let start = stream.total_in();
    loop {
        let taken = usize::try_from(stream.total_in() - start).unwrap_or(input.len());
        let rest = input.get(taken..).unwrap_or_default();
        output.reserve(rest.len() / 2 + 64);
        let is_done = stream.compress_vec(rest, &mut output, FlushCompress::Sync).is_err();
        let is_drained = output.len() < output.capacity();
        let taken = usize::try_from(stream.total_in() - start).unwrap_or(input.len());
        if is_done || (taken >= input.len() && is_drained) {
            return output;
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Decompress, FlushDecompress};

    use super::*;

    #[test]
    fn a_stream_is_read_payload_by_payload() {
        let mut packing = Packing::from_query("v=10&encoding=json&compress=zlib-stream");
        let mut reader = Decompress::new(true);
        for payload in [r#"{"op":10}"#.to_owned(), format!("{{\"op\":0,\"d\":\"{}\"}}", "x".repeat(10_000))] {
            let Message::Binary(packed) = packing.pack(&payload) else { panic!("not packed") };
            assert!(packed.ends_with(&[0, 0, 0xff, 0xff]));
            let mut read = Vec::with_capacity(20_000);
            reader.decompress_vec(&packed, &mut read, FlushDecompress::Sync).unwrap();
            assert_eq!(String::from_utf8(read).unwrap(), payload);
        }
    }
}
