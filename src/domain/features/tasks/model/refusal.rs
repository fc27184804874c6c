//! What tasks refuse.

use super::{ClaimState, TaskStatus};
use crate::activity::called;
use crate::kernel::actor::Actor;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::refusals;

refusals! {
    /// What tasks refuse.
    pub enum TaskRefusal {
        /// There is no such task.
        NoSuchTask => "tasks.no_such_task" as NotThere,
            "There is no such task. Choose one from the list that appears while you type, or look at {/tasks list}.";
        /// It is not active.
        NotActive {
            /// What it is called.
            name: String,
            /// Where it stands.
            status: TaskStatus,
        } => "tasks.not_active", "**{name}** is {state} and cannot be claimed any more. {/tasks list} shows what is open.",
            name, state = over(*status);
        /// Its time is over.
        Over {
            /// What it is called.
            name: String,
            /// Since when.
            at: Timestamp,
        } => "tasks.over", "**{name}** could be claimed until {at}. {/tasks list} shows what is open.";
        /// All of its places are taken.
        Full {
            /// What it is called.
            name: String,
            /// How many there are.
            places: u32,
        } => "tasks.full", "All places of **{name}** are taken: {places} of {places}. One is free again when somebody gives \
            up. {/tasks list} shows what is open.";
        /// The member is at it already.
        Claimed {
            /// What it is called.
            name: String,
            /// Until when.
            deadline: Timestamp,
        } => "tasks.claimed", "You have claimed **{name}** already. Hand in your proof with {/task_submit} until {deadline}.";
        /// The member is at it already, and it proves itself.
        Counting {
            /// What it is called.
            name: String,
            /// Until when.
            deadline: Timestamp,
        } => "tasks.counting", "You have claimed **{name}** already. What you do until {deadline} proves it by itself: {/tasks mine} shows \
            how far you are.";
        /// The member's proof waits for a review.
        Waiting(name: String) => "tasks.waiting", "Your proof for **{name}** waits for a review.";
        /// The member did it.
        Done(name: String) => "tasks.done", "You have done **{name}** already: your proof was accepted.";
        /// The member did it in this round.
        DoneForNow {
            /// What it is called.
            name: String,
            /// When it can be claimed again.
            again: Timestamp,
        } => "tasks.done_for_now", "You have done **{name}** already in this round. It can be claimed again at {again}.";
        /// The member waits after a rejection.
        TooSoon {
            /// What it is called.
            name: String,
            /// Until when.
            at: Timestamp,
        } => "tasks.too_soon", "Your proof for **{name}** was rejected a short while ago. You can try again at {at}.";
        /// Nothing is handed in for it.
        ProvesItself {
            /// What it is called.
            name: String,
            /// What was done of it.
            progress: String,
        } => "tasks.proves_itself", "**{name}** proves itself, and nothing is handed in: you have {progress} so far.";
        /// The member has as many at a time as there may be (`D-98`).
        TooMany(most: u32) => "tasks.too_many", "You have {most} tasks at a time, and no more are allowed here. Finish one, or \
            give one up with {/tasks abandon}.";
        /// Only those may claim it to whom it is assigned (`D-45`).
        NotAssigned(name: String) => "tasks.not_assigned" as NotAllowed,
            "**{name}** can be claimed by those alone to whom it is assigned.";
        /// The member has no open claim of it.
        NotClaimed(name: String) => "tasks.not_claimed" as NotThere, "You have no claim of **{name}** that is open. \
            {/claim} claims it, and {/tasks mine} shows yours.";
        /// The deadline passed.
        TooLate {
            /// What it is called.
            name: String,
            /// When.
            at: Timestamp,
        } => "tasks.too_late", "Your time for **{name}** was over at {at}. If it is still open, {/claim} claims it once more.";
        /// There is nothing to look at.
        NoProof => "tasks.no_proof" as NotValid, "A proof is needed: write something, or attach a file that shows what you did.";
        /// What was written is too long.
        ProofTooLong {
            /// How long it is.
            length: usize,
            /// How long it may be.
            most: usize,
        } => "tasks.proof_too_long" as NotValid, "Your text has {length} characters, and {most} fit. Please shorten it.";
        /// There are more files than a proof may have.
        TooManyFiles(most: usize) => "tasks.too_many_files" as NotValid, "A proof has up to {most} files.";
        /// No proof of theirs waits for a review.
        NothingToReview(name: String) => "tasks.nothing_to_review" as NotThere,
            "There is no proof for **{name}** of this member that waits for a review.";
        /// Somebody was faster.
        Reviewed {
            /// What became of it.
            state: ClaimState,
            /// Who reviewed it.
            by: Option<Actor>,
        } => "tasks.reviewed", "This proof was reviewed already{by}: it is {state}. Nothing was done twice.",
            by = by.map(by_whom), state = state.in_words();
        /// The reviewer handed it in (`D-49`).
        OwnProof => "tasks.own_proof" as NotAllowed, "This is your own proof. Somebody else has to review it.";
        /// Not one of those who review.
        NotAReviewer => "tasks.not_a_reviewer" as NotAllowed, "Only moderators and admins of this server review proofs.";
        /// Moderators review nothing here.
        AdminsReview => "tasks.admins_review" as NotAllowed, "Only admins of this server review proofs.";
        /// Discord does not say what somebody is.
        NotKnown => "tasks.not_known", "Discord did not tell me just now what you are in this server. Please try again in a moment.";
        /// A file is larger than is taken.
        FileTooLarge {
            /// What it is called.
            file: String,
            /// How large it may be, in MB.
            most: u64,
        } => "tasks.file_too_large" as NotValid,
            "**{file}** is larger than {most} MB. Nothing was handed in: send a smaller file, or write a link to it.";
        /// The server does not let the bot post so large a file.
        CannotKeepFiles => "tasks.cannot_keep_files", "This server does not let me keep files of this size, so nothing was handed             in. Send smaller files, or write a link to them.";
        /// The bot may not post files where the task is.
        CannotPostFiles(channel: crate::kernel::ids::ChannelId) => "tasks.cannot_post_files", "I may not post files in {channel}, so nothing             was handed in. Tell your team that I need **Send Messages** and **Attach Files** there, or write a link to your files.";
        /// No role is called so.
        NoSuchRole(name: String) => "tasks.no_such_role" as NotThere, "There is no role **{name}** in this server.";
        /// Nobody says why a proof is not enough (`D-50`).
        NoReason => "tasks.no_reason" as NotValid, "Please say why: the member is told the reason.";
        /// It has no name.
        NoName => "tasks.no_name" as NotValid, "A task needs a name.";
        /// It does not say what is to be done.
        NoDescription => "tasks.no_description" as NotValid, "A task needs a description: what is to be done?";
        /// A text is too long.
        TooLong {
            /// Which.
            what: &'static str,
            /// How long it is.
            length: usize,
            /// How long it may be.
            most: usize,
        } => "tasks.too_long" as NotValid, "The {what} has {length} characters, and {most} fit.";
        /// What was typed is no reward.
        NotAReward => "tasks.not_a_reward" as NotValid, "The reward has to be a whole number, 0 or more.";
        /// What was typed names no kind of repetition.
        NoSuchRepetition => "tasks.no_such_repetition" as NotValid, "A task repeats `never`, `daily` or `weekly`.";
        /// What was typed names no kind of proof.
        NoSuchProof => "tasks.no_such_proof" as NotValid, "A task is proven by `review`, `messages`, `watch_minutes`, \
            `gift_coins` or `songs_played`.";
        /// It is not said how many deeds prove it.
        NotADeedCount => "tasks.not_a_deed_count" as NotValid, "Say how many prove it: a whole number from 1 to 1,000,000.";
        /// It is not said where messages count.
        NoProofChannel => "tasks.no_proof_channel" as NotValid, "Say in which channel messages count.";
        /// What was typed is no duration.
        NotADuration => "tasks.not_a_duration" as NotValid, "A task takes 1 to 8,760 whole hours: up to a year.";
        /// What was typed is no number of places.
        NotAPlaceCount => "tasks.not_a_place_count" as NotValid,
            "The number of places is 1 or more, or `-1` for any number.";
        /// More places are taken than there would be.
        PlacesTaken(taken: u32) => "tasks.places_taken", "{taken} places are taken already: there have to be as many at least.";
        /// The task would have ended.
        EndsInThePast => "tasks.ends_in_the_past" as NotValid,
            "With that the task would be over already. Choose a longer time, or end it with {/task-admin expire}.";
        /// What was typed names no status.
        NoSuchStatus => "tasks.no_such_status" as NotValid, "A task is `active`, `expired` or `completed`.";
        /// What was typed is no moment.
        NotAMoment => "tasks.not_a_moment" as NotValid, "That is no moment. Write it as `2026-12-24T20:00:00Z`.";
        /// What was typed names no channel.
        NotAChannel => "tasks.not_a_channel" as NotValid, "That is no channel of this server.";
        /// It ended before.
        OverAlready {
            /// What it is called.
            name: String,
            /// Where it stands.
            status: TaskStatus,
        } => "tasks.over_already", "**{name}** is {state} already.", name, state = over(*status);
        /// There is no such category.
        NoSuchCategory(name: String) => "tasks.no_such_category" as NotThere,
            "There is no category **{name}**. {/task-admin category} adds one.";
        /// There is such a category.
        CategoryThere(name: String) => "tasks.category_there", "There is a category **{name}** already.";
        /// The category that every server has.
        CategoryStays => "tasks.category_stays" as NotValid, "The category **General** is always there.";
        /// There are as many categories as there may be.
        CategoriesFull(most: usize) => "tasks.categories_full", "There are {most} categories, and there is no room for more.";
        /// It would be posted nowhere.
        NoChannel => "tasks.no_channel", "There is no channel for tasks yet. Choose one for this task, or one for all with \
            {/task-admin settings}.";
        /// There are as many tasks as can be claimed at a time.
        TooManyTasks(most: u64) => "tasks.too_many_tasks", "There are {most} tasks that can be claimed, and there is no room for more.";
        /// Somebody changed it meanwhile.
        ChangedSince => "tasks.changed_since", "Somebody changed this task meanwhile. Look at it again, and then change it.";
        /// It is assigned to the member.
        AssignedAlready(name: String) => "tasks.assigned_already", "**{name}** is assigned to this member already.";
        /// It is not assigned to the member.
        NotTheirs(name: String) => "tasks.not_theirs" as NotThere, "**{name}** is not assigned to this member.";
        /// It is assigned to as many as there may be.
        AssignedFull(most: usize) => "tasks.assigned_full", "A task is assigned to {most} members at the most.";
        /// It pays in a currency that is switched off.
        CurrencyOff(name: String) => "tasks.currency_off",
            "**{name}** pays in the server's currency, which is switched off. It can be claimed again when that is on.";
        /// The reward of an acceptance that is to be taken back was spent.
        RewardSpent {
            /// What was paid.
            reward: Sentence,
            /// What there is.
            balance: Sentence,
        } => "tasks.reward_spent", "The reward was {reward}, and the balance is {balance} now: some of it was spent, so the \
            acceptance stays. {/currency-admin remove} takes what is there; the acceptance can be taken back once the balance \
            holds the reward again.";
        /// What was changed is something else by now.
        CannotUndo => "tasks.cannot_undo", "That cannot be taken back: the task is gone, or it was changed since.";
    }
}

fn over(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Active => "open",
        TaskStatus::Expired => "over",
        TaskStatus::Completed => "done",
    }
}

fn by_whom(actor: Actor) -> Sentence {
    crate::sentence!(" by {who}", who = called(actor))
}
