//! Looks at TikTok and at the service that signs connections to lives.

use std::time::Duration;

use tokio::time::timeout;

use super::finding::Finding;
use super::id::Id;
use crate::kernel::time::Clock;
use crate::tiktok::{Budget, Client, ClientSettings, Refusal};

/// The longest wait for each of the two.
const PATIENCE: Duration = Duration::from_secs(15);
/// With fewer connections left than this in a span of time, it is told.
const FEW: u64 = 5;

/// Looks at both, side by side.
pub(super) async fn examine(settings: &ClientSettings) -> Vec<Finding> {
    let client = match Client::new(settings.clone(), Clock::system()) {
        Ok(client) => client,
        Err(error) => {
            return vec![Finding::error(
                Id::LiveSettings,
                format!("{error}."),
                "Correct the variables TIKTOK_… and EULER_API_KEY.",
            )];
        }
    };
    let (reached, budget) = tokio::join!(timeout(PATIENCE, client.reach()), timeout(PATIENCE, client.budget()));
    vec![of_pages(reached.ok()), of_signing(budget.ok(), settings.api_key.is_some())]
}

fn of_pages(reached: Option<Result<(), Refusal>>) -> Finding {
    let fix = "The music review works without lives. Where TikTok refuses this address, try from another network.";
    match reached {
        Some(Ok(())) => Finding::ok(Id::LiveReachable, "TikTok answers."),
        Some(Err(refusal)) => {
            Finding::warning(Id::LiveReachable, format!("TikTok does not answer as it should: {refusal}"), fix)
        }
        None => Finding::warning(Id::LiveReachable, "TikTok does not answer.", fix),
    }
}

fn of_signing(budget: Option<Result<Vec<Budget>, Refusal>>, has_key: bool) -> Finding {
    let id = Id::Sign;
    let key = if has_key { "with your key" } else { "without a key" };
    match budget {
        Some(Ok(budgets)) if budgets.is_empty() => Finding::ok(id, format!("The sign service answers {key}.")),
        Some(Ok(budgets)) => {
            let told = |budget: &Budget| format!("{} of {} for the {}", budget.remaining, budget.most, budget.span);
            let all = budgets.iter().map(told).collect::<Vec<_>>().join(", ");
            let is_short = budgets.iter().any(|budget| budget.remaining < FEW.min(budget.most));
            let sentence = format!("Connections to lives that are left {key}: {all}.");
            if is_short {
                Finding::warning(
                    id,
                    sentence,
                    "Wait until the limit begins anew, or use a key of https://www.eulerstream.com as EULER_API_KEY.",
                )
            } else {
                Finding::ok(id, sentence)
            }
        }
        Some(Err(Refusal::BadKey)) => Finding::error(
            id,
            "The sign service does not accept EULER_API_KEY.",
            "Copy the key from https://www.eulerstream.com again, or take the variable away.",
        ),
        Some(Err(refusal)) => Finding::warning(
            id,
            format!("The sign service cannot be used now: {refusal}"),
            "Wait; the bot tries again by itself.",
        ),
        None => Finding::warning(id, "The sign service does not answer.", "Wait; the bot tries again by itself."),
    }
}
