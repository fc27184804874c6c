//! Light, dark, or as the system is.

use serde::Deserialize;
use utoipa::ToSchema;

use std::time::Duration;

use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Name, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::SignInPage;
use crate::web::ui::layout::Theme;

/// A year: a browser keeps no cookie for much longer.
pub const LASTS: Duration = Duration::from_hours(24 * 365);

/// Remembers a theme in a cookie.
pub struct ChooseTheme;

/// Which theme.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Chosen {
    /// `system`, `light` or `dark`.
    pub theme: String,
}

impl Endpoint for ChooseTheme {
    const NAME: &'static str = "pages.theme";
    const ABOUT: &'static str = "Remembers in a cookie whether pages are light, dark, or as the system is.";
    const DOORS: Doors = Doors::put(&["/api/theme"]).form("/theme", again::<SignInPage>);
    const WHO: Who = Who::Anyone;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = Chosen;
    type Answer = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(serde_json::json!({ "theme": "dark" })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Nothing>, Problem> {
        let theme = Theme::parse(&asked.body.theme).unwrap_or_default();
        let cookie = Name::Theme.set(theme.word(), LASTS, web.settings.is_https());
        Ok(Answered::from(Nothing {}).with_cookies([cookie]))
    }
}
