//! The codes that the team gives away: those that can be redeemed, the form that makes one, and those that are used up or ended.

use maud::{Markup, html};

use super::{About, ShopTab, shop_tabs};
use crate::features::shop::queries::{self, EndedCode, Listed, Wanted};
use crate::features::shop::rules::{LEAST_CODE, LONGEST_CODE};
use crate::flows::known_members;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::shop::codes::CodeView;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::members::member_link;
use crate::web::push::about::SHOP;
use crate::web::ui::components::{
    Button, Cell, Choice, Empty, Field, Form, Input, Row, Select, Table, Tone, badge, code, counted, moment, number,
};

/// Codes that ended which are shown.
const ENDED: usize = 50;
/// Of those who redeemed one, so many are named.
const NAMED: usize = 10;

/// The codes.
pub struct CodesPage;

impl Page for CodesPage {
    const NAME: &'static str = "shop.codes_page";
    const ABOUT: &'static str = "Shows the codes that members can redeem, and makes one.";
    const PATHS: &'static [&'static str] = &["/g/{server}/shop/codes"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[SHOP];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, now) = (seen.guild, seen.now);
        let look = web.look(Self::NAME, move |read| {
            let items = queries::list(read, guild, &Wanted::default())?;
            let ended = Ended::all(read, guild, now)?;
            Ok((CodeView::open(read, guild, now)?, ended, items, About::look(read, guild)?))
        });
        let (codes, ended, items, about) = look.await?;
        let main = html! {
            (shop_tabs(guild, seen.rank, ShopTab::Codes, about.waiting))
            @if codes.is_empty() {
                (Empty {
                    title: "No code can be redeemed.",
                    text: "A code gives an amount or an item to whoever types it as /redeem, or writes it on your live from a linked handle.",
                    action: None,
                })
            } @else {
                (list(seen, &codes, &about))
            }
            (make(seen, &items, &about))
            @if !ended.is_empty() { (list_of_ended(guild, &ended, &about)) }
        };
        let crumbs = vec![(format!("/g/{guild}/shop"), "Shop".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("Codes", main) })
    }
}

/// A code that nobody redeems any more, with the names of those who did.
struct Ended {
    view: CodeView,
    /// When it was used up.
    used_up: Option<Timestamp>,
    /// Who redeemed it, what they are called, and when.
    redeemed: Vec<(UserId, String, Timestamp)>,
}

impl Ended {
    fn all(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Vec<Self>> {
        let of = |EndedCode { id, code, redeemed }: EndedCode| {
            let named =
                redeemed.into_iter().map(|(user, at)| Ok((user, known_members::called(read, guild, user)?, at)));
            Ok(Self {
                view: CodeView::of(read, guild, id, &code)?,
                used_up: code.used_up_at,
                redeemed: named.collect::<Result<_>>()?,
            })
        };
        queries::ended_codes(read, guild, now, (ENDED, NAMED))?.into_iter().map(of).collect()
    }

    /// Why nobody redeems it, in a word, and since when.
    fn state(&self) -> Markup {
        let moment_of = |at: Option<&String>| at.and_then(|at| Timestamp::from_rfc3339(at));
        let (word, at) = match (moment_of(self.view.revoked_at.as_ref()), self.used_up) {
            (Some(at), _) => ("revoked", Some(at)),
            (None, Some(at)) => ("used up", Some(at)),
            (None, None) => ("over", moment_of(self.view.expires_at.as_ref())),
        };
        html! { (badge(Tone::Quiet, word)) @if let Some(at) = at { p.hint { (moment(at)) } } }
    }
}

fn list_of_ended(guild: GuildId, ended: &[Ended], about: &About) -> Markup {
    let row = |one: &Ended| {
        let more = usize::try_from(one.view.used).unwrap_or(usize::MAX).saturating_sub(one.redeemed.len());
        let redeemed = html! {
            @if one.view.used == 0 { span.muted { "nobody" } }
            @for (user, name, at) in &one.redeemed { p { (member_link(guild, *user, name)) ", " (moment(*at)) } }
            @if more > 0 && one.view.used > 0 { p.muted { "and " (counted(more, "other", "others")) } }
        };
        Row {
            id: Some(one.view.code_id.clone()),
            cells: vec![
                Cell::words("Code", html! { code { (grouped(&one.view.code)) } }),
                Cell::words("Gave", gift(&one.view, about)),
                Cell::words("Redeemed by", redeemed),
                Cell::words("State", one.state()),
            ],
        }
    };
    html! {
        section {
            h2 { "Used up or ended" }
            (Table::new("Used up or ended", Some("ended"), ended.iter().map(row)))
        }
    }
}

/// A code in groups of four, as people copy it.
fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn list(seen: &Seen<CodesPage>, codes: &[CodeView], about: &About) -> Markup {
    let rows = codes.iter().map(|view| Row {
        id: Some(view.code_id.clone()),
        cells: vec![
            Cell::words("Code", code(&grouped(&view.code))),
            Cell::words("Gives", gift(view, about)),
            Cell::numbers("Redeemed", html! { (number(view.used)) " of " (number(view.max_uses)) }),
            Cell::words(
                "Until",
                html! {
                    @match view.expires_at.as_deref().and_then(Timestamp::from_rfc3339) {
                        Some(until) => (moment(until)),
                        None => { span.muted { "no end" } },
                    }
                },
            ),
            Cell::words("Revoke", revoke(seen, view)),
        ],
    });
    html! { (Table::new("Codes", Some("codes"), rows)) }
}

fn gift(view: &CodeView, about: &About) -> Markup {
    html! {
        @match (&view.item_name, view.amount) {
            (Some(name), _) => { (number(view.quantity.unwrap_or(1))) " × " (name) }
            (None, Some(amount)) => { (about.money.plain(Amount::ZERO.clamped_change(amount))) }
            (None, None) => { "an item" }
        }
    }
}

/// The button that revokes a code, which is asked about: it cannot be undone.
fn revoke(seen: &Seen<CodesPage>, view: &CodeView) -> Markup {
    let action = format!("/g/{}/shop/codes/{}/revoke", seen.guild, view.code_id);
    let sealed = seen.seal(&format!("revoke-{}", view.code_id));
    let text = grouped(&view.code);
    let asked = format!("Revoke {text}? Nobody can redeem it then, and that cannot be undone.");
    let form = Form { confirm: Some(&asked), ..Form::new(&action, sealed.seal()) };
    form.around(&html! { (Button { about: Some(&text), ..Button::plain("Revoke") }) })
}

/// The form that makes a code.
fn make(seen: &Seen<CodesPage>, items: &[Listed], about: &About) -> Markup {
    let action = format!("/g/{}/shop/codes", seen.guild);
    let sealed = seen.seal("code");
    let ids: Vec<String> = items.iter().map(|listed| listed.id.to_string()).collect();
    let choices = ids.iter().zip(items).map(|(id, listed)| Choice::new(id, &listed.item.name));
    let choices: Vec<Choice<'_>> = std::iter::once(Choice::new("", "No item")).chain(choices).collect();
    let [amount, item, quantity, most, until, text] =
        ["amount", "item_id", "quantity", "max_uses", "expires_at", "code"]
            .map(|field| (seen.typed(field).unwrap_or_default(), seen.wrong(field)));
    let bounds = format!(
        "{LEAST_CODE} to {LONGEST_CODE} letters and digits. Leave it empty, and one is drawn that nobody guesses."
    );
    let fields = html! {
        (Field {
            input: Input::Number, value: amount.0, error: amount.1.as_deref(), unit: Some(&about.money.name),
            hint: Some("An amount, or an item below."), ..Field::new("amount", "Gives")
        })
        (Select { chosen: item.0, error: item.1.as_deref(), ..Select::new("item_id", "Or an item", &choices) })
        (Field {
            input: Input::Number, value: quantity.0, error: quantity.1.as_deref(), hint: Some("Of the item; 1 where it is empty."),
            ..Field::new("quantity", "How many")
        })
        (Field {
            input: Input::Number, value: most.0, error: most.1.as_deref(), unit: Some("members"),
            hint: Some("Each member redeems it once; 1 where it is empty."), ..Field::new("max_uses", "For how many")
        })
        (Field {
            input: Input::Moment, value: until.0, error: until.1.as_deref(), hint: Some("In UTC. Leave it empty for until it is revoked."),
            ..Field::new("expires_at", "Until")
        })
        (Field { value: text.0, error: text.1.as_deref(), hint: Some(&bounds), ..Field::new("code", "The code") })
        (Button::main("Make a code"))
    };
    html! { section.card { h2 { "Make a code" } (Form::new(&action, sealed.seal()).around(&fields)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_in_groups_of_four() {
        assert_eq!(grouped("3479BCDFGHJKMNPQ"), "3479-BCDF-GHJK-MNPQ");
        assert_eq!(grouped("OWLNIGHT1"), "OWLN-IGHT-1");
        assert_eq!(grouped(""), "");
    }
}
