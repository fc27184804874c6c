//! What is seen in a browser, a file for each page. [`ROUTES`] is the only list.

pub mod access;
pub mod assets;
pub mod audit;
pub mod data;
pub mod desk;
pub mod economy;
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
pub mod set_up;
pub mod settings;
pub mod shop;
pub mod sign_in;
pub mod songs;
pub mod tasks;
pub mod theme;
pub mod unsent;

pub use access::AccessPage;
pub use audit::{AuditPage, InstanceAuditPage};
pub use data::{DataPage, RemovalPage};
pub use desk::DeskPage;
pub use economy::EconomyPage;
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
pub use reference::{ReferencePage, SubjectPage};
pub use servers::ServersPage;
pub use sessions::SessionsPage;
pub use set_up::SetUpPage;
pub use settings::{AreaPage, SettingsPage};
pub use sign_in::{SignInPage, at_the_door};
pub use tasks::{NewTaskPage, ReviewsPage, TaskPage, TasksPage};
pub use unsent::UnsentPage;

use maud::{Markup, html};

use super::access::{Rank, Who};
use super::endpoint::Route;
use super::filter::Filter;
use super::page::{Entry, Page, SurePage};
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
    Route::page::<SetUpPage>(),
    Route::page::<SurePage>(),
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
    Route::page::<SubjectPage>(),
    reference::TRY,
    Route::of::<theme::ChooseTheme>(),
    Route::page::<LivePage>(),
    Route::page::<SessionPage>(),
    Route::page::<HandlesPage>(),
    Route::page::<MembersPage>(),
    Route::page::<MemberPage>(),
    Route::page::<EconomyPage>(),
    Route::page::<TasksPage>(),
    Route::page::<NewTaskPage>(),
    Route::page::<TaskPage>(),
    Route::page::<ReviewsPage>(),
    tasks::PICTURE,
    Route::page::<LedgerPage>(),
    Route::page::<EntryPage>(),
    Route::page::<shop::ShopPage>(),
    Route::page::<shop::NewItemPage>(),
    Route::page::<shop::OrdersPage>(),
    Route::page::<shop::CodesPage>(),
    Route::page::<shop::ItemPage>(),
    Route::page::<shop::OwnShopPage>(),
    Route::page::<HealthPage>(),
    Route::page::<BackupsPage>(),
    Route::page::<RestorePage>(),
    Route::page::<InstanceServersPage>(),
    Route::page::<instance::CataloguePage>(),
    Route::page::<instance::NewOfferedItemPage>(),
    Route::page::<instance::OfferedItemPage>(),
    Route::page::<instance::NewOfferedTaskPage>(),
    Route::page::<instance::OfferedTaskPage>(),
    Route::page::<InstanceAuditPage>(),
    Route::page::<LogPage>(),
    Route::page::<StatusPage>(),
    Route::page::<InstanceSettingsPage>(),
];

/// The button beside a heading that takes its list along with the same filter, for whoever may.
fn as_csv(rank: Rank, filter: &Filter, file: &str) -> Option<Markup> {
    rank.reaches(Who::Admin).then(|| html! { a.button href=(filter.at(file)) download { "As CSV" } })
}

/// What the address of each page of a server begins with.
const OF_A_SERVER: &str = "/g/{server}";

/// The entry of a page of a server. Where it leads, and who sees it, the page says itself.
const fn entry<P: Page>(label: &'static str, icon: Icon, group: NavGroup) -> Entry {
    let path = match P::PATHS {
        [path, ..] => path.split_at(OF_A_SERVER.len()).1,
        [] => "",
    };
    Entry { path, label, icon, group, who: P::WHO, page: P::NAME }
}

/// The pages in the bar of a server.
pub const NAVIGATION: &[Entry] = &[
    entry::<home::Home>("Home", Icon::Home, NavGroup::Show),
    entry::<DeskPage>("Desk", Icon::Desk, NavGroup::Show),
    entry::<songs::SongsPage>("Songs", Icon::Song, NavGroup::Show),
    entry::<LivePage>("Live", Icon::Live, NavGroup::Show),
    entry::<MembersPage>("Members", Icon::People, NavGroup::Economy),
    entry::<LedgerPage>("Ledger", Icon::Ledger, NavGroup::Economy),
    entry::<EconomyPage>("Economy", Icon::Economy, NavGroup::Economy),
    entry::<shop::ShopPage>("Shop", Icon::Shop, NavGroup::Economy),
    entry::<TasksPage>("Tasks", Icon::Task, NavGroup::Economy),
    entry::<ReviewsPage>("Reviews", Icon::Review, NavGroup::Economy),
    entry::<PublicPage>("Public pages", Icon::Link, NavGroup::Community),
    entry::<AccessPage>("Access", Icon::Key, NavGroup::Community),
    entry::<SettingsPage>("Settings", Icon::Settings, NavGroup::Community),
    entry::<AuditPage>("Audit", Icon::History, NavGroup::Community),
    entry::<DataPage>("Data", Icon::Data, NavGroup::Community),
];
