//! Pages call people, songs and roles by their names, and lists are asked by what people know; what cannot be understood is
//! said where it was typed.

use greenroom::flows::erasure::erase;
use greenroom::sim::MemberSpec;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Person, WebWorld};
use crate::reading::link;

/// Somebody of this name comes and submits a song; gives their number.
async fn comes_with_a_song(ground: &WebWorld, name: &str, number: usize) -> String {
    let mut member = ground.world.member("ann");
    let come = MemberSpec { name: name.to_owned(), ..MemberSpec::default() };
    member.id = ground.world.sim.add_member(ground.world.ids.guild, come).await.unwrap();
    let id = member.id.to_string();
    member.submits(&link(number), "A Song").await;
    id
}

async fn gives(person: &Person<'_>, member: &str, reason: &str) {
    let coins = format!("/api/{{server}}/members/{member}/coins");
    let given = json!({ "act": "give", "amount": 50, "reason": reason });
    person.json(Method::POST, &coins, &given).await.is(200);
}

/// Whose the entries are that a list gives.
fn owners(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["user_id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn what_happened_is_told_in_sentences_with_the_names_of_people_and_songs() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let ann = ground.world.user("ann").to_string();
    gives(&ground.signed_in("administrator"), &ann, "birthday").await;
    let price = json!({ "skip_price": 800 });
    ground.signed_in("admin").json(Method::PATCH, "/api/{server}/settings", &price).await.is(200);
    ground.world.next().await;

    let owner = ground.signed_in("owner");
    let audit = owner.get("/g/{server}/audit").await.is(200);
    for told in [
        "administrator gave ann 50 Luxury Coins: birthday".to_owned(),
        "admin changed Price of a Skip from 1000 to 800.".to_owned(),
        format!("played {song} First Light from Free."),
    ] {
        assert!(audit.seen().contains(&told), "{told}: {}", audit.seen());
    }
    let administrator = ground.world.user("administrator").to_string();
    assert!(!audit.seen().contains(&ann) && !audit.seen().contains(&administrator), "{}", audit.seen());
    let home = owner.get("/g/{server}").await.is(200);
    assert!(home.seen().contains("administrator gave ann 50 Luxury Coins: birthday"), "{}", home.seen());
    let settings = owner.get("/g/{server}/settings/economy").await.is(200);
    assert!(settings.seen().contains("admin Price of a Skip 1000 → 800"), "{}", settings.seen());
    let story = owner.get(&format!("/g/{{server}}/songs/{}", song.digits())).await.is(200);
    assert!(story.seen().contains("ann sent it"), "{}", story.seen());
    let told = owner.get("/api/{server}/audit?kind=coins.posted").await.is(200).json();
    assert_eq!(told["entries"][0]["text"], "administrator gave ann 50 Luxury Coins: birthday", "{told}");
    let viewer = ground.signed_in("viewer").get("/g/{server}").await.is(200);
    assert!(!viewer.seen().contains("birthday"), "the audit is for admins");
    ground.end().await;
}

#[tokio::test]
async fn a_filter_takes_a_member_by_name_handle_or_number() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.world.member("ben").submits(&link(2), "Kites").await;
    ground.people_of_samples("ann", "654321");
    ground.people_of_samples("ben", "123456");
    let (ann, administrator) = (ground.world.user("ann").to_string(), ground.world.user("administrator").to_string());
    let admin = ground.signed_in("admin");
    for typed in ["ann", "@ann", "own.654321", "@own.654321", ann.as_str()] {
        let ledger = admin.get(&format!("/api/{{server}}/ledger?member={typed}")).await.is(200).json();
        let owners = owners(&ledger);
        assert!(!owners.is_empty() && owners.iter().all(|owner| *owner == ann), "{typed}: {ledger}");
        let songs = admin.get(&format!("/api/{{server}}/songs?member={typed}")).await.is(200).json();
        assert_eq!(songs["songs"].as_array().unwrap().len(), 1, "{typed}: {songs}");
        let handles = admin.get(&format!("/api/{{server}}/handles?member={typed}")).await.is(200).json();
        assert_eq!(self::owners(&handles), std::slice::from_ref(&ann), "{typed}: {handles}");
        let page = admin.get(&format!("/g/{{server}}/songs?member={typed}")).await.is(200);
        assert!(page.seen().contains("First Light") && !page.seen().contains("Kites"), "{typed}: {}", page.seen());
    }
    let file = admin.get("/api/{server}/ledger/export?member=ann").await.is(200).text();
    assert!(file.lines().count() > 1 && file.lines().skip(1).all(|line| line.contains(&ann)), "{file}");

    // Of whoever only acted, Discord knows the name.
    gives(&ground.signed_in("administrator"), &ann, "birthday").await;
    for query in ["actor=administrator", "actor=@Administrator", &format!("actor={administrator}")] {
        let found = admin.get(&format!("/api/{{server}}/audit?{query}")).await.is(200).json();
        let entries = found["entries"].as_array().unwrap();
        assert!(!entries.is_empty() && entries.iter().all(|entry| entry["actor"] == administrator), "{query}: {found}");
    }
    let about = admin.get("/api/{server}/audit?subject=ann&kind=coins.posted").await.is(200).json();
    assert_eq!(about["entries"][0]["subject"]["id"], ann, "{about}");
    ground.end().await;
}

#[tokio::test]
async fn where_several_or_nobody_could_be_meant_it_says_so_and_offers_them() {
    let ground = WebWorld::start().await;
    let north = comes_with_a_song(&ground, "sam_north", 1).await;
    let south = comes_with_a_song(&ground, "sam_south", 2).await;
    let viewer = ground.signed_in("viewer");
    for list in ["ledger", "songs", "handles"] {
        let refused = viewer.get(&format!("/api/{{server}}/{list}?member=sam")).await.is(422).json();
        let details = &refused["error"]["details"];
        assert!(details["fields"]["member"].is_string(), "{refused}");
        let mut offered: Vec<&str> =
            details["candidates"].as_array().unwrap().iter().filter_map(|one| one["id"].as_str()).collect();
        offered.sort_unstable();
        let mut both = [north.as_str(), south.as_str()];
        both.sort_unstable();
        assert_eq!(offered, both, "{refused}");

        let page = viewer.get(&format!("/g/{{server}}/{list}?member=sam")).await.is(422);
        assert!(page.seen().contains("Several members could be meant.") && page.seen().contains("sam_north"));
        assert!(page.text().contains("value=\"sam\""), "what was typed is kept: {}", page.text());
        let way = ground.path(&format!("/g/{{server}}/{list}?member={south}"));
        assert!(page.text().contains(&format!("href=\"{way}\"")), "{way}: {}", page.text());
        viewer.get(&way).await.is(200);
        viewer.get(&format!("/g/{{server}}/{list}?member=sam_south")).await.is(200);

        let nobody = viewer.get(&format!("/g/{{server}}/{list}?member=%3Cnobody%3E")).await.is(422);
        assert!(nobody.seen().contains("Nobody who is known here is called so."), "{}", nobody.seen());
        assert!(nobody.text().contains("value=\"&lt;nobody&gt;\""), "{}", nobody.text());
        viewer.get(&format!("/api/{{server}}/{list}?member=nobody")).await.is(422);
    }
    let admin = ground.signed_in("admin");
    let nothing = admin.get("/g/{server}/audit?subject=nothing.of.that").await.is(422);
    assert!(nothing.seen().contains("Nobody is called so"), "{}", nothing.seen());
    ground.end().await;
}

#[tokio::test]
async fn a_form_takes_a_member_by_name_handle_or_number_and_offers_those_who_could_be_meant() {
    let ground = WebWorld::start().await;
    comes_with_a_song(&ground, "sam_north", 1).await;
    let south = comes_with_a_song(&ground, "sam_south", 2).await;
    let administrator = ground.signed_in("administrator");
    let (page, action) = ("/g/{server}/handles", "/g/{server}/handles/link");
    let unclear = administrator.submit_on(page, action, &[("handle", "sam.live"), ("member", "sam")]).await.is(422);
    assert!(unclear.seen().contains("Several members could be meant."), "{}", unclear.seen());
    for name in ["sam_north", "sam_south"] {
        assert!(unclear.seen().contains(name), "{name}: {}", unclear.seen());
    }
    let form = unclear.form(&ground.path(action)).unwrap();
    assert!(form.fields.contains(&("handle".to_owned(), "sam.live".to_owned())), "what was typed is kept: {form:?}");
    administrator.fill_in(&form, &[("member", &south)]).await.is(303);
    let linked = administrator.get("/api/{server}/handles?member=sam_south").await.is(200).json();
    assert_eq!((&linked["items"][0]["handle"], &linked["items"][0]["user_id"]), (&json!("sam.live"), &json!(south)));

    let mention = format!("<@{south}>");
    for (handle, member) in [("one.more", "@sam_south"), ("two.more", "sam.live"), ("three.more", mention.as_str())] {
        let body = json!({ "handle": handle, "member": member });
        let told = administrator.json(Method::POST, "/api/{server}/handles/link", &body).await.is(200).json();
        assert_eq!(told["user_id"], json!(south), "{member}");
    }
    let body = json!({ "handle": "four.more", "member": "sam" });
    let refused = administrator.json(Method::POST, "/api/{server}/handles/link", &body).await.is(422).json();
    assert_eq!(refused["error"]["details"]["candidates"].as_array().map(Vec::len), Some(2), "{refused}");
    for (member, why) in [("nobody", "Nobody who is known here is called so."), ("", "Please say whose it is.")] {
        let body = json!({ "handle": "four.more", "member": member });
        let refused = administrator.json(Method::POST, "/api/{server}/handles/link", &body).await.is(422).json();
        assert_eq!(refused["error"]["details"]["fields"]["member"], why, "{refused}");
    }
    ground.end().await;
}

#[tokio::test]
async fn a_fault_in_a_filter_is_said_at_its_field_and_what_was_typed_is_kept() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    for (list, field, typed, told) in [
        ("ledger", "from", "yesterday", "A day is written like 2026-11-21"),
        ("ledger", "kind", "nonsense", "There is no such kind of entry."),
        ("ledger", "before", "x", "It takes a whole number, 0 or more."),
        ("ledger", "limit", "501", "It takes a whole number from 1 to 500."),
        ("songs", "line", "Best", "There is no such line."),
        ("songs", "state", "lost", "It is waiting, played or removed."),
        ("songs", "limit", "0", "It takes a whole number from 1 to 200."),
        ("songs", "limit", "many", "It takes a whole number, 0 or more."),
        ("handles", "whose", "ours", "It is linked or free"),
        ("members", "sort", "height", "It takes one of these: server, coins, points or id."),
        ("members", "has", "hair", "It takes one of these: server, coins, points, handles or songs."),
        ("members", "after", "nowhere", "I cannot read where that list goes on."),
        ("audit", "kind", "nonsense", "There is no such kind of activity."),
        ("audit", "after", "nonsense", "That page belongs to another list."),
    ] {
        let query = format!("{list}?{field}={typed}");
        let refused = admin.get(&format!("/api/{{server}}/{query}")).await.is(422).json();
        let said = refused["error"]["details"]["fields"][field].as_str().unwrap_or_default().to_owned();
        assert!(said.contains(told), "{query}: {refused}");
        let page = admin.get(&format!("/g/{{server}}/{query}")).await.is(422);
        assert!(page.seen().contains(told), "{query}: {}", page.seen());
        let action = ground.path(&format!("/g/{{server}}/{list}"));
        assert!(page.form(&action).is_some() && !page.seen().contains("To your servers"), "{query}: {}", page.seen());
    }
    let ledger = admin.get("/g/{server}/ledger?from=yesterday&member=ann&kind=gift").await.is(422);
    let form = ledger.form(&ground.path("/g/{server}/ledger")).unwrap();
    for (field, value) in [("from", "yesterday"), ("member", "ann"), ("kind", "gift")] {
        assert!(form.fields.contains(&(field.to_owned(), value.to_owned())), "{field}: {:?}", form.fields);
    }
    assert!(ledger.text().contains("id=\"f-from-error\""), "{}", ledger.text());
    let live = admin.get("/g/{server}/live?after=nonsense").await.is(422);
    assert!(live.seen().contains("That page belongs to another list.") && live.seen().contains("No live"));
    ground.end().await;
}

/// What the amount of a change takes.
const AMOUNT: &str = "The amount has to be a whole number from 1 to 9,007,199,254,740,991.";

#[tokio::test]
async fn what_cannot_be_read_is_answered_with_what_the_field_takes() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let administrator = ground.signed_in("administrator");
    let coins = format!("/api/{{server}}/members/{ann}/coins");
    for (body, field, told) in [
        (json!({ "act": "give", "amount": "many" }), "amount", AMOUNT),
        (json!({ "act": "give", "amount": 1.5 }), "amount", AMOUNT),
        (json!({ "reason": 5 }), "reason", "It takes text."),
        (json!({ "act": "steal" }), "act", "It takes one of these: give or take."),
    ] {
        let refused = administrator.json(Method::POST, &coins, &body).await.is(422).json();
        assert_eq!(refused["error"]["details"]["fields"], json!({ (field): told }), "{body}");
    }
    let whole = administrator.json(Method::POST, &coins, &json!("all of it")).await.is(400).json();
    assert_eq!(whole["error"]["message"], "It takes an object with its fields.", "{whole}");
    let card = format!("/g/{{server}}/members/{ann}");
    let form = [("act", "give"), ("amount", "many"), ("reason", "quiz")];
    let page = administrator.submit_on(&card, &format!("{card}/coins"), &form).await.is(422);
    assert!(page.seen().contains(AMOUNT) && page.text().contains("value=\"many\""));
    ground.end().await;
}

#[tokio::test]
async fn everybody_who_is_known_is_listed_and_whoever_was_erased_is_offered_to_nobody() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.world.member("ben").submits(&link(2), "Kites").await;
    ground.people_of_samples("ben", "123456");
    let (ann, ben) = (ground.world.user("ann").to_string(), ground.world.user("ben").to_string());
    let administrator = ground.signed_in("administrator");
    let listed =
        async |query: &str| owners(&administrator.get(&format!("/api/{{server}}/members{query}")).await.is(200).json());
    let everybody = listed("").await;
    assert!(everybody.contains(&ann) && everybody.contains(&ben), "also with nothing: {everybody:?}");
    for has in ["coins", "handles"] {
        assert_eq!(listed(&format!("?has={has}")).await, std::slice::from_ref(&ben), "{has}");
    }
    assert_eq!(listed("?has=songs").await.len(), 2);
    assert!(listed("?q=ann&has=coins").await.is_empty());
    let page = administrator.get("/g/{server}/members").await.is(200);
    assert!(page.seen().contains("ann") && page.text().contains(&ben), "{}", page.seen());

    let (store, guild, user) = (&ground.world.app.bot.store, ground.here(), ground.world.user("ben"));
    erase(store, guild, user).unwrap();
    // The first number that stands for somebody who was erased.
    let nobody = "1".to_owned();
    for query in ["", "?has=coins", "?has=songs", "?q=erased", "?q=1", "?sort=coins"] {
        let listed = listed(query).await;
        assert!(!listed.contains(&nobody) && !listed.contains(&ben), "{query}: {listed:?}");
    }
    let offered = administrator.get("/g/{server}/palette?q=erased").await.is(200).json();
    let items = offered["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["kind"] != "member"), "{offered}");
    let given = json!({ "act": "give", "amount": 5, "reason": "quiz" });
    let refused = administrator.json(Method::POST, "/api/{server}/members/1/coins", &given).await.is(422).json();
    let told = "The data of this member were erased, so nothing can be given to them.";
    assert_eq!(refused["error"]["details"]["fields"]["member"], told, "{refused}");
    let ledger = administrator.get("/g/{server}/ledger").await.is(200);
    assert!(ledger.seen().contains("erased member"), "their entries stay: {}", ledger.seen());
    ground.world.settle().await;
    ground.end().await;
}
