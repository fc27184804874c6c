//! What can be asked as JSON, a file for each subject. [`ROUTES`] is the only list.

pub mod audit;
pub mod auth;
pub mod config;
pub mod data;
pub mod instance;
pub mod places;
pub mod servers;
pub mod settings;

use super::endpoint::Route;

/// All of them.
pub const ROUTES: &[Route] = &[
    Route::of::<auth::Login>(),
    Route::of::<auth::Refresh>(),
    Route::of::<auth::Logout>(),
    Route::of::<auth::LogoutEverywhere>(),
    Route::of::<auth::Me>(),
    Route::of::<servers::Servers>(),
    Route::of::<places::Channels>(),
    Route::of::<places::Roles>(),
    Route::of::<settings::Settings>(),
    Route::of::<settings::change::ChangeSettings>(),
    Route::of::<settings::change::ResetSetting>(),
    Route::of::<settings::change::UndoSetting>(),
    Route::of::<settings::InstanceSettings>(),
    Route::of::<settings::change::ChangeInstanceSettings>(),
    Route::of::<config::Config>(),
    Route::of::<config::ChangeConfig>(),
    Route::of::<config::GuildConfig>(),
    Route::of::<config::ChangeGuildConfig>(),
    Route::of::<audit::Audit>(),
    data::EXPORT,
    data::LEDGER,
    Route::of::<data::RemoveServer>(),
    Route::of::<instance::Status>(),
    instance::DOCUMENT,
];
