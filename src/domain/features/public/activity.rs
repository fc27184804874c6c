//! What is noted of what a server shows to everybody.

use crate::activity::Kind;

/// What is shown was changed. About the setting; before and after are as it is stored, and of an overlay only whether there is
/// one.
pub static CHANGED: Kind<()> = Kind::new("public.changed");
