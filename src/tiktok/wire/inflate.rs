//! Packed batches, unpacked up to a limit.
//!
//! TikTok packs with gzip and says so in a header of the frame, but not reliably: there are packed bodies without the
//! header and plain ones with it. The first bytes are what counts. A plain batch can never begin like gzip does: `1f`
//! would be a field of wire type 7, which does not exist.

use std::io::Read;

use flate2::bufread::GzDecoder;
use prost::bytes::Bytes;

use super::WireError;

/// The longest frame, and the longest batch that one may unpack to: 16 MiB. Real ones have some kilobytes.
pub const MAX_FRAME_BYTES: usize = 16 << 20;

/// How gzip begins, with its only method.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// How much memory is taken at first. Small, because a liar decides about everything beyond it.
const FIRST_CAPACITY: usize = 16 << 10;

/// The body as it was before it was packed; one that was not packed stays as it is.
pub(super) fn inflate(body: &Bytes, what: &'static str) -> Result<Bytes, WireError> {
    if !body.starts_with(&GZIP) {
        return Ok(body.clone());
    }
    let mut unpacked = Vec::with_capacity(FIRST_CAPACITY);
    let one_too_many = MAX_FRAME_BYTES as u64 + 1;
    GzDecoder::new(&body[..])
        .take(one_too_many)
        .read_to_end(&mut unpacked)
        .map_err(|_| WireError::Corrupt { what, bytes: body.len() })?;
    if unpacked.len() > MAX_FRAME_BYTES {
        return Err(WireError::TooLong { what });
    }
    Ok(unpacked.into())
}
