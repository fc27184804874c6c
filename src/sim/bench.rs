//! How fast a bot answers: many runs of one command, from the interaction to the first answer.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::people::{CommandCall, Refused};
use super::{Id, Sim};
use crate::kernel::time::Stopwatch;

/// How long a first answer may take where the call does not say: as long as Discord waits.
const LIMIT: Duration = Duration::from_secs(3);

/// A measurement to make.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BenchCall {
    /// The guild; the first one where it is missing.
    pub guild: Option<Id>,
    /// The channel; the guild's first one where it is missing.
    pub channel: Option<Id>,
    /// Who runs it; the guild's owner where it is missing.
    pub user: Option<Id>,
    /// The command.
    pub name: String,
    /// Its options.
    pub options: Map<String, Value>,
    /// How many runs.
    pub n: usize,
    /// How many at once; one where it is missing.
    pub concurrency: usize,
    /// After how many real milliseconds an answer counts as missed; three seconds where it is missing.
    pub limit_ms: Option<u64>,
}

/// What was measured, in real milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BenchReport {
    /// How many runs there were.
    pub n: usize,
    /// Half of the answers came within this time.
    pub p50_ms: f64,
    /// Nine in ten answers.
    pub p90_ms: f64,
    /// Ninety-nine in a hundred answers.
    pub p99_ms: f64,
    /// All answers.
    pub max_ms: f64,
    /// From the first start to the last answer.
    pub wall_ms: f64,
    /// Runs without an answer within the limit.
    pub misses: usize,
}

impl Sim {
    /// Runs a command many times and measures the time to the first answer.
    pub async fn bench(&self, call: BenchCall) -> Result<BenchReport, Refused> {
        let command = self.bench_command(&call)?;
        let limit = call.limit_ms.map_or(LIMIT, Duration::from_millis);
        let whole = Stopwatch::start();
        let runs = (0..call.n).map(|_| async {
            let id = self.start_command(command.clone()).await?;
            Ok::<_, Refused>(self.first_answer(id, limit).await)
        });
        let answers: Vec<Result<Option<Duration>, Refused>> =
            stream::iter(runs).buffer_unordered(call.concurrency.max(1)).collect().await;
        let answers: Vec<Option<Duration>> = answers.into_iter().collect::<Result<_, _>>()?;
        Ok(report(&answers, whole.elapsed()))
    }

    fn bench_command(&self, call: &BenchCall) -> Result<CommandCall, Refused> {
        self.shared.look(|world| {
            let first = world.guilds.keys().next().copied();
            let guild = call.guild.or(first).ok_or_else(|| Refused::because("There is no guild yet."))?;
            let found = world.guild_or_refuse(guild)?;
            let channel = call.channel.or_else(|| found.channels.first().copied());
            let mut command =
                CommandCall::new(guild, channel.unwrap_or_default(), call.user.unwrap_or(found.owner), &call.name);
            command.options.clone_from(&call.options);
            Ok(command)
        })
    }
}

fn report(answers: &[Option<Duration>], wall: Duration) -> BenchReport {
    let mut times: Vec<f64> = answers.iter().flatten().map(|time| time.as_secs_f64() * 1_000.0).collect();
    times.sort_by(f64::total_cmp);
    let percentile = |hundredths: usize| {
        let rank = (times.len() * hundredths).div_ceil(100).saturating_sub(1);
        times.get(rank).copied().unwrap_or(0.0)
    };
    BenchReport {
        n: answers.len(),
        p50_ms: percentile(50),
        p90_ms: percentile(90),
        p99_ms: percentile(99),
        max_ms: times.last().copied().unwrap_or(0.0),
        wall_ms: wall.as_secs_f64() * 1_000.0,
        misses: answers.iter().filter(|answer| answer.is_none()).count(),
    }
}
