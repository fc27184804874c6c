//! What is seen in a browser, a file for each page. [`ROUTES`] is the only list.

pub mod access;
pub mod assets;
pub mod audit;
pub mod data;
pub mod desk;
pub mod handles;
pub mod home;
pub mod instance;
pub mod ledger;
pub mod link;
pub mod live;
mod live_session;
mod live_state;
pub mod me;
pub mod members;
pub mod pictures;
pub mod prove;
pub mod public;
pub mod reference;
pub mod servers;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod songs;
pub mod theme;
pub mod unsent;

pub use access::AccessPage;
pub use audit::{AuditPage, InstanceAuditPage};
pub use data::{DataPage, RemovalPage};
pub use desk::DeskPage;
pub use handles::HandlesPage;
pub use instance::{
    BackupsPage, HealthPage, InstanceServersPage, InstanceSettingsPage, LogPage, RestorePage, StatusPage,
};
pub use ledger::{EntryPage, LedgerPage};
pub use link::LinkPage;
pub use live::LivePage;
pub use live_session::SessionPage;
pub use me::{MePage, MineInServer};
pub use members::{MemberPage, MembersPage};
pub use prove::{ProvePage, at_the_proof};
pub use public::PublicPage;
pub use reference::ReferencePage;
pub use servers::ServersPage;
pub use sessions::SessionsPage;
pub use settings::{AreaPage, SettingsPage};
pub use sign_in::{SignInPage, at_the_door};
pub use unsent::UnsentPage;

use maud::{Markup, html};

use super::access::{Rank, Who};
use super::endpoint::Route;
use super::filter::Filter;
use super::page::Entry;
use super::ui::icons::Icon;
use super::ui::layout::NavGroup;

/// All of them, with what their forms alone do.
pub const ROUTES: &[Route] = &[
    assets::ROUTE,
    pictures::OF_MEMBER,
    pictures::OF_SERVER,
    pictures::OWN,
    Route::page::<SignInPage>().leading_to_discord(),
    Route::page::<ProvePage>().leading_to_discord(),
    Route::page::<LinkPage>(),
    Route::of::<link::UseLink>(),
    Route::page::<ServersPage>(),
    Route::page::<home::Home>(),
    Route::page::<DeskPage>(),
    Route::page::<songs::SongsPage>(),
    Route::page::<songs::SongPage>(),
    songs::FILE,
    Route::page::<PublicPage>(),
    Route::page::<public::PublicQueue>(),
    public::OVERLAY,
    Route::page::<AccessPage>(),
    Route::page::<MePage>(),
    Route::page::<MineInServer>(),
    Route::page::<SessionsPage>(),
    Route::page::<SettingsPage>(),
    Route::page::<AreaPage>(),
    Route::page::<AuditPage>(),
    Route::page::<UnsentPage>(),
    Route::page::<DataPage>(),
    Route::page::<RemovalPage>(),
    Route::page::<ReferencePage>(),
    reference::TRY,
    Route::of::<theme::ChooseTheme>(),
    Route::page::<LivePage>(),
    Route::page::<SessionPage>(),
    Route::page::<HandlesPage>(),
    Route::page::<MembersPage>(),
    Route::page::<MemberPage>(),
    Route::page::<LedgerPage>(),
    Route::page::<EntryPage>(),
    Route::page::<HealthPage>(),
    Route::page::<BackupsPage>(),
    Route::page::<RestorePage>(),
    Route::page::<InstanceServersPage>(),
    Route::page::<InstanceAuditPage>(),
    Route::page::<LogPage>(),
    Route::page::<StatusPage>(),
    Route::page::<InstanceSettingsPage>(),
];

/// The button beside a heading that takes its list along with the same filter, for whoever may.
fn as_csv(rank: Rank, filter: &Filter, file: &str) -> Option<Markup> {
    rank.reaches(Who::Admin).then(|| html! { a.button href=(filter.at(file)) download { "As CSV" } })
}

/// The pages in the bar of a server.
pub const NAVIGATION: &[Entry] = &[
    Entry { path: "", label: "Home", icon: Icon::Home, group: NavGroup::Show, who: Who::Member },
    Entry { path: "/desk", label: "Desk", icon: Icon::Desk, group: NavGroup::Show, who: Who::Reviewer },
    Entry { path: "/songs", label: "Songs", icon: Icon::Song, group: NavGroup::Show, who: Who::ViewerOrReviewer },
    Entry { path: "/live", label: "Live", icon: Icon::Live, group: NavGroup::Show, who: Who::Viewer },
    Entry { path: "/members", label: "Members", icon: Icon::People, group: NavGroup::Economy, who: Who::Viewer },
    Entry { path: "/ledger", label: "Ledger", icon: Icon::Ledger, group: NavGroup::Economy, who: Who::Viewer },
    Entry { path: "/public", label: "Public pages", icon: Icon::Link, group: NavGroup::Community, who: Who::Admin },
    Entry { path: "/access", label: "Access", icon: Icon::Key, group: NavGroup::Community, who: Who::Owner },
    Entry { path: "/settings", label: "Settings", icon: Icon::Settings, group: NavGroup::Community, who: Who::Admin },
    Entry { path: "/audit", label: "Audit", icon: Icon::History, group: NavGroup::Community, who: Who::Admin },
    Entry { path: "/data", label: "Data", icon: Icon::Data, group: NavGroup::Community, who: Who::Admin },
];
