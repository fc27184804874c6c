//! What is noted of what a server shows to everybody.

use crate::activity::ActivityKind;
use crate::sentence;

/// The secret of the overlays was changed: about the setting, with whether there is one before and after. Of an older Greenroom
/// it tells of the other settings too, with their values; these are `settings.changed` by now.
pub static CHANGED: ActivityKind<()> =
    ActivityKind::new("public.changed", |told| Some(sentence!("{by} changed what everybody may see.", by = told.by())))
        .called("The public pages changed")
        .on_pages();
