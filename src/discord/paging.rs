//! Lists of several pages that are private answers: their footer, and the buttons to the pages before and behind.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbedFooter};

use super::component::Button;

/// The page and how many there are, with what else is to be said below.
pub fn footer(page: u64, pages: u64, rest: &str) -> CreateEmbedFooter {
    CreateEmbedFooter::new(format!("Page {page} of {pages}   {rest}"))
}

/// Buttons to the page before and behind; none when there is one page only.
pub fn buttons(list: &Button<u64>, page: u64, pages: u64) -> Vec<CreateActionRow> {
    buttons_to(|to| list.with(&to), page, page < pages)
}

/// The same for a list whose buttons hold more than the page, which `custom_id` makes; where nobody knows how many pages there
/// are, but whether there is one behind.
pub fn buttons_to(custom_id: impl Fn(u64) -> String, page: u64, has_more: bool) -> Vec<CreateActionRow> {
    if page <= 1 && !has_more {
        return Vec::new();
    }
    let button = |label: &str, to: u64, is_end: bool| {
        CreateButton::new(custom_id(to)).label(label).style(ButtonStyle::Secondary).disabled(is_end)
    };
    // Both ids must differ even where a button leads nowhere, so they name the page before 1 and behind the last.
    vec![CreateActionRow::Buttons(vec![
        button("◀ Previous", page.saturating_sub(1), page <= 1),
        button("Next ▶", page.saturating_add(1), !has_more),
    ])]
}
