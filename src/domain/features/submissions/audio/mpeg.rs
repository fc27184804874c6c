//! Frames of MPEG layer III: version 1, 2 and 2.5, with a fixed or a free bit rate.

/// How many frames must follow one another before they are believed where no tag said that they begin.
const BELIEVED: usize = 3;

/// How far the next frame is looked for where the bit rate is free: more than the longest frame has.
const MOST_FREE_BYTES: usize = 8 * 1024;

/// The head of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    /// Version, layer and sampling rate: the same in all frames of a song.
    stream: (u8, u8),
    /// In bytes; `None` where the bit rate is free, and so only the next frame tells.
    length: Option<usize>,
}

impl Frame {
    /// Kilobits per second by index, for version 1 and for the others.
    const RATES: [[u16; 14]; 2] = [
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    /// Hertz of version 1; version 2 has half as many, version 2.5 a quarter.
    const HERTZ: [usize; 3] = [44_100, 48_000, 32_000];

    fn read(bytes: &[u8]) -> Option<Self> {
        let &[0xFF, second, third, ..] = bytes else { return None };
        let (version, layer) = (second >> 3 & 0b11, second >> 1 & 0b11);
        if second < 0xE0 || version == 0b01 || layer != 0b01 {
            return None;
        }
        let is_first = version == 0b11;
        let hertz = Self::HERTZ.get(usize::from(third >> 2 & 0b11))? >> [2, 0, 1, 0].get(usize::from(version))?;
        let length = match usize::from(third >> 4) {
            0 => None,
            index => {
                let rates = Self::RATES.get(usize::from(!is_first))?;
                let kilobits = usize::from(*rates.get(index - 1)?);
                let samples = if is_first { 144_000 } else { 72_000 };
                Some(samples * kilobits / hertz + usize::from(third >> 1 & 1))
            }
        };
        Some(Self { stream: (second & 0xFE, third & 0x0C), length })
    }
}

/// True when `bytes` begins with two frames of one song, or with a single whole one behind which a song may end.
///
/// The head of a frame is four bytes that any text may have in front, so one head is not believed.
pub(super) fn begins_with_sound(bytes: &[u8]) -> bool {
    let Some(first) = Frame::read(bytes) else { return false };
    let Some(length) = first.length else { return is_repeated(bytes, first) };
    let Some(behind) = bytes.get(length..) else { return false };
    match Frame::read(behind) {
        Some(next) => next.stream == first.stream,
        None => ends_here(behind),
    }
}

/// Whether the head of a frame whose length nothing tells comes once more.
fn is_repeated(bytes: &[u8], first: Frame) -> bool {
    let near = bytes.get(..MOST_FREE_BYTES).unwrap_or(bytes);
    let later = near.iter().enumerate().skip(1).filter(|(_, byte)| **byte == 0xFF);
    later.map(|(at, _)| at).any(|at| near.get(at..).and_then(Frame::read) == Some(first))
}

/// Whether nothing but a tag or padding follows.
fn ends_here(behind: &[u8]) -> bool {
    const TAGS: [&[u8]; 4] = [b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN"];
    TAGS.iter().any(|tag| behind.starts_with(tag)) || behind.iter().all(|byte| *byte == 0)
}

/// True when frames that follow one another begin within the first `most` bytes.
pub(super) fn frames_within(bytes: &[u8], most: usize) -> bool {
    let starts = bytes.iter().take(most).enumerate().filter(|(_, byte)| **byte == 0xFF);
    starts.map(|(at, _)| at).any(|at| bytes.get(at..).is_some_and(frames_follow))
}

/// True when `bytes` begins with as many frames as are believed, or with two that reach to its end.
fn frames_follow(mut bytes: &[u8]) -> bool {
    let Some(first) = Frame::read(bytes) else { return false };
    let mut seen = 0;
    while let Some(Frame { stream, length: Some(length) }) = Frame::read(bytes) {
        if stream != first.stream {
            return false;
        }
        seen += 1;
        match bytes.get(length..) {
            _ if seen == BELIEVED => return true,
            Some([]) => return seen > 1,
            Some(rest) => bytes = rest,
            None => return false,
        }
    }
    false
}
