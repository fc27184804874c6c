//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

pub mod access;
pub mod acts;
pub mod archive;
pub mod audit;
pub mod auth;
pub mod balances;
pub mod by_hand;
pub mod catalogue;
pub mod config;
pub mod currencies;
pub mod daily;
pub mod data;
pub mod desk;
pub mod handles;
pub mod instance;
pub mod ledger;
pub mod ledger_file;
pub mod live;
pub mod live_sessions;
pub mod me;
pub mod members;
pub mod oauth;
pub mod palette;
pub mod places;
pub mod programs;
pub mod prove;
pub mod public;
pub mod renew;
pub mod servers;
pub mod sessions;
pub mod settings;
pub mod sheets;
pub mod shop;
pub mod songs;
pub mod statistics;
pub mod tasks;
pub mod tokens;
pub mod transactions;
pub mod unsent;
pub mod users;
pub mod users_left;

use super::endpoint::Route;

/// All of them.
pub const ROUTES: &[Route] = &[
    Route::of::<auth::Login>().leading_to_discord(),
    oauth::CALLBACK,
    Route::of::<auth::Refresh>(),
    renew::RENEW,
    Route::of::<auth::Logout>(),
    Route::of::<auth::LogoutEverywhere>(),
    Route::of::<auth::Me>(),
    Route::of::<prove::Prove>().leading_to_discord(),
    Route::of::<sessions::Sessions>(),
    Route::of::<sessions::EndSession>(),
    Route::of::<tokens::Tokens>(),
    Route::of::<tokens::MakeToken>(),
    Route::of::<tokens::RevokeToken>(),
    Route::of::<access::Roles>(),
    Route::of::<access::SetRoles>(),
    Route::of::<programs::Programs>(),
    Route::of::<programs::WithdrawProgram>(),
    Route::of::<me::MineShown>(),
    Route::of::<me::Export>(),
    Route::of::<me::EraseMe>(),
    Route::of::<daily::ClaimDaily>(),
    Route::of::<servers::Servers>(),
    Route::of::<songs::Queue>(),
    Route::of::<songs::Songs>(),
    Route::of::<songs::SongStory>(),
    Route::of::<desk::PlayNext>(),
    Route::of::<desk::UndoPlay>(),
    Route::of::<acts::UndoAct>(),
    Route::of::<desk::PlaySong>(),
    Route::of::<desk::MoveSong>(),
    Route::of::<desk::HoldSong>(),
    Route::of::<desk::RemoveSong>(),
    Route::of::<desk::DeadLink>(),
    Route::of::<desk::BookmarkSong>(),
    Route::of::<public::Public>(),
    Route::of::<public::SetPublic>(),
    Route::of::<public::OpenOverlay>(),
    Route::of::<public::CloseOverlay>(),
    Route::of::<public::SetGoal>(),
    Route::of::<places::Channels>(),
    Route::of::<places::Roles>(),
    Route::of::<settings::Settings>(),
    Route::of::<settings::change::ChangeSettings>(),
    Route::of::<settings::change::ResetSetting>(),
    Route::of::<settings::change::UndoSetting>(),
    Route::of::<settings::change::UndoAct>(),
    Route::of::<config::Config>(),
    Route::of::<config::ChangeConfig>(),
    Route::of::<config::GuildConfig>(),
    Route::of::<config::ChangeGuildConfig>(),
    Route::of::<audit::Audit>(),
    Route::of::<audit::InstanceAudit>(),
    Route::of::<unsent::ListUnsent>(),
    Route::of::<unsent::TryAgain>(),
    Route::of::<unsent::Dismiss>(),
    data::EXPORT,
    data::LEDGER,
    data::EXPORT_ALL,
    Route::of::<data::RemoveServer>(),
    Route::of::<instance::Status>(),
    instance::DOCUMENT,
    Route::of::<members::Members>(),
    Route::of::<members::Member>(),
    Route::of::<by_hand::ByHand>(),
    Route::of::<ledger::Entries>(),
    Route::of::<ledger::Entry>(),
    Route::of::<ledger::UndoEntry>(),
    ledger_file::EXPORT,
    Route::of::<transactions::Transactions>(),
    Route::of::<statistics::ShowStatistics>(),
    Route::of::<transactions::OneTransaction>(),
    Route::of::<transactions::Validate>(),
    Route::of::<archive::ArchiveLedger>(),
    Route::of::<tasks::list::ListTasks>(),
    Route::of::<tasks::change::CreateTask>(),
    Route::of::<tasks::list::Categories>(),
    Route::of::<tasks::change::AddCategory>(),
    Route::of::<tasks::change::RemoveCategory>(),
    Route::of::<tasks::list::TaskStatistics>(),
    Route::of::<tasks::review::Waiting>(),
    Route::of::<tasks::change::UndoChange>(),
    Route::of::<tasks::list::ShowTask>(),
    Route::of::<tasks::change::ChangeTask>(),
    Route::of::<tasks::change::RepostTask>(),
    Route::of::<tasks::change::ExpireTask>(),
    Route::of::<tasks::change::AssignTask>(),
    Route::of::<tasks::review::Submissions>(),
    Route::of::<tasks::review::Review>(),
    Route::of::<tasks::own::MyTasks>(),
    Route::of::<tasks::own::ClaimTask>(),
    Route::of::<tasks::own::SubmitProof>(),
    Route::of::<tasks::own::AbandonTask>(),
    Route::of::<tasks::change::DeleteTask>(),
    Route::of::<users::Users>(),
    Route::of::<users::OneUser>(),
    Route::of::<balances::SetBalance>(),
    Route::of::<users_left::Inactive>(),
    Route::of::<users_left::CleanUp>(),
    Route::of::<users_left::Reactivate>(),
    sheets::route::<sheets::Songs>(),
    sheets::route::<sheets::Members>(),
    sheets::route::<sheets::Handles>(),
    sheets::route::<sheets::Audit>(),
    sheets::INSTANCE_AUDIT,
    sheets::route::<sheets::LiveSessions>(),
    Route::of::<handles::Handles>(),
    Route::of::<handles::LinkHandle>(),
    Route::of::<handles::FreeHandle>(),
    Route::of::<handles::UndoLink>(),
    Route::of::<live::Live>(),
    Route::of::<live::FollowLive>(),
    Route::of::<live::LeaveLive>(),
    Route::of::<live_sessions::ListSessions>(),
    Route::of::<live_sessions::SessionReport>(),
    Route::of::<shop::list::Shop>(),
    Route::of::<shop::change::AddItem>(),
    Route::of::<shop::bought::Purchases>(),
    Route::of::<shop::bought::Orders>(),
    Route::of::<shop::bought::HandOver>(),
    Route::of::<shop::bought::Refund>(),
    Route::of::<shop::bought::Inventory>(),
    Route::of::<shop::own::OwnInventory>(),
    Route::of::<shop::own::GiveBack>(),
    Route::of::<shop::own::Redeem>(),
    Route::of::<shop::codes::Codes>(),
    Route::of::<shop::codes::MakeCode>(),
    Route::of::<shop::codes::RevokeCode>(),
    Route::of::<shop::change::UndoItem>(),
    Route::of::<shop::OneItem>(),
    Route::of::<shop::change::ChangeItem>(),
    Route::of::<shop::change::RemoveItem>(),
    Route::of::<shop::change::Restock>(),
    Route::of::<shop::change::Repost>(),
    Route::of::<shop::bought::PurchasesOfItem>(),
    Route::of::<shop::own::Buy>(),
    Route::of::<shop::own::UseItem>(),
    Route::of::<palette::Palette>(),
    Route::of::<palette::InstancePalette>(),
    Route::of::<instance::health::Health>(),
    Route::of::<instance::health::Examine>(),
    Route::of::<instance::health::Restart>(),
    Route::of::<instance::backups::ListBackups>(),
    Route::of::<instance::backups::MakeBackup>(),
    Route::of::<instance::backups::VerifyBackup>(),
    Route::of::<instance::backups::RehearseBackup>(),
    Route::of::<instance::restore::RestoreBackup>(),
    Route::of::<instance::servers::ListServers>(),
    Route::of::<instance::servers::LeaveServer>(),
    Route::of::<catalogue::items::ListOfferedItems>(),
    Route::of::<catalogue::items::AddOfferedItem>(),
    Route::of::<catalogue::items::OneOfferedItem>(),
    Route::of::<catalogue::items::ChangeOfferedItem>(),
    Route::of::<catalogue::items::RemoveOfferedItem>(),
    Route::of::<catalogue::tasks::ListOfferedTasks>(),
    Route::of::<catalogue::tasks::AddOfferedTask>(),
    Route::of::<catalogue::tasks::OneOfferedTask>(),
    Route::of::<catalogue::tasks::ChangeOfferedTask>(),
    Route::of::<catalogue::tasks::RemoveOfferedTask>(),
    Route::of::<instance::log::Logs>(),
    Route::of::<instance::log::EmptyLog>(),
    Route::of::<instance::presence::BotStatus>(),
    Route::of::<instance::presence::SetBotStatus>(),
    Route::of::<instance::presence::SetServerStatus>(),
    Route::of::<instance::settings::GlobalSettings>(),
    Route::of::<instance::settings::SetGlobalSettings>(),
    Route::of::<instance::settings::Configuration>(),
];
