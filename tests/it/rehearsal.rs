//! `/tiktok simulate`: events of a live that an administrator makes up, where `DEBUG` is on.

use greenroom::covers;
use greenroom::sim::Settings;
use serde_json::{Value, json};

use crate::followed::{HOST, connect, staff_lines, tell};
use crate::process::{Running, SimProcess, greenroom};
use crate::reading::link;
use crate::world::{Setup, World};

async fn rehearsing() -> World {
    let world = World::with(Setup { live_rehearsal: true, ..Setup::default() }).await;
    world.chooses("setdebugchannel", "staff").await;
    world
}

async fn simulate(world: &World, options: Value) -> String {
    let call = world.host().call("tiktok simulate");
    let call = options.as_object().unwrap().iter().fold(call, |call, (key, value)| call.with(key, value.clone()));
    let answer = world.host().run_call(call).await;
    assert!(answer.is_ephemeral());
    answer.text()
}

async fn parts(world: &World) -> Vec<Value> {
    let commands = world.sim.commands().await;
    let tiktok = commands.into_iter().find(|command| command["name"] == "tiktok").unwrap();
    tiktok["options"].as_array().unwrap().clone()
}

#[tokio::test]
async fn simulated_events_count_like_real_ones() {
    covers!("M-HNT-05");
    let world = rehearsing().await;
    let part = parts(&world).await.into_iter().find(|part| part["name"] == "simulate").unwrap();
    assert_eq!(part["description"], "Inject a test event (only with DEBUG=true)");
    let names: Vec<_> = part["options"].as_array().unwrap().iter().map(|option| option["name"].clone()).collect();
    assert_eq!(names, ["event", "handle", "coins", "repeat", "streaking"]);
    let kinds: Vec<_> = part["options"][0]["choices"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(kinds.len(), 13, "{kinds:?}");

    let begun = simulate(&world, json!({"event": "join", "handle": "@Ann.Live"})).await;
    assert!(begun.contains("a join by **@ann.live**") && begun.contains("a simulated session began"), "{begun}");
    assert!(begun.contains("**@simulated.live**"), "{begun}");
    world.member("ann").links("ann.live").await;
    let song = world.member("ann").submits(&link(1), "Rehearsed").await;
    let gift = json!({"event": "gift", "handle": "ann.live", "coins": 500, "repeat": 3});
    let answer = simulate(&world, gift).await;
    assert!(answer.contains("It brought 3000 points and 30 Luxury Coins."), "{answer}");
    assert!(answer.contains(&format!("{song} moved to 5 Skip")), "{answer}");
    assert_eq!((world.points("ann"), world.luxury("ann")), (3_000, 30));
    assert!(staff_lines(&world).await.contains("simulated a gift of 3 × 500 coins"));

    let step = json!({"event": "gift", "handle": "ann.live", "repeat": 4, "streaking": true});
    assert!(simulate(&world, step).await.contains("The streak goes on"));
    let end = json!({"event": "gift", "handle": "ann.live", "repeat": 5, "streaking": false});
    assert!(simulate(&world, end).await.contains("It brought 10 points and 0 Luxury Coins."));
    for event in kinds.iter().filter(|kind| !["live_end", "disconnect"].map(Value::from).contains(kind)) {
        let answer = simulate(&world, json!({"event": event})).await;
        assert!(answer.contains("🧪 Simulated") && !answer.contains("did not count"), "{event}: {answer}");
    }
    assert!(world.open_session().is_some());
    simulate(&world, json!({"event": "live_end"})).await;
    assert!(world.open_session().is_none());
    assert!(simulate(&world, json!({"event": "join", "handle": "no name"})).await.contains("That is no TikTok name"));
    world.end().await;
}

#[tokio::test]
async fn simulated_events_join_the_live_that_is_followed() {
    covers!("M-HNT-05");
    let world = rehearsing().await;
    world.sim.live_account(HOST).await.unwrap();
    connect(&world, HOST).await;
    let early = simulate(&world, json!({"event": "share", "handle": "ann.live"})).await;
    assert!(early.contains("did not count") && early.contains("@night.owl"), "{early}");
    world.host().run("tiktok disconnect").await;
    world.sim.goes_live(HOST).await.unwrap();
    connect(&world, HOST).await;
    tell(&world, &[json!({"type": "share", "user": "ann.live"})]).await;
    let answer = simulate(&world, json!({"event": "share", "handle": "ann.live"})).await;
    assert!(answer.contains("It brought 5 points") && !answer.contains("began"), "{answer}");
    assert_eq!(world.handle_points("ann.live"), 10);
    world.end().await;
}

#[tokio::test]
async fn without_debug_nothing_can_be_simulated_and_with_it_only_by_administrators() {
    covers!("M-HNT-05");
    let world = World::new().await;
    assert!(parts(&world).await.iter().all(|part| part["name"] != "simulate"));
    assert!(world.sim.start_command(world.host().call("tiktok simulate").with("event", "join")).await.is_err());
    world.end().await;

    let settings = Settings { commands_opened: true, ..Settings::default() };
    let world = World::with(Setup { settings, live_rehearsal: true, ..Setup::default() }).await;
    let answer = world.member("ann").run_call(world.member("ann").call("tiktok simulate").with("event", "join")).await;
    assert!(answer.text().contains("Only people with the **Administrator** permission"), "{}", answer.text());
    assert!(world.open_session().is_none());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_variable_debug_switches_it_on() {
    covers!("M-HNT-05");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", &sim.discord).env("DEBUG", "true");
    let bot = Running::start(command);
    bot.says("commands registered");
    let answer = sim.command("host", "tiktok simulate", json!({"event": "join", "handle": "ann.live"})).await;
    assert!(answer.to_string().contains("a simulated session began"), "{answer}");
}
