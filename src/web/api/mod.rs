//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

pub mod auth;
pub mod instance;
pub mod servers;

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
];
