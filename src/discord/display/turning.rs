//! The buttons that every display has: to the page before, anew, to the next page.
//!
//! A click changes the row, and the painter shows it: so all requests that change the message come from one place. Ids
//! hold the guild, the display and the page, and count only in the guild that they name. What is for reviewers is turned by
//! reviewers only.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateButton};
use strum::{Display, EnumString};

use super::kind::{Audience, Shown};
use crate::discord::access::Access;
use crate::discord::bot::Bot;
use crate::discord::component::{Acknowledge, Button, Click, Component, ComponentRefusal, Part};
use crate::discord::draft::Draft;
use crate::display::{DisplayId, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;

/// The highest page that can be asked for; far beyond what any list has.
const MOST_PAGES: u32 = 1_000_000;

/// The buttons.
pub const COMPONENTS: &[&dyn Component] = &[&TURN, &TURN_OF_TEAM];

/// To another page, or the same one anew.
pub static TURN: Button<Turn> = Button::new("display:page", Access::Everyone, Acknowledge::Update, |bot, click| {
    Box::pin(turn_page(bot, click, Audience::Everyone))
});

/// The same for a display of the team.
pub static TURN_OF_TEAM: Button<Turn> =
    Button::new("display:team", Access::Reviewer, Acknowledge::Update, |bot, click| {
        Box::pin(turn_page(bot, click, Audience::Team))
    });

/// Which of the buttons it is, of which display, and the page that it leads to, from 1.
pub type Turn = (Step, GuildId, DisplayId, u64);

/// Which of the buttons of a row it is: two may lead to the same page, and the ids of a message must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Step {
    /// To the page before.
    Back,
    /// The same page, anew.
    Same,
    /// To the next page.
    On,
}

impl Part for Step {}
impl Part for DisplayId {}

/// The row of buttons of a list with pages, from 1. A list of one page can be refreshed only.
pub fn page_row(shown: Shown, audience: Audience, page: u64, pages: u64) -> CreateActionRow {
    let Shown { guild, display, .. } = shown;
    let turn_page = match audience {
        Audience::Everyone => &TURN,
        Audience::Team => &TURN_OF_TEAM,
    };
    let button =
        |step, to| CreateButton::new(turn_page.with(&(step, guild, display, to))).style(ButtonStyle::Secondary);
    let refresh = button(Step::Same, page).label("Refresh").emoji('🔄');
    if pages < 2 {
        return CreateActionRow::Buttons(vec![refresh]);
    }
    CreateActionRow::Buttons(vec![
        button(Step::Back, page.saturating_sub(1).max(1)).label("Previous").emoji('◀').disabled(page <= 1),
        refresh,
        button(Step::On, page + 1).label("Next").emoji('▶').disabled(page >= pages),
    ])
}

async fn turn_page(bot: &Bot, click: Click<Turn>, audience: Audience) -> Result<Draft> {
    let (step, guild, id, page) = click.arguments;
    let page = u32::try_from(page).unwrap_or(MOST_PAGES).clamp(1, MOST_PAGES) - 1;
    let displays = bot.clone();
    let is_for = move |kind: &str| displays.displays.kind(kind).is_some_and(|kind| kind.audience == audience);
    bot.store
        .write("display_turned", move |tx| {
            if tables::DISPLAYS
                .get(tx, &(guild, id))?
                .is_none_or(|display| !display.is_active || !is_for(&display.kind))
            {
                return Err(ComponentRefusal::Retired.into());
            }
            tables::change(tx, guild, id, |display| {
                display.page = page;
                if step == Step::Same {
                    display.content_hash = None;
                }
            })
        })
        .await?;
    // The painter shows it.
    Ok(Draft::default())
}

/// The display of this guild that a custom id belongs to.
pub(super) fn display_in(custom_id: &str, guild: GuildId) -> Option<DisplayId> {
    let turns = [&TURN, &TURN_OF_TEAM].into_iter().find_map(|turn_page| turn_page.read(custom_id, guild).ok());
    turns.map(|(_, _, display, _)| display)
}
