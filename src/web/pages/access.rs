//! Who may do what in a server: the ladder of roles, and the tokens of whoever looks.

mod holders;

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::members::member_link;
use super::sessions::tokens_card;
use crate::access::MODERATORS_MAY;
use crate::discord::standing::Asked;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::signin::Person;
use crate::signin::session::{self, Lately};
use crate::signin::token::{self, Token};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::{Rank, Who};
use crate::web::answer::{Problem, Revision};
use crate::web::api::access::{NamedRole, RolesView, named_roles};
use crate::web::api::programs::ProgramView;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{PULSE, SETTINGS};
use crate::web::ui::components::{Button, Cell, Checkbox, Choice, Form, Row, Select, Table, relative};

/// People who are shown.
const PEOPLE: usize = 25;

/// A step of the ladder: its field, its name, what it may.
const LADDER: [(&str, &str, &str); 3] = [
    (
        "admin_roles",
        "Admins",
        "change settings, read the audit and take data out, beside those with Discord's Administrator permission",
    ),
    ("moderator_roles", "Moderators", MODERATORS_MAY),
    ("viewer_roles", "Viewers", "look at every page but audit, exports and this one, and change nothing"),
];

/// The page.
pub struct AccessPage;

impl Page for AccessPage {
    const NAME: &'static str = "access.page";
    const ABOUT: &'static str = "Shows who may do what in a server.";
    const PATHS: &'static [&'static str] = &["/g/{server}/access"];
    const WHO: Who = Who::Owner;
    const HINTS: &'static [Topic] = &[SETTINGS, PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let person = seen.visitor.somebody().ok_or(Problem::Unauthenticated)?.person.clone();
        let (guild, now) = (seen.guild, seen.now);
        let found = web.look(Self::NAME, move |read| {
            Ok(Found {
                given: RolesView::of(read, guild)?,
                tokens: token::list_of(read, &person, now)?,
                programs: ProgramView::all(read, guild, now)?,
                people: session::lately_in(read, guild, now, PEOPLE)?,
                actors: holders::actors(read, guild)?,
            })
        });
        let Found { given, tokens, programs, people, actors } = found.await?;
        let (known, told) = tokio::join!(named_roles(web, guild), holders::told(web, guild, &people, &actors));
        let (ranks, holders) = (ranks(web, guild, &people, &told).await?, holders::known(&told));
        let main = html! {
            (ladder(seen, &given, &known))
            (holders::table(guild, &given, &known, &holders))
            (people_here(guild, &people, &ranks))
            (programs_here(seen, &programs))
            (tokens_card(web, seen, &tokens, &format!("/g/{guild}/access")))
            p.hint { "Where you are signed in yourself is on " a href="/me/sessions" { "your own page" } "." }
        };
        Ok(Shown::new("Access", main))
    }
}

/// What the page looks up.
struct Found {
    given: RolesView,
    tokens: Vec<Token>,
    programs: Vec<ProgramView>,
    people: Vec<Lately>,
    /// Who acted there of late.
    actors: Vec<UserId>,
}

/// What these people are in the server, as Discord told of late; nothing where it did not.
async fn ranks(
    web: &Web,
    guild: GuildId,
    people: &[Lately],
    told: &BTreeMap<UserId, Asked>,
) -> Result<Vec<Option<Rank>>, Problem> {
    let told_of = |known: &Lately| match known.person {
        Person::Member { user } => told.get(&user).cloned(),
        Person::Operator { .. } => None,
    };
    let told: Vec<Option<Asked>> = people.iter().map(told_of).collect();
    let ranks = move |read: &dyn Read| {
        let rank = |told: &Option<Asked>| match told {
            Some(Asked::Is(standing)) => Rank::of(read, guild, standing).map(Some),
            Some(Asked::NotThere) => Ok(Some(Rank::default())),
            Some(Asked::Silent) | None => Ok(None),
        };
        told.iter().map(rank).collect()
    };
    Ok(web.look("ranks", ranks).await?)
}

/// Who signed in of late, and what they may now.
fn people_here(guild: GuildId, people: &[Lately], ranks: &[Option<Rank>]) -> Markup {
    let row = |(known, rank): (&Lately, &Option<Rank>)| {
        let Person::Member { user } = known.person else { return None };
        let cells = vec![
            Cell::words("Who", member_link(guild, user, &known.name)),
            Cell::words(
                "Is",
                html! { (rank.map_or("not known at the moment", standing)) @if rank.is_some_and(|rank| rank.is_reviewer) { ", reviewer" } },
            ),
            Cell::words("Last seen", relative(known.seen)),
            Cell::numbers("Signed in", html! { (known.sessions) }),
        ];
        Some(Row { id: Some(user.to_string()), cells })
    };
    let rows: Vec<Row> = people.iter().zip(ranks).filter_map(row).collect();
    html! {
        section.card aria-labelledby="people" {
            h2 #people { "Who was here" }
            p.hint { "People of this server who are signed in on the web, the last seen first, and what they may now. On Discord \
                there may be more with the same roles." }
            @if rows.is_empty() { p { "Nobody yet." } } @else {
                (Table::new("Who was here", Some("people"), rows))
            }
        }
    }
}

/// What somebody is, in a word.
fn standing(rank: Rank) -> &'static str {
    match rank.level {
        Some(level) => level.word(),
        None => "not in this server any more",
    }
}

/// The tokens of programs that name this server.
fn programs_here(seen: &Seen<AccessPage>, programs: &[ProgramView]) -> Markup {
    let row = |ProgramView { token, maker }: &ProgramView| {
        let action = format!("/g/{}/access/tokens/{}/withdraw", seen.guild, token.id);
        let (sealed, confirm) = (seen.seal(&format!("withdraw-{}", token.id)), format!("Withdraw {}?", token.name));
        let used = token.last_used.as_deref().and_then(Timestamp::from_rfc3339);
        let cells = vec![
            Cell::words("Name", html! { (token.name) }),
            Cell::words("Whose", html! { (maker) }),
            Cell::words("May", html! { (token.scopes.join(", ")) }),
            Cell::words("Last used", html! { @if let Some(used) = used { (relative(used)) } @else { "never" } }),
            Cell::words(
                "",
                Form { confirm: Some(&confirm), ..Form::new(&action, sealed.seal()) }
                    .around(&html! { (Button::danger("Withdraw")) }),
            ),
        ];
        Row { id: Some(token.id.clone()), cells }
    };
    let rows: Vec<Row> = programs.iter().map(row).collect();
    html! {
        section.card aria-labelledby="programs" {
            h2 #programs { "Programs" }
            p.hint {
                "Tokens that were made for this server by name. A token for all servers of its maker is never more than its \
                maker, and is theirs to take away. "
                a href="/api/docs" { "What programs can ask" }
            }
            @if rows.is_empty() { p { "None." } } @else {
                (Table::new("Programs", Some("programs"), rows))
            }
        }
    }
}

fn ladder(seen: &Seen<AccessPage>, given: &RolesView, known: &[NamedRole]) -> Markup {
    let (action, sealed) = (format!("/g/{}/access", seen.guild), seen.seal("roles"));
    let revision = Revision::of(given);
    let form = Form {
        is_guarded: true,
        revision: Some(revision.in_form(seen.refill.as_ref())),
        ..Form::new(&action, sealed.seal())
    };
    let now = [&given.admin_roles, &given.moderator_roles, &given.viewer_roles];
    html! {
        section.card {
            h2 { "Roles" }
            p { "The owner may everything. Each step below may what those after it may, too. A role that is taken away from \
                somebody opens nothing from the next click on. What was changed before, and a way back, is in the history of "
                a href={ "/g/" (seen.guild) "/settings" } { "the settings" } "." }
            (form.around(&html! {
                @for ((field, title, may), given) in LADDER.into_iter().zip(now) {
                    (step(seen, (field, title, may), given, known))
                }
                (reviewers(seen, given.reviewer_role.as_deref(), known))
                (Button::main("Save"))
            }))
        }
    }
}

/// One step, with a tick for each role. Roles that are given and have gone on Discord can be taken away, too.
fn step(
    seen: &Seen<AccessPage>,
    (field, title, may): (&str, &str, &str),
    given: &[String],
    known: &[NamedRole],
) -> Markup {
    let typed = seen.chosen(field, "reviewer_role");
    let ticked = typed.as_deref().unwrap_or(given);
    let named = |ids: &[String]| ids.iter().map(|id| name_of(id, known)).collect::<Vec<_>>().join(", ");
    let has_changed = ticked.len() != given.len() || ticked.iter().any(|id| !given.contains(id));
    let theirs = has_changed.then(|| seen.theirs(field, &named(given))).flatten();
    let gone = ticked.iter().filter(|id| known.iter().all(|role| role.id != **id));
    html! {
        fieldset {
            legend { (title) }
            p.hint { "They may " (may) "." }
            @for role in known { (tick(field, &role.id, &role.name, ticked.contains(&role.id))) }
            @for id in gone { (tick(field, id, &format!("Role {id}, which I do not see on Discord"), true)) }
            @if known.is_empty() { p.hint { "Discord does not tell the roles of this server at the moment." } }
            @if let Some(theirs) = theirs { p.error { (theirs) } }
            @if let Some(wrong) = seen.wrong(field) { p.error { (wrong) } }
        }
    }
}

/// What a role is called; its number where Discord does not tell.
fn name_of<'a>(id: &'a str, known: &'a [NamedRole]) -> &'a str {
    known.iter().find(|role| role.id == id).map_or(id, |role| role.name.as_str())
}

fn tick(field: &str, value: &str, label: &str, is_ticked: bool) -> Markup {
    let id = format!("f-{field}-{value}");
    html! { (Checkbox { value, id: Some(&id), is_ticked, ..Checkbox::new(field, label) }) }
}

fn reviewers(seen: &Seen<AccessPage>, given: Option<&str>, known: &[NamedRole]) -> Markup {
    let chosen = seen.typed("reviewer_role").or(given).unwrap_or_default();
    let mut choices = vec![Choice::new("", "Nobody")];
    choices.extend(known.iter().map(|role| Choice::new(&role.id, &role.name)));
    if !choices.iter().any(|choice| choice.value == chosen) {
        choices.push(Choice::new(chosen, chosen));
    }
    let theirs = given.unwrap_or_default();
    let is_theirs = chosen == theirs;
    let theirs = (!is_theirs).then(|| seen.theirs("reviewer_role", name_of(theirs, known))).flatten();
    let wrong = seen.wrong("reviewer_role").or(theirs);
    html! {
        (Select {
            chosen,
            hint: Some("They may use the desk: play, move and remove songs."),
            error: wrong.as_deref(),
            ..Select::new("reviewer_role", "Reviewers", &choices)
        })
    }
}
