//! `greenroom replay`: runs a recorded show into an empty store, and prints what it pays.
//!
//! Everything is as on the evening: the same flows, the same sweeps, and a clock that shows the times of the show. There is
//! no Discord, no network, and no other store than a temporary one. So the same file gives the same words, to the byte,
//! every time. With other settings (`--what-if`) it is played twice, and the difference is printed as well.
//!
//! | file | for |
//! | --- | --- |
//! | [`stage`] | the empty store with its clock; what lines do there |
//! | [`discord`] | what people do on Discord in a show that was written for the demo |
//! | [`outcome`] | what was paid, read from the store |
//! | [`words`] | the same for people |

mod discord;
mod outcome;
mod stage;
mod words;

use std::io::{IsTerminal as _, Write as _};

use serde_json::json;

use self::outcome::{Difference, Outcome};
use self::stage::Stage;
use super::cli::{Options, ReplayArgs};
use super::exit::{CommandResult, Stop, print};
use super::run::runtime;
use super::show::{Show, ShowReadError};
use super::telemetry;
use crate::kernel::time::{Clock, Stopwatch};

/// So often, in milliseconds, it is said how far a long replay is.
const TELL_EVERY: u128 = 500;

/// Runs the command.
pub fn run(options: &Options, args: &ReplayArgs) -> CommandResult {
    // The result is what is printed; the log speaks up only where something is wrong.
    let log = options.log.clone().or_else(|| Some("error".to_owned()));
    telemetry::start(&Options { log, ..options.clone() }.load_logging()?)?;
    stage::check(&args.what_if)?;
    let mut show = Show::open(&args.file)?;
    runtime()?.block_on(async {
        tokio::select! {
            result = replay(&mut show, args) => result,
            _ = tokio::signal::ctrl_c() => Err(Stop::failed("The replay was interrupted.")),
        }
    })
}

async fn replay(show: &mut Show, args: &ReplayArgs) -> CommandResult {
    let recorded = play(show, &[], args.speed).await?;
    if args.what_if.is_empty() {
        print(&if args.json { json!(recorded).to_string() } else { words::of(&recorded) });
        return Ok(());
    }
    show.rewind()?;
    let what_if = play(show, &args.what_if, args.speed).await?;
    let difference = Difference::between(&recorded, &what_if);
    print(&if args.json {
        json!({ "recorded": recorded, "what_if": what_if, "difference": difference }).to_string()
    } else {
        words::compared(&recorded, &what_if, &difference)
    });
    Ok(())
}

/// Plays the rest of a show with these settings changed. `speed` is how many of its seconds pass in one; `None` for no
/// waiting.
async fn play(show: &mut Show, what_if: &[(String, String)], speed: Option<f64>) -> Result<Outcome, Stop> {
    let Some(first) = show.next_cue()? else { return Err(ShowReadError::Empty(show.path().to_owned()).into()) };
    let mut stage = Stage::set(&first, what_if).map_err(|problem| problem.at(show))?;
    let mut progress = Progress::begin();
    let mut line = Some(first);
    while let Some(next) = line {
        if let Some(speed) = speed {
            let ahead = next.at.saturating_sub(stage.elapsed());
            if !ahead.is_zero() {
                stage.flush().await?;
                Clock::system().sleep(ahead.div_f64(speed)).await;
            }
        }
        stage.perform(next).await.map_err(|problem| problem.at(show))?;
        progress.tell(show);
        line = show.next_cue()?;
    }
    let mut outcome = stage.end().await?;
    outcome.is_cut = show.is_cut();
    Ok(outcome)
}

/// Says on a terminal how far a long replay is. The line goes when the replay ends, however it does.
struct Progress {
    since: Stopwatch,
    told: u128,
    is_watched: bool,
}

impl Progress {
    fn begin() -> Self {
        Self { since: Stopwatch::start(), told: 0, is_watched: std::io::stderr().is_terminal() }
    }

    fn tell(&mut self, show: &Show) {
        let now = self.since.elapsed().as_millis() / TELL_EVERY;
        if self.is_watched && now > self.told {
            self.told = now;
            overwrite(&format!("replaying {}: {} %", show.path().display(), show.percent()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.told > 0 {
            overwrite("");
        }
    }
}

/// Writes over the present line of the terminal.
fn overwrite(line: &str) {
    let mut terminal = std::io::stderr();
    // A terminal that is gone is told nothing.
    let _ = write!(terminal, "\r\x1b[K{line}").and_then(|()| terminal.flush());
}
