//! Audio files: which are taken (`M-SUB-07`, `M-SUB-19`, `M-SUB-20`, `D-34`).
//!
//! A file is checked twice. [`check_declared`] reads what Discord says about it, before anything is downloaded;
//! [`check_bytes`] reads what it really begins with. Neither decodes audio: a damaged song passes, a renamed text or
//! picture does not.

mod content;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::error::Refuse;
use crate::kernel::text::one_line;

/// The largest file that is taken, in bytes: 25 MB, inclusive.
pub const MAX_FILE_BYTES: u64 = 25 * 1024 * 1024;

/// How much of a file's beginning [`check_bytes`] wants to see, in bytes. More does no harm, and the whole file is best.
pub const HEAD_BYTES: usize = 64 * 1024;

/// The longest file name that [`safe_file_name`] gives, in characters.
pub const MAX_FILE_NAME_CHARS: usize = 100;

/// What every refusal says in the end.
const WANTED: &str = "Send an mp3, m4a, wav or flac file of up to 25 MB.";

/// A kind of audio file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AudioKind {
    /// MPEG layer III.
    Mp3,
    /// AAC or ALAC in an MPEG-4 container.
    M4a,
    /// RIFF WAVE.
    Wav,
    /// Free Lossless Audio Codec.
    Flac,
}

impl AudioKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Mp3, Self::M4a, Self::Wav, Self::Flac];

    /// The extension of its files, in lower case, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }

    /// The kind that a file name claims.
    fn claimed_by(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.trim().rsplit_once('.')?;
        Self::ALL.into_iter().find(|kind| kind.extension().eq_ignore_ascii_case(extension))
    }
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioRefusal {
    /// The name or the content type is not that of a supported kind.
    Type,
    /// More than [`MAX_FILE_BYTES`].
    TooLarge {
        /// The size of the file in bytes.
        size: u64,
    },
    /// A file without content.
    Empty,
    /// The content is not what the name says.
    Content {
        /// What the name says.
        claimed: AudioKind,
        /// The extension that would suit the content, where it is recognised.
        found: Option<&'static str>,
    },
}

impl Refuse for AudioRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Type => "submission.file_type",
            Self::TooLarge { .. } => "submission.file_too_large",
            Self::Empty => "submission.file_empty",
            Self::Content { .. } => "submission.file_content",
        }
    }
}

impl fmt::Display for AudioRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type => write!(f, "This type of file can't be reviewed. {WANTED}"),
            Self::TooLarge { size } => {
                let tenths = size.saturating_mul(10).div_ceil(1024 * 1024);
                write!(f, "This file is too large ({}.{} MB). {WANTED}", tenths / 10, tenths % 10)
            }
            Self::Empty => write!(f, "This file is empty. {WANTED}"),
            Self::Content { claimed, found: Some(found) } => {
                write!(f, "This file is named .{} but holds {found} data. {WANTED}", claimed.extension())
            }
            Self::Content { claimed, found: None } => {
                write!(f, "This file is named .{} but holds something else. {WANTED}", claimed.extension())
            }
        }
    }
}

/// Whether a file among a message's attachments is meant as a song: by its name or by its content type.
pub fn is_meant_as_audio(file_name: &str, content_type: Option<&str>) -> bool {
    AudioKind::claimed_by(file_name).is_some() || content_type.is_some_and(is_audio)
}

/// Checks what Discord says about a file: its name, its content type and its size in bytes.
///
/// The extension decides the kind. The content type must be some `audio/…`, or absent: browsers and phones name the
/// same file in many ways (`audio/mp3`, `audio/x-m4a`, `audio/wave`, …), so which one it is does not matter.
pub fn check_declared(file_name: &str, content_type: Option<&str>, size: u64) -> Result<AudioKind, AudioRefusal> {
    let kind = AudioKind::claimed_by(file_name).ok_or(AudioRefusal::Type)?;
    if !content_type.is_none_or(is_audio) {
        return Err(AudioRefusal::Type);
    }
    match size {
        0 => Err(AudioRefusal::Empty),
        1..=MAX_FILE_BYTES => Ok(kind),
        _ => Err(AudioRefusal::TooLarge { size }),
    }
}

/// Checks that a file begins as its `kind` does. `head` is the whole file, or at least its first [`HEAD_BYTES`].
///
/// An mp3 or flac whose opening tag (a large cover picture) reaches beyond `head` passes on the strength of that tag.
pub fn check_bytes(kind: AudioKind, head: &[u8]) -> Result<(), AudioRefusal> {
    if head.is_empty() {
        return Err(AudioRefusal::Empty);
    }
    if content::begins_as(kind, head) {
        return Ok(());
    }
    let found = infer::get(head).map(|found| found.extension()).filter(|found| *found != kind.extension());
    Err(AudioRefusal::Content { claimed: kind, found })
}

/// A name for sending a file on: no folders, nothing that a file system or Markdown reads, at most
/// [`MAX_FILE_NAME_CHARS`]. The extension stays. A name with nothing left in it becomes `audio`.
pub fn safe_file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = one_line(name, usize::MAX).chars().map(|c| if is_unsafe_in_name(c) { '_' } else { c }).collect();
    let name = name.trim_end_matches(['.', ' ']);
    let is_extension =
        |end: &&str| (1..=8).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let extension = name.rsplit_once('.').map(|(_, end)| end).filter(is_extension);
    let ending = extension.map(|extension| format!(".{extension}")).unwrap_or_default();
    let stem = name.strip_suffix(&ending).unwrap_or(name).trim_matches(['.', ' ']);
    let short: String = stem.chars().take(MAX_FILE_NAME_CHARS.saturating_sub(ending.len())).collect();
    // The cut may have bared the glue of an emoji or a gap.
    let stem = one_line(&short, usize::MAX);
    match stem.trim_matches(['.', ' ']) {
        "" => format!("audio{ending}"),
        stem => format!("{stem}{ending}"),
    }
}

fn is_unsafe_in_name(character: char) -> bool {
    matches!(character, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '`' | '@' | '~' | '[' | ']')
}

/// True for `audio/…`, whatever its parameters, and for an empty type, which is as good as none.
fn is_audio(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.is_empty() || essence.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("audio/"))
}

#[cfg(test)]
mod tests;
