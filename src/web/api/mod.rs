//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

mod auth;
pub mod handles;
mod instance;
pub mod ledger;
pub mod live;
pub mod members;
pub mod palette;
mod servers;
pub mod sessions;

pub use auth::Login;

use super::endpoint::Route;

/// All of them.
pub const ROUTES: &[Route] = &[
    Route::of::<auth::Login>(),
    Route::of::<auth::Refresh>(),
    Route::of::<auth::Logout>(),
    Route::of::<auth::LogoutEverywhere>(),
    Route::of::<auth::Me>(),
    Route::of::<servers::Servers>(),
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
];
