//! What must stay true of the buttons, menus and forms of all features: their ids stand below messages that were posted long
//! ago, and Discord takes no long ones.

use crate::bot::{ALL, coins, desk, queue, reminders, setup, shop, submissions, tasks};
use crate::discord::channel_setting::EveningChannel;
use crate::discord::component::{Arguments, Component, Control, Modal, Picked};
use crate::discord::display::turning::{Step, TURN, TURN_OF_TEAM};
use crate::display::DisplayId;
use crate::features::coins::model::{EntryId, EntryKind};
use crate::features::queue::model::{Line, PublicId, Seen};
use crate::features::reminders::service::ReminderId;
use crate::features::shop::model::{CodeId, ItemId, PurchaseId};
use crate::features::tasks::model::{ClaimId, TaskId};
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use strum::VariantArray;

const GUILD: GuildId = GuildId::new(5);
/// What Discord takes.
const LONGEST: usize = 100;

const SONG: PublicId = PublicId::new(12_345);
const SEEN: Seen = Seen { song: SONG, line: Line::PendingSkips };

/// Ids as they were posted, each with what stands in it.
struct Golden {
    /// The kinds that were looked at.
    kinds: Vec<&'static str>,
}

impl Golden {
    /// An id says what it always said, and one with the largest arguments is not too long. `same` tells whether two
    /// arguments are.
    fn holds_by<A: Arguments, V: Picked>(
        &mut self,
        kind: &Control<A, V>,
        posted: (&str, &A),
        largest: (GuildId, &A),
        same: impl Fn(&A, &A) -> bool,
    ) {
        let (custom_id, arguments) = posted;
        assert_eq!(kind.with(arguments), custom_id, "an id is written as it was");
        assert!(same(&kind.read(custom_id, GUILD).unwrap(), arguments), "{custom_id} is read as it was");
        let (guild, largest) = largest;
        let long = kind.with(largest);
        assert!(long.len() <= LONGEST, "{long}");
        assert!(same(&kind.read(&long, guild).unwrap(), largest), "{long}");
        self.kinds.push(kind.id());
    }

    fn holds<A: Arguments + Copy + PartialEq, V: Picked>(
        &mut self,
        kind: &Control<A, V>,
        posted: (&str, A),
        largest: A,
    ) {
        let (custom_id, arguments) = posted;
        let largest = (GuildId::new(u64::MAX), &largest);
        self.holds_by(kind, (custom_id, &arguments), largest, |one, other| one == other);
    }
}

/// The channels that `/setup` offers.
fn channels() -> impl Iterator<Item = &'static EveningChannel> {
    ALL.iter().flat_map(|face| face.channels).copied()
}

fn check_displays(golden: &mut Golden) {
    let display = DisplayId::new(3);
    let largest = (Step::Same, GuildId::new(u64::MAX), DisplayId::new(u64::MAX), u64::MAX);
    for (place, step) in [("back", Step::Back), ("same", Step::Same), ("on", Step::On)] {
        let arguments = (step, GUILD, display, 7);
        golden.holds(&TURN, (&format!("display:page:{place}:5:3:7"), arguments), largest);
        golden.holds(&TURN_OF_TEAM, (&format!("display:team:{place}:5:3:7"), arguments), largest);
    }
}

fn check_queue(golden: &mut Golden) {
    use queue::components::{BOOKMARK, OWN_PAGE, QUEUE_PAGE};
    golden.holds(&QUEUE_PAGE, ("queue:page:2", 2), u64::MAX);
    golden.holds(&OWN_PAGE, ("queue:own:0", 0), u64::MAX);
    golden.holds(&BOOKMARK, ("queue:bookmark:012345", SONG), PublicId::new(PublicId::COUNT - 1));
}

fn check_coins(golden: &mut Golden) {
    use coins::boards::{Board, History, LEADERBOARD, OfKind, TRANSACTIONS};
    use coins::components::{ECONOMY, HISTORY, OWN_HISTORY, WHERE_FROM};
    let largest = Some(EntryId::new(u64::MAX));
    golden.holds(&WHERE_FROM, ("coins:where", ()), ());
    golden.holds(&ECONOMY, ("coins:economy", ()), ());
    golden.holds(&OWN_HISTORY, ("coins:own:41", Some(EntryId::new(41))), largest);
    golden.holds(&OWN_HISTORY, ("coins:own:0", None), largest);
    let user = UserId::new(7);
    golden.holds(&HISTORY, ("coins:history:7:41", (user, Some(EntryId::new(41)))), (UserId::new(u64::MAX), largest));
    golden.holds(&HISTORY, ("coins:history:7:0", (user, None)), (UserId::new(u64::MAX), largest));
    let last = UserId::new(u64::MAX);
    golden.holds(&coins::admin::HISTORY, ("coins:server_history:7:2", (user, 2)), (last, u64::MAX));
    let posted = ("coins:leaderboard:7:currency:2", (user, Board::Currency, 2));
    golden.holds(&LEADERBOARD, posted, (last, Board::Currency, u64::MAX));
    let posted = ("coins:transactions:server:daily:2", (History::Server, OfKind(Some(EntryKind::Daily)), 2));
    let longest = OfKind(Some(EntryKind::TransferReceive));
    golden.holds(&TRANSACTIONS, posted, (History::Luxury, longest, u64::MAX));
    let posted = ("coins:transactions:luxury:all:1", (History::Luxury, OfKind(None), 1));
    golden.holds(&TRANSACTIONS, posted, (History::Luxury, longest, u64::MAX));
}

fn check_desk(golden: &mut Golden) {
    use desk::components::{
        APPROVE, APPROVE_SONG, DEAD_LINK, HOLD, MOVE, NEXT, OUT, PICK, PLAY, REMOVE, REMOVE_SONG, TIER,
    };
    let guild = GuildId::new(u64::MAX);
    let song = PublicId::new(PublicId::COUNT - 1);
    golden.holds(&PICK, ("desk:pick:5", GUILD), guild);
    golden.holds(&NEXT, ("desk:next:5:none", (GUILD, None)), (guild, None));
    golden.holds(&NEXT, ("desk:next:5:012345", (GUILD, Some(SONG))), (guild, Some(song)));
    let page = (GUILD, DisplayId::new(3), 2);
    let largest = (guild, DisplayId::new(u64::MAX), u64::MAX);
    golden.holds(&APPROVE, ("desk:approve:5:3:2", page), largest);
    golden.holds(&REMOVE, ("desk:remove:5:3:2", page), largest);
    golden.holds(&APPROVE_SONG, ("desk:approve_song:5", GUILD), guild);
    golden.holds(&REMOVE_SONG, ("desk:remove_song:5", GUILD), guild);
    let largest = (guild, Seen { song, line: Line::Removed });
    golden.holds(&TIER, ("desk:tier:5:012345:6", (GUILD, SEEN)), largest);
    golden.holds(&MOVE, ("desk:move:5:012345:6", (GUILD, SEEN)), largest);
    golden.holds(&PLAY, ("desk:play:5:012345:6", (GUILD, SEEN)), largest);
    golden.holds(&HOLD, ("desk:hold:5:012345:6", (GUILD, SEEN)), largest);
    golden.holds(&OUT, ("desk:out:5:012345:6", (GUILD, SEEN)), largest);
    golden.holds(&DEAD_LINK, ("desk:dead:5:012345:6", (GUILD, SEEN)), largest);
}

fn check_setup(golden: &mut Golden) {
    use setup::components::{CHOOSE, MAKE, MISSING, OPEN, PAGE, UNDO};
    use setup::views::Undo;
    golden.holds(&OPEN, ("setup:open", ()), ());
    golden.holds(&MISSING, ("setup:missing", ()), ());
    golden.holds(&PAGE, ("setup:page:1", 1), usize::MAX);
    golden.holds(&MAKE, ("setup:make:1", 1), usize::MAX);
    let debug = channels().find(|channel| channel.id == "debug").unwrap();
    let longest = channels().max_by_key(|channel| channel.id.len()).unwrap();
    let largest = (GUILD, &(usize::MAX, longest));
    golden.holds_by(&CHOOSE, ("setup:choose:1:debug", &(1, debug)), largest, |one, other| {
        (one.0, one.1.id) == (other.0, other.1.id)
    });
    let undo = |before, now| Undo { page: 1, offered: debug, before, now };
    let most = Some(ChannelId::new(u64::MAX));
    let largest = Undo { page: usize::MAX, offered: longest, before: most, now: most };
    let parts = |undo: &Undo| (undo.page, undo.offered.id, undo.before, undo.now);
    for (custom_id, undo) in [
        ("setup:undo:1:debug:0:77", undo(None, Some(ChannelId::new(77)))),
        ("setup:undo:1:debug:77:0", undo(Some(ChannelId::new(77)), None)),
    ] {
        golden.holds_by(&UNDO, (custom_id, &undo), (GUILD, &largest), |one, other| parts(one) == parts(other));
    }
}

fn check_reminders(golden: &mut Golden) {
    use reminders::{CANCEL, SNOOZE};
    let largest = (u64::MAX, ReminderId::new(u64::MAX), "Tomorrow".to_owned());
    for until in ["10 min", "1 h", "Tomorrow"] {
        let (custom_id, arguments) =
            (format!("reminders:snooze:5:3:{until}"), (5, ReminderId::new(3), until.to_owned()));
        golden.holds_by(&SNOOZE, (&custom_id, &arguments), (GUILD, &largest), |one, other| one == other);
    }
    golden.holds(&CANCEL, ("reminders:cancel", ()), ());
    assert_eq!(CANCEL.value(&ReminderId::new(3)), "3");
}

fn check_shop(golden: &mut Golden) {
    use shop::components::{BUY, GIVE_BACK, HAND_OVER, INVENTORY_PAGE, PAGE, REFUND, REVOKE};
    use shop::renewing::{RENEW, RENEW_NOW};
    golden.holds(BUY.ids(), ("shop:buy:7", ItemId::new(7)), ItemId::new(u64::MAX));
    golden.holds(&REFUND, ("shop:refund:7", PurchaseId::new(7)), PurchaseId::new(u64::MAX));
    golden.holds(&PAGE, ("shop:page:2:1", (2, 1)), (u64::MAX, u64::MAX));
    golden.holds(&INVENTORY_PAGE, ("shop:inventory:7:2", (UserId::new(7), 2)), (UserId::new(u64::MAX), u64::MAX));
    golden.holds(&HAND_OVER, ("shop:hand_over", ()), ());
    golden.holds(&GIVE_BACK, ("shop:give_back", ()), ());
    golden.holds(&REVOKE, ("shop:revoke", ()), ());
    let (last, most) = (ItemId::new(u64::MAX), u64::MAX);
    golden.holds(&RENEW, ("shop:renew:5:7", (5, ItemId::new(7))), (most, last));
    golden.holds(&RENEW_NOW, ("shop:renew_now:5:7:40", (5, ItemId::new(7), 40)), (most, last, most));
    assert_eq!((HAND_OVER.value(&PurchaseId::new(3)), REVOKE.value(&CodeId::new(4))), ("3".into(), "4".into()));
}

fn check_tasks(golden: &mut Golden) {
    use tasks::components::{CLAIM, LIST, MINE, PENDING};
    use tasks::review::{ACCEPT, ASK, REJECT};
    let (task, most) = (TaskId::new(12), TaskId::new(u64::MAX));
    golden.holds(&CLAIM, ("task:claim:12", task), most);
    let proof = (task, UserId::new(7), ClaimId::new(3));
    let most = (most, UserId::new(u64::MAX), ClaimId::new(u64::MAX));
    golden.holds(&ACCEPT, ("task:accept:12:7:3", proof), most);
    golden.holds(REJECT.ids(), ("task:reject:12:7:3", proof), most);
    golden.holds(ASK.ids(), ("task:ask:12:7:3", proof), most);
    golden.holds(&LIST, ("tasks:list:3:2", (3, 2)), (u64::MAX, u64::MAX));
    golden.holds(&MINE, ("tasks:mine:2", 2), u64::MAX);
    golden.holds(&PENDING, ("tasks:pending:2", 2), u64::MAX);
}

fn check_data(golden: &mut Golden) {
    use coins::data::components::{ARCHIVE, CLEAN_UP};
    golden.holds(&CLEAN_UP, ("data:cleanup:30", 30), u64::MAX);
    golden.holds(&ARCHIVE, ("data:archive:90", 90), u64::MAX);
}

#[test]
fn an_id_that_was_posted_once_is_read_for_ever() {
    let mut golden = Golden { kinds: Vec::new() };
    check_displays(&mut golden);
    check_queue(&mut golden);
    check_coins(&mut golden);
    check_desk(&mut golden);
    check_setup(&mut golden);
    check_reminders(&mut golden);
    check_shop(&mut golden);
    check_tasks(&mut golden);
    check_data(&mut golden);
    let mut kinds = golden.kinds;
    kinds.sort_unstable();
    kinds.dedup();
    let mut registered: Vec<_> = ALL.iter().flat_map(|face| face.components).map(|component| component.id()).collect();
    registered.sort_unstable();
    assert_eq!(registered, kinds, "each is registered once, and has its golden ids here");
}

#[test]
fn a_form_that_was_opened_before_an_update_is_read_after_it() {
    use submissions::modal::{IsSkip, SUBMIT};
    use tasks::review::{QUESTION, REASON};
    for (custom_id, arguments) in [("submit:modal", IsSkip(false)), ("submit:modal:skip", IsSkip(true))] {
        assert_eq!(SUBMIT.with(&arguments), custom_id);
        assert_eq!(SUBMIT.read(custom_id, GUILD).unwrap(), arguments);
    }
    let refused = SUBMIT.read("submit:modal:skip:skip", GUILD);
    assert_eq!(refused.unwrap_err().code(), "component.unknown");
    let proof = (TaskId::new(12), UserId::new(7), ClaimId::new(3));
    for (form, custom_id) in [(&REASON, "task:reason:12:7:3"), (&QUESTION, "task:question:12:7:3")] {
        assert_eq!(form.with(&proof), custom_id);
        assert_eq!(form.read(custom_id, GUILD).unwrap(), proof);
    }
    let registered: Vec<_> = ALL.iter().flat_map(|face| face.modals).map(|modal| modal.id()).collect();
    let quantity = &shop::components::QUANTITY;
    assert_eq!(quantity.with(&ItemId::new(7)), "shop:quantity:7");
    assert_eq!(quantity.read("shop:quantity:7", GUILD).unwrap(), ItemId::new(7));
    assert_eq!(
        registered,
        [SUBMIT.id(), quantity.id(), REASON.id(), QUESTION.id()],
        "each is registered once, and has its golden ids here"
    );
}

#[test]
fn the_choices_of_a_posted_menu_are_read_for_ever() {
    use desk::components::{APPROVE_SONG, MOVE, PICK, REMOVE_SONG, TIER};
    assert_eq!(PICK.value(&SONG), "012345");
    assert_eq!(APPROVE_SONG.value(&SEEN), "012345:6");
    assert_eq!(REMOVE_SONG.value(&SEEN), "012345:6");
    for (rank, line) in Line::VARIANTS.iter().copied().enumerate() {
        assert_eq!((TIER.value(&line), MOVE.value(&line)), (rank.to_string(), rank.to_string()));
        assert_eq!(Line::from_values(&[rank.to_string()], GUILD).unwrap(), line);
    }
    assert_eq!(PublicId::from_values(&["012345".to_owned()], GUILD).unwrap(), SONG);
    assert_eq!(Seen::from_values(&["012345:6".to_owned()], GUILD).unwrap(), SEEN);
}

#[test]
fn an_id_of_another_server_or_with_other_arguments_is_refused() {
    use desk::components::{APPROVE, NEXT, OUT};
    let refused = |custom_id: &str| OUT.read(custom_id, GUILD).unwrap_err().code();
    for custom_id in ["desk:out", "desk:out:", "desk:out:6:012345:6", "desk:out:x:012345:6"] {
        assert_eq!(refused(custom_id), "display.retired", "{custom_id}");
    }
    for custom_id in ["desk:hold:5:012345:6", "desk:out:5:012345", "desk:out:5:012345:9", "desk:out:5:012345:6:1"] {
        assert_eq!(refused(custom_id), "component.unknown", "{custom_id}");
    }
    assert!(NEXT.read("desk:next:5:", GUILD).is_err() && APPROVE.read("desk:approve:5:x:y", GUILD).is_err());
}
