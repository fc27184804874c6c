//! The tracks of an MPEG-4 or QuickTime container, whatever brand it says it is of.
//!
//! Boxes are walked, never loaded: each step goes forward, and there is a bound on the steps.

/// How many boxes are looked at.
const MOST_BOXES: usize = 20_000;

/// How deep boxes may lie in one another; those that are wanted lie four deep.
const MOST_DEPTH: u8 = 6;

/// What kinds of tracks a container has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tracks {
    /// Sound that is not encrypted.
    pub(super) sound: bool,
    /// Moving pictures. The cover of an album is none, nor are the still pictures of chapters.
    pub(super) picture: bool,
}

/// The tracks of the container that `bytes` is. `None` for anything else.
pub(super) fn tracks(bytes: &[u8]) -> Option<Tracks> {
    let first = bytes.get(4..8)?;
    if !matches!(first, b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot") {
        return None;
    }
    let mut walk = Walk { steps: MOST_BOXES, tracks: Tracks::default(), in_fragments: false, empty_sound: false };
    walk.boxes(bytes, 0, &mut Track::default());
    Some(Tracks { sound: walk.tracks.sound || (walk.empty_sound && walk.in_fragments), ..walk.tracks })
}

/// What is known of the track that is being walked through.
#[derive(Clone, Copy, Default)]
struct Track {
    handler: [u8; 4],
    codec: [u8; 4],
    /// How many pictures or pieces of sound, where it is said.
    samples: Option<u32>,
}

struct Walk {
    steps: usize,
    tracks: Tracks,
    /// Whether what tracks hold comes in fragments behind them, so that they say that they hold nothing.
    in_fragments: bool,
    /// Whether there is a track of sound with nothing in it.
    empty_sound: bool,
}

impl Walk {
    fn boxes(&mut self, mut bytes: &[u8], depth: u8, track: &mut Track) {
        while let Some((kind, body, rest)) = next_box(bytes) {
            if self.steps == 0 {
                return;
            }
            self.steps -= 1;
            bytes = rest;
            match &kind {
                b"trak" if depth < MOST_DEPTH => {
                    let mut track = Track::default();
                    self.boxes(body, depth + 1, &mut track);
                    self.add(track);
                }
                b"moov" | b"mdia" | b"minf" | b"stbl" if depth < MOST_DEPTH => self.boxes(body, depth + 1, track),
                // In `minf` of QuickTime lies another one, for the data.
                b"hdlr" if track.handler == [0; 4] => track.handler = four(body, 8).unwrap_or_default(),
                b"stsd" => track.codec = four(body, 12).unwrap_or_default(),
                b"stsz" | b"stz2" => track.samples = four(body, 8).map(u32::from_be_bytes),
                b"mvex" | b"moof" => self.in_fragments = true,
                _ => {}
            }
        }
    }

    fn add(&mut self, track: Track) {
        match (&track.handler, &track.codec) {
            // What is encrypted plays for nobody else; a cover is no film.
            (b"soun", b"drms" | b"enca") | (b"vide", b"jpeg" | b"mjpa" | b"mjpb" | b"png " | b"gif " | b"tiff") => {}
            // A picture may come with a track of sound in which nothing was recorded.
            (b"soun", _) if track.samples == Some(0) => self.empty_sound = true,
            (b"soun", _) => self.tracks.sound = true,
            // Some converters make a film of one picture out of a cover.
            (b"vide", _) => self.tracks.picture |= track.samples != Some(1),
            _ => {}
        }
    }
}

/// The kind and the body of the box that `bytes` begins with, and what follows it. A body that is cut off ends with the file.
fn next_box(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let size = u32::from_be_bytes(four(bytes, 0)?);
    let kind = four(bytes, 4)?;
    let (head, length) = match size {
        0 => (8, bytes.len()),
        1 => {
            let (long, _) = bytes.get(8..)?.split_first_chunk::<8>()?;
            (16, usize::try_from(u64::from_be_bytes(*long)).unwrap_or(usize::MAX))
        }
        size => (8, usize::try_from(size).unwrap_or(usize::MAX)),
    };
    let length = length.min(bytes.len());
    Some((kind, bytes.get(head..length)?, bytes.get(length..)?))
}

fn four(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..)?.first_chunk().copied()
}
