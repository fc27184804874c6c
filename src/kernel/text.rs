//! Escapes.
