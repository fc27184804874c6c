//! Recorded shows: the lines of the live, played by the simulator's clock.
//!
//! A show is JSON lines with `at_ms` and `actor`; lines of other actors are left out. The first line of the live comes
//! at once, the others as long after it as they are in the show, divided by the speed.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::acts::SimBatch;
use super::event::SimLiveEvent;
use crate::{Refused, Sim};

/// The largest show in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// What is to be played.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimPlay {
    /// The show's lines. Either this or `file`.
    #[serde(default)]
    pub show: Option<String>,
    /// A file `*.jsonl` below the working directory.
    #[serde(default)]
    pub file: Option<PathBuf>,
    /// How many times faster than it was; 1 where it is missing.
    #[serde(default = "as_it_was")]
    pub speed: f64,
}

/// What is being played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimPlaying {
    /// How many lines of the live there are.
    pub lines: usize,
    /// How long it takes, in milliseconds of the clock.
    pub takes_ms: u64,
}

const fn as_it_was() -> f64 {
    1.0
}

impl Sim {
    /// Plays a show on a live, in the background and in place of one that plays there; the host goes live first. A line
    /// that cannot be done (an event while the host is not live) is left out.
    pub async fn live_play(&self, name: &str, play: SimPlay) -> Result<SimPlaying, Refused> {
        if !(0.001..=100_000.0).contains(&play.speed) {
            return Err(Refused::because("A show is played 0.001 to 100,000 times as fast."));
        }
        let text = match (play.show, play.file) {
            (Some(show), None) => show,
            (None, Some(file)) => read(file).await?,
            _ => return Err(Refused::because("Give either the show's lines or the name of its file.")),
        };
        let cues = cues_of(&text, play.speed)?;
        let takes = cues.last().map(|(after, _)| *after).unwrap_or_default();
        let playing = SimPlaying { lines: cues.len(), takes_ms: u64::try_from(takes.as_millis()).unwrap_or(u64::MAX) };
        self.goes_live(name).await?;
        let (lives, host) = (self.lives.clone(), name.to_owned());
        let start = lives.clock.now();
        let task = tokio::spawn(async move {
            for (after, event) in cues {
                lives.clock.sleep_until(start.after(after)).await;
                let batch = SimBatch { events: vec![event], ..SimBatch::default() };
                // See above: what cannot be done is left out.
                let _ = lives.change(|lives| lives.perform(&host, &batch));
            }
            lives.change(|lives| lives.played(&host));
        });
        self.lives.change(|lives| lives.remember_play(name, task.abort_handle()));
        Ok(playing)
    }

    /// Waits until no show plays on a live, at most `timeout` of real time.
    pub async fn live_played(&self, name: &str, timeout: Duration) -> Result<(), Refused> {
        let waited = self.lives.until(|lives| (!lives.is_playing(name)).then_some(()));
        let waited = tokio::time::timeout(timeout, waited).await;
        waited.map_err(|_| Refused(format!("The show still plays after {} ms.", timeout.as_millis())))
    }
}

/// Reads a file that lies below the working directory: the control API must not become a way to read others.
async fn read(file: PathBuf) -> Result<String, Refused> {
    let is_below = file.components().all(|part| matches!(part, Component::Normal(_)));
    let is_show = file.extension().is_some_and(|ending| ending == "jsonl");
    if !is_below || !is_show {
        return Err(Refused::because("A show is a file *.jsonl below the working directory."));
    }
    let text = tokio::task::spawn_blocking(move || read_below(Path::new("."), &file)).await;
    text.map_err(|_| Refused::because("The show cannot be read."))?
}

fn read_below(folder: &Path, file: &Path) -> Result<String, Refused> {
    let unreadable = |_| Refused(format!("The show {} cannot be read.", file.display()));
    let folder = folder.canonicalize().map_err(unreadable)?;
    // Links are followed before it is judged where they lead.
    let found = folder.join(file).canonicalize().map_err(unreadable)?;
    if !found.starts_with(&folder) {
        return Err(Refused::because("A show is a file *.jsonl below the working directory."));
    }
    if found.metadata().map_err(unreadable)?.len() > MOST_BYTES {
        return Err(Refused(format!("A show has at most {} MiB.", MOST_BYTES >> 20)));
    }
    std::fs::read_to_string(found).map_err(unreadable)
}

/// The lines of the live with their times from the first one. Errors name the line and not what stands in it.
fn cues_of(text: &str, speed: f64) -> Result<Vec<(Duration, SimLiveEvent)>, Refused> {
    let mut cues: Vec<(u64, SimLiveEvent)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let unreadable = || Refused(format!("Line {number} of the show cannot be read."));
        let mut fields: Map<String, Value> = serde_json::from_str(line).map_err(|_| unreadable())?;
        let at_ms = fields.remove("at_ms").and_then(|at| at.as_u64()).ok_or_else(unreadable)?;
        if fields.remove("actor").is_some_and(|actor| actor != "live") {
            continue;
        }
        // What recordings of real lives say in words of their own. The microseconds are of no use here.
        fields.remove("us");
        if let Some(is_history) = fields.remove("backlog") {
            fields.insert("is_history".to_owned(), is_history);
        }
        let event = SimLiveEvent::try_from(Value::Object(fields)).map_err(|_| unreadable())?;
        if cues.last().is_some_and(|(last, _)| *last > at_ms) {
            return Err(Refused(format!("Line {number} of the show happens before the one above it.")));
        }
        cues.push((at_ms, event));
    }
    let first = cues.first().map(|(at, _)| *at).unwrap_or_default();
    let after = |at: u64| Duration::from_millis(at - first).div_f64(speed);
    Ok(cues.into_iter().map(|(at, event)| (after(at), event)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_live_keep_their_distance() {
        let show = r#"
            # a comment
            {"at_ms":0,"actor":"discord","call":"guild"}
            {"at_ms":40000,"actor":"live","type":"connect"}
            {"at_ms":42000,"actor":"live","type":"viewers","count":41}"#;
        let cues = cues_of(show, 4.0).unwrap();
        let after: Vec<u128> = cues.iter().map(|(after, _)| after.as_millis()).collect();
        assert_eq!(after, [0, 500]);
    }

    #[test]
    fn a_recording_of_a_real_live_can_be_played() {
        let show = r#"
            {"at_ms":0,"actor":"show","type":"head","version":1}
            {"at_ms":0,"us":17,"actor":"live","msg_id":7,"backlog":true,"type":"like","user":"ann.live","count":3,"level":9}"#;
        let cues = cues_of(show, 1.0).unwrap();
        let (_, event) = cues.first().unwrap();
        assert_eq!((cues.len(), event.is_history, event.msg_id), (1, true, Some(7)));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_not_shown() {
        for show in [
            "secret",
            r#"{"actor":"live","type":"connect"}"#,
            r#"{"at_ms":1,"actor":"live","type":"secret"}"#,
            "{\"at_ms\":9,\"actor\":\"live\",\"type\":\"connect\"}\n{\"at_ms\":1,\"actor\":\"live\",\"type\":\"connect\"}",
        ] {
            let Refused(sentence) = cues_of(show, 1.0).unwrap_err();
            assert!(sentence.starts_with("Line ") && !sentence.contains("secret"), "{sentence}");
        }
    }

    #[tokio::test]
    async fn a_file_is_read_below_the_working_directory_only() {
        crate::tests::work_at_the_root();
        for file in ["/etc/x.jsonl", "../x.jsonl", "data/../../x.jsonl", "Cargo.toml", "data/demo"] {
            assert!(read(PathBuf::from(file)).await.is_err(), "{file}");
        }
        assert!(read(PathBuf::from("data/demo/evening.jsonl")).await.is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_followed() {
        let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("a.jsonl"), "x").unwrap();
        std::os::unix::fs::symlink(outside.path().join("a.jsonl"), inside.path().join("a.jsonl")).unwrap();
        assert!(read_below(inside.path(), Path::new("a.jsonl")).is_err());
    }
}
