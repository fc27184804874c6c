//! `/data` as those who run a server meet it: files, members who left, and the archive.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::model::Currency;
use greenroom::features::coins::queries;
use greenroom::flows::currency_accounts;
use greenroom::sim::{CommandOutcome, SeenMessage};

use crate::patience::as_time_passes;
use crate::world::World;

const DAY: Duration = Duration::from_hours(24);

impl World {
    /// The host runs a command of `/data`.
    async fn of_data<const N: usize>(&self, part: &str, more: [(&str, i64); N]) -> CommandOutcome {
        let host = self.host().in_channel("staff");
        let call = host.call(&format!("data {part}"));
        let answer = host.run_call(more.into_iter().fold(call, |call, (option, value)| call.with(option, value))).await;
        assert!(answer.is_ephemeral() && answer.error.is_none(), "{:?}", answer.error);
        answer
    }

    /// The file of an export: its name.
    async fn file(&self, what: i64, form: i64) -> String {
        let answer = self.of_data("export", [("what", what), ("format", form)]).await;
        let shown: SeenMessage = answer.original.unwrap();
        let [file] = shown.attachments() else { panic!("{shown:?}") };
        assert!(file["size"].as_u64().unwrap() > 0, "{file}");
        file["filename"].as_str().unwrap().to_owned()
    }

    /// Somebody who has an account leaves, and the bot knows it.
    async fn leaves(&self, name: &str) {
        let (guild, user) = (self.guild, self.user(name));
        let has_left = || self.read(|read| currency_accounts::of(read, guild, user)).1.left_at.is_some();
        self.sim.remove_member(self.ids.guild, self.ids.members[name]).await.unwrap();
        let is_so = move |_: &mut std::task::Context<'_>| if has_left() { Poll::Ready(()) } else { Poll::Pending };
        as_time_passes(&self.hand, Duration::from_millis(1), poll_fn(is_so)).await;
    }

    fn server_money(&self, name: &str) -> i64 {
        self.read(|read| queries::balance(read, self.guild, Currency::Server, self.user(name))).get()
    }
}

#[tokio::test]
async fn a_list_or_everything_comes_as_a_file_that_only_the_team_reads() {
    covers!("T-API-16");
    let world = World::new().await;
    world.member("ann").run("daily").await;
    let guild = world.guild;
    for (what, name) in [(0, "everything"), (1, "transactions"), (2, "users")] {
        assert_eq!(world.file(what, 0).await, format!("{name}-{guild}.json"));
        assert_eq!(world.file(what, 2).await, format!("{name}-{guild}.db"));
    }
    assert_eq!(world.file(1, 1).await, format!("transactions-{guild}.csv"));
    let refused = world.of_data("export", [("what", 0), ("format", 1)]).await.text();
    assert!(refused.contains("A CSV file holds one list"), "{refused}");
    let ann = world.member("ann");
    let denied = ann.run_call(ann.call("data export").with("what", 0)).await.text();
    assert!(denied.contains("Only people who run this server"), "{denied}");
    world.end().await;
}

#[tokio::test]
async fn accounts_of_those_who_left_are_shown_first_and_closed_by_a_button() {
    covers!("T-API-19", "T-API-20", "T-API-21");
    let world = World::new().await;
    for name in ["ann", "ben"] {
        world.member(name).run("daily").await;
        world.leaves(name).await;
    }
    let none = world.of_data("cleanup", []).await;
    assert!(none.text().contains("there is nothing to close"), "{}", none.text());
    world.pass(DAY * 31).await;
    let [ann, ben] = ["ann", "ben"].map(|name| world.user(name));
    let listed = world.of_data("inactive", [("days", 30)]).await.text();
    assert!(listed.contains("**2 members** left 30 days ago or earlier"), "{listed}");
    assert!(listed.contains(&format!("<@{ann}> · **100** coins")), "{listed}");
    let host = world.host().in_channel("staff");
    let back = host.run_call(host.call("data reactivate").with("user", ben.to_string())).await.text();
    assert!(back.contains("is in use again"), "{back}");
    let preview = world.of_data("cleanup", [("days", 30)]).await.original.unwrap();
    assert!(preview.text().contains("The accounts of **1 member** would be closed"), "{}", preview.text());
    assert_eq!(world.server_money("ann"), 100, "nothing was changed yet");
    let done = world.host().press(&preview, "Close these accounts").await.text();
    assert!(done.contains("were closed, with **100** coins in all"), "{done}");
    assert_eq!((world.server_money("ann"), world.server_money("ben")), (0, 100));
    world.end().await;
}

#[tokio::test]
async fn old_entries_are_counted_first_and_archived_by_a_button_and_balances_stay() {
    covers!("T-API-17");
    let world = World::new().await;
    world.member("ann").run("daily").await;
    let none = world.of_data("archive", [("days_to_keep", 30)]).await;
    assert!(none.text().contains("The ledger has no entries of before"), "{}", none.text());
    world.pass(DAY * 32).await;
    let preview = world.of_data("archive", [("days_to_keep", 30)]).await.original.unwrap();
    assert!(preview.text().contains("Nothing was changed yet"), "{}", preview.text());
    let done = world.host().press(&preview, "Archive them").await.text();
    assert!(done.contains("left the ledger for the archive"), "{done}");
    assert_eq!(world.server_money("ann"), 100);
    let again = world.of_data("archive", [("days_to_keep", 30)]).await;
    assert!(again.text().contains("The ledger has no entries of before"), "{}", again.text());
    world.end().await;
}
