//! The review of a proof, by its buttons and by `/task-admin review`.
//!
//! Who may is asked at each click: a moderator, unless a setting takes it away, an admin or the owner (`C-130`). Discord is asked what
//! somebody is, because nobody but the owner reviews their own proof (`D-49`).

use serenity::all::InputTextStyle;
use serenity::builder::{CreateActionRow, CreateInputText, CreateModal};

use super::views;
use crate::access::{Level, level_of};
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button, Click, Field, Filled, Form, Opener};
use crate::discord::standing::Asked;
use crate::discord::{Bot, Caller, Draft};
use crate::features::tasks::model::{ClaimId, Reviewer, TaskId, TaskRefusal, Whose};
use crate::features::tasks::{claims, queries};
use crate::flows::task_reviewed;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::money;
use crate::store::Read;

/// A proof: of which task, whose, and of which claim.
type Proof = (TaskId, UserId, ClaimId);

fn whose((task, user, claim): Proof) -> Whose {
    Whose { user, task, claim: Some(claim) }
}

/// Accepts a proof (`T-TSK-14`).
pub static ACCEPT: Button<Proof> = Button::new("task:accept", Access::Everyone, Acknowledge::Private, |bot, click| {
    Box::pin(async move { accept(bot, &click.caller, whose(click.arguments), String::new()).await })
});

/// Asks why a proof is rejected.
pub static REJECT: Opener<Proof> =
    Opener::new("task:reject", Access::Everyone, |bot, click| Box::pin(ask_reason(bot, click)));

/// Asks what is missing.
pub static ASK: Opener<Proof> =
    Opener::new("task:ask", Access::Everyone, |bot, click| Box::pin(ask_question(bot, click)));

/// Rejects a proof for the reason that was typed.
pub static REASON: Form<Proof> = Form::new("task:reason", Access::Everyone, &[WHY], |bot, form| {
    Box::pin(async move { reject(bot, &form.caller, whose(form.arguments), typed(&form, WHY)).await })
});

/// Asks a member for what was typed.
pub static QUESTION: Form<Proof> = Form::new("task:question", Access::Everyone, &[WHAT], |bot, form| {
    Box::pin(async move { ask(bot, &form.caller, whose(form.arguments), typed(&form, WHAT)).await })
});

const WHY: Field = ("reason", "Why is it rejected?");
const WHAT: Field = ("question", "What is missing?");
/// The longest reason.
const LONGEST: u16 = 500;

/// Accepts the proof of a member, where they are there to get its reward.
pub(super) async fn accept(bot: &Bot, caller: &Caller, whose: Whose, note: String) -> Result<Draft> {
    let (reviewer, guild) = (reviewer(bot, caller).await?, caller.guild);
    bot.require_receiver(guild, whose.user).await?;
    let accept = move |tx: &crate::store::Tx<'_>| {
        Ok((task_reviewed::accept(tx, guild, whose, &reviewer, &note)?, money::of(tx, guild)?))
    };
    let (accepted, money) = bot.store.write("proof_accepted", accept).await?;
    Ok(views::accepted(&accepted, &money))
}

/// Rejects the proof of a member.
pub(super) async fn reject(bot: &Bot, caller: &Caller, whose: Whose, reason: String) -> Result<Draft> {
    let (reviewer, guild) = (reviewer(bot, caller).await?, caller.guild);
    let reject = move |tx: &crate::store::Tx<'_>| claims::reject(tx, guild, whose, &reviewer, &reason);
    Ok(views::rejected(&bot.store.write("proof_rejected", reject).await?))
}

async fn ask(bot: &Bot, caller: &Caller, whose: Whose, question: String) -> Result<Draft> {
    let (reviewer, guild) = (reviewer(bot, caller).await?, caller.guild);
    let ask = move |tx: &crate::store::Tx<'_>| claims::ask(tx, guild, whose, &reviewer, &question);
    Ok(views::asked(&bot.store.write("proof_asked", ask).await?))
}

async fn ask_reason(bot: &Bot, click: Click<Proof>) -> Result<CreateModal> {
    require_reviewable(bot, &click).await?;
    Ok(form(REASON.with(&click.arguments), "Reject a proof", WHY))
}

async fn ask_question(bot: &Bot, click: Click<Proof>) -> Result<CreateModal> {
    require_reviewable(bot, &click).await?;
    Ok(form(QUESTION.with(&click.arguments), "Ask for more", WHAT))
}

/// Refuses before somebody types what would be refused anyway.
async fn require_reviewable(bot: &Bot, click: &Click<Proof>) -> Result<()> {
    let (reviewer, guild, whose) = (reviewer(bot, &click.caller).await?, click.caller.guild, whose(click.arguments));
    let find = move |read: &dyn Read| queries::reviewable(read, guild, whose, &reviewer).map(drop);
    bot.store.read("proof_reviewable", find).await
}

fn form(id: String, title: &str, (field, label): Field) -> CreateModal {
    let text = CreateInputText::new(InputTextStyle::Paragraph, label, field).max_length(LONGEST).required(true);
    CreateModal::new(id, title).components(vec![CreateActionRow::InputText(text)])
}

fn typed(form: &Filled<Proof>, (field, _): Field) -> String {
    form.field(field).unwrap_or_default().to_owned()
}

/// Whoever asks, as a reviewer.
async fn reviewer(bot: &Bot, caller: &Caller) -> Result<Reviewer> {
    let (guild, by) = (caller.guild, caller.actor());
    let standing = match bot.standings.of(bot, guild, caller.user).await {
        Asked::Is(standing) => standing,
        Asked::NotThere => return Err(TaskRefusal::NotAReviewer.into()),
        Asked::Silent => return Err(TaskRefusal::NotKnown.into()),
    };
    let (is_owner, has_administrator, roles) = (standing.is_owner, standing.has_administrator, standing.roles);
    let ranks = move |read: &dyn Read| {
        Ok((level_of(read, guild, &roles, has_administrator, is_owner)?, queries::least_reviewer(read, guild)?))
    };
    match bot.store.read("reviewer", ranks).await? {
        (level, least) if level >= least => Ok(Reviewer { by, is_owner }),
        (_, Level::Moderator) => Err(TaskRefusal::NotAReviewer.into()),
        _ => Err(TaskRefusal::AdminsReview.into()),
    }
}
