//! What a file holds: whether it is sound of a kind that is taken. Tags and padding in front of the sound are seen past
//! as players do it.
//!
//! Nothing is decoded, so a damaged song passes. Every look is bounded: no byte is looked at more than a few times.

use super::AudioKind;
use super::mp4::{self, Tracks};
use super::mpeg;

/// How far behind a tag, or behind the beginning, the sound may begin.
const JUNK_BYTES: usize = 64 * 1024;

/// How far behind a tag whose size is written wrong: it may hold a picture.
const WRONG_TAG_BYTES: usize = 2 * 1024 * 1024;

/// How much of a file is read as if it were words.
const MOST_WORDS_BYTES: usize = 1024 * 1024;

/// How many chunks of a wav file are looked at.
const MOST_CHUNKS: usize = 1_000;

/// How many bytes the oldest form of a wav file has.
const SHORTEST_FORM: usize = 14;

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Sound of a kind that is taken.
    Sound(AudioKind),
    /// A film in an MPEG-4 container.
    Video,
    /// Anything else.
    Other,
}

/// Looks at a whole file.
pub(super) fn of(bytes: &[u8]) -> Content {
    let tagged = behind_tags(bytes);
    let sound = tagged.rest;
    if is_flac(sound) {
        return Content::Sound(AudioKind::Flac);
    }
    if is_wav(sound) {
        return Content::Sound(AudioKind::Wav);
    }
    match mp4::tracks(sound) {
        Some(Tracks { picture: true, .. }) => return Content::Video,
        Some(Tracks { sound: true, .. }) => return Content::Sound(AudioKind::M4a),
        Some(_) => return Content::Other,
        None => {}
    }
    if is_text(sound) {
        return Content::Other;
    }
    if mpeg::begins_with_sound(without_zeros(sound)) {
        return Content::Sound(AudioKind::Mp3);
    }
    sound_behind_junk(bytes, &tagged).map_or(Content::Other, Content::Sound)
}

/// Sound that begins later than its tags say: the tag's size is wrong, or something lies between.
fn sound_behind_junk(bytes: &[u8], tagged: &Tagged<'_>) -> Option<AudioKind> {
    if !tagged.any && !is_without_form(bytes) {
        return None;
    }
    let window = |bytes: &'_ [u8], most: usize| mpeg::frames_within(bytes, most).then_some(AudioKind::Mp3);
    if let Some(kind) = window(tagged.rest, JUNK_BYTES) {
        return Some(kind);
    }
    if !bytes.starts_with(b"ID3") {
        return None;
    }
    if let Some(rest) = behind_plain_tag(bytes) {
        if is_flac(rest) {
            return Some(AudioKind::Flac);
        }
        if let Some(kind) = window(rest, JUNK_BYTES) {
            return Some(kind);
        }
    }
    let head = bytes.get(..WRONG_TAG_BYTES).unwrap_or(bytes);
    let flacs = head.windows(4).enumerate().filter(|(_, part)| part == b"fLaC");
    if flacs.map(|(at, _)| at).any(|at| bytes.get(at..).is_some_and(is_flac)) {
        return Some(AudioKind::Flac);
    }
    window(bytes, WRONG_TAG_BYTES)
}

/// Whether it is written words: no sound does without all the bytes that words never have. Words in one of the older alphabets
/// may have the head of a frame in them, again and again at the same distance.
fn is_text(bytes: &[u8]) -> bool {
    let bytes = bytes.get(..MOST_WORDS_BYTES).unwrap_or(bytes);
    let is_of_no_text = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    !bytes.iter().any(is_of_no_text) && bytes.iter().any(u8::is_ascii_whitespace)
}

/// False for a file whose first bytes are those of something known: a picture, a page, an archive, a program.
fn is_without_form(bytes: &[u8]) -> bool {
    infer::get(bytes).is_none_or(|found| found.extension() == "mp3")
}

/// A file seen past the tags in front of its sound.
struct Tagged<'a> {
    rest: &'a [u8],
    any: bool,
}

/// Skips tags of the kinds ID3 (version 2) and APE, which some writers put in front of any kind of sound, several in a row.
fn behind_tags(bytes: &[u8]) -> Tagged<'_> {
    let mut rest = bytes;
    let mut any = false;
    while let Some(size) = id3_size(rest).or_else(|| ape_size(rest)) {
        any = true;
        match rest.get(size..) {
            Some(behind) if !behind.is_empty() => rest = behind,
            // The tag says that it is longer than the file.
            _ => break,
        }
    }
    Tagged { rest, any }
}

fn id3_size(bytes: &[u8]) -> Option<usize> {
    let [b'I', b'D', b'3', 2..=4, 0..=0xFE, flags, sizes @ ..] = bytes else { return None };
    let Some((&[a @ ..0x80, b @ ..0x80, c @ ..0x80, d @ ..0x80], _)) = sizes.split_first_chunk() else { return None };
    let size = [a, b, c, d].into_iter().fold(0_usize, |size, byte| size << 7 | usize::from(byte));
    Some(10 + size + if flags & 0x10 == 0 { 0 } else { 10 })
}

/// What follows a tag whose size is written as a plain number: with a cover it is larger than what is searched.
fn behind_plain_tag(bytes: &[u8]) -> Option<&[u8]> {
    let (size, _) = bytes.strip_prefix(b"ID3")?.get(3..)?.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
    bytes.get(size.checked_add(10)?..)
}

/// A tag that says in its first half that it stands in front, not behind.
fn ape_size(bytes: &[u8]) -> Option<usize> {
    let (_, rest) = bytes.strip_prefix(b"APETAGEX")?.split_first_chunk::<4>()?;
    let (size, _) = rest.split_first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*size)).ok()?.checked_add(32)
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// The name, the block that tells of the stream, and something behind it.
fn is_flac(bytes: &[u8]) -> bool {
    const STREAM_INFO: usize = 34;
    // The block may be the only one, which its first bit says.
    matches!(bytes, [b'f', b'L', b'a', b'C', 0 | 0x80, 0, 0, 34, behind @ ..] if behind.len() > STREAM_INFO)
}

/// RIFF, or one of its two forms for long recordings, with a form of sound and something in it.
///
/// How long the sound is, is not asked: who writes while it sounds does not know it yet, and says 0 or the most.
fn is_wav(bytes: &[u8]) -> bool {
    let ([b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', chunks @ ..]
    | [b'R', b'F', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', chunks @ ..]
    | [b'B', b'W', b'6', b'4', _, _, _, _, b'W', b'A', b'V', b'E', chunks @ ..]) = bytes
    else {
        return false;
    };
    let (mut rest, mut has_form) = (chunks, false);
    for _ in 0..MOST_CHUNKS {
        let Some(([a, b, c, d, size @ ..], body)) = rest.split_first_chunk::<8>() else { return false };
        let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
        match &[*a, *b, *c, *d] {
            b"data" => return has_form && !body.is_empty(),
            b"fmt " => has_form = size >= SHORTEST_FORM,
            _ => {}
        }
        rest = match body.get(size..) {
            // An odd chunk is followed by a zero, which some writers leave out.
            Some([0, next @ ..]) if size % 2 == 1 => next,
            Some(next) => next,
            None => return false,
        };
    }
    false
}
