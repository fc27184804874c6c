//! What somebody types who is not to be seen: unseen at a terminal, or as the first line of standard input.

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use super::exit::{ExitCode, Stop, tell};
use crate::kernel::secret::Secret;

/// More is not read of a line.
const LONGEST_LINE: usize = 4_096;
/// So often is looked whether an answer is still wanted.
const MOMENT: Duration = Duration::from_millis(500);
/// What Ctrl+C is where it ends no process.
const CTRL_C: u8 = 3;

/// Asks for a new password.
pub(super) fn new_password() -> Result<Secret, Stop> {
    let first = secret("New password: ", "password")?;
    if !is_somebody_there() {
        return Ok(first);
    }
    let again = secret("Once more: ", "password")?;
    if first == again { Ok(first) } else { Err(refused("The two are not the same. Nothing was changed.")) }
}

/// Whether somebody sits at a terminal, who can be asked again.
pub(super) fn is_somebody_there() -> bool {
    io::stdin().is_terminal()
}

/// Asks for something that is not to be seen. `what` is its name in a sentence.
pub(super) fn secret(prompt: &str, what: &str) -> Result<Secret, Stop> {
    let answer = secret_while(prompt, what, || true)?;
    answer.ok_or_else(|| refused("Nothing was changed."))
}

/// The same, for as long as the answer is wanted; `None` where it is not any more. Whoever presses Enter alone at a terminal is
/// told what is awaited, and asked again.
pub(super) fn secret_while(prompt: &str, what: &str, is_wanted: impl Fn() -> bool) -> Result<Option<Secret>, Stop> {
    let unread = |error: io::Error| Stop::failed(format!("The {what} cannot be read: {error}."));
    if !is_somebody_there() {
        return match Heard::of(&line().map_err(unread)?) {
            Heard::Text(secret) => Ok(Some(secret)),
            Heard::Nothing | Heard::End => {
                Err(refused(&format!("There is no {what} on standard input. Nothing was changed.")))
            }
            Heard::NoText => Err(refused("Nothing was changed.")),
        };
    }
    loop {
        let unseen =
            Unseen::begin().map_err(|error| Stop::failed(format!("The terminal cannot be made silent: {error}.")))?;
        show(prompt);
        let answer = while_wanted(line, &is_wanted).map_err(unread)?;
        drop(unseen);
        let Some(answer) = answer else {
            show("\n");
            return Ok(None);
        };
        match Heard::of(&answer) {
            Heard::Text(secret) => return Ok(Some(secret)),
            Heard::Nothing => tell(&format!(
                "Nothing was typed. Type or paste the {what}, of which nothing is shown, and press Enter. Ctrl+C ends this."
            )),
            Heard::End | Heard::NoText => {
                show("\n");
                return Err(refused("Nothing was changed."));
            }
        }
    }
}

/// Shows something on the terminal. Whoever sees no prompt knows what was asked for all the same.
fn show(text: &str) {
    let mut terminal = io::stderr();
    let _ = write!(terminal, "{text}").and_then(|()| terminal.flush());
}

/// What `read` gives, which waits on a thread of its own; `None` once that is not wanted any more. Then the thread waits on, and
/// the process is about to end.
fn while_wanted(
    read: impl FnOnce() -> io::Result<Vec<u8>> + Send + 'static,
    is_wanted: impl Fn() -> bool,
) -> io::Result<Option<Vec<u8>>> {
    let (told, heard) = mpsc::channel();
    // Nobody hears it where it is not wanted any more.
    thread::Builder::new().name("terminal".to_owned()).spawn(move || drop(told.send(read())))?;
    loop {
        match heard.recv_timeout(MOMENT) {
            Ok(line) => return line.map(Some),
            Err(RecvTimeoutError::Timeout) if is_wanted() => {}
            Err(RecvTimeoutError::Timeout) => return Ok(None),
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("nobody reads it")),
        }
    }
}

/// The next line of standard input, with its end.
fn line() -> io::Result<Vec<u8>> {
    let (mut line, mut input) = (Vec::new(), io::stdin().lock());
    loop {
        let part = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            part => part?,
        };
        let end = part.iter().position(|byte| matches!(*byte, b'\n' | CTRL_C));
        let taken = end.map_or(part.len(), |end| end + 1);
        line.extend(part.iter().take(taken));
        let is_over = taken == 0 || end.is_some() || line.len() > LONGEST_LINE;
        input.consume(taken);
        if is_over {
            return Ok(line);
        }
    }
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// Something.
    Text(Secret),
    /// Nothing: Enter alone.
    Nothing,
    /// That there is no more, or that somebody wants no more: Ctrl+D, Ctrl+C.
    End,
    /// Something that is no text.
    NoText,
}

impl Heard {
    fn of(line: &[u8]) -> Self {
        if line.is_empty() || line.contains(&CTRL_C) {
            return Self::End;
        }
        let Ok(text) = std::str::from_utf8(line) else { return Self::NoText };
        match text.trim_end_matches(['\r', '\n']) {
            "" => Self::Nothing,
            text if text.chars().any(char::is_control) => Self::NoText,
            text => Self::Text(Secret::new(text)),
        }
    }
}

fn refused(message: &str) -> Stop {
    Stop::new(ExitCode::Configuration, message)
}

/// While this is held, the terminal shows nothing of what is typed but the end of the line.
struct Unseen {
    before: Termios,
}

impl Unseen {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut unseen = before.clone();
        // Nor do signals end the process: the terminal would stay as it is now. Ctrl+C ends the line in their place.
        unseen.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        unseen.local_modes.insert(LocalModes::ECHONL);
        unseen.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        tcsetattr(io::stdin(), OptionalActions::Flush, &unseen)?;
        Ok(Self { before })
    }
}

impl Drop for Unseen {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_what_is_typed_up_to_the_end_of_the_line() {
        let password = Heard::Text(Secret::new("correct horse battery"));
        for line in ["correct horse battery\n", "correct horse battery\r\n", "correct horse battery"] {
            assert_eq!(Heard::of(line.as_bytes()), password);
        }
        assert_eq!(Heard::of(b" with spaces \n"), Heard::Text(Secret::new(" with spaces ")));
    }

    #[test]
    fn enter_alone_the_end_of_input_and_what_is_no_text_are_told_apart() {
        for (line, heard) in [
            (&b""[..], Heard::End),
            (b"\x03", Heard::End),
            (b"half a tok\x03", Heard::End),
            (b"\n", Heard::Nothing),
            (b"\r\n", Heard::Nothing),
            (b"abc\x1a\n", Heard::NoText),
            (b"\xff\n", Heard::NoText),
        ] {
            assert_eq!(Heard::of(line), heard, "{line:?}");
        }
    }

    #[test]
    fn nobody_is_asked_on_who_is_not_wanted_any_more() {
        let (keeps, waits) = mpsc::channel::<()>();
        // Ends with the test, because its sender does.
        let answered = while_wanted(move || waits.recv().map(|()| Vec::new()).map_err(io::Error::other), || false);
        assert_eq!(answered.unwrap(), None);
        drop(keeps);
        assert_eq!(while_wanted(|| Ok(b"x\n".to_vec()), || true).unwrap(), Some(b"x\n".to_vec()));
    }
}
