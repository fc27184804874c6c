//! What was not sent to Discord, on its page and for programs: looked at, tried once more, dismissed.

use std::time::Duration;

use greenroom::activity::{Filter, newest};
use greenroom::jobs::unsent::{DISMISSED, LOST, TRIED_AGAIN};
use greenroom::jobs::{JobId, Lane, Wait, tables};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::{ChannelId, MessageId};
use greenroom::outbox::{DELETE, Delete};
use greenroom::store::Read;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::WebWorld;

const LIST: &str = "/api/{server}/unsent";

impl WebWorld {
    /// The deletion of a message of the first server, which is to be done after a while.
    fn deletes_after(&self, while_: Duration) -> JobId {
        let (guild, channel) = (self.here(), ChannelId::new(self.world.channel("submissions").get()));
        self.write(move |tx| {
            let delete = Delete { channel, message: MessageId::new(7) };
            DELETE.schedule(tx, guild, Lane::Channel(channel), tx.now().after(while_), &delete)
        })
    }

    /// The same is given up, because the bot lacked a right.
    fn gives_up_a_deletion(&self) -> JobId {
        let (guild, id) = (self.here(), self.deletes_after(Duration::from_hours(1)));
        self.write(move |tx| tables::bury(tx, guild, id, "Missing Permissions (403 Forbidden, code 50013)"));
        id
    }

    /// Who last did something of this kind in the first server.
    fn last_to(&self, kind: &'static str) -> Option<Actor> {
        let guild = self.here();
        let filter = Filter { kind: Some(kind), ..Filter::default() };
        let found = self.world.read(move |read: &dyn Read| newest(read, guild, &filter, None, 1));
        found.rows.first().map(|(_, activity)| activity.actor)
    }
}

#[tokio::test]
async fn what_was_given_up_is_shown_with_its_reason_and_dismissed_by_an_admin() {
    let ground = WebWorld::start().await;
    let id = ground.gives_up_a_deletion();
    assert_eq!(ground.last_to(LOST.name()), Some(Actor::System), "the team is told");
    let admin = ground.signed_in("admin");
    let home = admin.get("/g/{server}").await.is(200);
    assert!(home.text().contains(&ground.path("href=\"/g/{server}/unsent\"")), "{}", home.text());
    let page = admin.get("/g/{server}/unsent").await.is(200).seen();
    for part in ["The deletion of a message", "#submissions", "The bot lacks a permission there.", "code 50013"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    ground.signed_in("moderator").get("/g/{server}/unsent").await.is(403);

    admin.submit(&format!("/g/{{server}}/unsent/{id}/dismiss"), &[]).await.is(303);
    let page = admin.get("/g/{server}/unsent").await.is(200).seen();
    assert!(page.contains("is dismissed.") && page.contains("Nothing was given up."), "{page}");
    assert_eq!(ground.last_to(DISMISSED.name()), Some(Actor::Member(ground.world.user("admin"))));
    let again = admin.json(Method::POST, &format!("{LIST}/{id}/dismiss"), &Value::Null).await.is(404);
    assert_eq!(again.code().as_deref(), Some("unsent.not_there"));
    ground.end().await;
}

#[tokio::test]
async fn what_is_tried_once_more_is_done_at_once_and_under_its_number() {
    let ground = WebWorld::start().await;
    let id = ground.gives_up_a_deletion();
    let admin = ground.signed_in("admin");
    let tried = admin.json(Method::POST, &format!("{LIST}/{id}/again"), &Value::Null).await.is(200).json();
    assert_eq!((&tried["id"], &tried["kind"]), (&json!(id.to_string()), &json!("outbox.delete")));
    ground.world.settle().await;
    let list = admin.get(LIST).await.is(200).json();
    assert_eq!((&list["given_up"], &list["waiting"]), (&json!([]), &json!([])));
    let guild = ground.here();
    assert!(!ground.world.read(move |read| greenroom::jobs::is_waiting(read, guild, id)), "it was done");
    assert_eq!(ground.last_to(TRIED_AGAIN.name()), Some(Actor::Member(ground.world.user("admin"))));
    ground.end().await;
}

#[tokio::test]
async fn what_waits_for_discord_is_told_with_its_next_try() {
    let ground = WebWorld::start().await;
    let (guild, id) = (ground.here(), ground.deletes_after(Duration::from_hours(1)));
    ground.write(move |tx| {
        let wait =
            Wait { first_due: tx.now(), since: tx.now(), tries: 4, until: tx.now().after(Duration::from_mins(5)) };
        tables::wait(tx, guild, id, &wait)
    });
    let admin = ground.signed_in("admin");
    let list = admin.get(LIST).await.is(200).json();
    let [waiting] = list["waiting"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!((&waiting["tries"], &waiting["job"]["to"]), (&json!(4), &json!("channel")));
    assert!(admin.get("/g/{server}/unsent").await.is(200).seen().contains("Waits for Discord"));
    ground.write(move |tx| tables::remove(tx, guild, id));
    ground.end().await;
}

#[tokio::test]
async fn nobody_reaches_what_another_server_could_not_send() {
    let ground = WebWorld::start().await;
    let id = ground.gives_up_a_deletion();
    let landlady = ground.signed_in("landlady");
    let list = landlady.get("/api/{other}/unsent").await.is(200).json();
    assert_eq!(list["given_up"], json!([]));
    for act in ["again", "dismiss"] {
        landlady.json(Method::POST, &format!("/api/{{other}}/unsent/{id}/{act}"), &Value::Null).await.is(404);
        landlady.json(Method::POST, &format!("{LIST}/{id}/{act}"), &Value::Null).await.is(404);
    }
    let admin = ground.signed_in("admin");
    assert_eq!(admin.get(LIST).await.is(200).json()["given_up"].as_array().unwrap().len(), 1);
    admin.json(Method::POST, &format!("{LIST}/{id}/dismiss"), &Value::Null).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn what_was_given_up_for_one_cause_is_one_row_and_settled_at_once() {
    let ground = WebWorld::start().await;
    let ids = [(); 3].map(|()| ground.gives_up_a_deletion());
    let admin = ground.signed_in("admin");
    let page = admin.get("/g/{server}/unsent").await.is(200).seen();
    assert!(page.contains("3 times") && page.contains("Dismiss all"), "{page}");
    assert!(admin.get("/g/{server}").await.is(200).text().contains("The deletion of a message, 3×"));
    admin.submit(&format!("/g/{{server}}/unsent/{}/dismiss", ids[2]), &[]).await.is(303);
    let page = admin.get("/g/{server}/unsent").await.is(200).seen();
    assert!(page.contains("Nothing was given up."), "{page}");
    ground.end().await;
}
