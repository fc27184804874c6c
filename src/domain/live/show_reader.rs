//! A show, read line by line: memory is bounded by its longest line, however long it is.
//!
//! A last line that is cut off, as by a power cut, is left out and told. Everything else that cannot be read is an error
//! with the number of its line; who asks for the next line all the same gets the one behind it.

use std::io::{self, BufRead, Seek};
use std::time::Duration;

use super::show_file::{Line, Unreadable};

/// The longest line, in bytes. Shows for the demo hold small files.
const LONGEST_LINE: u64 = 8 << 20;
/// The longest show.
const LONGEST_SHOW: Duration = Duration::from_hours(24 * 366);

/// Why a show cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system does not give its bytes.
    #[error("{0}")]
    Input(io::Error),
    /// A line is wrong.
    #[error("line {number}: {problem}")]
    Line {
        /// Its number, from 1.
        number: u64,
        /// What is wrong.
        problem: Unreadable,
    },
}

/// The lines of a show that say something, in the order of time.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    /// The size when it was opened. What a recording in the making adds later does not belong to it.
    bytes: u64,
    read: u64,
    /// Up to the end of the last line that has one.
    whole: u64,
    number: u64,
    last: Duration,
    is_cut: bool,
}

impl<R> Lines<R> {
    /// Reads the first `bytes` of a show.
    pub const fn new(input: R, bytes: u64) -> Self {
        Self { input, bytes, read: 0, whole: 0, number: 0, last: Duration::ZERO, is_cut: false }
    }

    /// The number of the line that was read last, from 1.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// How much of it is read.
    pub fn percent(&self) -> u64 {
        self.read.saturating_mul(100).checked_div(self.bytes).unwrap_or(100)
    }

    /// Whether the last line was cut off and left out.
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// How many bytes the lines have that were read and have an end.
    pub const fn whole(&self) -> u64 {
        self.whole
    }

    /// Whether the line that was read last has an end.
    pub const fn is_whole(&self) -> bool {
        self.whole == self.read
    }

    fn wrong(&self, problem: &str) -> ReadError {
        ReadError::Line { number: self.number, problem: Unreadable::Garbage(problem.to_owned()) }
    }
}

impl<R: Seek> Lines<R> {
    /// Begins again.
    pub fn rewind(&mut self) -> io::Result<()> {
        self.input.rewind()?;
        (self.read, self.whole, self.number, self.last, self.is_cut) = (0, 0, 0, Duration::ZERO, false);
        Ok(())
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read_on().transpose()
    }
}

impl<R: BufRead> Lines<R> {
    fn read_on(&mut self) -> Result<Option<Line>, ReadError> {
        let mut bytes = Vec::new();
        while self.read < self.bytes {
            bytes.clear();
            let most = LONGEST_LINE.min(self.bytes - self.read);
            let read = io::Read::take(&mut self.input, most).read_until(b'\n', &mut bytes).map_err(ReadError::Input)?;
            // The file became shorter meanwhile.
            if read == 0 {
                break;
            }
            self.read += read as u64;
            self.number += 1;
            if bytes.last() == Some(&b'\n') {
                self.whole = self.read;
            } else if self.read < self.bytes {
                return Err(self.wrong("it is longer than any line of a show"));
            }
            match self.understand(&bytes) {
                Ok(None) => {}
                Ok(line) => return Ok(line),
                Err(_) if !self.is_whole() && self.number > 1 => self.is_cut = true,
                Err(problem) => return Err(problem),
            }
        }
        Ok(None)
    }

    fn understand(&mut self, bytes: &[u8]) -> Result<Option<Line>, ReadError> {
        let text = str::from_utf8(bytes).map_err(|_| self.wrong("it is no text in UTF-8"))?;
        let line = Line::read(text).map_err(|problem| ReadError::Line { number: self.number, problem })?;
        let Some(line) = line else { return Ok(None) };
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const CONNECT: &str = r#"{"at_ms":5,"actor":"live","type":"connect"}"#;
    const END: &str = r#"{"at_ms":9,"actor":"live","type":"live_end"}"#;

    fn lines(text: &str) -> Lines<Cursor<&[u8]>> {
        Lines::new(Cursor::new(text.as_bytes()), text.len() as u64)
    }

    /// The time of each line in milliseconds, or what is said of it.
    fn said(lines: &mut Lines<Cursor<&[u8]>>) -> Vec<String> {
        let said = |line: Result<Line, ReadError>| match line {
            Ok(line) => line.at.as_millis().to_string(),
            Err(error) => error.to_string(),
        };
        lines.map(said).collect()
    }

    #[test]
    fn each_line_that_says_something_is_read_in_its_order() {
        let text = format!("# a note\n\n{CONNECT}\n{END}\n");
        let mut lines = lines(&text);
        assert_eq!(said(&mut lines), ["5", "9"]);
        assert_eq!((lines.number(), lines.percent(), lines.is_cut()), (4, 100, false));
        assert_eq!((lines.whole(), lines.is_whole()), (text.len() as u64, true));
        lines.rewind().unwrap();
        assert_eq!((lines.number(), lines.percent(), lines.whole()), (0, 0, 0));
        assert_eq!(said(&mut lines), ["5", "9"]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_by_its_number_and_those_behind_it_are_read() {
        let endless = r#"{"at_ms":99999999999999999,"actor":"live","type":"connect"}"#;
        let text = format!("{END}\nnonsense\n{CONNECT}\n{endless}\n{END}\n");
        let said = said(&mut lines(&text));
        assert!(said[1].starts_with("line 2: expected"), "{}", said[1]);
        insta::assert_snapshot!([&said[..1], &said[2..]].concat().join("\n"), @"
        9
        line 3: it happens before the line above it
        line 4: it is more than a year after the beginning
        9
        ");
        let bytes = [CONNECT.as_bytes(), b"\n\xff\n"].concat();
        let error = Lines::new(&bytes[..], bytes.len() as u64).nth(1).unwrap().unwrap_err();
        assert_eq!(error.to_string(), "line 2: it is no text in UTF-8");
    }

    #[test]
    fn a_line_without_an_end_is_longer_than_any_or_cut_off() {
        let long = format!("{CONNECT}\n{}\n{END}\n", " ".repeat(9 << 20));
        assert_eq!(said(&mut lines(&long)), ["5", "line 2: it is longer than any line of a show", "9"]);
        let half = format!("{CONNECT}\n{{\"at_ms\":6,\"ac");
        let mut cut = lines(&half);
        assert_eq!(said(&mut cut), ["5"]);
        assert_eq!((cut.is_cut(), cut.is_whole(), cut.whole()), (true, false, CONNECT.len() as u64 + 1));
        let mut without_end = lines(CONNECT);
        assert_eq!(said(&mut without_end), ["5"]);
        assert_eq!((without_end.is_cut(), without_end.is_whole(), without_end.whole()), (false, false, 0));
        assert!(said(&mut lines("{\"at_ms\":6,\"ac")).concat().starts_with("line 1: "), "one half line is no show");
    }

    #[test]
    fn what_is_added_while_it_is_read_does_not_belong_to_it() {
        let text = format!("{CONNECT}\n{END}\n");
        assert_eq!(Lines::new(text.as_bytes(), CONNECT.len() as u64 + 1).count(), 1);
    }
}
