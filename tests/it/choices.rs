//! What is offered while somebody types may be sent as it is shown: by whoever copied it, or finished typing it.

use greenroom::live::Occurrence;

use crate::reading::link;
use crate::world::{World, viewer};

/// A command, and its other options.
type Call<'a> = (&'a str, &'a [(&'a str, String)]);

/// What a command answers to the value of its first choice, and to the name of that choice.
async fn answers(world: &World, person: &str, call: Call<'_>, option: &str) -> [String; 2] {
    let (command, given) = call;
    let person = world.member(person).in_channel("staff");
    // Handles are offered from their second letter on.
    let typed = if option == "handle" { "ann" } else { "" };
    let choice = person.offered(command, option, typed).await.into_iter().next();
    let choice = choice.unwrap_or_else(|| panic!("{command} offers nothing for {option}"));
    let shown = choice.name.clone();
    let value = choice.value.as_str().expect("a text").to_owned();
    let mut answers = Vec::new();
    for typed in [value, shown] {
        let call = given.iter().fold(person.call(command), |call, (name, value)| call.with(name, value.clone()));
        answers.push(person.run_call(call.with(option, typed)).await.text());
    }
    answers.try_into().unwrap()
}

#[tokio::test]
async fn every_choice_may_be_typed_as_it_is_shown() {
    let world = World::new().await;
    world.live_all([Occurrence::Connected, Occurrence::Joined(viewer("ann.sings"))]).await;
    world.member("ann").submits(&link(1), "First Light (Free)").await;
    let free = [("target_line", "Free".to_owned())];
    let same: [(&str, Call<'_>, &str); 4] = [
        ("host", ("move", &free), "submission_id"),
        ("host", ("help", &[]), "command"),
        ("host", ("config get", &[]), "key"),
        ("host", ("config set", &[("value", "abc".to_owned())]), "key"),
    ];
    for (person, call, option) in same {
        let [by_value, by_name] = answers(&world, person, call, option).await;
        assert_eq!(by_value, by_name, "{} {option}", call.0);
        assert!(!by_name.contains("no song number") && !by_name.contains("no setting"), "{by_name}");
    }
    world.configures("activity_days", "60").await;
    let [reset, again] = answers(&world, "host", ("config reset", &[]), "key").await;
    assert!(reset.contains("is now") && again.contains("as it was"), "{reset} {again}");
    let [removed, again] = answers(&world, "host", ("remove", &[]), "submission_id").await;
    assert!(removed.contains("moved") || removed.contains("Removed"), "{removed}");
    assert!(again.contains("already"), "the same song: {again}");
    let [linked, again] = answers(&world, "ann", ("link-tiktok", &[]), "handle").await;
    assert!(linked.contains("is linked to you") && again.contains("already"), "{linked} {again}");
    let [unlinked, again] = answers(&world, "ann", ("unlink-tiktok", &[]), "handle").await;
    assert!(unlinked.contains("ann.sings") && !again.contains("no TikTok handle"), "{unlinked} {again}");
    let member = [("user", world.member("ann").id.to_string()), ("action", "add".to_owned())];
    let call = member.iter().fold(world.host().call("coins"), |call, (name, value)| call.with(name, value.clone()));
    world.host().run_call(call.with("amount", 5)).await;
    let undo = [("user", world.member("ann").id.to_string()), ("action", "undo".to_owned())];
    let [undone, again] = answers_typed(&world, &undo).await;
    assert!(undone.contains("is undone"), "{undone}");
    assert!(again.contains("undone already"), "{again}");
    world.end().await;
}

/// Takes an entry of the ledger back by its value, then by its name.
async fn answers_typed(world: &World, undo: &[(&str, String)]) -> [String; 2] {
    use greenroom::sim::AutocompleteCall;
    let host = world.host().in_channel("staff");
    let mut options: serde_json::Map<_, _> =
        undo.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    options.insert("entry".to_owned(), "".into());
    let call = AutocompleteCall {
        guild: Some(world.ids.guild),
        channel: Some(world.channel("staff")),
        user: host.id,
        name: "coins".into(),
        focused: "entry".into(),
        options,
        ..AutocompleteCall::default()
    };
    let choice = world.sim.autocomplete(call).await.unwrap().into_iter().next().expect("an entry is offered");
    let mut answers = Vec::new();
    for typed in [choice.value.as_str().unwrap().to_owned(), choice.name] {
        let call = undo.iter().fold(host.call("coins"), |call, (name, value)| call.with(name, value.clone()));
        answers.push(host.run_call(call.with("entry", typed)).await.text());
    }
    answers.try_into().unwrap()
}
