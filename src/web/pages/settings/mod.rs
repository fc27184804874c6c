//! The settings of a server: all areas with a search, and a page for each area with its form and its history.

pub(super) mod control;
mod form;
mod past;

use maud::{Markup, html};
use serde::Deserialize;
use strum::VariantArray;

use crate::access::Level;
use crate::discord::references::{self, Server};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::references::BrokenReference;
use crate::settings::{Area, Listed, NONE};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::{Rank, Who};
use crate::web::answer::Problem;
use crate::web::api::settings::{all, known_troubles, level_of, page_of};
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::places::drawn_text;
use crate::web::push::about::{ACTIVITY, SETTINGS};
use crate::web::segments::{One, Segment};
use crate::web::ui::components::{Empty, Field, Input, Tone, acts, badge, filters};
use past::{Past, past};

/// Changes that a page shows.
const MOST_CHANGES: usize = 20;

/// A setting as a page shows it.
struct Row {
    listed: &'static Listed,
    /// Its value, as somebody would type it.
    typed: String,
    /// Its value and its default, as people read them on Discord.
    shown: String,
    default: String,
    is_own: bool,
    may_change: bool,
    /// What does not work of it, as it is told on Discord.
    troubles: Vec<String>,
}

impl Row {
    fn of(
        read: &dyn Read,
        guild: GuildId,
        listed: &'static Listed,
        level: Level,
        troubles: &[BrokenReference],
    ) -> Result<Self> {
        let setting = listed.setting;
        let own = troubles.iter().filter(|trouble| trouble.reference.declared.key() == setting.key());
        Ok(Self {
            listed,
            typed: setting.typed(read, guild)?,
            shown: setting.shown(read, guild)?,
            default: setting.in_words(setting.inherited(read)?.as_deref()),
            is_own: setting.is_own(read, guild)?,
            may_change: listed.require(level).is_ok(),
            troubles: own.map(references::sentence).collect(),
        })
    }

    fn state(&self) -> Markup {
        match self.troubles.len() {
            0 if self.listed.needs.is_some() && self.typed != NONE => badge(Tone::Good, "works"),
            0 => html! {},
            _ => badge(Tone::Bad, "does not work"),
        }
    }
}

/// What is on the pages of settings.
struct View {
    guild: GuildId,
    rows: Vec<Row>,
    past: Vec<Past>,
    /// What those are called who changed something.
    names: Names,
}

impl View {
    /// The settings that are wanted, and what was changed of them.
    fn look(
        web: &Web,
        read: &dyn Read,
        guild: GuildId,
        level: Level,
        wanted: impl Fn(&Listed) -> bool,
    ) -> Result<Self> {
        let troubles = known_troubles(web, read, guild)?;
        let rows = all().filter(|listed| wanted(listed)).map(|listed| Row::of(read, guild, listed, level, &troubles));
        let past = past(read, guild, level, MOST_CHANGES, &wanted)?;
        let told: Vec<Sentence> = past.iter().flat_map(Past::sentences).collect();
        let names = Names::of(read, guild, &told, past.iter().map(|past| past.actor))?;
        Ok(Self { guild, rows: rows.collect::<Result<_>>()?, past, names })
    }

    /// The same, with everybody and everything by the names that Discord knows, for somebody.
    async fn named(self, web: &Web, you: Actor) -> Self {
        Self { names: web.named(self.names).await.seen_by(you), ..self }
    }
}

/// All areas.
pub struct SettingsPage;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    q: String,
}

impl Page for SettingsPage {
    const NAME: &'static str = "settings.page";
    const ABOUT: &'static str = "Shows the areas of the settings, finds one of them, and what was changed last.";
    const PATHS: &'static [&'static str] = &["/g/{server}/settings"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[SETTINGS, ACTIVITY];

    type Path = ();
    type Query = Wanted;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, level, catalogue) = (seen.guild, level_of(seen.rank, Self::WHO), web.clone());
        let places = web.places(guild).await;
        let view = web.look("settings", move |read| View::look(&catalogue, read, guild, level, |_| true)).await?;
        let view = view.named(web, seen.visitor.actor()).await;
        let seal = seen.seal("history");
        let known = Known { places: places.as_deref() };
        let words = seen.query.q.trim();
        let main = html! {
            (filters(&format!("/g/{guild}/settings"), &html! {
                (Field { input: Input::Search, value: words, ..Field::new("q", "Search all settings") })
            }))
            @if words.is_empty() {
                (areas(&view))
                (past::history(&view, seal.seal()))
            } @else {
                (found(&view, &known, words))
            }
        };
        Ok(Shown::new("Settings", main))
    }
}

/// What is known of the names on a page.
struct Known<'a> {
    places: Option<&'a Server>,
}

/// Each area, and what does not work in it.
fn areas(view: &View) -> Markup {
    html! {
        div.cards {
            @for area in Area::VARIANTS {
                @let of_area = || view.rows.iter().filter(|row| row.listed.area == *area);
                @let troubles = of_area().filter(|row| !row.troubles.is_empty()).count();
                section.card {
                    h2 { a href={ "/g/" (view.guild) "/settings/" (area) } { (area.title()) } }
                    p { (area.about()) }
                    p.hint { (of_area().count()) " settings, " (of_area().filter(|row| row.is_own).count()) " chosen here" }
                    @match troubles {
                        0 => {}
                        1 => (badge(Tone::Bad, "1 does not work")),
                        many => (badge(Tone::Bad, &format!("{many} do not work"))),
                    }
                }
            }
        }
    }
}

/// The settings that have all these words in their name, key or description.
fn found(view: &View, known: &Known<'_>, words: &str) -> Markup {
    let words: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |row: &&Row| {
        let listed = row.listed;
        let text = format!("{} {} {}", listed.title, listed.setting.key(), listed.about).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let rows: Vec<&Row> = view.rows.iter().filter(fits).collect();
    html! {
        @if rows.is_empty() {
            (Empty {
                title: "No setting is called so.",
                text: "Try another word, or look through the areas.",
                action: Some((&format!("/g/{}/settings", view.guild), "All areas")),
            })
        } @else {
            ul.found {
                @for row in rows {
                    li {
                        a href={ (page_of(view.guild, row.listed)) "#f-" (row.listed.setting.key()) } { (row.listed.title) }
                        ": " (drawn_text(known.places, &row.shown)) " " (row.state())
                        p.hint { (drawn_text(None, row.listed.about)) }
                    }
                }
            }
        }
    }
}

impl Segment for Area {
    const NAME: &'static str = "area";
}

/// One area.
pub struct AreaPage;

impl Page for AreaPage {
    const NAME: &'static str = "settings.area_page";
    const ABOUT: &'static str =
        "Shows the settings of an area with their form, what does not work, and what was changed.";
    const PATHS: &'static [&'static str] = &["/g/{server}/settings/{area}"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[SETTINGS, ACTIVITY];

    type Path = One<Area>;
    type Query = Nothing;

    fn sample(_: &Samples) -> Sample {
        Sample { path: vec![("area", "economy".to_owned())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let One(area) = seen.path;
        let (guild, level, catalogue) = (seen.guild, level_of(seen.rank, Self::WHO), web.clone());
        let places = web.places(guild).await;
        let of_area = move |listed: &Listed| listed.area == area;
        let view =
            web.look("settings_of_area", move |read| View::look(&catalogue, read, guild, level, of_area)).await?;
        let view = view.named(web, seen.visitor.actor()).await;
        let (seals, known) =
            ([seen.seal("form"), seen.seal("acts"), seen.seal("history")], Known { places: places.as_deref() });
        let [of_form, of_acts, of_history] = &seals;
        let main = html! {
            (state(&view, &known))
            (form::form(&view, area, &known, seen.refill.as_ref(), of_form.seal()))
            (acts(of_acts.seal()))
            (past::history(&view, of_history.seal()))
        };
        let crumbs = vec![(format!("/g/{guild}/settings"), "Settings".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(area.title(), main) })
    }
}

/// The way to the setting that a sentence names by its command, for whoever may look at settings.
pub(in crate::web) fn way_to_setting(guild: GuildId, rank: Rank, sentence: &Sentence) -> Option<Markup> {
    let is_named = |listed: &&Listed| {
        let command = listed.command.map(|command| command.to_sentence()).unwrap_or_default();
        let sets_it = |code: &str| {
            code.strip_prefix("/config set ").and_then(|rest| rest.split(' ').next()) == Some(listed.setting.key())
        };
        sentence.codes().any(|code| sets_it(code) || command.codes().any(|named| named == code))
    };
    let listed = all().find(is_named).filter(|_| rank.reaches(AreaPage::WHO))?;
    let address = format!("{}#f-{}", page_of(guild, listed), listed.setting.key());
    Some(html! { a.button href=(address) { "Settings → " (listed.title) } })
}

/// What does not work, above the form.
fn state(view: &View, known: &Known<'_>) -> Markup {
    let troubles: Vec<&String> = view.rows.iter().flat_map(|row| &row.troubles).collect();
    html! {
        @if troubles.is_empty() {
            p { (badge(Tone::Good, "Everything that is set here works.")) }
        } @else {
            section.card {
                h2 { "Does not work" }
                ul { @for trouble in troubles { li { (drawn_text(known.places, trouble)) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests;
