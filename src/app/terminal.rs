//! What somebody types who is not to be seen: unseen at a terminal, or as the first line of standard input.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::exit::{ExitCode, Stop};
use crate::kernel::secret::Secret;

/// More is not read of a line.
const LONGEST_LINE: u64 = 4_096;

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
    if !is_somebody_there() {
        return line(what);
    }
    let _unseen =
        Unseen::begin().map_err(|error| Stop::failed(format!("The terminal cannot be made silent: {error}.")))?;
    let mut terminal = io::stderr();
    // Whoever sees no prompt knows what was asked for all the same.
    let _ = write!(terminal, "{prompt}").and_then(|()| terminal.flush());
    line(what)
}

/// The next line of standard input.
fn line(what: &str) -> Result<Secret, Stop> {
    let mut text = String::new();
    let read = io::stdin().lock().take(LONGEST_LINE).read_line(&mut text);
    read.map_err(|error| Stop::failed(format!("The {what} cannot be read: {error}.")))?;
    typed(&text, what)
}

/// What was typed, without the end of its line.
fn typed(line: &str, what: &str) -> Result<Secret, Stop> {
    let text = line.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(refused(&format!("There is no {what} on standard input. Nothing was changed.")));
    }
    // Ctrl-C is such a character while nothing is seen of what is typed.
    if text.chars().any(char::is_control) {
        return Err(refused("Nothing was changed."));
    }
    Ok(Secret::new(text))
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
        // Nor do signals end the process: the terminal would stay as it is now.
        unseen.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
        unseen.local_modes.insert(LocalModes::ECHONL);
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
        for line in ["correct horse battery\n", "correct horse battery\r\n", "correct horse battery"] {
            assert_eq!(typed(line, "password").unwrap().expose(), "correct horse battery");
        }
        assert_eq!(typed(" with spaces \n", "password").unwrap().expose(), " with spaces ");
        for line in ["", "\n", "\u{3}\n", "abc\u{1a}\n"] {
            let stop = typed(line, "password").unwrap_err();
            assert!(stop.code == ExitCode::Configuration && stop.message.ends_with("Nothing was changed."), "{line:?}");
        }
    }
}
