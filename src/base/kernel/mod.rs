//! The vocabulary that every other module shares: ids, amounts, time, chance, actors, secrets, safe text, sentences and
//! errors.
//!
//! Nothing here does I/O, and no word here belongs to a feature.

pub mod actor;
pub mod amount;
pub mod backoff;
pub mod calendar;
#[doc(hidden)]
pub mod captured;
pub mod cause;
pub mod dice;
pub mod digest;
pub mod error;
pub mod ids;
#[doc(hidden)]
pub mod patience;
pub mod refusal;
pub mod secret;
pub mod sentence;
pub mod text;
pub mod time;
pub mod when;
