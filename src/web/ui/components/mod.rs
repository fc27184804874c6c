//! What pages are built of. Each component is a struct of values that a template takes as it is, `(Field { … })`, or a
//! function where there is little to say.
//!
//! | file | holds |
//! | --- | --- |
//! | `field` | inputs with their label, hint and error |
//! | `choice` | lists, ticks and radio buttons |
//! | `form` | forms, what each changing one carries, buttons, the summary of errors, the ask before |
//! | `table` | tables that fold into cards, pages by cursor, nothing to show |
//! | `notice` | what a page tells, with its undo |
//! | `value` | one value: time, number, badge, meter, tile, avatar, code |
//! | `block` | blocks of a page: cards, tabs, history, parts that stay up to date |

mod block;
mod choice;
mod field;
mod form;
mod notice;
mod table;
mod value;

pub use block::{Card, Event, Region, Tab, history, tabs};
pub use choice::{Checkbox, Choice, Radios, Select, Several};
pub use field::{Field, Input, TextArea};
pub use form::{
    ACTS, ASK, BACK, Button, CSRF, Dialog, Form, IDEMPOTENCY_KEY, REVISION, SURE, Seal, Weight, acts, error_summary,
    filters, opener, save_bar, type_the_name,
};
pub use notice::Notice;
pub use table::{Cell, Empty, Order, Paging, Row, Sort, Table};
pub use value::{
    Meter, Tile, Tone, avatar, badge, clock, code, colour_of, counted, face, initials_picture, key_hint, lasts, moment,
    nearby, number, progress, relative, since, spelled, takes_about,
};
