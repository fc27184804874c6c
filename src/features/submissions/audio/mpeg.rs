//! Frames of MPEG layer III: version 1, 2 and 2.5, with a fixed or a free bit rate.

/// How many frames must follow one another before they are believed where no tag said that they begin.
const BELIEVED: usize = 3;

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

/// True when `bytes` begins with a frame.
pub(super) fn begins_with_frame(bytes: &[u8]) -> bool {
    Frame::read(bytes).is_some()
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
