//! `/profile`: what a member chose for themselves, by which time zone they plan and whether leaderboards leave them out.

use serenity::all::CreateAutocompleteResponse;

use super::Face;
use crate::discord::choice::{choice, offer};
use crate::discord::{Caller, Context, ContextExt, Draft};
use crate::kernel::calendar::Zone;
use crate::kernel::error::Result;
use crate::kernel::text::code;
use crate::kernel::time::Timestamp;
use crate::profile::{self, MemberZone};
use crate::store::{Read, Tx};

/// What it registers.
pub const FACE: Face = Face { commands: || vec![profile()], ..Face::named("profile") };

/// Show or set your time zone
#[poise::command(slash_command)]
async fn profile(
    ctx: Context<'_>,
    #[description = "Type your city, or what your clock shows now; none: the server's time zone"]
    #[autocomplete = "complete_zone"]
    timezone: Option<String>,
    #[description = "Whether leaderboards leave you out"] hidden: Option<bool>,
) -> Result<()> {
    let (Caller { guild, user, .. }, now) = (Caller::anywhere(ctx), ctx.data().clock.now());
    let view = |(own, is_hidden): &(MemberZone, bool)| profile_view(own, *is_hidden, now);
    let found =
        move |read: &dyn Read| Ok((profile::zone_of(read, guild, user)?, profile::is_hidden(read, guild, user)?));
    if timezone.is_none() && hidden.is_none() {
        return ctx.read("profile", found, view).await;
    }
    let choose = move |tx: &Tx<'_>| {
        if let Some(typed) = &timezone {
            profile::choose_zone(tx, guild, user, typed)?;
        }
        if let Some(hidden) = hidden {
            profile::choose_hidden(tx, guild, user, hidden)?;
        }
        found(tx)
    };
    ctx.write("profile_chosen", choose, view).await
}

#[expect(clippy::unused_async, reason = "autocomplete functions are asynchronous")]
async fn complete_zone(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(Zone::like(typed, ctx.data().clock.now()).into_iter().map(|(zone, shown)| choice(shown, zone)))
}

fn profile_view(own: &MemberZone, is_hidden: bool, now: Timestamp) -> Draft {
    let MemberZone { zone, is_own } = own;
    let whose = if *is_own { "Your time zone is" } else { "You have not chosen a time zone, so what counts is" };
    let summer = if zone.is_distance() { " It has no summer time; the name of your city has." } else { "" };
    let (name, now) = (code(&zone.to_string()), zone.in_words(now));
    let zone = format!("🕰️ {whose} {name}: it is **{now}** there.{summer} `timezone` of `/profile` sets yours.");
    let boards = if is_hidden { "Leaderboards leave you out." } else { "You are in the leaderboards." };
    Draft::text(format!("{zone}\n🏆 {boards} `hidden` of `/profile` changes that."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::tests::{definitions, text_of};

    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);

    #[test]
    fn a_time_zone_reads_so() {
        let shown = |name: &str, is_own| {
            text_of(profile_view(&MemberZone { zone: Zone::named(name).unwrap(), is_own }, is_own, NOW))
        };
        let shown = [shown("America/New_York", true), shown("UTC+02:00", true), shown("UTC", false)];
        insta::assert_snapshot!(shown.join("\n"), @"
        🕰️ Your time zone is `America/New_York`: it is **Saturday 21 November 2026, 15:00** there. `timezone` of `/profile` sets yours.
        🏆 Leaderboards leave you out. `hidden` of `/profile` changes that.
        🕰️ Your time zone is `UTC+02:00`: it is **Saturday 21 November 2026, 22:00** there. It has no summer time; the name of your city has. `timezone` of `/profile` sets yours.
        🏆 Leaderboards leave you out. `hidden` of `/profile` changes that.
        🕰️ You have not chosen a time zone, so what counts is `UTC`: it is **Saturday 21 November 2026, 20:00** there. `timezone` of `/profile` sets yours.
        🏆 You are in the leaderboards. `hidden` of `/profile` changes that.
        ");
    }

    #[test]
    fn the_command_is_the_one_that_people_were_promised() {
        insta::assert_snapshot!(definitions(&FACE.all_commands(false)), @"
        /profile – Show or set your time zone (everyone)
            timezone 3 autocomplete
            hidden 5
        ");
    }
}
