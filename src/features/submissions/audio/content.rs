//! How each kind of audio file begins.

use super::{AudioKind, HEAD_BYTES};

/// True when `head` begins as a file of `kind` does.
pub(super) fn begins_as(kind: AudioKind, head: &[u8]) -> bool {
    match kind {
        AudioKind::Mp3 => begins_mp3(head),
        AudioKind::M4a => begins_m4a(head),
        AudioKind::Wav => begins_wav(head),
        AudioKind::Flac => begins_flac(head),
    }
}

/// Where the audio begins, once the ID3 tags (version 2) in front of it are skipped.
enum Audio<'a> {
    At(&'a [u8]),
    BeyondHead,
}

fn after_id3(head: &[u8]) -> Audio<'_> {
    let mut rest = head;
    while let [b'I', b'D', b'3', 2..=4, 0..=0xFE, flags, sizes @ ..] = rest {
        let Some((&[a @ ..0x80, b @ ..0x80, c @ ..0x80, d @ ..0x80], body)) = sizes.split_first_chunk() else { break };
        let size = [a, b, c, d].into_iter().fold(0_usize, |size, byte| size << 7 | usize::from(byte));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        match body.get(size + footer..) {
            Some(after) if !after.is_empty() => rest = after,
            _ => return Audio::BeyondHead,
        }
    }
    Audio::At(rest)
}

/// A frame of layer III, behind tags and the zeros that some writers pad with.
fn begins_mp3(head: &[u8]) -> bool {
    let Audio::At(audio) = after_id3(head) else { return head.len() >= HEAD_BYTES };
    let padding = audio.iter().take_while(|byte| **byte == 0).count();
    let Some(&[first, second, third, ..]) = audio.get(padding..) else { return false };
    let is_sync = first == 0xFF && second & 0xE0 == 0xE0;
    let is_known_version = second & 0x18 != 0x08;
    let is_layer_three = second & 0x06 == 0x02;
    let is_known_rate = third & 0xF0 != 0xF0 && third & 0x0C != 0x0C;
    is_sync && is_known_version && is_layer_three && is_known_rate
}

/// The marker of FLAC, which some writers put behind a tag as well.
fn begins_flac(head: &[u8]) -> bool {
    match after_id3(head) {
        Audio::At(audio) => infer::audio::is_flac(audio),
        Audio::BeyondHead => head.len() >= HEAD_BYTES,
    }
}

/// An MPEG-4 container whose brands are those of audio, or the general ones that phones write into their recordings.
fn begins_m4a(head: &[u8]) -> bool {
    let Some((size, [b'f', b't', b'y', b'p', brands @ ..])) = head.split_first_chunk::<4>() else { return false };
    let length = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX).saturating_sub(8);
    let brands = brands.get(..length).unwrap_or(brands);
    let Some((major, rest)) = brands.split_first_chunk::<4>() else { return false };
    let compatible = rest.get(4..).unwrap_or_default();
    match major {
        b"M4V " | b"M4VH" | b"M4VP" | b"qt  " | b"heic" | b"heix" | b"mif1" | b"avif" | b"avis" | b"crx " => false,
        b"isom" | b"mp41" | b"mp42" | b"dash" | [b'i', b's', b'o', b'2'..=b'9'] | [b'3', b'g', b'p', _] => true,
        _ => is_audio_brand(major) || compatible.chunks_exact(4).any(is_audio_brand),
    }
}

fn is_audio_brand(brand: &[u8]) -> bool {
    matches!(brand, b"M4A " | b"M4B " | b"M4P " | b"F4A " | b"F4B ")
}

/// RIFF, or one of its two forms for long recordings.
fn begins_wav(head: &[u8]) -> bool {
    infer::audio::is_wav(head)
        || matches!(
            head,
            [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..]
                | [b'B', b'W', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', ..]
        )
}
