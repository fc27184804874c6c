//! The platforms that tell titles, as they really speak.

use serde_json::{Value, json};

use super::rest::Rest;

#[tokio::test]
async fn each_platform_speaks_in_its_own_form_and_knows_nothing_untold() {
    let rest = Rest::new().await;
    let order = json!({"link": "https://a/b", "answers": [
        {"kind": "song", "title": "Night", "author": "Ann"},
        {"kind": "song", "title": "Night", "author": "Ann"},
        {"kind": "song", "title": "Night", "author": "Ann"},
        {"kind": "status", "status": 401},
        {"kind": "page"},
    ]});
    assert_eq!(rest.control("POST", "/oembed", order).await.0, 200);
    let ask = async |provider: &str, link: &str| {
        let answer =
            reqwest::get(format!("{}/{provider}?format=json&url={link}", rest.sim.oembed_url())).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let told = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let youtube = told(&ask("youtube", "https://a/b").await.1);
    assert_eq!((&youtube["title"], &youtube["author_name"]), (&json!("Night"), &json!("Ann")));
    let spotify = told(&ask("spotify", "https://a/b").await.1);
    assert_eq!((&spotify["title"], &spotify["author_name"]), (&json!("Night"), &Value::Null));
    let soundcloud = told(&ask("soundcloud", "https://a/b").await.1);
    assert_eq!((&soundcloud["title"], &soundcloud["version"]), (&json!("Night by Ann"), &json!(1.0)));
    assert_eq!(ask("youtube", "https://a/b").await, (401, "Unauthorized".to_owned()));
    for _ in 0..2 {
        let (status, page) = ask("youtube", "https://a/b").await;
        assert!(status == 200 && page.starts_with("<!DOCTYPE html>"), "the last answer stays: {page}");
    }
    assert_eq!(ask("youtube", "https://other").await.0, 404);
    assert_eq!(rest.sim.oembed_asked().len(), 7);
}
