//! A small poise bot that uses every kind of interaction.

use poise::serenity_prelude as serenity;
use serenity::{
    CreateActionRow, CreateButton, CreateInteractionResponse, CreateInteractionResponseMessage, CreateMessage,
};

use super::*;

type Context<'a> = poise::Context<'a, (), serenity::Error>;
type Outcome = Result<(), serenity::Error>;

/// Says pong, to the caller only.
#[poise::command(slash_command, ephemeral)]
async fn ping(context: Context<'_>) -> Outcome {
    context.say("pong").await?;
    Ok(())
}

/// Thinks first, answers then.
#[poise::command(slash_command)]
async fn think(context: Context<'_>) -> Outcome {
    context.defer().await?;
    context.say("thought").await?;
    context.say("and more").await?;
    Ok(())
}

async fn fruit(_: Context<'_>, typed: &str) -> serenity::CreateAutocompleteResponse {
    let names = ["apple", "apricot", "banana"].into_iter().filter(|name| name.starts_with(typed));
    let choices = names.map(|name| serenity::AutocompleteChoice::new(name, name)).collect();
    serenity::CreateAutocompleteResponse::new().set_choices(choices)
}

/// Picks a fruit.
#[poise::command(slash_command)]
async fn pick(
    context: Context<'_>,
    #[description = "A fruit"]
    #[autocomplete = "fruit"]
    name: String,
    #[description = "How many"]
    #[min = 1]
    #[max = 9]
    count: Option<i64>,
) -> Outcome {
    context.say(format!("{} x {name} @everyone", count.unwrap_or(1))).await?;
    Ok(())
}

#[derive(poise::Modal)]
#[name = "A song"]
struct Song {
    #[name = "Link"]
    #[max_length = 50]
    link: String,
}

/// Opens a modal.
#[poise::command(slash_command)]
async fn song(context: poise::ApplicationContext<'_, (), serenity::Error>) -> Outcome {
    use poise::Modal as _;
    if let Some(song) = Song::execute(context).await? {
        context.send(poise::CreateReply::default().content(format!("got {}", song.link)).ephemeral(true)).await?;
    }
    Ok(())
}

/// Shows a button.
#[poise::command(slash_command)]
async fn panel(context: Context<'_>) -> Outcome {
    let buttons = vec![CreateButton::new("go").label("Go"), CreateButton::new("off").label("Off").disabled(true)];
    let reply = poise::CreateReply::default().content("panel").components(vec![CreateActionRow::Buttons(buttons)]);
    context.send(reply).await?;
    Ok(())
}

/// Takes a file.
#[poise::command(slash_command)]
async fn upload(context: Context<'_>, #[description = "A file"] file: serenity::Attachment) -> Outcome {
    let bytes = file.download().await?;
    context.say(format!("{} has {} of {} bytes", file.filename, bytes.len(), file.size)).await?;
    Ok(())
}

/// What the bot does outside of commands: answers buttons, and each file by a direct message.
async fn on_event(context: &serenity::Context, event: &serenity::FullEvent) -> Outcome {
    match event {
        serenity::FullEvent::InteractionCreate { interaction: serenity::Interaction::Component(press) } => {
            let update = CreateInteractionResponseMessage::new().content("pressed").components(Vec::new());
            press.create_response(context, CreateInteractionResponse::UpdateMessage(update)).await
        }
        serenity::FullEvent::Message { new_message: message } if !message.author.bot => {
            let Some(file) = message.attachments.first() else { return Ok(()) };
            let text = format!("thanks for {}", file.filename);
            let sent = message.author.direct_message(context, CreateMessage::new().content(text)).await;
            if sent.is_err() {
                message.reply(context, "I cannot write to you.").await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Connects the bot and waits until its commands are registered.
pub(super) async fn connect(sim: &Sim) {
    let options = poise::FrameworkOptions {
        commands: vec![ping(), think(), pick(), song(), panel(), upload()],
        // Nothing is held back, so that the simulator's own account of pings is what is tested.
        allowed_mentions: None,
        event_handler: |context, event| Box::pin(on_event(context.serenity_context, event)),
        ..Default::default()
    };
    let framework = poise::Framework::builder()
        .options(options)
        .setup(|context, _, framework| {
            Box::pin(async move { poise::builtins::register_globally(context, &framework.options().commands).await })
        })
        .build();
    let http = serenity::HttpBuilder::new(sim.bot_token()).proxy(sim.discord_url()).ratelimiter_disabled(true).build();
    let intents = serenity::GatewayIntents::all();
    let mut client = serenity::ClientBuilder::new_with_http(http, intents).framework(framework).await.unwrap();
    let running = tokio::spawn(async move { client.start().await });
    let registered = sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), SOON).await;
    if registered.is_err() {
        let state = if running.is_finished() { Some(running.await) } else { None };
        panic!("the bot did not register its commands: {state:?}; it asked {:#?}", sim.requests(0).await);
    }
}
