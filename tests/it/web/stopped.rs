//! A disk that fails: whoever looks goes on looking, and whoever changes something is told why it cannot be kept.

use greenroom::store::{SimulatedDisk, StoreLocation};
use reqwest::Method;
use serde_json::json;

use super::ground::{BOUNDS, OPERATOR, PASSWORD, WebWorld};
use crate::world::{Setup, World};

/// How everybody is told.
const SENTENCE: &str = "I cannot store anything now, because the disk that I write to does not work.";

#[tokio::test]
async fn a_disk_that_stopped_is_told_by_its_sentence_at_every_door_and_on_every_page() {
    let disk = SimulatedDisk::new();
    let setup = Setup { place: StoreLocation::Simulated(disk.clone()), ..Setup::default() };
    let ground = WebWorld::before(World::with(setup).await, BOUNDS, |_| {}).await;
    let administrator = ground.signed_in("administrator");
    let card = format!("/g/{{server}}/members/{}", ground.world.user("ann"));
    assert!(!administrator.get(&card).await.is(200).seen().contains(SENTENCE));

    disk.refuse_writes();
    let price = json!({ "skip_price": 800 });
    let refused = administrator.json(Method::PATCH, "/api/{server}/settings", &price).await.is(503);
    assert_eq!((refused.code().as_deref(), refused.header("retry-after").as_str()), (Some("store_stopped"), "30"));
    let error = refused.json()["error"].clone();
    assert!(error["message"].as_str().is_some_and(|told| told.starts_with(SENTENCE)), "{error}");
    assert!(error.get("id").is_none(), "{error}");

    for page in ["/g/{server}", card.as_str()] {
        let seen = administrator.get(page).await.is(200).seen();
        assert!(seen.contains(SENTENCE), "{page}: {seen}");
    }
    let typed = [("act", "give"), ("amount", "5"), ("reason", "won the quiz")];
    let seen = administrator.submit_on(&card, &format!("{card}/coins"), &typed).await.is(503).seen();
    assert!(seen.contains(SENTENCE) && !seen.contains("Something broke"), "{seen}");
    let credentials = json!({ "username": OPERATOR, "password": PASSWORD });
    let refused = ground.nobody().json(Method::POST, "/api/auth/login", &credentials).await.is(503);
    assert_eq!(refused.code().as_deref(), Some("store_stopped"));
    ground.end_stopped();
}
