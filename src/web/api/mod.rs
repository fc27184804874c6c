//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

pub mod auth;
pub mod desk;
pub mod instance;
pub mod public;
pub mod servers;
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
];
