//! Values that must never be seen: tokens, passwords, keys.
//!
//! Invariant: the only way to the text is [`Secret::expose`]. `Debug` and `Display` print `[secret]`, and the type is
//! not serialisable, so a secret cannot slip into a log line, an error or a stored record.

use std::fmt;

/// A text that prints as `[secret]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Call this only where it is sent to the service that it belongs to.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use std::marker::PhantomData;

    use serde::Serialize;

    use super::*;

    #[test]
    fn a_secret_prints_as_a_placeholder_only() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "[secret] [secret] Some(\n    [secret],\n)");
        assert_eq!(secret.expose(), "hunter2");
    }

    /// Picks the inherent constant for types that serialise and the trait's for all others.
    struct Probe<T>(PhantomData<T>);

    trait NotSerialisable {
        const SERIALISES: bool = false;
    }

    impl<T> NotSerialisable for Probe<T> {}

    impl<T: Serialize> Probe<T> {
        const SERIALISES: bool = true;
    }

    #[test]
    fn a_secret_cannot_be_serialised() {
        let (text, secret) = (Probe::<String>::SERIALISES, Probe::<Secret>::SERIALISES);
        assert!(text);
        assert!(!secret);
    }
}
