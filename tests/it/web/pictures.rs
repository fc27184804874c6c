//! Pictures of members and servers at addresses of ours: fetched once from Discord's file servers, judged by their bytes, and
//! initials wherever there is none.

use greenroom::flows::known_members::{self, Having};
use greenroom::sim::{Id, PictureAnswer};

use super::ground::WebWorld;
use super::person::Answer;
use crate::patience::within;

/// A hash that only this picture has.
fn hash(number: u8) -> String {
    format!("{number:032x}")
}

impl WebWorld {
    /// A member shows this picture, and the bot has heard of it.
    async fn shows(&self, name: &str, hash: &str, answer: PictureAnswer) -> String {
        let (sim, user) = (&self.world.sim, self.world.user(name));
        sim.set_picture(hash, answer);
        sim.set_avatar(Id::new(user.get()), Some(hash)).unwrap();
        let standings = &self.world.app.bot.standings;
        let heard = async {
            while standings.picture_of(self.here(), user).as_deref() != Some(hash) {
                tokio::task::yield_now().await;
            }
        };
        within("the bot hears of a picture", heard).await;
        format!("/g/{}/avatar/{user}/{hash}", self.here())
    }
}

/// Fails where an answer is no initials.
fn is_initials(answer: &Answer, letters: &str) {
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(answer.text().contains(&format!(">{letters}<")), "{}", answer.text());
}

#[tokio::test]
async fn a_picture_is_served_as_what_its_bytes_are_and_fetched_once() {
    let ground = WebWorld::start().await;
    let viewer = ground.signed_in("viewer");
    let kinds = [
        (PictureAnswer::Png, "image/png"),
        (PictureAnswer::Jpeg, "image/jpeg"),
        (PictureAnswer::Webp, "image/webp"),
        (PictureAnswer::Gif, "image/gif"),
    ];
    for (number, (answer, kind)) in (1..).zip(kinds) {
        let address = ground.shows("ann", &hash(number), answer).await;
        for _ in 0..3 {
            let picture = viewer.get(&address).await.is(200);
            assert_eq!(picture.header("content-type"), kind);
            assert_eq!(picture.header("x-content-type-options"), "nosniff");
            assert_eq!(picture.header("cache-control"), "private, max-age=86400");
        }
    }
    let ann = ground.world.user("ann");
    let asked: Vec<String> = (1..=4).map(|number| format!("/avatars/{ann}/{}.png?size=64", hash(number))).collect();
    assert_eq!(ground.world.sim.pictures_asked(), asked);
    ground.end().await;
}

#[tokio::test]
async fn what_is_no_picture_is_initials_and_is_not_asked_for_again_at_once() {
    let ground = WebWorld::start().await;
    let viewer = ground.signed_in("viewer");
    let wrong = [
        PictureAnswer::WrongBytes,
        PictureAnswer::Huge,
        PictureAnswer::Slow,
        PictureAnswer::Redirect,
        PictureAnswer::Status { status: 404 },
        PictureAnswer::Status { status: 500 },
    ];
    let times = wrong.len();
    for (number, answer) in (1..).zip(wrong) {
        let address = ground.shows("member", &hash(number), answer).await;
        for _ in 0..2 {
            let number = ground.world.user("member").to_string();
            is_initials(&viewer.get(&address).await.is(200), &number[..1]);
        }
    }
    assert_eq!(ground.world.sim.pictures_asked().len(), times);
    ground.end().await;
}

#[tokio::test]
async fn only_a_picture_that_discord_told_of_is_fetched_and_only_for_people_of_the_server() {
    let ground = WebWorld::start().await;
    let address = ground.shows("ann", &hash(1), PictureAnswer::Png).await;
    ground.world.sim.set_picture(&hash(2), PictureAnswer::Png);
    let member = ground.signed_in("member");
    let ann = ground.world.user("ann");
    for unknown in [
        format!("/g/{{server}}/avatar/{ann}/{}", hash(2)),
        format!("/g/{{server}}/avatar/{}/{}", ground.world.user("member"), hash(1)),
        "/g/{server}/avatar/nobody/x".to_owned(),
        format!("/g/{{server}}/icon/{}", hash(2)),
        format!("/me/avatar/{}", hash(1)),
    ] {
        assert_eq!(member.get(&unknown).await.is(200).header("content-type"), "image/svg+xml", "{unknown}");
    }
    for person in ["stranger", "elsewhere"] {
        ground.signed_in(person).get(&address).await.is(404);
    }
    ground.nobody().get(&address).await.is(303);
    assert!(ground.world.sim.pictures_asked().is_empty());
    ground.end().await;
}

#[tokio::test]
async fn a_page_has_a_picture_where_one_is_known_and_initials_elsewhere() {
    let ground = WebWorld::start().await;
    ground.staged().await;
    let viewer = ground.signed_in("viewer");
    let page = viewer.get("/g/{server}/members?sort=id").await.is(200).text();
    assert!(!page.contains("<img"), "{page}");
    let guild = ground.here();
    let sender = ground.world.read(move |read| known_members::behind(read, guild, Having::Anything, None, 1))[0];
    let address = format!("/g/{}/avatar/{sender}/{}", ground.here(), hash(1));
    ground.world.sim.set_avatar(Id::new(sender.get()), Some(&hash(1))).unwrap();
    let standings = &ground.world.app.bot.standings;
    let heard = async {
        while standings.picture_of(ground.here(), sender).is_none() {
            tokio::task::yield_now().await;
        }
    };
    within("the bot hears of a picture", heard).await;
    let page = viewer.get("/g/{server}/members?sort=id").await.is(200).text();
    assert!(page.contains(&format!("src=\"{address}\"")), "{page}");
    ground.end().await;
}

#[tokio::test]
async fn the_picture_of_a_server_is_in_its_frame() {
    let ground = WebWorld::start().await;
    let (sim, guild) = (&ground.world.sim, ground.here());
    sim.set_picture(&hash(9), PictureAnswer::Png);
    sim.set_icon(ground.world.ids.guild, Some(&hash(9))).unwrap();
    let standings = &ground.world.app.bot.standings;
    let heard = async {
        while standings.guild_of_bot(guild).is_none_or(|known| known.icon.is_none()) {
            tokio::task::yield_now().await;
        }
    };
    within("the bot hears of a picture", heard).await;
    let viewer = ground.signed_in("viewer");
    let address = format!("/g/{guild}/icon/{}", hash(9));
    assert!(viewer.get("/g/{server}").await.is(200).text().contains(&format!("src=\"{address}\"")));
    assert_eq!(viewer.get(&address).await.is(200).header("content-type"), "image/png");
    ground.signed_in("elsewhere").get(&address).await.is(404);
    ground.end().await;
}
