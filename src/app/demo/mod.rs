//! `greenroom demo`: a recorded review evening, played by simulated people against the real bot in one process.
//!
//! Everything but the people is real: the bot speaks HTTP and the gateway protocol to the simulated Discord over
//! loopback, the store is a file, in which the server has two weeks of its own economy behind it ([`past`]). The clock is the show's, so an hour passes in a second unless `--speed` says otherwise.

pub mod past;
pub mod stage;
pub mod transcript;
mod web;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use self::stage::{ShowError, Stage};
use self::transcript::{Counts, Transcript, command_words};
use self::web::OpenWeb;
use super::cli::{DemoArgs, Options};
use super::config::storage::store_file;
use super::config::web::Web;
use super::exit::{CommandResult, ExitCode, Stop, print};
use super::run::{listen, runtime};
use super::scratch::ScratchFolder;
use super::show::{Act, Call, Show, ShowReadError};
use super::signals::Signals;
use super::telemetry;
use crate::features::queue::model::{Entry, Line};
use crate::kernel::time::{Stopwatch, Timestamp};
use crate::live::show_file::Note;
use crate::sim::{CommandCall, MessageSpec};
use crate::store::StoreLocation;
use crate::web::instance::lines::Lines;

/// The evening that is played when no other show is named.
pub const EVENING: &str = include_str!("../../../data/demo/evening.jsonl");

/// Runs the command.
pub fn run(options: &Options, args: &DemoArgs) -> CommandResult {
    // The transcript tells what happens; the log speaks up only where something is wrong.
    let log = options.log.clone().or_else(|| Some("warn,serenity=error".to_owned()));
    let lines = telemetry::start_with_lines(&Options { log, ..options.clone() }.load_logging()?)?;
    let mut show = match &args.file {
        Some(path) => Show::open(path)?,
        None => Show::built_in("the evening", EVENING),
    };
    show.check()?;
    if args.data.is_some() && options.data_dir.is_some() {
        return Err(Stop::new(
            ExitCode::Configuration,
            "--data and --data-dir both name the folder: leave one of them out.",
        ));
    }
    let runtime = runtime()?;
    // From here on a signal is an end in order, which leaves no folder behind.
    let mut signals = listen(&runtime)?;
    let temporary = ScratchFolder::new().map_err(|error| Stop::failed(format!("No temporary folder: {error}.")))?;
    let named = args.data.as_deref().or(options.data_dir.as_deref().map(Path::new));
    let folder = named.unwrap_or(temporary.path());
    let store = store_file(folder);
    // The evening needs an empty store, and must never play into the data of a real server.
    if store.exists() {
        let message = format!("{} holds a store already. Name an empty folder with --data.", folder.display());
        return Err(Stop::new(ExitCode::Configuration, message));
    }
    // At full speed it is over before anybody has opened a page.
    let is_seen = args.keep || args.speed.is_some();
    let web = if is_seen { Some(options.load_web()?) } else { None };
    // The people of another show are others.
    let site = Site { folder, lines, web, has_past: args.file.is_none() };
    let performed = runtime.block_on(perform_all(&mut show, &site, args, &mut signals));
    runtime.shutdown_background();
    performed
}

/// Where the evening is played.
struct Site<'a> {
    /// The data folder.
    folder: &'a Path,
    /// The lines of the log.
    lines: Lines,
    /// Where the web is to be; `None` where nobody would see it.
    web: Option<Web>,
    /// Whether the server has something behind it.
    has_past: bool,
}

async fn perform_all(show: &mut Show, site: &Site<'_>, args: &DemoArgs, signals: &mut Signals) -> CommandResult {
    let since = Stopwatch::start();
    let evening = Box::pin(async {
        let stage = set(show, StoreLocation::File(store_file(site.folder)), site.has_past).await?;
        let web = match &site.web {
            Some(web) => OpenWeb::open(&stage, site.folder, site.lines.clone(), web).await,
            None => None,
        };
        if let Some(web) = web.as_ref().filter(|_| args.speed.is_some()) {
            print(&web.invitation());
        }
        let played = play_on(show, stage, args.speed, std::io::stdout()).await?;
        Ok::<_, ShowError>((played, web))
    });
    let (played, web) = tokio::select! {
        evening = evening => evening?,
        () = signals.told_to_stop() => return Err(Stop::failed("The evening was interrupted.")),
    };
    print(&format!("The evening took {:.1} s.", since.elapsed().as_secs_f64()));
    if args.keep {
        if let Some(web) = &web {
            web.save().await;
        }
        keep(&played.stage, web.as_ref(), signals).await;
    }
    if let Some(web) = web {
        web.close().await;
    }
    played.stage.app.stop().await;
    Ok(())
}

/// Stays up until Ctrl-C, with the clock of the show running on.
async fn keep(stage: &Stage, web: Option<&OpenWeb>, signals: &mut Signals) {
    let sim = &stage.sim;
    let addresses = serde_json::json!({
        "discord": sim.discord_url(), "gateway": sim.gateway_url(), "control": sim.control_url(),
    });
    let stay = async {
        if let Some(web) = web {
            print(&web.invitation());
        }
        print(&format!("Everything stays up until Ctrl-C: {addresses}"));
        stage.let_time_pass().await;
    };
    tokio::select! {
        () = signals.told_to_stop() => {}
        () = stay => {}
    }
}

impl From<ShowError> for Stop {
    fn from(error: ShowError) -> Self {
        let code = match error {
            ShowError::Refused(_) | ShowError::NoSuch(_) | ShowError::Unplayable(_) => ExitCode::Configuration,
            ShowError::Failed(_) | ShowError::Start(_) | ShowError::Unwritable(_) => ExitCode::Failed,
        };
        Self::new(code, error.to_string())
    }
}

/// What a played show came to.
pub struct Played {
    /// The stage, still standing.
    pub stage: Stage,
    /// The counts.
    pub counts: Counts,
    /// Every song, by row number.
    pub songs: Vec<Entry>,
}

/// Plays a show and writes its transcript. `speed` is how many of its seconds pass in one; `None` for no waiting.
pub async fn play(
    show: &mut Show,
    place: StoreLocation,
    speed: Option<f64>,
    out: impl Write,
) -> Result<Played, ShowError> {
    let stage = set(show, place, false).await?;
    play_on(show, stage, speed, out).await
}

/// Sets the stage for a show.
async fn set(show: &mut Show, place: StoreLocation, has_past: bool) -> Result<Stage, ShowError> {
    let Some(opening) = show.next_cue()? else { return Err(ShowReadError::Empty(show.path().to_owned()).into()) };
    Stage::set(opening.act, place, has_past).await
}

/// Plays what is left of a show on its stage.
async fn play_on(show: &mut Show, mut stage: Stage, speed: Option<f64>, out: impl Write) -> Result<Played, ShowError> {
    let mut transcript = Transcript::new(out, &stage);
    // What is still to be told of the time before is told now, and is no part of the evening.
    stage.advance_to(stage.elapsed()).await?;
    transcript.pass_over(&stage).await;
    while let Some(cue) = show.next_cue()? {
        wait(&stage, cue.at, speed).await;
        stage.advance_to(cue.at).await?;
        transcript.follow_ups(&stage).await?;
        perform(&mut stage, &mut transcript, &cue.act).await?;
        transcript.follow_ups(&stage).await?;
    }
    let songs = stage.songs().await?;
    let counts = transcript.counts;
    final_table(&mut transcript, &songs)?;
    if show.is_cut() {
        transcript.plain("The last line of the show was cut off and is left out.")?;
    }
    Ok(Played { stage, counts, songs })
}

async fn perform(stage: &mut Stage, transcript: &mut Transcript<impl Write>, act: &Act) -> Result<(), ShowError> {
    match act {
        Act::Live(event) => {
            let event = event.clone().at(stage.now());
            transcript.live(stage, &event.what)?;
            stage.live(event).await
        }
        // Links and settings of the evening that was recorded are those of another server.
        Act::Note(Note::Settings { .. } | Note::Link { .. }) => Ok(()),
        Act::Note(Note::Head(_)) | Act::Discord(Call::Guild { .. }) => {
            Err(ShowError::NoSuch("A show has one guild, in its first line.".to_owned()))
        }
        Act::Discord(Call::Command { user, channel, name, options, attachments, modal }) => {
            let mut words = command_words(name, options, modal.as_ref());
            for file in attachments.values() {
                words.push_str(&format!(" [{}]", file.filename));
            }
            transcript.action(stage, user, &words)?;
            let mut call = CommandCall::new(stage.ids.guild, stage.channel(channel)?, stage.member(user)?, name);
            call.options = options.clone();
            call.attachments = attachments.clone();
            let outcome = stage.run_command(user, call, modal.as_ref()).await?;
            Ok(transcript.answer(&outcome.error.clone().unwrap_or_else(|| outcome.text()))?)
        }
        Act::Discord(Call::Message { user, channel, content, attachments }) => {
            let mut words = format!("in #{channel}: {content}");
            for file in attachments {
                words.push_str(&format!(" [{}]", file.filename));
            }
            transcript.action(stage, user, &words)?;
            let spec = MessageSpec {
                channel: stage.channel(channel)?,
                user: stage.member(user)?,
                content: content.clone(),
                attachments: attachments.clone(),
                ..MessageSpec::default()
            };
            stage.post(spec).await
        }
        Act::Discord(Call::Press { user, label }) => {
            transcript.action(stage, user, &format!("presses [{label}]"))?;
            let outcome = stage.press(user, label).await?;
            Ok(transcript.answer(&outcome.text())?)
        }
        Act::Discord(Call::DmBlock { user, on }) => {
            let what = if *on { "blocks direct messages" } else { "allows direct messages" };
            transcript.action(stage, user, what)?;
            stage.sim.block_dms(stage.member(user)?, *on).await;
            Ok(())
        }
    }
}

async fn wait(stage: &Stage, at: Duration, speed: Option<f64>) {
    let Some(speed) = speed else { return };
    let ahead = at.saturating_sub(stage.elapsed());
    crate::kernel::time::Clock::system().sleep(ahead.div_f64(speed)).await;
}

fn final_table(transcript: &mut Transcript<impl Write>, songs: &[Entry]) -> std::io::Result<()> {
    transcript.plain("\nThe songs of the evening")?;
    transcript.plain(&format!("  {:<8} {:<14} {:<28} {:<12} played", "number", "line", "song", "by"))?;
    for Entry { song, place, .. } in songs {
        let name: String = format!("{} – {}", song.artist, song.title).chars().take(28).collect();
        let played = place.played_at.map_or_else(|| "–".to_owned(), Timestamp::rfc3339);
        transcript.plain(&format!(
            "  {:<8} {:<14} {name:<28} {:<12} {played}",
            song.public_id.to_string(),
            place.line,
            song.username
        ))?;
    }
    let in_line = |line: Line| songs.iter().filter(|entry| entry.place.line == line).count();
    let Counts { actions, live_events, posts, direct_messages, moves } = transcript.counts;
    transcript.plain(&format!(
        "\n{} songs submitted, {} played, {} removed · {actions} actions, {live_events} live events · \
         {posts} posts, {direct_messages} direct messages, {moves} moves",
        songs.len(),
        in_line(Line::SongsPlayed),
        in_line(Line::Removed),
    ))
}
