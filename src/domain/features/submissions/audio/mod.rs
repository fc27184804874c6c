//! Audio files: which are taken (`M-SUB-07`, `M-SUB-19`, `M-SUB-20`, `D-34`).
//!
//! A file is judged by what it holds. [`check_declared`] reads what Discord says about it, and only spares the download of
//! what cannot be a song; [`check_bytes`] reads the file. Neither decodes audio: a damaged song passes, a renamed text, a
//! picture or a film does not.
//!
//! The forms in which files are really sent are in `tests/audio/forms.tsv`, each with its verdict.

mod content;
mod mp4;
mod mpeg;

use content::Content;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::{refusals, sentence};

/// The largest file that is taken, in bytes: 25 MB, inclusive.
pub const MAX_FILE_BYTES: u64 = 25 * 1024 * 1024;

/// The longest file name that [`safe_file_name`] gives, in characters.
pub const MAX_FILE_NAME_CHARS: usize = 100;

/// What every refusal says in the end.
const WANTED: &str = "Send an mp3, m4a, wav or flac file of up to 25 MB";

/// The extensions of films.
const FILMS: [&str; 8] = ["mp4", "mov", "m4v", "webm", "mkv", "avi", "wmv", "3gp"];

/// Extensions that say MPEG, and neither sound nor film: messengers and phones save an mp3 so.
const EITHER: [&str; 3] = ["mpga", "mpeg", "mpg"];

/// A kind of audio file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
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
    /// The extension of its files, in lower case, without the dot.
    pub fn extension(self) -> &'static str {
        self.into()
    }

    /// The kind that a file name claims.
    fn claimed_by(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.trim().rsplit_once('.')?;
        extension.parse().ok()
    }
}

/// The extension of a file name, if what follows its last dot is one: `Mr. Smith - Night` has none.
fn extension_of(file_name: &str) -> Option<&str> {
    let (_, end) = file_name.trim().rsplit_once('.')?;
    (!end.is_empty() && !end.contains(char::is_whitespace)).then_some(end)
}

/// Whether only the content of a file can tell what it is, because its name says sound or film.
fn is_either(file_name: &str) -> bool {
    extension_of(file_name).is_some_and(|extension| EITHER.iter().any(|either| either.eq_ignore_ascii_case(extension)))
}

refusals! {
    /// Why a file is not taken.
    #[derive(Copy)]
    pub enum AudioRefusal {
        /// The name or the content type is that of something else.
        Type => "submission.file_type" as NotValid,
            "This type of file can't be reviewed. {wanted}, or a link to the song.",
            wanted = WANTED;
        /// A film, by its name or by what it holds.
        Video => "submission.file_video" as NotValid,
            "A video can't be reviewed. Send its sound as an mp3, m4a, wav or flac file of \
            up to 25 MB, or the link to it on YouTube.";
        /// More than [`MAX_FILE_BYTES`].
        TooLarge {
            /// The size of the file in bytes.
            size: u64,
        } => "submission.file_too_large" as NotValid, "This file is too large ({size} MB). {wanted}.",
            size = megabytes(*size), wanted = WANTED;
        /// A file without content.
        Empty => "submission.file_empty" as NotValid, "This file is empty. {wanted}.", wanted = WANTED;
        /// The content is not what the name says.
        Content {
            /// What the name says.
            claimed: AudioKind,
            /// The extension that would suit the content, where it is recognised.
            found: Option<&'static str>,
        } => "submission.file_content" as NotValid, "This file is named .{name} but holds {content}. {wanted}.",
            name = claimed.extension(), content = what_was_found(*found), wanted = WANTED;
    }
}

/// With one digit behind the point, rounded up: what is too large never looks as if it were not.
fn megabytes(size: u64) -> Sentence {
    let tenths = size.saturating_mul(10).div_ceil(1024 * 1024);
    Sentence::words(format!("{}.{}", tenths / 10, tenths % 10))
}

fn what_was_found(extension: Option<&'static str>) -> Sentence {
    extension.map_or_else(|| sentence!("something else"), |extension| sentence!("{extension} data", extension))
}

/// Whether a file among a message's attachments is meant as a song: by its name or by its content type.
pub fn is_meant_as_audio(file_name: &str, content_type: Option<&str>) -> bool {
    AudioKind::claimed_by(file_name).is_some() || is_either(file_name) || content_type.is_some_and(is_audio)
}

/// Whether a file is a film: by its name, or by its content type where the name is not that of sound.
pub fn is_video(file_name: &str, content_type: Option<&str>) -> bool {
    let is_film = |extension: &str| FILMS.iter().any(|film| film.eq_ignore_ascii_case(extension));
    let is_so_called = |content_type: &str| top_level(content_type).eq_ignore_ascii_case("video");
    let claims_nothing = AudioKind::claimed_by(file_name).is_none() && !is_either(file_name);
    extension_of(file_name).is_some_and(is_film) || (claims_nothing && content_type.is_some_and(is_so_called))
}

/// Checks what Discord says about a file: its name, its content type and its size in bytes. Gives the kind that the name
/// claims; `None` for a name without an extension, or with one of several meanings, about which only the content can tell.
///
/// The content type is what the uploader's program believed. One that says something else for certain, such as a text or a
/// picture, is refused (`M-SUB-19`); anything vague, such as `application/octet-stream`, decides nothing.
pub fn check_declared(
    file_name: &str,
    content_type: Option<&str>,
    size: u64,
) -> Result<Option<AudioKind>, AudioRefusal> {
    if is_video(file_name, content_type) {
        return Err(AudioRefusal::Video);
    }
    let kind = AudioKind::claimed_by(file_name);
    if kind.is_none() && extension_of(file_name).is_some() && !is_either(file_name) {
        return Err(AudioRefusal::Type);
    }
    // Their sound is called a video by programs that know them as containers of films.
    let may_be_video = kind == Some(AudioKind::M4a) || is_either(file_name);
    if content_type.is_some_and(|content_type| says_something_else(may_be_video, content_type)) {
        return Err(AudioRefusal::Type);
    }
    match size {
        0 => Err(AudioRefusal::Empty),
        1..=MAX_FILE_BYTES => Ok(kind),
        _ => Err(AudioRefusal::TooLarge { size }),
    }
}

/// Checks what a file holds, and gives its kind. `claimed` is what its name says.
pub fn check_bytes(claimed: Option<AudioKind>, bytes: &[u8]) -> Result<AudioKind, AudioRefusal> {
    if bytes.is_empty() {
        return Err(AudioRefusal::Empty);
    }
    let content = content::of(bytes);
    let found = match (content, claimed) {
        (Content::Sound(kind), None) => return Ok(kind),
        (Content::Sound(kind), Some(claimed)) if kind == claimed => return Ok(kind),
        (Content::Sound(kind), _) => Some(kind.extension()),
        (Content::Video, None | Some(AudioKind::M4a)) => return Err(AudioRefusal::Video),
        (Content::Other, None) if is_film_by_content(bytes) => return Err(AudioRefusal::Video),
        // `infer` calls mp3 whatever begins with a tag or with one head of a frame.
        (Content::Video | Content::Other, _) => {
            infer::get(bytes).map(|found| found.extension()).filter(|found| *found != AudioKind::Mp3.extension())
        }
    };
    let Some(claimed) = claimed else { return Err(AudioRefusal::Type) };
    Err(AudioRefusal::Content { claimed, found: found.filter(|found| *found != claimed.extension()) })
}

fn is_film_by_content(bytes: &[u8]) -> bool {
    infer::get(bytes).is_some_and(|found| found.matcher_type() == infer::MatcherType::Video)
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

fn is_audio(content_type: &str) -> bool {
    top_level(content_type).eq_ignore_ascii_case("audio")
}

/// Whether a content type names something that sound is not.
fn says_something_else(may_be_video: bool, content_type: &str) -> bool {
    match top_level(content_type).to_ascii_lowercase().as_str() {
        "text" | "image" | "font" | "model" => true,
        "video" => !may_be_video,
        _ => false,
    }
}

/// `audio` of `audio/mpeg; rate=44100`.
fn top_level(content_type: &str) -> &str {
    content_type.split('/').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests;
