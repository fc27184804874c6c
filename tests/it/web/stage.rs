//! What is there when a route is asked for by its sample: songs in both servers, and what everybody may see.

use greenroom::activity::settings::ACTIVITY_DAYS;
use greenroom::activity::{Filter, newest};
use greenroom::features::coins::model::Currency;
use greenroom::features::coins::queries::entries;
use greenroom::features::coins::service::Order;
use greenroom::features::currency::service as currency;
use greenroom::features::public::model::PublicName;
use greenroom::features::public::service as public;
use greenroom::features::queue::model::{Line, PublicId, Seen};
use greenroom::features::queue::queries;
use greenroom::flows::{act_undone, coins_by_hand, reviewed};
use greenroom::jobs::{self, JobKind, Lane};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::digest::SecretBytes;
use greenroom::kernel::ids::UserId;
use greenroom::settings::SETTING_CHANGED;
use greenroom::sim::MemberSpec;
use greenroom::store::Read;
use greenroom::web::api::access::RolesView;
use greenroom::web::endpoint::Samples;
use serde_json::Value;

use super::ground::{OPERATOR, PASSWORD, WebWorld};
use crate::reading::link;
use crate::world::number_in;

/// What the jobs of samples carry.
const OF_A_SAMPLE: &str = "of a sample";
/// A title that stands in the first server alone.
pub const CANARY: &str = "Amber Canary";
/// A title that stands in the second server alone.
pub const CANARY_THERE: &str = "Indigo Wagtail";

impl WebWorld {
    /// A song waits in the second server; gives its number.
    pub async fn with_a_song_elsewhere(&self) -> String {
        self.world.chooses("setbookmarkchannel", "bookmarks").await;
        let submissions = self.there.channels["submissions"];
        let host = self.world.member("elsewhere").in_guild(self.there.guild, self.there.channels["staff"]);
        let set = host.run_with("set-submission-channel", [("channel", submissions.to_string())]).await;
        assert!(set.text().contains("Songs are accepted only in"), "{}", set.text());
        let landlady = self.world.member("landlady").in_guild(self.there.guild, submissions);
        let link = link(2);
        let answer = landlady.submit([("link", link.as_str()), ("song_title", CANARY_THERE)]).await;
        number_in(&answer.text()).digits()
    }

    /// In the first server a song plays and another waits, and everybody may see that at the address of the samples, once
    /// more after whatever was done before. Gives the number of the song that waits.
    pub async fn staged(&self) -> String {
        let (guild, name) = (self.here(), "night-owl".parse::<PublicName>().ok());
        let overlay = SecretBytes::new([9; 32]).digest();
        self.write(move |tx| {
            public::set_name(tx, guild, Actor::System, name.as_ref())?;
            public::set_overlay(tx, guild, Actor::System, Some(&overlay))
        });
        self.sung().await;
        let waits = self.sung().await;
        self.world.next().await;
        waits.digits()
    }

    /// Somebody who has just come sends a song.
    async fn sung(&self) -> PublicId {
        let number = usize::try_from(self.number()).unwrap();
        let come = MemberSpec { name: format!("singer{number}"), ..MemberSpec::default() };
        let mut singer = self.world.member("ann");
        singer.id = self.world.sim.add_member(self.world.ids.guild, come).await.unwrap();
        singer.submits(&link(number), CANARY).await
    }

    /// What is there for samples: a song, and somebody, of this server.
    pub fn samples(&self, song: &str, member: &str) -> Samples {
        let people = self.people_of_samples(member, song);
        let tasks = self.tasks_of_samples(member);
        let shop = self.shop_of_samples(member);
        let (offered_item, offered_task) = self.catalogue_of_samples();
        let (entry, transaction) = self.entry_of_samples(member);
        self.may_claim("member");
        Samples {
            song: song.to_owned(),
            member: self.world.user(member).to_string(),
            operator: OPERATOR.to_owned(),
            password: PASSWORD.to_owned(),
            link: self.link_of(member),
            server_name: if member == "landlady" { "Day Lark Reviews" } else { "Night Owl Reviews" }.to_owned(),
            roles: self.roles(),
            own_link: self.link_of("owner"),
            session: self.own_session("owner"),
            token: self.own_token("owner"),
            server_token: self.token_naming_a_server(),
            change: self.changed_setting(),
            unsent: self.unsent(),
            act: self.done_with(member, song),
            entry,
            transaction,
            live: people.session,
            task: tasks.task,
            claimed_task: tasks.claimed_task,
            task_change: tasks.change,
            claim: tasks.claim,
            category: tasks.category,
            channel: tasks.channel,
            link_change: people.link_change,
            item: shop.item,
            item_change: shop.item_change,
            order: shop.order,
            purchase: shop.purchase,
            shop_code: shop.code,
            code_text: shop.code_text,
            offered_item,
            offered_task,
        }
    }

    /// A member has some of the server's own currency by an entry that can be undone; its number and its public name.
    fn entry_of_samples(&self, member: &str) -> (String, String) {
        let guild = if member == "landlady" { self.other() } else { self.here() };
        let (user, actor) = (self.world.user(member), Actor::System);
        self.write(move |tx| {
            let order = Order { currency: Currency::Server, user, reason: "won the quiz".to_owned(), actor };
            let entry = coins_by_hand::add(tx, guild, &order, Amount::of(5))?;
            let id = entries::latest(tx, guild)?.unwrap();
            Ok((id.to_string(), entry.transaction_id(guild, id)))
        })
    }

    /// Somebody can claim the daily reward in the first server, however lately they did.
    fn may_claim(&self, name: &str) {
        let (guild, user) = (self.here(), self.world.user(name));
        self.write(move |tx| currency::forget_claim(tx, guild, user));
    }

    /// Somebody changed a setting of the first server; gives the number of that.
    fn changed_setting(&self) -> String {
        let guild = self.here();
        let days = u32::try_from(30 + self.number() % 300).unwrap();
        self.write(move |tx| ACTIVITY_DAYS.change(tx, guild, Actor::System, &days).map(drop));
        let newest = move |read: &dyn Read| {
            let filter = Filter { kind: Some(SETTING_CHANGED.name()), ..Filter::default() };
            newest(read, guild, &filter, None, 1)
        };
        let found = self.world.app.bot.store.read_blocking("test", newest).unwrap();
        found.rows[0].0.get().to_string()
    }

    /// Something was not sent in the first server; gives its number. It is the same until somebody takes it away.
    pub fn unsent(&self) -> String {
        static SAMPLE: JobKind<String> = JobKind::new("samples.unsent", "A trial");
        let guild = self.here();
        self.write(move |tx| {
            let found = jobs::unsent::given_up(tx, guild, None, 100)?;
            if let Some((id, _)) = found.iter().find(|(_, letter)| letter.job.kind == SAMPLE.name()) {
                return Ok(id.to_string());
            }
            let id = SAMPLE.schedule_now(tx, guild, Lane::Song(0), &OF_A_SAMPLE.to_owned())?;
            jobs::tables::bury(tx, guild, id, "Unknown Channel (404 Not Found, code 10003)")?;
            Ok(id.to_string())
        })
    }

    /// Nothing is left of [`Self::unsent`].
    pub fn forget_unsent(&self) {
        let guild = self.here();
        let letters = self.world.read(move |read| jobs::dead_letters(read, guild, 100));
        if letters.iter().any(|letter| letter.job.payload.contains(OF_A_SAMPLE)) {
            self.write(move |tx| jobs::forget(tx, guild, UserId::new(0), &|text| text.contains(OF_A_SAMPLE)));
        }
    }

    /// A reviewer put a song of samples into another line, where it still waits; gives the number of that.
    fn done_with(&self, member: &str, song: &str) -> String {
        let guild = if member == "landlady" { self.other() } else { self.here() };
        let song: Option<PublicId> = song.parse().ok();
        self.write(move |tx| {
            let Some(song) = song.map_or(Ok(None), |song| queries::song(tx, guild, song))? else {
                return Ok("1".to_owned());
            };
            let line = song.place.line;
            if line.is_waiting() {
                let to = if line == Line::Skip5 { Line::Free } else { Line::Skip5 };
                let seen = Seen { song: song.song.public_id, line };
                reviewed::to_line(tx, guild, Actor::System, seen, to)?;
            }
            let act = act_undone::undoable(tx, guild, song.id)?;
            Ok(act.map_or_else(|| "1".to_owned(), |act| act.to_string()))
        })
    }

    /// Which roles give rights in the first server.
    fn roles(&self) -> Value {
        let guild = self.here();
        let look = |read: &dyn Read| RolesView::of(read, guild);
        serde_json::to_value(self.world.app.bot.store.read_blocking("test", look).unwrap()).unwrap()
    }
}
