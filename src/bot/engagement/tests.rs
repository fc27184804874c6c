//! What the submitter of a lifted song reads, and the command.

use super::{FACE, views};
use crate::bot::tests::{definitions, text_of};
use crate::features::engagement::model::SongLifted;
use crate::kernel::ids::UserId;

const ANN: UserId = UserId::new(1);

#[test]
fn a_submitter_reads_where_the_song_went() {
    let lifted =
        SongLifted { user: ANN, number: "#012345".into(), title: "*Blue* @everyone".into(), line: "10 Skip".into() };
    let text = text_of(views::lifted(&lifted)).replace('\u{200b}', "(invisible)");
    insta::assert_snapshot!(
        text,
        @r"🎁 Your song #012345 **\*Blue\* @(invisible)everyone** moved to **10 Skip**. Thank you for the gifts!"
    );
}

#[test]
fn the_command_is_that_of_the_catalogue() {
    crate::covers!("M-CMD-21");
    insta::assert_snapshot!(definitions(&FACE.all_commands(false)), @"
    /setup-post-live-metrics – Set the post-live metrics channel (administrators)
        channel 7 required
    ");
}
