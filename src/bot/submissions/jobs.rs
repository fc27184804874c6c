//! What submissions send after a commit: confirmations and notices.

use std::time::Duration;

use super::views;
use crate::discord::Bot;
use crate::discord::delivery::Obstacle;
use crate::features::queue::model::{Entry, SongId, Source};
use crate::features::queue::queries::Standing;
use crate::features::submissions::model::{CONFIRM, CORRECT, Confirmation, Confirmed, Details, NOTICE, Notice, TITLES};
use crate::features::submissions::service;
use crate::features::submissions::settings::SUBMISSIONS_OPEN;
use crate::features::{handles, queue};
use crate::flows::song_described;
use crate::http::oembed::Provider;
use crate::jobs::{Run, Setback};
use crate::kernel::error::{Failure, Result as Outcome};
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::outbox;
use crate::runner::{Handler, Worth};

/// Confirms a submission by direct message, or in the channel where that is blocked (`M-SUB-15`, `D-33`).
pub static CONFIRM_HANDLER: Handler<Bot> =
    Handler { kind: CONFIRM.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(confirm(bot, run)) };
/// Says that submissions are open or closed.
pub static NOTICE_HANDLER: Handler<Bot> =
    Handler { kind: NOTICE.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(notice(bot, run)) };

/// Asks a platform what a song is called, where nobody said it (`D-38`).
pub static TITLES_HANDLER: Handler<Bot> =
    Handler { kind: TITLES.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(ask_titles(bot, run)) };
/// Says in a confirmation what the song turned out to be called.
pub static CORRECT_HANDLER: Handler<Bot> =
    Handler { kind: CORRECT.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(correct(bot, run)) };

/// How often a platform that is out of reach is asked again.
const TRIES_AGAIN: u8 = 3;

/// How long a confirmation stays in the channel (`D-33`).
const STAY: Duration = Duration::from_secs(30);

async fn confirm(bot: &Bot, run: Run) -> Result<(), Setback> {
    let confirmation = CONFIRM.payload(&run)?;
    let Confirmation { song, channel, used_credit, .. } = confirmation;
    let guild = run.guild;
    let Some((entry, standing, has_handle)) = what_to_confirm(bot, guild, song).await? else { return Ok(()) };
    let user = entry.place.user;
    let draft = views::confirmation(&entry, standing, used_credit, has_handle);
    let undelivered = match bot.direct_message(user, draft.clone(), Some(run.id)).await {
        Ok(sent) => {
            let (channel, message) = (ChannelId::new(sent.channel_id.get()), MessageId::new(sent.id.get()));
            let confirmed = Confirmed { song, channel, message, in_channel: false, used_credit };
            return go_on(bot, guild, confirmation, confirmed).await;
        }
        Err(undelivered) => undelivered,
    };
    if undelivered.obstacle != Obstacle::DirectMessagesBlocked {
        return Err(undelivered.into());
    }
    let sent = bot.post(channel, views::confirmation_in_channel(user, draft), Some(run.id)).await?;
    let message = (channel, MessageId::new(sent.id.get()));
    let due = bot.clock.now().after(STAY);
    bot.store.write("confirmation_will_go", move |tx| outbox::delete_message(tx, guild, message, due)).await?;
    let confirmed = Confirmed { song, channel, message: message.1, in_channel: true, used_credit };
    go_on(bot, guild, confirmation, confirmed).await
}

/// What follows a confirmation: its song's platform is asked what the song is called, where that is wanted.
async fn go_on(bot: &Bot, guild: GuildId, told: Confirmation, confirmed: Confirmed) -> Result<(), Setback> {
    if told.asks_title || told.asks_artist {
        let asks = move |tx: &crate::store::Tx<'_>| service::ask_titles(tx, guild, &told, Some(confirmed));
        bot.store.write("titles_wanted", asks).await?;
    }
    Ok(())
}

/// A song as its confirmation shows it, and whether its submitter has a linked handle.
async fn what_to_confirm(bot: &Bot, guild: GuildId, song: u64) -> Outcome<Option<(Entry, Option<Standing>, bool)>> {
    bot.store
        .read("confirmed_song", move |read| {
            let Some(entry) = queue::queries::entry(read, guild, SongId::new(song))? else { return Ok(None) };
            let standing = queue::queries::standing(read, guild, &entry)?;
            let has_handle = handles::queries::first_linked(read, guild, entry.place.user)?.is_some();
            Ok(Some((entry, standing, has_handle)))
        })
        .await
}

/// An outage of the platform changes nothing: the song keeps the words that it has.
async fn ask_titles(bot: &Bot, run: Run) -> Result<(), Setback> {
    let wanted = TITLES.payload(&run)?;
    let (guild, song) = (run.guild, SongId::new(wanted.song));
    let entry = bot.store.read("song_to_ask_for", move |read| queue::queries::entry(read, guild, song)).await?;
    let Some(Source::Link { platform, url, .. }) = entry.map(|entry| entry.song.source) else { return Ok(()) };
    let Some(provider) = Provider::of(&platform) else { return Ok(()) };
    let told = match bot.titles.ask(provider, &url).await {
        Ok(told) => Details::told(told.artist.as_deref(), told.title.as_deref()),
        Err(not_now) if run.job.attempts >= TRIES_AGAIN => {
            tracing::info!(%not_now, platform, "a song keeps its missing title");
            return Ok(());
        }
        Err(not_now) => return Err(Setback::Retry(Failure::new(not_now))),
    };
    let describe = move |tx: &crate::store::Tx<'_>| song_described::run(tx, guild, &wanted, told.clone());
    bot.store.write("song_described", describe).await?;
    Ok(())
}

async fn correct(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Confirmed { song, channel, message, in_channel, used_credit } = CORRECT.payload(&run)?;
    let Some((entry, standing, has_handle)) = what_to_confirm(bot, run.guild, song).await? else { return Ok(()) };
    let user = entry.place.user;
    let draft = views::confirmation(&entry, standing, used_credit, has_handle);
    let draft = if in_channel { views::confirmation_in_channel(user, draft) } else { draft };
    match bot.edit(channel, message, draft).await {
        // One in the channel stays half a minute only.
        Err(undelivered) if matches!(undelivered.obstacle, Obstacle::Gone | Obstacle::ChannelGone) => Ok(()),
        outcome => Ok(outcome?),
    }
}

async fn notice(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Notice { channel, is_open } = NOTICE.payload(&run)?;
    if run.is_late(bot.clock.now()) {
        let guild = run.guild;
        let is_so_now = bot.store.read("is_open", move |read| SUBMISSIONS_OPEN.get(read, guild)).await?;
        if is_so_now != is_open {
            tracing::info!(job = %run.id, "it is otherwise by now; that is not told any more");
            return Ok(());
        }
    }
    bot.post(channel, views::notice(is_open), Some(run.id)).await?;
    Ok(())
}
