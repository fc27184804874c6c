//! What is seen in a browser, a file for each page. [`ROUTES`] is the only list.

pub mod assets;
pub mod link;
pub mod servers;
pub mod sign_in;
pub mod theme;

pub use link::LinkPage;
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
    Route::page::<servers::Home>(),
    Route::of::<theme::ChooseTheme>(),
];

/// The pages in the bar of a server.
pub const NAVIGATION: &[Entry] =
    &[Entry { path: "", label: "Home", icon: Icon::Home, group: NavGroup::Show, who: Who::Member }];
