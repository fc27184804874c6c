//! Shows as files, for whatever plays them: `greenroom demo` and `greenroom replay`.
//!
//! What a line may be stands in `live::show_file`, and [`call`] has what people do on Discord. People and channels go by
//! their names there.

pub(crate) mod call;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Seek};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use self::call::Call;
use super::exit::{ExitCode, Stop};
use crate::live::show::ShowLine;
use crate::live::show_file::{LineContent, Note};
use crate::live::show_reader::{Lines, ReadError};

/// A line of a show.
#[derive(Clone, Debug)]
pub struct Cue {
    /// When, from the beginning.
    pub at: Duration,
    /// What happens.
    pub act: Act,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// A recording says what it knows besides.
    Note(Note),
    /// On the live.
    Live(ShowLine),
    /// On Discord.
    Discord(Call),
}

/// Why a show cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ShowReadError {
    /// The file cannot be opened or read.
    #[error("{path} cannot be read: {problem}.", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        problem: io::Error,
    },
    /// It is a folder.
    #[error("{path} is a folder. Name the file of one show.", path = .0.display())]
    Folder(PathBuf),
    /// There is nothing in it.
    #[error("{path} is empty: there is no show in it.", path = .0.display())]
    Empty(PathBuf),
    /// A line is wrong.
    #[error("Line {line} of {path} cannot be played: {problem}.", path = path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Its number, from 1.
        line: u64,
        /// What is wrong, as the end of a sentence.
        problem: String,
    },
}

impl From<ShowReadError> for Stop {
    fn from(problem: ShowReadError) -> Self {
        Self::new(ExitCode::Configuration, problem.to_string())
    }
}

/// Where lines come from.
trait Source: BufRead + Seek {}

impl<S: BufRead + Seek> Source for S {}

/// A show that is being read.
pub struct Show {
    path: PathBuf,
    lines: Lines<Box<dyn Source>>,
}

impl Show {
    /// Opens a show.
    pub fn open(path: &Path) -> Result<Self, ShowReadError> {
        let unreadable = |problem| ShowReadError::Unreadable { path: path.to_owned(), problem };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(ShowReadError::Folder(path.to_owned()));
        }
        let file = File::open(path).map_err(unreadable)?;
        let source: Box<dyn Source> = Box::new(BufReader::new(file));
        Ok(Self { path: path.to_owned(), lines: Lines::new(source, metadata.len()) })
    }

    /// A show that is part of the program, under a name for messages.
    pub fn built_in(name: &str, text: &'static str) -> Self {
        let source: Box<dyn Source> = Box::new(Cursor::new(text));
        Self { path: PathBuf::from(name), lines: Lines::new(source, text.len() as u64) }
    }

    /// Begins again.
    pub fn rewind(&mut self) -> Result<(), ShowReadError> {
        let rewound = self.lines.rewind();
        rewound.map_err(|problem| ShowReadError::Unreadable { path: self.path.clone(), problem })
    }

    /// Reads it to its end, so that a line that cannot be played is known before anything is, and begins again.
    pub fn check(&mut self) -> Result<(), ShowReadError> {
        while self.next_cue()?.is_some() {}
        self.rewind()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How much of it is read.
    pub fn percent(&self) -> u64 {
        self.lines.percent()
    }

    /// Whether the last line was cut off and left out.
    pub const fn is_cut(&self) -> bool {
        self.lines.is_cut()
    }

    /// What is wrong with the line that was read last.
    pub fn wrong(&self, problem: &str) -> ShowReadError {
        let problem = problem.trim_end_matches('.').to_owned();
        ShowReadError::Line { path: self.path.clone(), line: self.lines.number(), problem }
    }

    /// The next line that says something.
    pub fn next_cue(&mut self) -> Result<Option<Cue>, ShowReadError> {
        let Some(line) = self.lines.next().transpose().map_err(|error| self.named(error))? else { return Ok(None) };
        let act = match line.said {
            LineContent::Note(note) => Act::Note(note),
            LineContent::Live(event) => Act::Live(event),
            LineContent::Discord(fields) => {
                Act::Discord(Call::of(fields).map_err(|error| self.wrong(&error.to_string()))?)
            }
        };
        Ok(Some(Cue { at: line.at, act }))
    }

    fn named(&self, error: ReadError) -> ShowReadError {
        match error {
            ReadError::Input(problem) => ShowReadError::Unreadable { path: self.path.clone(), problem },
            ReadError::Line { problem, .. } => self.wrong(&problem.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many lines there are, or what is wrong.
    fn read(text: &'static str) -> Result<usize, String> {
        let mut show = Show::built_in("a show", text);
        show.check().map_err(|problem| problem.to_string())?;
        Ok(std::iter::from_fn(|| show.next_cue().unwrap()).count())
    }

    #[test]
    fn a_line_that_cannot_be_played_is_named() {
        let said = |text| read(text).unwrap_err();
        assert!(said("# a note\n\nnonsense\n").starts_with("Line 3 of a show cannot be played: expected"));
        assert!(said(r#"{"actor":"live","type":"connect"}"#).contains("at_ms"));
        assert!(said(r#"{"at_ms":1,"actor":"moon"}"#).contains("none of live, show and discord"));
        assert!(said(r#"{"at_ms":1,"actor":"discord","call":"dance"}"#).contains("dance"));
        let unknown = r#"{"at_ms":1,"actor":"discord","call":"press","user":"ann","label":"Next","lable":"Next"}"#;
        assert!(said(unknown).contains("lable"));
        let backwards = "{\"at_ms\":2,\"actor\":\"live\",\"type\":\"connect\"}\n{\"at_ms\":1,\"actor\":\"live\",\"type\":\"live_end\"}\n";
        assert!(said(backwards).contains("before the line above"));
    }

    #[test]
    fn a_show_is_checked_and_begins_again() {
        let show = r#"{"at_ms":1,"actor":"live","type":"connect"}
{"at_ms":2,"actor":"discord","call":"press","user":"ann","label":"Next"}
"#;
        assert_eq!(read(show), Ok(2));
    }

    #[test]
    fn what_is_no_file_of_a_show_is_told_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| Show::open(path).map(drop).unwrap_err().to_string();
        assert!(said(folder.path()).ends_with("is a folder. Name the file of one show."));
        assert!(said(&folder.path().join("missing")).contains("missing cannot be read: "));
    }
}
