//! The buttons that every display has: to the page before, anew, to the next page.
//!
//! A click changes the row, and the painter shows it: so all requests that change the message come from one place. Ids
//! hold the guild, the display and the page, and count only in the guild that they name. What is for reviewers is turned by
//! reviewers only.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateButton};

use super::kind::{Audience, Shown};
use super::model::DisplayId;
use super::tables;
use crate::discord::access::Access;
use crate::discord::bot::Bot;
use crate::discord::component::{Acknowledge, Click, Component};
use crate::discord::draft::Draft;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::refusals;

/// The highest page that can be asked for; far beyond what any list has.
const MOST_PAGES: u32 = 1_000_000;

/// The buttons.
pub const COMPONENTS: &[&Component] = &[&TURN, &TURN_OF_TEAM];

/// To another page, or the same one anew.
static TURN: Component = Component {
    id: "display:page",
    access: Access::Everyone,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(turn(bot, click, Audience::Everyone)),
};

/// The same for a display of the team.
static TURN_OF_TEAM: Component = Component {
    id: "display:team",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(turn(bot, click, Audience::Team)),
};

refusals! {
    /// Why a button of a display does nothing.
    pub enum DisplayRefusal {
        /// The display that it belongs to is no more.
        Retired
            => "display.retired", "This message is not kept up to date any more. An administrator can set it up again.";
    }
}

/// The row of buttons of a list with pages, from 1. A list of one page can be refreshed only.
pub fn page_row(shown: Shown, audience: Audience, page: u64, pages: u64) -> CreateActionRow {
    let Shown { guild, display, .. } = shown;
    let id = component_of(audience).id;
    let button = |place: &str, to: u64| {
        CreateButton::new(format!("{id}:{place}:{guild}:{display}:{to}")).style(ButtonStyle::Secondary)
    };
    let refresh = button("same", page).label("Refresh").emoji('🔄');
    if pages < 2 {
        return CreateActionRow::Buttons(vec![refresh]);
    }
    CreateActionRow::Buttons(vec![
        button("back", page.saturating_sub(1).max(1)).label("Previous").emoji('◀').disabled(page <= 1),
        refresh,
        button("on", page + 1).label("Next").emoji('▶').disabled(page >= pages),
    ])
}

const fn component_of(audience: Audience) -> &'static Component {
    match audience {
        Audience::Everyone => &TURN,
        Audience::Team => &TURN_OF_TEAM,
    }
}

async fn turn(bot: &Bot, click: Click, audience: Audience) -> Result<Draft> {
    let guild = click.caller.guild;
    let [place, named, display, page] = &click.arguments[..] else { return Err(DisplayRefusal::Retired.into()) };
    let (Ok(named), Ok(id), Ok(page)) = (named.parse::<u64>(), display.parse::<u64>(), page.parse::<u32>()) else {
        return Err(DisplayRefusal::Retired.into());
    };
    if named != guild.get() {
        return Err(DisplayRefusal::Retired.into());
    }
    let (id, page, is_anew) = (DisplayId::new(id), page.clamp(1, MOST_PAGES) - 1, place == "same");
    let displays = bot.clone();
    let is_for = move |kind: &str| displays.displays.kind(kind).is_some_and(|kind| kind.audience == audience);
    bot.store
        .write("display_turned", move |tx| {
            if tables::display(tx, guild, id)?.is_none_or(|display| !display.is_active || !is_for(&display.kind)) {
                return Err(DisplayRefusal::Retired.into());
            }
            tables::change(tx, guild, id, |display| {
                display.page = page;
                if is_anew {
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
    let arguments = COMPONENTS.iter().find_map(|component| custom_id.strip_prefix(component.id)?.strip_prefix(':'))?;
    let mut parts = arguments.split(':').skip(1);
    let named: u64 = parts.next()?.parse().ok()?;
    let id: u64 = parts.next()?.parse().ok()?;
    (named == guild.get()).then(|| DisplayId::new(id))
}
