//! The tables of refusals: that each row has a code of its own, is of the right class, and is known to whoever asks over HTTP.

use std::collections::{BTreeMap, BTreeSet};

use greenroom::kernel::refusal::Class;
use greenroom::web::openapi;
use greenroom::web::refusals;

use crate::architecture::{code, program};
use crate::sources::Source;

/// A row of a table, as it is written.
struct Declared {
    path: String,
    class: String,
}

/// All rows by their codes, and what is wrong with the tables.
fn declared() -> (BTreeMap<String, Declared>, Vec<String>) {
    let mut rows: BTreeMap<String, Declared> = BTreeMap::new();
    let mut wrong = Vec::new();
    for source in program() {
        let code = code(source.outside_tests());
        if code.contains("Refuse for ") && source.path != "src/base/kernel/refusal.rs" {
            wrong.push(format!("{} refuses without a table", source.path));
        }
        for (declared, class) in rows_in(&code) {
            let row = Declared { path: source.path.clone(), class: class.to_owned() };
            if let Some(other) = rows.insert(declared.to_owned(), row) {
                wrong.push(format!("{declared} is declared in {} and in {}", other.path, source.path));
            }
        }
    }
    (rows, wrong)
}

/// Codes and classes in the tables of a file.
fn rows_in(code: &str) -> Vec<(&str, &str)> {
    let end = |rest: &str| rest.find("\n}\n").or_else(|| Some(rest.strip_suffix("\n}")?.len()));
    let tables = code.split("refusals! {\n").skip(1).filter_map(|rest| rest.get(..end(rest)?));
    let rows = tables.flat_map(|table| table.split("=> \"").skip(1));
    rows.filter_map(row_of).collect()
}

/// Code and class of a row that begins with its code: `queue.empty", "…` or `queue.gone" as NotThere, "…`.
fn row_of(text: &str) -> Option<(&str, &str)> {
    let (code, rest) = text.split_once('"')?;
    let class = rest.split(',').next().unwrap_or_default().trim();
    Some((code, class.strip_prefix("as ").unwrap_or("NotNow")))
}

/// Tests, logs and the API know a refusal by its code. Its form is checked where it is declared, when that is compiled.
#[test]
fn every_refusal_is_a_row_of_a_table_with_a_code_of_its_own() {
    let (rows, wrong) = declared();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(rows.len() > 90 && rows.contains_key("queue.empty"), "the tables were not read");
}

/// What is not there is 404 over HTTP, what somebody may not 403, what means nothing 422, what comes too often 429; all else
/// would be possible, but not as things stand, and is 409.
#[test]
#[expect(clippy::too_many_lines, reason = "it is a list")]
fn every_refusal_is_of_the_class_that_its_sentence_means() {
    let (rows, _) = declared();
    let rows: Vec<String> = rows.iter().map(|(code, row)| format!("{code:<27} {}", row.class)).collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    access.admin_only           NotAllowed
    access.administrator_only   NotAllowed
    access.guild_only           NotNow
    access.reviewer_only        NotAllowed
    auth.code_refused           NotAllowed
    auth.denied                 NotAllowed
    auth.discord_off            NotNow
    auth.no_proof               NotValid
    auth.no_session             NotAllowed
    auth.not_begun              NotAllowed
    auth.not_ours               NotNow
    auth.not_renewed            NotAllowed
    auth.password_off           NotAllowed
    auth.wrong                  NotAllowed
    channel.not_here            NotValid
    channel.not_visible         NotNow
    channel.not_writable        NotNow
    coins.already_undone        NotNow
    coins.cannot_afford         NotNow
    coins.full                  NotNow
    coins.is_an_opening         NotNow
    coins.is_an_undo            NotNow
    coins.no_reason             NotValid
    coins.no_such_entry         NotThere
    coins.no_such_kind          NotValid
    coins.no_such_transaction   NotThere
    coins.not_an_amount         NotValid
    coins.not_enough            NotNow
    coins.not_your_board        NotAllowed
    coins.nothing               NotValid
    coins.nothing_there         NotNow
    coins.nothing_to_lift       NotNow
    coins.of_the_shop           NotNow
    coins.switched_off          NotNow
    coins.unchanged             NotNow
    component.unknown           NotThere
    currency.claimed_already    NotNow
    currency.erased             NotNow
    currency.not_here           NotNow
    currency.not_known          NotNow
    currency.receiver_full      NotNow
    currency.to_bot             NotValid
    currency.to_oneself         NotValid
    cursor.elsewhere            NotValid
    cursor.unreadable           NotValid
    dashboard.web_off           NotNow
    data.one_list_alone         NotValid
    debug_channel.forbidden     NotNow
    debug_channel.none          NotNow
    desk.not_copied             NotNow
    display.retired             NotThere
    erasure.is_followed         NotNow
    feature.off                 NotNow
    handles.already_theirs      NotNow
    handles.already_yours       NotNow
    handles.moved_since         NotNow
    handles.never_seen          NotNow
    handles.no_such_change      NotThere
    handles.not_a_handle        NotValid
    handles.not_theirs          NotThere
    handles.not_yours           NotThere
    handles.someone_elses       NotNow
    handles.too_many            NotNow
    help.no_such_command        NotThere
    idempotency.bad_key         NotValid
    idempotency.mismatch        NotValid
    instance.busy               NotNow
    instance.failed             NotNow
    instance.no_backups         NotNow
    instance.not_here           NotNow
    live.age_restricted         NotNow
    live.bad_key                NotNow
    live.blocked                NotNow
    live.captcha                NotNow
    live.contradiction          NotNow
    live.host_not_allowed       NotNow
    live.isp_blocked            NotNow
    live.login_needed           NotNow
    live.network                NotNow
    live.not_found              NotThere
    live.offline                NotNow
    live.options_refused        NotNow
    live.plan_too_small         NotNow
    live.rate_limited           TooOften
    live.service_degraded       NotNow
    live.too_many_connections   NotNow
    live.unexpected             NotNow
    me.nobody                   NotThere
    me.not_confirmed            NotValid
    offer.full                  NotNow
    offer.of_one_server         NotValid
    option.gone                 NotThere
    option.hidden               NotNow
    pace.too_often              TooOften
    password.common             NotValid
    password.too_long           NotValid
    password.too_short          NotValid
    presence.too_long           NotValid
    profile.no_such_zone        NotValid
    public.name_taken           NotNow
    public.no_such_way          NotValid
    public.not_a_goal           NotValid
    public.not_a_name           NotValid
    queue.already_bookmarked    NotNow
    queue.already_there         NotNow
    queue.already_waiting       NotNow
    queue.done_since            NotNow
    queue.elsewhere             NotNow
    queue.empty                 NotNow
    queue.gifts_count           NotNow
    queue.no_bookmark_channel   NotNow
    queue.no_such_act           NotThere
    queue.no_such_song          NotThere
    queue.not_a_number          NotValid
    queue.not_a_waiting_line    NotValid
    queue.not_waiting           NotNow
    queue.nothing_to_undo       NotNow
    queue.numbers_exhausted     NotNow
    queue.plays_another         NotNow
    queue.plays_no_more         NotNow
    reminders.full              NotNow
    reminders.has_come          NotNow
    reminders.no_text           NotValid
    reminders.none_such         NotThere
    reminders.not_yours         NotAllowed
    reminders.out_of_reach      NotValid
    removal.is_followed         NotNow
    role.above_you              NotAllowed
    role.no_permission          NotNow
    role.not_given              NotValid
    role.not_here               NotValid
    role.too_high               NotNow
    role.too_mighty             NotAllowed
    setting.changed_meanwhile   NotNow
    setting.changed_since       NotNow
    setting.no_such_change      NotThere
    setting.not_allowed         NotValid
    setting.not_here            NotValid
    setting.not_yours           NotAllowed
    setting.own_command         NotNow
    setting.unknown             NotThere
    shop.already_redeemed       NotNow
    shop.already_refunded       NotNow
    shop.already_yours          NotNow
    shop.another_price          NotNow
    shop.bad_code               NotValid
    shop.below_zero             NotNow
    shop.beyond_all             NotValid
    shop.buyer_erased           NotNow
    shop.cannot_afford          NotNow
    shop.changed_meanwhile      NotNow
    shop.changed_since          NotNow
    shop.code_ends_too_soon     NotValid
    shop.code_none_such         NotThere
    shop.code_of_no_uses        NotValid
    shop.code_of_nothing        NotValid
    shop.code_over              NotNow
    shop.code_taken             NotNow
    shop.codes_full             NotNow
    shop.endless_stock          NotNow
    shop.ends_too_soon          NotValid
    shop.full                   NotNow
    shop.hours                  NotValid
    shop.limit                  NotNow
    shop.minutes                NotValid
    shop.needs_role             NotAllowed
    shop.no_channel             NotNow
    shop.no_name                NotValid
    shop.no_role                NotValid
    shop.no_such_change         NotThere
    shop.no_such_code           NotThere
    shop.no_such_item           NotThere
    shop.no_such_purchase       NotThere
    shop.not_a_code             NotValid
    shop.not_a_stock            NotValid
    shop.not_an_emoji           NotValid
    shop.not_consumable         NotNow
    shop.not_for_sale           NotNow
    shop.not_held               NotNow
    shop.not_there              NotAllowed
    shop.not_waiting            NotNow
    shop.not_yet                NotNow
    shop.not_yours              NotAllowed
    shop.over                   NotNow
    shop.per_member             NotValid
    shop.price                  NotValid
    shop.quantity               NotValid
    shop.role_ended             NotNow
    shop.sold_out               NotNow
    shop.too_few                NotNow
    shop.too_late               NotNow
    shop.too_many_guesses       TooOften
    shop.used_up                NotNow
    shop.was_a_gift             NotNow
    shop.was_handed_over        NotNow
    shop.withheld               NotNow
    shop.yes_or_no              NotValid
    signin.bad_name             NotValid
    signin.bad_token_span       NotValid
    signin.link_gone            NotThere
    signin.link_of_others       NotAllowed
    signin.many_token_servers   NotValid
    signin.no_such_server_token NotThere
    signin.no_such_session      NotThere
    signin.no_such_token        NotThere
    signin.no_token_name        NotValid
    signin.no_token_scope       NotValid
    signin.too_many_tokens      NotNow
    stream.test_too_large       NotValid
    submission.already_so       NotNow
    submission.another_message  NotNow
    submission.beside_apple     NotNow
    submission.cannot_keep_file NotNow
    submission.cannot_post_file NotNow
    submission.closed           NotNow
    submission.file_content     NotValid
    submission.file_empty       NotValid
    submission.file_too_large   NotValid
    submission.file_type        NotValid
    submission.file_video       NotValid
    submission.link_apple       NotValid
    submission.link_disguised   NotValid
    submission.link_no_song     NotValid
    submission.link_too_long    NotValid
    submission.link_unsupported NotValid
    submission.no_channel       NotNow
    submission.no_handle        NotValid
    submission.not_a_link       NotValid
    submission.text_too_long    NotValid
    submission.too_many         NotNow
    submission.wrong_channel    NotNow
    tasks.admins_review         NotAllowed
    tasks.assigned_already      NotNow
    tasks.assigned_full         NotNow
    tasks.cannot_keep_files     NotNow
    tasks.cannot_post_files     NotNow
    tasks.cannot_undo           NotNow
    tasks.categories_full       NotNow
    tasks.category_stays        NotValid
    tasks.category_there        NotNow
    tasks.changed_since         NotNow
    tasks.claimed               NotNow
    tasks.counting              NotNow
    tasks.currency_off          NotNow
    tasks.done                  NotNow
    tasks.done_for_now          NotNow
    tasks.ends_in_the_past      NotValid
    tasks.file_too_large        NotValid
    tasks.full                  NotNow
    tasks.no_channel            NotNow
    tasks.no_description        NotValid
    tasks.no_name               NotValid
    tasks.no_proof              NotValid
    tasks.no_proof_channel      NotValid
    tasks.no_reason             NotValid
    tasks.no_such_category      NotThere
    tasks.no_such_proof         NotValid
    tasks.no_such_repetition    NotValid
    tasks.no_such_role          NotThere
    tasks.no_such_status        NotValid
    tasks.no_such_task          NotThere
    tasks.not_a_channel         NotValid
    tasks.not_a_deed_count      NotValid
    tasks.not_a_duration        NotValid
    tasks.not_a_moment          NotValid
    tasks.not_a_place_count     NotValid
    tasks.not_a_reviewer        NotAllowed
    tasks.not_a_reward          NotValid
    tasks.not_active            NotNow
    tasks.not_assigned          NotAllowed
    tasks.not_claimed           NotThere
    tasks.not_known             NotNow
    tasks.not_theirs            NotThere
    tasks.nothing_to_review     NotThere
    tasks.over                  NotNow
    tasks.over_already          NotNow
    tasks.own_proof             NotAllowed
    tasks.places_taken          NotNow
    tasks.proof_too_long        NotValid
    tasks.proves_itself         NotNow
    tasks.reviewed              NotNow
    tasks.reward_spent          NotNow
    tasks.too_late              NotNow
    tasks.too_long              NotValid
    tasks.too_many              NotNow
    tasks.too_many_files        NotValid
    tasks.too_many_tasks        NotNow
    tasks.too_soon              NotNow
    tasks.waiting               NotNow
    terms.not_allowed           NotValid
    terms.unknown               NotThere
    tiktok.follows_another      NotNow
    tiktok.follows_nobody       NotNow
    tiktok.no_name              NotValid
    unsent.not_there            NotThere
    when.passed                 NotValid
    when.unclear                NotValid
    ");
}

/// Whatever an operation refuses is in the document of the API and on its page, which are made of these tables.
#[test]
fn every_refusal_that_can_come_over_http_is_documented() {
    let (declared, _) = declared();
    let listed: BTreeMap<&str, Class> = refusals::rows().into_iter().map(|row| (row.code, row.class)).collect();
    let is_of_discord = |row: &Declared| row.path.starts_with("src/discord/") || row.path.starts_with("src/bot/");
    for (code, row) in &declared {
        match listed.get(code.as_str()) {
            Some(class) => assert_eq!(format!("{class:?}"), row.class, "{code}"),
            None => assert!(is_of_discord(row), "{code} of {} is in no `Domain` and no web::refusals", row.path),
        }
    }
    assert_eq!(listed.keys().find(|code| !declared.contains_key(**code)), None);
}

/// `docs/api.md` has a row for each status, and its examples are codes with that status.
#[test]
fn the_page_on_the_api_tells_each_status_with_codes_that_have_it() {
    let page = Source::read("docs/api.md").text;
    let codes: BTreeMap<&str, u16> = openapi::codes().into_iter().map(|known| (known.code, known.status)).collect();
    let mut told = BTreeSet::new();
    for row in page.lines() {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let Some(status) = cells.get(1).and_then(|cell| cell.parse::<u16>().ok()) else { continue };
        told.insert(status);
        let examples: Vec<&str> = cells[3].split('`').skip(1).step_by(2).collect();
        assert!(!examples.is_empty(), "{row}");
        for example in examples {
            assert_eq!(codes.get(example), Some(&status), "{example}");
        }
    }
    assert_eq!(told, codes.values().copied().collect());
}
