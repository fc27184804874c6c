//! The file of a show, read line by line: memory is bounded by its longest line, however long it is.
//!
//! A last line that is cut off, as by a power cut, is left out and told. Everything else that cannot be read stops the
//! replay with the number of the line: a part of an evening must not pass for the whole of it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::exit::Stop;
use crate::live::show_file::{Line, Unreadable, read};

/// The longest line, in bytes. Shows for the demo hold small files.
const LONGEST_LINE: u64 = 8 << 20;
/// The longest show.
const LONGEST_SHOW: Duration = Duration::from_hours(24 * 366);

/// Why a show cannot be played.
#[derive(Debug, thiserror::Error)]
pub(super) enum ShowProblem {
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

/// A show that is being read.
pub(super) struct Show {
    path: PathBuf,
    reader: BufReader<File>,
    /// The size when it was opened. What a recording in the making adds later does not belong to this replay.
    bytes: u64,
    read: u64,
    line: u64,
    last: Duration,
    is_cut: bool,
}

impl Show {
    /// Opens a show.
    pub(super) fn open(path: &Path) -> Result<Self, ShowProblem> {
        let unreadable = |problem| ShowProblem::Unreadable { path: path.to_owned(), problem };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(ShowProblem::Folder(path.to_owned()));
        }
        let file = File::open(path).map_err(unreadable)?;
        let (reader, bytes) = (BufReader::new(file), metadata.len());
        Ok(Self { path: path.to_owned(), reader, bytes, read: 0, line: 0, last: Duration::ZERO, is_cut: false })
    }

    /// Begins again.
    pub(super) fn rewind(&mut self) -> Result<(), ShowProblem> {
        let rewound = self.reader.rewind();
        rewound.map_err(|problem| ShowProblem::Unreadable { path: self.path.clone(), problem })?;
        (self.read, self.line, self.last, self.is_cut) = (0, 0, Duration::ZERO, false);
        Ok(())
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How much of it is read.
    pub(super) fn percent(&self) -> u64 {
        self.read.saturating_mul(100).checked_div(self.bytes).unwrap_or(100)
    }

    /// Whether the last line was cut off and left out.
    pub(super) const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What is wrong with the line that was read last.
    pub(super) fn wrong(&self, problem: impl Into<String>) -> ShowProblem {
        let problem = problem.into().trim_end_matches('.').to_owned();
        ShowProblem::Line { path: self.path.clone(), line: self.line, problem }
    }

    /// The next line that says something.
    pub(super) fn next(&mut self) -> Result<Option<Line>, ShowProblem> {
        let mut bytes = Vec::new();
        while self.read < self.bytes {
            bytes.clear();
            let most = LONGEST_LINE.min(self.bytes - self.read);
            let read = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes);
            let read = read.map_err(|problem| ShowProblem::Unreadable { path: self.path.clone(), problem })?;
            // The file became shorter meanwhile.
            if read == 0 {
                break;
            }
            self.read += read as u64;
            self.line += 1;
            let is_whole = bytes.last() == Some(&b'\n');
            let is_last = self.read >= self.bytes;
            if !is_whole && !is_last {
                return Err(self.wrong("it is longer than any line of a show"));
            }
            match self.understand(&bytes) {
                Ok(None) => {}
                Ok(line) => return Ok(line),
                Err(_) if !is_whole && self.line > 1 => self.is_cut = true,
                Err(problem) => return Err(problem),
            }
        }
        Ok(None)
    }

    fn understand(&mut self, bytes: &[u8]) -> Result<Option<Line>, ShowProblem> {
        let text = str::from_utf8(bytes).map_err(|_| self.wrong("it is no text in UTF-8"))?;
        let Some(line) = read(text).map_err(|problem: Unreadable| self.wrong(problem.to_string()))? else {
            return Ok(None);
        };
        if line.at < self.last {
            return Err(self.wrong("it happens before the line above it"));
        }
        if line.at > LONGEST_SHOW {
            return Err(self.wrong("it is more than a year after the beginning"));
        }
        self.last = line.at;
        Ok(Some(line))
    }
}

/// What went wrong on the stage: with the line, or with the machine.
#[derive(Debug)]
pub(super) enum StageProblem {
    /// The line asks for something that cannot be.
    Line(String),
    /// Something broke.
    Stop(Stop),
}

impl StageProblem {
    /// The end of the replay, for the line of a show that was read last.
    pub(super) fn at(self, show: &Show) -> Stop {
        match self {
            Self::Line(problem) => show.wrong(problem).into(),
            Self::Stop(stop) => stop,
        }
    }
}

impl<E: Into<Stop>> From<E> for StageProblem {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}
