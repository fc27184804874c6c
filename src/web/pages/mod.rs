//! What is seen in a browser, a file for each page. [`ROUTES`] is the only list.

pub mod assets;
pub mod desk;
pub mod handles;
pub mod home;
pub mod instance;
pub mod ledger;
pub mod link;
pub mod live;
pub mod members;
pub mod public;
pub mod servers;
pub mod sign_in;
pub mod songs;
pub mod theme;

pub use desk::DeskPage;
pub use handles::HandlesPage;
pub use instance::{BackupsPage, HealthPage, InstanceServersPage, InstanceSettingsPage, LogPage, StatusPage};
pub use ledger::{EntryPage, LedgerPage};
pub use link::LinkPage;
pub use live::{LivePage, SessionPage};
pub use members::{MemberPage, MembersPage};
pub use public::PublicPage;
pub use servers::ServersPage;
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
    Route::page::<home::Home>(),
    Route::page::<DeskPage>(),
    Route::page::<songs::SongsPage>(),
    Route::page::<songs::SongPage>(),
    songs::FILE,
    Route::page::<PublicPage>(),
    Route::page::<public::PublicQueue>(),
    public::OVERLAY,
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
    Route::page::<InstanceServersPage>(),
    Route::page::<LogPage>(),
    Route::page::<StatusPage>(),
    Route::page::<InstanceSettingsPage>(),
];

/// The pages in the bar of a server.
pub const NAVIGATION: &[Entry] = &[
    Entry { path: "", label: "Home", icon: Icon::Home, group: NavGroup::Show, who: Who::Member },
    Entry { path: "/desk", label: "Desk", icon: Icon::Desk, group: NavGroup::Show, who: Who::Reviewer },
    Entry { path: "/songs", label: "Songs", icon: Icon::Song, group: NavGroup::Show, who: Who::Viewer },
    Entry { path: "/live", label: "Live", icon: Icon::Live, group: NavGroup::Show, who: Who::Viewer },
    Entry { path: "/members", label: "Members", icon: Icon::People, group: NavGroup::Economy, who: Who::Viewer },
    Entry { path: "/ledger", label: "Ledger", icon: Icon::Ledger, group: NavGroup::Economy, who: Who::Viewer },
    Entry { path: "/public", label: "Public pages", icon: Icon::Link, group: NavGroup::Community, who: Who::Admin },
];
