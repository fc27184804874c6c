//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

pub mod auth;
pub mod desk;
pub mod handles;
pub mod instance;
pub mod ledger;
pub mod live;
pub mod members;
pub mod palette;
pub mod public;
pub mod servers;
pub mod sessions;
pub mod songs;

use super::endpoint::Route;

/// All of them.
pub const ROUTES: &[Route] = &[
    Route::of::<auth::Login>(),
    Route::of::<auth::Refresh>(),
    Route::of::<auth::Logout>(),
    Route::of::<auth::LogoutEverywhere>(),
    Route::of::<auth::Me>(),
    Route::of::<servers::Servers>(),
    Route::of::<songs::Queue>(),
    Route::of::<songs::Songs>(),
    Route::of::<songs::SongStory>(),
    Route::of::<desk::PlayNext>(),
    Route::of::<desk::UndoPlay>(),
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
    Route::of::<instance::Status>(),
    instance::DOCUMENT,
    Route::of::<members::Members>(),
    Route::of::<members::Member>(),
    Route::of::<members::ByHand>(),
    Route::of::<ledger::Entries>(),
    Route::of::<ledger::Entry>(),
    Route::of::<ledger::UndoEntry>(),
    ledger::EXPORT,
    Route::of::<handles::Handles>(),
    Route::of::<handles::LinkHandle>(),
    Route::of::<handles::FreeHandle>(),
    Route::of::<live::Live>(),
    Route::of::<live::FollowLive>(),
    Route::of::<live::LeaveLive>(),
    Route::of::<sessions::ListSessions>(),
    Route::of::<sessions::SessionReport>(),
    Route::of::<palette::Palette>(),
    Route::of::<instance::health::Health>(),
    Route::of::<instance::health::Examine>(),
    Route::of::<instance::health::Restart>(),
    Route::of::<instance::backups::ListBackups>(),
    Route::of::<instance::backups::MakeBackup>(),
    Route::of::<instance::backups::VerifyBackup>(),
    Route::of::<instance::backups::RehearseBackup>(),
    Route::of::<instance::servers::ListServers>(),
    Route::of::<instance::servers::LeaveServer>(),
    Route::of::<instance::log::Logs>(),
    Route::of::<instance::log::EmptyLog>(),
    Route::of::<instance::presence::BotStatus>(),
    Route::of::<instance::presence::SetBotStatus>(),
    Route::of::<instance::presence::SetServerStatus>(),
    Route::of::<instance::settings::GlobalSettings>(),
    Route::of::<instance::settings::SetGlobalSettings>(),
    Route::of::<instance::settings::Configuration>(),
];
