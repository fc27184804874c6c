//! The code that lets somebody in who sets Greenroom up: 20 characters that can be read aloud and typed.
//!
//! Twenty of thirty-two signs are 100 bits, so nobody guesses one. It is known by its digest alone.

use crate::kernel::digest::Digest;
use crate::kernel::secret::{Secret, random};

/// How many characters a code has.
const LENGTH: usize = 20;
/// The signs: none that is easily taken for another one.
const SIGNS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A code.
pub(in crate::app) struct Code(Secret);

impl Code {
    /// A new one.
    pub(in crate::app) fn new() -> Self {
        let sign = |byte: u8| SIGNS.get(usize::from(byte % 32)).map_or('A', |sign| char::from(*sign));
        Self(Secret::new(random::<LENGTH>().map(sign).into_iter().collect::<String>()))
    }

    /// What somebody typed or pasted, in large or small letters, with or without spaces and dashes; `None` for what is no code.
    pub(in crate::app) fn typed(text: &str) -> Option<Self> {
        let signs: String = text.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
        let signs = signs.trim().to_ascii_uppercase();
        let is_code = signs.len() == LENGTH && signs.bytes().all(|sign| SIGNS.contains(&sign));
        is_code.then(|| Self(Secret::new(signs)))
    }

    /// By what it is known.
    pub(in crate::app) fn digest(&self) -> Digest {
        Digest::of_parts(&[b"setup", self.text().as_bytes()])
    }

    /// Itself, to be shown to whoever sets Greenroom up.
    pub(in crate::app) fn text(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_typed_and_no_two_are_equal() {
        let code = Code::new();
        assert_eq!(code.text().len(), 20);
        assert_ne!(code.digest(), Code::new().digest());
        let (first, rest) = code.text().split_at(5);
        for typed in [code.text().to_owned(), code.text().to_lowercase(), format!(" {first}-{rest}\n")] {
            assert_eq!(Code::typed(&typed).map(|code| code.digest()), Some(code.digest()), "{typed:?}");
        }
        for wrong in ["", first, &format!("{}A", code.text()), "AAAAAAAAAAAAAAAAAAA0", "ÄAAAAAAAAAAAAAAAAAA"] {
            assert!(Code::typed(wrong).is_none(), "{wrong:?}");
        }
    }
}
