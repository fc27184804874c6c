//! How pages are for somebody: light, dark, or as the system is, and whether single keys do something.

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
use crate::web::ui::layout::{KEYS_OFF, Theme};

/// A year: a browser keeps no cookie for much longer.
pub const LASTS: Duration = Duration::from_hours(24 * 365);

/// Remembers it in a cookie for each.
pub struct ChooseTheme;

/// What is to be remembered; what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Chosen {
    /// `system`, `light` or `dark`.
    pub theme: Option<String>,
    /// `on` or `off`: whether single keys do something (WCAG 2.1.4).
    pub keys: Option<String>,
}

impl Endpoint for ChooseTheme {
    const NAME: &'static str = "pages.theme";
    const ABOUT: &'static str = "Remembers in cookies whether pages are light, dark, or as the system is, and whether single keys do something.";
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
        let set = |name: Name, word: &str| name.set(word, LASTS, web.settings.is_https());
        let theme = asked.body.theme.as_deref().map(|word| Theme::parse(word).unwrap_or_default());
        let theme = theme.map(|theme| set(Name::Theme, theme.word()));
        let keys =
            asked.body.keys.as_deref().map(|word| set(Name::Keys, if word == KEYS_OFF { KEYS_OFF } else { "on" }));
        Ok(Answered::from(Nothing {}).with_cookies(theme.into_iter().chain(keys)))
    }
}
