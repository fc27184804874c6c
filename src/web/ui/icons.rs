//! The pictures beside words: outlines in a square of 24, drawn for Greenroom. They are decoration, so nobody who
//! listens to a page hears of them, and no meaning hangs on one alone.

use maud::{Markup, html};

/// Declares the icons: a name, and the strokes as the `d` of one SVG path.
macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident => $strokes:literal,)*) => {
        /// A picture by what it stands for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon {
            $($(#[$doc])* $name,)*
        }

        impl Icon {
            /// Every icon there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What is drawn, as the `d` of a path.
            pub const fn strokes(self) -> &'static str {
                match self {
                    $(Self::$name => $strokes,)*
                }
            }
        }
    };
}

icons! {
    /// The first page of a server: a house.
    Home => "M4 11.5 12 5l8 6.5M6 10v9h12v-9M10 19v-5h4v5",
    /// The reviewer's desk: a player in a frame.
    Desk => "M4 5h16v14H4zM10 9v6l5-3z",
    /// Playing: a triangle.
    Play => "M8 5.5v13l10-6.5z",
    /// The next song: a triangle before a bar.
    Next => "M5 6v12l9-6zM18 6v12",
    /// What waits: lines and a note.
    Queue => "M4 6h12M4 11h8M4 16h5M18 17V8l3 1.5M18 17a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
    /// A song: two notes under a beam.
    Song => "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0M19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
    /// A live: a point that sends to both sides.
    Live => "M12 10.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3M8 8a5.6 5.6 0 0 0 0 8M16 8a5.6 5.6 0 0 1 0 8M5 5a10 10 0 0 0 0 14M19 5a10 10 0 0 1 0 14",
    /// A gift: a box with a bow.
    Gift => "M4 9h16v4H4zM6 13v7h12v-7M12 9v11M12 9c-6 0-5-6-2-5 1.5.5 2 3 2 5zM12 9c6 0 5-6 2-5-1.5.5-2 3-2 5z",
    /// Members: two people.
    People => "M12.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0M3 19c0-4 2.5-5.5 6-5.5s6 1.5 6 5.5M16 5a3 3 0 0 1 0 6M17.5 14c2.3.6 3.5 2.2 3.5 5",
    /// One member.
    Person => "M15.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0M5 20c0-4.5 3-6.5 7-6.5s7 2 7 6.5",
    /// The ledger: a sheet with lines.
    Ledger => "M6 4h12v16H6zM9 8h6M9 12h6M9 16h3",
    /// The economy: columns on an axis.
    Economy => "M4 5v14h16M8 16v-4M12 16V9M16 16V6",
    /// Money: a coin.
    Coin => "M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0M12 7.5v9M14.5 9.5h-3.5a1.25 1.25 0 0 0 0 2.5h2a1.25 1.25 0 0 1 0 2.5H9.5",
    /// The shop: a bag.
    Shop => "M6 8h12l1 12H5zM9 8V7a3 3 0 0 1 6 0v1",
    /// A task: a ticked box.
    Task => "M5 5h14v14H5zM8.5 12l2.5 2.5 4.5-5",
    /// Reviews: an eye.
    Review => "M3 12c2.5-4 5.5-6 9-6s6.5 2 9 6c-2.5 4-5.5 6-9 6s-6.5-2-9-6zM14.5 12a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
    /// Announcements: a horn.
    Announce => "M4 10v4h3l8 4V6l-8 4zM18 9.5a4 4 0 0 1 0 5M8 14.5l1 4.5h2.5l-1-3",
    /// A card on Discord: a box with a coloured edge.
    Card => "M4 5h16v14H4zM8 5v14M11 9h6M11 13h4",
    /// A command: a prompt.
    Command => "M4 5h16v14H4zM7.5 9.5 10 12l-2.5 2.5M12 15h4",
    /// Settings: three sliders.
    Settings => "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h9M17 17h3M15 15v4",
    /// Access: a key.
    Key => "M11 9a4 4 0 1 1-8 0 4 4 0 0 1 8 0M10 11.5l8.5 8.5M15 16.5l2-2M18 19.5l2-2",
    /// What happened: a clock that runs back.
    History => "M5.5 9.5A7 7 0 1 1 5 12M5 5v4.5h4.5M12 8v4.5l3 1.5",
    /// Data: a drum of disks.
    Data => "M5 6.5c0-3 14-3 14 0v11c0 3-14 3-14 0zM5 6.5c0 3 14 3 14 0M5 12c0 3 14 3 14 0",
    /// Looking for something: a glass.
    Search => "M16 10.5a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M14.5 14.5 20 20",
    /// A list of places to go.
    Menu => "M4 7h16M4 12h16M4 17h16",
    /// More than fits: three points.
    More => "M6 12h.01M12 12h.01M18 12h.01",
    /// Away with it: a cross.
    Close => "M6 6l12 12M18 6 6 18",
    /// It is well: a tick.
    Check => "M5 12.5l4.5 4.5L19 7.5",
    /// Look at this: a triangle.
    Warn => "M12 4 3 20h18zM12 10v4.5M12 17.2h.01",
    /// It failed: a stop sign with a cross.
    Bad => "M8.5 4h7L20 8.5v7L15.5 20h-7L4 15.5v-7zM9.5 9.5l5 5M14.5 9.5l-5 5",
    /// Worth knowing: a circle with an i.
    Info => "M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0M12 11v5M12 8h.01",
    /// Take it back: an arrow that turns round.
    Undo => "M8 5 4 9l4 4M4 9h10.5a5 5 0 0 1 0 10H10",
    /// Upwards.
    Up => "M6 14.5 12 9l6 5.5",
    /// Downwards.
    Down => "M6 9.5 12 15l6-5.5",
    /// To the left.
    Left => "M14.5 6 9 12l5.5 6",
    /// To the right.
    Right => "M9.5 6 15 12l-5.5 6",
    /// One more.
    Plus => "M12 5v14M5 12h14",
    /// One less.
    Minus => "M5 12h14",
    /// Change it: a pencil.
    Edit => "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
    /// Delete it: a bin.
    Trash => "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
    /// Copy it: two sheets.
    Copy => "M9 9h10v11H9zM6 15H5V4h10v2",
    /// An address: two links of a chain.
    Link => "M10 14a3.5 3.5 0 0 0 5 0l3.5-3.5a3.5 3.5 0 0 0-5-5L12 7M14 10a3.5 3.5 0 0 0-5 0l-3.5 3.5a3.5 3.5 0 0 0 5 5L12 17",
    /// A link that leads nowhere: a chain that is struck out.
    DeadLink => "M4 4l16 16M10.5 6.5 12 5a4 4 0 0 1 6 6l-1.5 1.5M13.5 17.5 12 19a4 4 0 0 1-6-6l1.5-1.5",
    /// Out of here into a file.
    Download => "M12 4v11.5M7.5 11 12 15.5 16.5 11M5 20h14",
    /// Out of a file into here.
    Upload => "M12 16V5M7.5 9.5 12 5l4.5 4.5M5 20h14",
    /// Closed to others.
    Lock => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    /// To be told: a bell.
    Bell => "M6 17v-6a6 6 0 0 1 12 0v6M4 17h16M10.5 20h3",
    /// Light colours.
    Sun => "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4",
    /// Dark colours.
    Moon => "M19 14.5A7.5 7.5 0 1 1 9.5 5a6 6 0 0 0 9.5 9.5z",
    /// The colours of the system.
    Screen => "M4 5h16v11H4zM9 20h6M12 16v4",
    /// A time of day.
    Clock => "M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0M12 7.5V12l3 2",
    /// A skip: a flash.
    Bolt => "M13 3 5 14h6l-1 7 8-11h-6z",
    /// A song to come back to.
    Bookmark => "M7 4h10v16l-5-4-5 4z",
    /// Out through the door.
    SignOut => "M14 5H5v14h9M10 12h10M16.5 8.5 20 12l-3.5 3.5",
    /// The machine that Greenroom runs on.
    Instance => "M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01",
}

/// The icon as a picture; its colour is that of the text around it.
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" aria-hidden="true" { path d=(icon.strokes()) {} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_one_path_that_is_hidden_from_whoever_listens() {
        insta::assert_snapshot!(
            icon(Icon::Plus).into_string(),
            @r#"<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5v14M5 12h14"></path></svg>"#
        );
    }

    #[test]
    fn each_icon_is_a_drawing_of_its_own() {
        let mut drawn: Vec<_> = Icon::ALL.iter().map(|icon| icon.strokes()).collect();
        for strokes in &drawn {
            assert!(strokes.starts_with('M'), "{strokes}");
            assert!(strokes.chars().all(|c| c.is_ascii_digit() || " .-MLHVCSAZmlhvcsaz".contains(c)), "{strokes}");
        }
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), Icon::ALL.len());
    }
}
