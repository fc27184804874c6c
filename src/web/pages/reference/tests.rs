//! The pages of the API: every route on one of them, and none too heavy.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::errors::as_read;
use super::*;
use crate::web::api::auth::Login;
use crate::web::api::servers::Servers;
use crate::web::openapi::codes;
use crate::web::ui::testing::lines;

fn reader(is_signed_in: bool) -> Reader {
    Reader { base: "https://greenroom.example".to_owned(), server: example::SOME_SERVER.to_owned(), is_signed_in }
}

#[test]
fn every_route_of_the_api_is_on_the_page_of_its_subject_and_the_first_page_leads_there() {
    let first = overview().0;
    for route in of_api() {
        let subject = tag_of(route.name);
        let Ok(Subject::Routes(tag)) = subject.parse() else { panic!("{} has no subject", route.name) };
        let page = chapter(tag, &reader(true)).0;
        assert_eq!(page.matches(&format!("id=\"{}\"", route.name)).count(), 1, "{}", route.name);
        for path in route.doors.paths {
            assert!(page.contains(path), "{path}");
        }
        let can_be_tried = page.contains(&format!("value=\"{}\"", route.name));
        assert_eq!(can_be_tried, attempt::can_be_tried(route), "{}", route.name);
        assert_eq!(first.matches(&format!("href=\"/api/docs/{subject}#{}\"", route.name)).count(), 1);
        assert!(!chapter(tag, &reader(false)).0.contains("<form"), "strangers have nothing to try with");
    }
    let pages = ERRORS.map(|(name, title, about)| {
        assert_eq!(name.parse(), Ok(Subject::Errors(about, title)));
        assert!(first.contains(&format!("href=\"/api/docs/{name}\"")));
        errors(about).0
    });
    for known in codes() {
        let code = format!("<code>{}</code>", known.code);
        assert_eq!(pages.iter().filter(|page| page.contains(&code)).count(), 1, "{code}");
    }
    for nothing in ["", "Queue", "try", "queue.next"] {
        assert_eq!(nothing.parse::<Subject>(), Err(()), "{nothing}");
    }
}

/// A page that is looked at again weighs 12 KiB at most, with its frame.
#[test]
fn no_page_of_the_reference_grows_beyond_what_a_page_may_weigh() {
    let subjects = chapters().map(|(tag, _)| (tag.name, chapter(tag, &reader(true))));
    let of_errors = ERRORS.map(|(name, _, about)| (name, errors(about)));
    for (name, page) in subjects.chain([("first", overview())]).chain(of_errors) {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(page.0.as_bytes()).unwrap();
        let bytes = packer.finish().unwrap().len();
        assert!(bytes <= 10 * 1_024, "{name} has {bytes} bytes");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "what a route looks like is compared as a whole")]
fn a_route_says_for_whom_it_is_what_it_takes_and_gives_and_how_it_is_asked() {
    let route = Route::of::<Servers>();
    insta::assert_snapshot!(lines(&entry(&route, &reader(true))), @r##"
    <article class="card" id="servers.list">
    <h3>
    <a href="#servers.list">
    <code>GET /api/servers</code>
    </a>
    </h3>
    <p>Lists the servers of whoever asks that Greenroom is in.</p>
    <dl>
    <div>
    <dt>For</dt>
    <dd>people who are signed in</dd>
    </div>
    <div>
    <dt>A token needs</dt>
    <dd>
    <code>read</code>
    </dd>
    </div>
    <div>
    <dt>Limit</dt>
    <dd>300 a minute, 60 of them at once</dd>
    </div>
    </dl>
    <table class="fold" role="table">
    <caption class="heard">Answer</caption>
    <thead role="rowgroup">
    <tr role="row">
    <th role="columnheader" scope="col">Answer</th>
    <th role="columnheader" scope="col">Type</th>
    <th role="columnheader" scope="col">What it is</th>
    </tr>
    </thead>
    <tbody role="rowgroup">
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>success</code>
    </th>
    <td role="cell" data-label="Type">boolean</td>
    <td role="cell" data-label="What it is">
    <code>true</code>.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers</code>
    </th>
    <td role="cell" data-label="Type">object[]</td>
    <td role="cell" data-label="What it is">Each of them.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].currency_totals</code>
    </th>
    <td role="cell" data-label="Type">object or null<span class="hint">, may be missing</span>
    </td>
    <td role="cell" data-label="What it is">What the members of a server have together, by currency.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].currency_totals.luxury</code>
    </th>
    <td role="cell" data-label="Type">integer</td>
    <td role="cell" data-label="What it is">Luxury Coins.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].currency_totals.points</code>
    </th>
    <td role="cell" data-label="Type">integer</td>
    <td role="cell" data-label="What it is">Points.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].currency_totals.server</code>
    </th>
    <td role="cell" data-label="Type">integer</td>
    <td role="cell" data-label="What it is">The server's own currency.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].id</code>
    </th>
    <td role="cell" data-label="Type">string</td>
    <td role="cell" data-label="What it is">Its id.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].level</code>
    </th>
    <td role="cell" data-label="Type">string</td>
    <td role="cell" data-label="What it is">What whoever asks is there.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].member_count</code>
    </th>
    <td role="cell" data-label="Type">integer or null<span class="hint">, may be missing</span>
    </td>
    <td role="cell" data-label="What it is">How many members it has, once Discord told.</td>
    </tr>
    <tr role="row">
    <th role="rowheader" scope="row" data-label="Answer">
    <code>servers[].name</code>
    </th>
    <td role="cell" data-label="Type">string</td>
    <td role="cell" data-label="What it is">Its name.</td>
    </tr>
    </tbody>
    </table>
    <p class="hint">For example</p>
    <span class="code">
    <code>curl -H &quot;Authorization: Bearer $TOKEN&quot; 'https://greenroom.example/api/servers'</code>
    <button class="button" type="button" data-copy="curl -H &quot;Authorization: Bearer $TOKEN&quot; 'https://greenroom.example/api/servers'" data-script hidden>[icon]Copy</button>
    </span>
    <details>
    <summary>Try it</summary>
    <form method="get" action="/api/docs/try">
    <input type="hidden" name="route" value="servers.list">
    <button class="button" type="submit">Open the answer</button>
    </form>
    </details>
    </article>
    "##);
}

#[test]
fn a_line_for_a_shell_sends_what_the_route_takes() {
    let line = |route: &Route| example::curl(route, "https://greenroom.example", "5");
    insta::assert_snapshot!(
        line(&Route::of::<Login>()),
        @r#"curl --json '{"password":"a few words in a row","username":"host"}' 'https://greenroom.example/api/auth/login'"#
    );
    let change = Route {
        doors: crate::web::endpoint::Doors::put(&["/api/{server}/a"]),
        who: Who::Owner,
        ..Route::of::<Login>()
    };
    insta::assert_snapshot!(
        line(&change),
        @r#"curl -X PUT -H "Authorization: Bearer $TOKEN" --json '{"password":"a few words in a row","username":"host"}' 'https://greenroom.example/api/5/a'"#
    );
}

#[test]
fn a_sentence_is_shown_without_the_marks_of_discord() {
    assert_eq!(
        as_read("Song **{public_id}** is gone. Use {/queue} or {/next}."),
        "Song {public_id} is gone. Use /queue or /next."
    );
    assert_eq!(ticked("a `b` <c>").0, "a <code>b</code> &lt;c&gt;");
}
