//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

pub mod access;
pub mod auth;
pub mod instance;
pub mod me;
pub mod oauth;
pub mod prove;
pub mod renew;
pub mod servers;
pub mod sessions;
pub mod tokens;

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
    Route::of::<me::MineShown>(),
    Route::of::<me::Export>(),
    Route::of::<me::EraseMe>(),
    Route::of::<servers::Servers>(),
    Route::of::<instance::Status>(),
    instance::DOCUMENT,
];
