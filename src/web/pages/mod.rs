//! What is seen in a browser, a file for each page. [`ROUTES`] is the only list.

pub mod assets;
pub mod audit;
pub mod data;
pub mod link;
pub mod servers;
pub mod settings;
pub mod sign_in;
pub mod theme;

pub use audit::AuditPage;
pub use data::{DataPage, RemovalPage};
pub use link::LinkPage;
pub use servers::ServersPage;
pub use settings::{AreaPage, SettingsPage};
pub use sign_in::SignInPage;

use super::access::Who;
use super::endpoint::Route;
use super::page::Entry;
use super::ui::icons::Icon;
use super::ui::layout::NavGroup;

/// All of them, with what their forms alone do.
pub const ROUTES: &[Route] = &[
    assets::ROUTE,
    Route::page::<SignInPage>(),
    Route::page::<LinkPage>(),
    Route::of::<link::UseLink>(),
    Route::page::<ServersPage>(),
    Route::page::<servers::Home>(),
    Route::page::<SettingsPage>(),
    Route::page::<AreaPage>(),
    Route::page::<AuditPage>(),
    Route::page::<DataPage>(),
    Route::page::<RemovalPage>(),
    Route::of::<theme::ChooseTheme>(),
];

/// The pages in the bar of a server.
pub const NAVIGATION: &[Entry] = &[
    Entry { path: "", label: "Home", icon: Icon::Home, group: NavGroup::Show, who: Who::Member },
    Entry { path: "/settings", label: "Settings", icon: Icon::Settings, group: NavGroup::Community, who: Who::Admin },
    Entry { path: "/audit", label: "Audit", icon: Icon::History, group: NavGroup::Community, who: Who::Admin },
    Entry { path: "/data", label: "Data", icon: Icon::Data, group: NavGroup::Community, who: Who::Admin },
];
