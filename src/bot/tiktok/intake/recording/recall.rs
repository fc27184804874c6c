//! What a recording that goes on says already. Blocks.
//!
//! A crash or a power cut can leave half a line at the end. It is cut off, so that what follows stands on a line of its
//! own.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use crate::kernel::ids::UserId;
use crate::live::Handle;
use crate::live::show::ShowEvent;
use crate::live::show_file::{Line, LineContent, Note};
use crate::live::show_reader::{Lines, ReadError};

/// What a recording says up to its end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Recalled {
    /// Its whole lines, in bytes; 0 for one that begins.
    pub bytes: u64,
    /// The time of the last line.
    pub last: Duration,
    /// Whether the live is connected there.
    pub is_connected: bool,
    /// The settings that count there.
    pub settings: BTreeMap<String, String>,
    /// The links that were written.
    pub links: BTreeMap<Handle, UserId>,
}

/// Opens a recording at its end, and says what is in it. A new one is made, and its folder too.
pub(super) fn open(path: &Path) -> io::Result<(File, Recalled)> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let recalled = Recalled::of(&file)?;
    file.set_len(recalled.bytes)?;
    file.seek(SeekFrom::End(0))?;
    file.flush()?;
    Ok((file, recalled))
}

impl Recalled {
    fn of(file: &File) -> io::Result<Self> {
        let mut recalled = Self::default();
        let mut lines = Lines::new(BufReader::new(file), file.metadata()?.len());
        while let Some(line) = lines.next() {
            match line {
                // What follows half a line would stand behind it, also where the half can be read.
                Ok(line) if lines.is_whole() => recalled.take(line),
                // What cannot be read says nothing here; a replay names it.
                Ok(_) | Err(ReadError::Line { .. }) => {}
                Err(ReadError::Input(error)) => return Err(error),
            }
        }
        recalled.bytes = lines.whole();
        Ok(recalled)
    }

    fn take(&mut self, line: Line) {
        self.last = line.at;
        match line.said {
            LineContent::Note(Note::Head(head)) => self.settings = head.settings,
            LineContent::Note(Note::Settings { settings }) => self.settings.extend(settings),
            LineContent::Note(Note::Link { handle, user: Some(user) }) => drop(self.links.insert(handle, user)),
            LineContent::Note(Note::Link { handle, user: None }) => drop(self.links.remove(&handle)),
            LineContent::Live(event) => match event.event {
                ShowEvent::Connect => self.is_connected = true,
                ShowEvent::Disconnect | ShowEvent::LiveEnd => self.is_connected = false,
                _ => {}
            },
            LineContent::Discord(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"at_ms":0,"actor":"show","type":"head","version":1,"guild":"5","streamer":"owl","started_at":"2026-11-21T20:00:00Z","settings":{"points_like":"1"}}
{"at_ms":0,"actor":"live","type":"connect"}
{"at_ms":3,"actor":"show","type":"link","handle":"ann.live","user":"7"}
{"at_ms":3,"us":9,"actor":"live","type":"like","user":"ann.live"}
{"at_ms":4,"actor":"show","type":"settings","settings":{"points_like":"2"}}
"#;

    #[test]
    fn half_a_line_at_the_end_is_cut_off_and_the_rest_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("5/show.jsonl");
        assert_eq!(open(&path).unwrap().1, Recalled::default());
        std::fs::write(&path, format!("{WHOLE}{{\"at_ms\":5,\"act")).unwrap();
        let (mut file, recalled) = open(&path).unwrap();
        assert_eq!(recalled.bytes, WHOLE.len() as u64);
        assert_eq!((recalled.last, recalled.is_connected), (Duration::from_millis(4), true));
        assert_eq!(recalled.settings["points_like"], "2");
        assert_eq!(recalled.links.into_values().collect::<Vec<_>>(), [UserId::new(7)]);
        file.write_all(b"next\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{WHOLE}next\n"));
    }

    #[test]
    fn a_line_that_says_something_and_has_no_end_is_cut_off_like_any_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("show.jsonl");
        let half = r#"{"at_ms":9,"actor":"show","type":"link","handle":"ben.live","user":"8"}"#;
        std::fs::write(&path, format!("{WHOLE}nonsense\n{half}")).unwrap();
        let (_, recalled) = open(&path).unwrap();
        assert_eq!((recalled.bytes, recalled.last), ((WHOLE.len() + 9) as u64, Duration::from_millis(4)));
        assert_eq!(recalled.links.into_values().collect::<Vec<_>>(), [UserId::new(7)]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{WHOLE}nonsense\n"));
    }
}
