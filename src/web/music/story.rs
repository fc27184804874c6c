//! What became of one song: where it is, who put it there, and what was paid for its places.

use serde::Serialize;
use utoipa::ToSchema;

use super::song::SongView;
use crate::activity::{self, Activity, ActivityId, Filter, Subject};
use crate::features::desk::activity::{DEAD_LINK_REMOVED, DEAD_LINK_TAKEN_BACK};
use crate::features::engagement::activity::GIFTS_LIFTED;
use crate::features::engagement::model::SongRef;
use crate::features::queue::activity::{MOVED, PLAYED, PUT_BACK};
use crate::features::queue::model::{Entry, PublicId, QueueRefusal};
use crate::features::queue::queries::{Record, Standing};
use crate::features::{coins, engagement, queue};
use crate::flows::act_undone;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Read;

/// Steps of a story that are told; a song has a few.
const STEPS: usize = 200;

/// What became of a song.
#[derive(Clone, Debug)]
pub struct Story {
    /// The song.
    pub entry: Entry,
    /// Where it stands, while it waits.
    pub standing: Option<Standing>,
    /// Whether it plays now.
    pub is_playing: bool,
    /// What its submitter did before.
    pub record: Record,
    /// The gifted coins of this live that count for it.
    pub gifted: Option<Amount>,
    /// What happened, the latest first.
    pub steps: Vec<Step>,
}

/// Something that happened to a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// What.
    pub what: What,
    /// By what it is taken back, where that is still possible.
    pub act: Option<ActivityId>,
}

/// What can happen to a song.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It was sent.
    Submitted,
    /// It was played, from this line.
    Played(String),
    /// Its play was taken back, to this line.
    PutBack(String),
    /// It was put from one line into another, maybe for a reason.
    Moved(String, String, Option<String>),
    /// Gifts lifted it from one line into another, worth so many coins.
    Lifted(String, String, Amount),
    /// A skip was bought for it at this price, and maybe given back.
    Bought(Amount, bool),
    /// It was removed as a dead link; so many gifted coins and Luxury Coins came back.
    Dead(Option<Amount>, Option<Amount>),
    /// That was taken back, to this line.
    NotDead(String),
}

/// The story of a song.
pub fn look(read: &dyn Read, guild: GuildId, song: PublicId) -> Result<Story> {
    let entry = queue::queries::song(read, guild, song)?.ok_or(QueueRefusal::NoSuchSong { public_id: song })?;
    let credit = engagement::queries::credit(read, guild, entry.place.user)?;
    let is_of_song = |song: SongRef| song.get() == entry.id.get();
    Ok(Story {
        standing: queue::queries::standing(read, guild, &entry)?,
        is_playing: queue::queries::now_playing(read, guild)?.is_some_and(|playing| playing.id == entry.id),
        record: queue::queries::record_of(read, guild, &entry)?,
        gifted: credit.filter(|credit| credit.song.is_some_and(is_of_song)).map(|credit| credit.coins),
        steps: steps(read, guild, &entry)?,
        entry,
    })
}

fn steps(read: &dyn Read, guild: GuildId, entry: &Entry) -> Result<Vec<Step>> {
    let about = Filter { subject: Some(Subject::Song(entry.id.get())), ..Filter::default() };
    let found = activity::newest(read, guild, &about, None, STEPS)?.rows;
    let undoable = act_undone::undoable(read, guild, entry.id)?;
    let noted = found.iter().filter_map(|(id, activity)| {
        let act = Some(*id).filter(|id| undoable == Some(*id));
        Some(Step { at: id.moment(), by: activity.actor, what: what(activity)?, act })
    });
    let mut steps: Vec<Step> = noted.collect();
    for row in coins::queries::skips_of(read, guild, entry.id.get())? {
        let price = Amount::ZERO.clamped_change(row.entry.delta.saturating_neg());
        let what = What::Bought(price, row.undone_by.is_some());
        steps.push(Step { at: row.entry.at, by: row.entry.actor, what, act: None });
    }
    let by = Actor::Member(entry.place.user);
    steps.push(Step { at: entry.place.submitted_at, by, what: What::Submitted, act: None });
    steps.sort_by_key(|step| std::cmp::Reverse(step.at));
    Ok(steps)
}

fn what(activity: &Activity) -> Option<What> {
    let (from, to) = (activity.before.clone()?, activity.after.clone()?);
    if PLAYED.details(activity).is_some() {
        return Some(What::Played(from));
    }
    if PUT_BACK.details(activity).is_some() {
        return Some(What::PutBack(to));
    }
    if let Some(moved) = MOVED.details(activity) {
        return Some(What::Moved(from, to, moved.reason));
    }
    if let Some(lifted) = GIFTS_LIFTED.details(activity) {
        return Some(What::Lifted(from, to, lifted.coins));
    }
    if DEAD_LINK_TAKEN_BACK.details(activity).is_some() {
        return Some(What::NotDead(to));
    }
    DEAD_LINK_REMOVED.details(activity).map(|refund| What::Dead(refund.gifted, refund.luxury))
}

/// The story of a song, as the API tells it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StoryView {
    /// The song, where it is.
    pub song: SongView,
    /// Whether it plays now.
    pub is_playing: bool,
    /// The gifted coins of this live that count for it.
    pub gifted: Option<i64>,
    /// What happened, the latest first.
    pub steps: Vec<StepView>,
}

/// Something that happened to a song, as the API tells it.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct StepView {
    /// When.
    pub at: String,
    /// The number of the member who did it; `live`, `system` or `operator` otherwise.
    pub by: String,
    /// `submitted`, `played`, `put_back`, `moved`, `lifted`, `bought`, `dead_link` or `dead_link_taken_back`.
    pub what: &'static str,
    /// The line that it came from.
    pub from: Option<String>,
    /// The line that it went to.
    pub to: Option<String>,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    /// Gifted coins, where some counted or came back.
    pub gifted: Option<i64>,
    /// Luxury Coins, where some were paid or came back.
    pub luxury: Option<i64>,
}

impl From<Story> for StoryView {
    fn from(story: Story) -> Self {
        Self {
            song: SongView::of(&story.entry, story.standing),
            is_playing: story.is_playing,
            gifted: story.gifted.map(Amount::get),
            steps: story.steps.into_iter().map(StepView::from).collect(),
        }
    }
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        let told = Self { at: step.at.rfc3339(), by: step.by.to_string(), ..Self::default() };
        match step.what {
            What::Submitted => Self { what: "submitted", ..told },
            What::Played(from) => Self { what: "played", from: Some(from), ..told },
            What::PutBack(to) => Self { what: "put_back", to: Some(to), ..told },
            What::NotDead(to) => Self { what: "dead_link_taken_back", to: Some(to), ..told },
            What::Moved(from, to, reason) => Self { what: "moved", from: Some(from), to: Some(to), reason, ..told },
            What::Lifted(from, to, coins) => {
                Self { what: "lifted", from: Some(from), to: Some(to), gifted: Some(coins.get()), ..told }
            }
            What::Bought(price, _) => Self { what: "bought", luxury: Some(price.get()), ..told },
            What::Dead(gifted, luxury) => {
                let (gifted, luxury) = (gifted.map(Amount::get), luxury.map(Amount::get));
                Self { what: "dead_link", gifted, luxury, ..told }
            }
        }
    }
}
