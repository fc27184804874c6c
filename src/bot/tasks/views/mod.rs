//! What people read of tasks. Pure: read models in, drafts out.

pub mod admin;

use serenity::all::{ButtonStyle, Colour};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter};

use super::components::{CLAIM, LIST, MINE};
use super::review::{ACCEPT, ASK, REJECT};
use crate::discord::{BLURPLE, Draft, paging};
use crate::features::tasks::claims::Claimed;
use crate::features::tasks::model::{
    Claim, ClaimState, Happening, KnownClaim, KnownTask, News, Proof, ProofFile, ProvenBy, Task, TaskStatus,
};
use crate::features::tasks::queries::{OwnClaim, Page};
use crate::features::tasks::rules;
use crate::flows::task_reviewed::Accepted;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::NO_COMMANDS;
use crate::kernel::text::{
    self, MomentStyle, escape, escape_around_links, mention, message_link, moment, role as role_mention, truncate,
};
use crate::kernel::time::Timestamp;
use crate::money::Money;

/// The colour of what is open.
const OPEN: Colour = Colour::new(0x0057_F287);
/// The colour of what waits for somebody.
const WAITING: Colour = Colour::new(0x00FE_E75C);
/// The colour of what was refused.
const REFUSED: Colour = Colour::new(0x00ED_4245);
/// The colour of what is over.
const OVER: Colour = Colour::new(0x0074_7F8D);
/// The longest description of an embed, as Discord counts.
const DESCRIPTION: usize = 4_096;
/// The longest field of an embed.
const FIELD: usize = 1_024;
/// The longest title of an embed.
const TITLE: usize = 256;
/// A name longer than this is cut in a list.
const SHORT: usize = 60;

/// The message of a task (`T-HLP-13`), with the button that claims it (`T-TSK-08`); where it cannot be claimed, nobody can press it.
pub fn task(known: &KnownTask, money: &Money) -> Draft {
    Draft::embed(task_embed(known, money)).row(CreateActionRow::Buttons(vec![claim_button(known)]))
}

/// The answer to `/tasks info`: the task, and where the caller stands with it.
pub fn info(known: &KnownTask, own: Option<&KnownClaim>, money: &Money) -> Draft {
    let mut embed = task_embed(known, money);
    if let Some(own) = own {
        embed = embed.field("You", truncate(&standing(&own.claim), FIELD), false);
    }
    Draft::embed(embed).row(CreateActionRow::Buttons(vec![claim_button(known)]))
}

fn task_embed(known: &KnownTask, money: &Money) -> CreateEmbed {
    let KnownTask { id, task } = known;
    let (state, colour) = match task.status {
        TaskStatus::Active if rules::is_full(task) => ("all places are taken", WAITING),
        TaskStatus::Active => ("open", OPEN),
        TaskStatus::Expired => ("over", OVER),
        TaskStatus::Completed => ("done", BLURPLE),
    };
    let mut embed = CreateEmbed::new()
        .title(truncate(&format!("📋 {}", escape(&task.name)), TITLE))
        .description(truncate(&escape_around_links(&task.description), DESCRIPTION))
        .colour(colour)
        .field("Reward", reward(task.reward, money), true)
        .field("Your time", hours(task.duration_hours), true)
        .field("Places", places(task), true)
        .field(if task.status == TaskStatus::Active { "Can be claimed until" } else { "Ended" }, end(task), true)
        .field("Category", escape(&task.category), true)
        .footer(CreateEmbedFooter::new(format!("Task {id} · {state}")));
    if let Some(next) = task.again_at() {
        let again = format!("{}, again {}", task.repeats.in_words(), moment(next, MomentStyle::Relative));
        embed = embed.field("Repeats", again, true);
    }
    if let Some(counted) = task.proven_by.counted() {
        embed = embed.field("Proves itself by", deeds(counted, task.proven_by), true);
    }
    if let Some(role) = &task.role {
        let named = role.id.map_or_else(|| escape(&role.name), role_mention);
        embed = embed.field("Role", named, true);
    }
    embed
}

/// So many deeds, with where they count.
fn deeds(counted: String, proven_by: ProvenBy) -> String {
    match proven_by.channel() {
        Some(channel) => format!("{counted} in {}", text::channel(channel)),
        None => counted,
    }
}

fn claim_button(known: &KnownTask) -> CreateButton {
    let is_open = known.task.status == TaskStatus::Active && !rules::is_full(&known.task);
    CreateButton::new(CLAIM.with(&known.id)).label("Claim Task").style(ButtonStyle::Success).disabled(!is_open)
}

fn end(task: &Task) -> String {
    let at = |style| moment(task.expires_at, style);
    match task.status {
        TaskStatus::Active => format!("{} ({})", at(MomentStyle::ShortDateTime), at(MomentStyle::Relative)),
        TaskStatus::Expired | TaskStatus::Completed => "This task cannot be claimed any more.".to_owned(),
    }
}

/// An amount of the server's money; words where there is none.
fn reward(amount: Amount, money: &Money) -> String {
    if amount == Amount::ZERO { "Nothing but thanks".to_owned() } else { paid(amount, money) }
}

fn paid(amount: Amount, money: &Money) -> String {
    money.of(amount).markdown(NO_COMMANDS)
}

fn hours(hours: u32) -> String {
    match hours {
        1 => "1 hour from your claim".to_owned(),
        hours if hours % 24 == 0 && hours > 24 => format!("{} days from your claim", hours / 24),
        hours => format!("{hours} hours from your claim"),
    }
}

fn places(task: &Task) -> String {
    let taken = task.counts.taken();
    match task.max_claims {
        Some(most) => format!("{taken} of {most} taken"),
        None => format!("{taken} taken, any number"),
    }
}

/// The message of a proof (`T-HLP-15`), with the buttons of the review while it waits for one (`T-TSK-14`).
pub fn proof(guild: GuildId, own: &OwnClaim, money: &Money) -> Draft {
    let OwnClaim { task, claim } = own;
    let Claim { user, state, .. } = claim.claim;
    let (content, files, at) = match &claim.claim.proof {
        Some(Proof { content, files, submitted_at }) => (content.as_str(), files.as_slice(), Some(*submitted_at)),
        None => ("", [].as_slice(), None),
    };
    let content = if content.is_empty() { "*No text*".to_owned() } else { escape_around_links(content) };
    let mut embed = CreateEmbed::new()
        .title(truncate(&format!("📨 Proof: {}", escape(&task.task.name)), TITLE))
        .description(truncate(&content, DESCRIPTION))
        .colour(colour_of(state))
        .field("Member", mention(user), true)
        .field("Reward", reward(task.task.reward, money), true)
        .field("State", truncate(&verdict(&claim.claim), FIELD), true)
        .footer(CreateEmbedFooter::new(format!("Task {}", task.id)));
    if let Some(at) = at {
        embed = embed.field("Handed in", moment(at, MomentStyle::ShortDateTime), true);
    }
    if !files.is_empty() {
        let links: Vec<String> = files.iter().map(|file| file_link(guild, file)).collect();
        embed = embed.field("Files", truncate(&links.join("\n"), FIELD), false);
    }
    let draft = Draft::embed(embed);
    if state != ClaimState::Submitted {
        return draft;
    }
    let of = (task.id, user, claim.id);
    draft.row(CreateActionRow::Buttons(vec![
        CreateButton::new(ACCEPT.with(&of)).label("Accept").style(ButtonStyle::Success),
        CreateButton::new(REJECT.with(&of)).label("Reject").style(ButtonStyle::Danger),
        CreateButton::new(ASK.with(&of)).label("Ask for more").style(ButtonStyle::Secondary),
    ]))
}

/// What stands above the files of a proof.
pub fn kept_files(user: UserId) -> Draft {
    Draft::text(format!("📎 Handed in by {}", mention(user)))
}

fn file_link(guild: GuildId, file: &ProofFile) -> String {
    format!("[{}]({})", escape(&truncate(&file.name, SHORT)), message_link(guild, file.channel, file.message))
}

const fn colour_of(state: ClaimState) -> Colour {
    match state {
        ClaimState::InProgress | ClaimState::Submitted => WAITING,
        ClaimState::Accepted => OPEN,
        ClaimState::Rejected => REFUSED,
        ClaimState::Expired | ClaimState::Abandoned => OVER,
    }
}

fn verdict(claim: &Claim) -> String {
    let by = match claim.reviewer {
        Some(Actor::Member(user)) => format!(" by {}", mention(user)),
        Some(Actor::Operator) => " by the operator".to_owned(),
        Some(Actor::System) => " by Greenroom".to_owned(),
        Some(Actor::Live) | None => String::new(),
    };
    let notes = if claim.notes.is_empty() { String::new() } else { format!("\n{}", escape_around_links(&claim.notes)) };
    match claim.state {
        ClaimState::Submitted => "Waiting for a review".to_owned(),
        ClaimState::Accepted => format!("✅ Accepted{by}{notes}"),
        ClaimState::Rejected => format!("❌ Rejected{by}{notes}"),
        ClaimState::InProgress => format!("❔ More was asked for{by}{notes}"),
        ClaimState::Expired => format!("Expired{notes}"),
        ClaimState::Abandoned => "Given up".to_owned(),
    }
}

/// The answer to a claim.
pub fn claimed(claimed: &Claimed, task_submit: &str) -> Draft {
    let until = both(claimed.claim.claim.deadline);
    let proven_by = claimed.claim.claim.proven_by;
    if let Some(counted) = proven_by.counted() {
        let counted = deeds(counted, proven_by);
        return Draft::text(format!(
            "🙋 **{}** is yours. It proves itself: do {counted} until {until}, and you are paid at once.",
            name(&claimed.task)
        ));
    }
    Draft::text(format!(
        "🙋 **{}** is yours. Hand in your proof with {task_submit} until {until}.",
        name(&claimed.task)
    ))
}

/// The answer to `/task_submit`.
pub fn submitted(submitted: &Claimed) -> Draft {
    Draft::text(format!(
        "📨 Your proof for **{}** is handed in and waits for a review. I tell you what becomes of it.",
        name(&submitted.task)
    ))
}

/// The answer to `/tasks abandon`.
pub fn abandoned(abandoned: &Claimed) -> Draft {
    Draft::text(format!("You gave **{}** up. Its place is free again.", name(&abandoned.task)))
}

/// A reviewer accepted a proof.
pub fn accepted(accepted: &Accepted, money: &Money) -> Draft {
    let Claimed { task, claim } = &accepted.claimed;
    let user = mention(claim.claim.user);
    let text = match claim.claim.paid {
        Amount::ZERO => format!("✅ Accepted: {user} has done **{}**.", name(task)),
        amount => format!("✅ Accepted: {user} gets {} for **{}**.", paid(amount, money), name(task)),
    };
    let role = match task.task.role.as_ref() {
        Some(role) => format!(" The role **{}** comes along.", escape(&role.name)),
        None => String::new(),
    };
    let done = if task.task.status == TaskStatus::Completed { " All of its places are done." } else { "" };
    Draft::text(format!("{text}{role}{done}"))
}

/// A reviewer rejected a proof.
pub fn rejected(rejected: &Claimed) -> Draft {
    let Claimed { task, claim } = rejected;
    let (user, until) = (mention(claim.claim.user), both(claim.claim.deadline));
    Draft::text(format!(
        "❌ Rejected: {user} is told why, and can hand in another proof for **{}** until {until}.",
        name(task)
    ))
}

/// A reviewer asked for more.
pub fn asked(asked: &Claimed) -> Draft {
    let Claimed { task, claim } = asked;
    let (user, until) = (mention(claim.claim.user), both(claim.claim.deadline));
    Draft::text(format!("❔ {user} is asked, and can answer for **{}** until {until}.", name(task)))
}

/// A page of the open tasks; of a category, which has that place among all.
pub fn list(page: &Page<KnownTask>, category: Option<&str>, place: u64, money: &Money) -> Draft {
    let title = match category {
        Some(category) => format!("Open tasks · {}", escape(category)),
        None => "Open tasks".to_owned(),
    };
    let text = lines(page.rows.iter().map(|known| line(known, money)), "Nothing is open right now.");
    let embed = CreateEmbed::new().title(title).colour(BLURPLE).description(truncate(&text, DESCRIPTION));
    let footer = paging::footer(page.page, page.pages, "/claim claims one, /tasks info shows one");
    Draft::embed(embed.footer(footer)).rows(turning(page, |page| LIST.with(&(place, page))))
}

fn line(known: &KnownTask, money: &Money) -> String {
    let KnownTask { id, task } = known;
    let full = if rules::is_full(task) { " · full" } else { "" };
    format!(
        "`{id}` **{}** · {} · {}{full} · ends {}\n",
        escape(&truncate(&task.name, SHORT)),
        reward(task.reward, money),
        places(task),
        moment(task.expires_at, MomentStyle::Relative)
    )
}

/// A page of somebody's own claims.
pub fn mine(page: &Page<OwnClaim>) -> Draft {
    let row = |own: &OwnClaim| {
        let title = escape(&truncate(&own.task.task.name, SHORT));
        format!("`{}` **{title}** · {}\n", own.task.id, truncate(&standing(&own.claim.claim), FIELD / 4))
    };
    let text = lines(page.rows.iter().map(row), "You have claimed nothing yet. `/tasks list` shows what is open.");
    let embed = CreateEmbed::new().title("Your tasks").colour(BLURPLE).description(truncate(&text, DESCRIPTION));
    let footer = paging::footer(page.page, page.pages, "/task_submit hands in a proof");
    Draft::embed(embed.footer(footer)).rows(paging::buttons(&MINE, page.page, page.pages))
}

/// Where somebody stands with a claim of theirs.
fn standing(claim: &Claim) -> String {
    let until = moment(claim.deadline, MomentStyle::Relative);
    let notes = escape_around_links(&truncate(&claim.notes, SHORT));
    match claim.state {
        ClaimState::InProgress | ClaimState::Rejected if claim.proven_by != ProvenBy::Review => {
            let progress = claim.proven_by.progress(claim.progress).unwrap_or_default();
            format!("{}, due {until}", deeds(progress, claim.proven_by))
        }
        ClaimState::InProgress if claim.notes.is_empty() => format!("in progress, due {until}"),
        ClaimState::InProgress => format!("more is asked for, due {until}: {notes}"),
        ClaimState::Rejected => format!("rejected, again until {until}: {notes}"),
        ClaimState::Accepted => match claim.completed_at {
            Some(at) => format!("✅ accepted {}", moment(at, MomentStyle::Relative)),
            None => "✅ accepted".to_owned(),
        },
        state => state.in_words().to_owned(),
    }
}

/// What a member is told of a task.
pub fn news(news: &News, money: &Money, task_submit: &str) -> Draft {
    let task = escape(&news.task);
    Draft::text(match &news.what {
        Happening::Accepted { paid: Amount::ZERO } => format!("✅ Your proof for **{task}** was accepted."),
        Happening::Accepted { paid: amount } => {
            format!("✅ Your proof for **{task}** was accepted. You get {}.", paid(*amount, money))
        }
        Happening::Rejected { reason, until, from } => {
            let reason = escape_around_links(reason);
            let next = match *from {
                Some(from) if from >= *until => format!("You can claim it again at {}.", both(from)),
                Some(from) => {
                    let from = both(from);
                    format!("You can hand in another one with {task_submit} from {from} until {}.", both(*until))
                }
                None => format!("You can hand in another one with {task_submit} until {}.", both(*until)),
            };
            format!("❌ Your proof for **{task}** was rejected: {reason}\n{next}")
        }
        Happening::Asked { question, until } => format!(
            "❔ A reviewer asks for more about **{task}**: {}\nHand it in with {task_submit} until {}.",
            escape_around_links(question),
            both(*until)
        ),
        Happening::Reconsidered { taken } => {
            let back = match *taken {
                Amount::ZERO => String::new(),
                amount => format!(" The {} that you got for it are taken back until then.", paid(amount, money)),
            };
            format!(
                "↩️ What a reviewer said of your proof for **{task}** is taken back: it waits for a review again.{back}"
            )
        }
        Happening::Assigned => {
            format!("📋 The task **{task}** was assigned to you. Claim it in the server with `/claim`.")
        }
    })
}

fn name(known: &KnownTask) -> String {
    escape(&known.task.name)
}

/// The rows of a list; words where there are none.
fn lines(rows: impl Iterator<Item = String>, nothing: &str) -> String {
    let text: String = rows.collect();
    if text.is_empty() { nothing.to_owned() } else { text }
}

/// A moment, and how far it is.
fn both(at: Timestamp) -> String {
    format!("{} ({})", moment(at, MomentStyle::ShortDateTime), moment(at, MomentStyle::Relative))
}

/// Buttons to the pages before and behind; none where there is one page only.
fn turning<T>(page: &Page<T>, id: impl Fn(u64) -> String) -> Vec<CreateActionRow> {
    if page.pages < 2 {
        return Vec::new();
    }
    let button = |label: &str, to: u64, is_end: bool| {
        CreateButton::new(id(to)).label(label).style(ButtonStyle::Secondary).disabled(is_end)
    };
    vec![CreateActionRow::Buttons(vec![
        button("◀ Previous", page.page.saturating_sub(1), page.page <= 1),
        button("Next ▶", page.page.saturating_add(1), page.page >= page.pages),
    ])]
}
