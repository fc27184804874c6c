//! The list of members and one card, as they are drawn.

use super::*;
use crate::kernel::amount::Amount;
use crate::web::ui::testing::lines;

const GUILD: GuildId = GuildId::new(5);

fn named() -> Currencies {
    Currencies::called("cookies")
}

fn ann() -> KnownMember {
    KnownMember {
        user: UserId::new(81),
        name: Some("<ann>".to_owned()),
        server: Amount::of(250),
        luxury: Amount::of(1_340),
        points: Amount::of(7),
        handles: Vec::new(),
        songs: 3,
    }
}

#[test]
fn a_list_tells_what_each_member_has_and_leads_to_them() {
    let found = Found { members: vec![ann()], next: Some("1340-81".to_owned()), is_partial: false };
    let by_coins = MembersQuery { has: Some(Has::Coins), ..MembersQuery::default() };
    let filter = Filter::of("has=coins");
    let drawn = lines(&list(GUILD, (&by_coins, &filter), &found, (&named(), &|_| None)));
    for part in [
        r#"aria-sort="descending">"#,
        r#"<a href="/g/5/members/81">&lt;ann&gt;</a>"#,
        r#"data-label="Luxury Coins">1,340</td>"#,
        r#"<a class="button" href="/g/5/members?has=coins&amp;after=1340-81" rel="next">"#,
    ] {
        assert!(drawn.contains(part), "{part} in {drawn}");
    }
    let searched = MembersQuery { q: Some("ann".to_owned()), ..by_coins };
    assert!(
        !lines(&list(GUILD, (&searched, &filter), &found, (&named(), &|_| None))).contains("aria-sort"),
        "a search has no order"
    );
    let everybody = lines(&list(GUILD, (&MembersQuery::default(), &filter), &found, (&named(), &|_| None)));
    assert!(!everybody.contains("aria-sort"), "everybody has none");
}

#[test]
fn where_nobody_is_it_says_how_somebody_would_be() {
    let page = html! {
        (asked(GUILD, &Filter::default(), &named()))
        (members(GUILD, (&MembersQuery::default(), &Filter::default()), &Found::default(), (&named(), &|_| None)))
    };
    insta::assert_snapshot!(lines(&page), @r#"
    <form class="filters" method="get" action="/g/5/members" role="search">
    <div class="field">
    <label for="f-q">Search</label>
    <p class="hint" id="f-q-hint">A name, the beginning of a TikTok handle, or an id</p>
    <span class="control">
    <input class="text" id="f-q" name="q" type="search" autocomplete="off" aria-describedby="f-q-hint" data-search>
    </span>
    </div>
    <div class="field">
    <label for="f-has">Show</label>
    <select id="f-has" name="has">
    <option value="" selected>Everybody who is known</option>
    <option value="server">Who has cookies</option>
    <option value="coins">Who has Luxury Coins</option>
    <option value="points">Who has engagement points</option>
    <option value="handles">Who has a TikTok handle</option>
    <option value="songs">Who submitted a song</option>
    </select>
    </div>
    <button class="button" type="submit">Show</button>
    </form>
    <div class="empty">
    <p>
    <strong>Nobody is known yet.</strong> Whoever submits a song, links a handle or earns coins is.</p>
    </div>
    "#);
    for (has, title) in [(Has::Coins, "Nobody has Luxury Coins yet."), (Has::Songs, "Nobody submitted a song yet.")] {
        let query = MembersQuery { has: Some(has), ..MembersQuery::default() };
        let drawn =
            members(GUILD, (&query, &Filter::default()), &Found::default(), (&named(), &|_| None)).into_string();
        assert!(drawn.contains(title), "{drawn}");
    }
}

#[test]
fn a_card_names_what_somebody_has() {
    insta::assert_snapshot!(lines(&card(&ann(), &named())), @r#"
    <section class="card">
    <h2>What they have</h2>
    <dl>
    <div>
    <dt>cookies</dt>
    <dd>250</dd>
    </div>
    <div>
    <dt>Luxury Coins</dt>
    <dd>1,340</dd>
    </div>
    <div>
    <dt>Engagement points</dt>
    <dd>7</dd>
    </div>
    <div>
    <dt>Songs</dt>
    <dd>3</dd>
    </div>
    <div>
    <dt>Discord id</dt>
    <dd>81</dd>
    </div>
    </dl>
    </section>
    "#);
}

#[test]
fn of_whom_nothing_came_or_went_the_page_says_so() {
    let known = |of_this_live| Known {
        member: ann(),
        entries: EntriesPage::default(),
        songs: OwnPage { rows: Vec::new(), page: 1, pages: 1, total: 0 },
        items: Vec::new(),
        claims: Vec::new(),
        is_on: true,
        of_this_live,
        left_at: None,
        currencies: named(),
    };
    let of_live = |filter: &str| why(GUILD, &known(60), UserId::new(81), &Filter::of(filter)).into_string();
    let points = of_live("");
    assert!(points.contains("60 of the engagement points come from the live that goes on"), "{points}");
    assert!(points.contains("Nothing else came and nothing went so far."), "{points}");
    assert!(!of_live("currency=luxury").contains("the live that goes on"));
    assert!(!of_live("currency=server").contains("the live that goes on"));
    let why = why(GUILD, &known(0), UserId::new(81), &Filter::default()).into_string();
    assert!(why.contains("Nothing came and nothing went so far."), "{why}");
    assert!(why.contains(r#"<a href="/g/5/members/81?currency=luxury">Luxury Coins</a>"#), "{why}");
    assert!(why.contains(r#"<a href="/g/5/members/81?currency=server">cookies</a>"#), "{why}");
}
