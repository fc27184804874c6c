//! What is seen in a browser, a file for each page. [`ROUTES`] is the only list.

pub mod assets;
pub mod desk;
pub mod home;
pub mod link;
pub mod public;
pub mod reference;
pub mod servers;
pub mod sign_in;
pub mod songs;
pub mod theme;

pub use desk::DeskPage;
pub use link::LinkPage;
pub use public::PublicPage;
pub use reference::ReferencePage;
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
    Route::page::<ReferencePage>(),
    reference::TRY,
    Route::of::<theme::ChooseTheme>(),
];

/// The pages in the bar of a server.
pub const NAVIGATION: &[Entry] = &[
    Entry { path: "", label: "Home", icon: Icon::Home, group: NavGroup::Show, who: Who::Member },
    Entry { path: "/desk", label: "Desk", icon: Icon::Desk, group: NavGroup::Show, who: Who::Reviewer },
    Entry { path: "/songs", label: "Songs", icon: Icon::Song, group: NavGroup::Show, who: Who::Viewer },
    Entry { path: "/public", label: "Public pages", icon: Icon::Link, group: NavGroup::Community, who: Who::Admin },
];
