//! Servers that the bot leaves while it does not run: that is found out at the next start, and never from an outage.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::features::setup::queries::{goes_at, known};
use greenroom::features::setup::service::is_in_all;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Timestamp;
use greenroom::sim::{GatewayFault, Permissions};

use crate::patience::within;
use crate::site::Site;
use crate::world::guild_spec;

const DAY: Duration = Duration::from_hours(24);

/// A further server of the bot.
async fn another(site: &Site, name: &str) -> GuildId {
    GuildId::new(site.sim.create_guild(guild_spec(name)).await.unwrap().guild.get())
}

fn is_known(app: &Application, guild: GuildId) -> bool {
    app.bot.store.read_blocking("known", known).unwrap().contains(&guild)
}

/// When what is stored of a server goes.
fn goes(app: &Application, guild: GuildId) -> Option<Timestamp> {
    app.bot.store.read_blocking("goes", move |read| goes_at(read, guild)).unwrap()
}

async fn until(what: &str, fits: impl Fn() -> bool) {
    let wait = async {
        while !fits() {
            tokio::task::yield_now().await;
        }
    };
    within(what, wait).await;
}

#[tokio::test]
async fn a_server_that_threw_the_bot_out_while_it_was_off_goes_30_days_after_that_was_noticed() {
    let site = Site::new().await;
    let left = another(&site, "Day Lark Reviews").await;
    let app = site.start().await;
    until("both servers are known", || [left, site.guild].iter().all(|guild| is_known(&app, *guild))).await;
    app.stop().await;
    site.sim.kick_bot(left.get()).await.unwrap();
    site.hand.advance(DAY);
    let app = site.start().await;
    until("it is noticed", || goes(&app, left).is_some()).await;
    let due = goes(&app, left).unwrap();
    assert_eq!(due, site.hand.now().after(DAY * 30));
    assert_eq!(goes(&app, site.guild), None, "the bot is in that one");
    app.stop().await;
    // Further starts notice it again, and the days count from the first.
    site.hand.advance(DAY * 10);
    let app = site.start().await;
    site.sim.gateway_fault(GatewayFault::Invalid { resumable: false }).await;
    site.until_answered().await;
    assert_eq!(goes(&app, left), Some(due));
    site.pass(&app, DAY * 19).await;
    assert!(is_known(&app, left));
    site.pass(&app, DAY * 2).await;
    until("nothing is stored of it any more", || !is_known(&app, left)).await;
    assert!(is_known(&app, site.guild));
    app.stop().await;
}

#[tokio::test]
async fn a_server_that_invites_the_bot_again_keeps_everything() {
    let site = Site::new().await;
    let left = another(&site, "Day Lark Reviews").await;
    let app = site.start().await;
    until("the server is known", || is_known(&app, left)).await;
    app.stop().await;
    site.sim.kick_bot(left.get()).await.unwrap();
    let app = site.start().await;
    until("it is noticed", || goes(&app, left).is_some()).await;
    site.hand.advance(DAY * 29);
    site.sim.invite_bot(left.get(), Permissions::ADMINISTRATOR).await.unwrap();
    until("it stays", || goes(&app, left).is_none()).await;
    site.pass(&app, DAY * 31).await;
    assert!(is_known(&app, left));
    app.stop().await;
}

#[tokio::test]
async fn a_server_with_which_discord_has_trouble_at_the_start_is_not_left() {
    let site = Site::new().await;
    let (troubled, left) = (another(&site, "Day Lark Reviews").await, another(&site, "Early Birds").await);
    let app = site.start().await;
    until("both servers are known", || [troubled, left].iter().all(|guild| is_known(&app, *guild))).await;
    app.stop().await;
    site.sim.set_out_of_order(troubled.get(), true).await.unwrap();
    site.sim.kick_bot(left.get()).await.unwrap();
    let app = site.start().await;
    // All that were left are noticed in one transaction.
    until("the other one is noticed", || goes(&app, left).is_some()).await;
    assert_eq!(goes(&app, troubled), None);
    site.sim.set_out_of_order(troubled.get(), false).await.unwrap();
    site.until_answered().await;
    assert_eq!(goes(&app, troubled), None);
    app.stop().await;
}

#[tokio::test]
async fn another_bot_that_takes_over_has_left_no_server_in_which_it_is_not_yet() {
    let site = Site::new().await;
    let left = another(&site, "Day Lark Reviews").await;
    let app = site.start().await;
    until("both servers are known", || [left, site.guild].iter().all(|guild| is_known(&app, *guild))).await;
    app.bot.store.write("another_account", |tx| is_in_all(tx, UserId::new(77))).await.unwrap();
    app.stop().await;
    site.sim.kick_bot(left.get()).await.unwrap();
    let app = site.start().await;
    site.until_answered().await;
    assert_eq!(goes(&app, left), None);
    app.stop().await;
}
