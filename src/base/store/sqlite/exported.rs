//! A table of the export in one piece: [`exported!`](crate::exported).

/// Declares a [`SqlTable`](crate::store::sqlite::SqlTable), each column in one line: its name, its type and default, and
/// its value.
///
/// ```ignore
/// exported! {
///     /// The songs that were not taken back.
///     pub const SUBMISSIONS = "submissions" of SONGS;
///     |read, (guild, id), song| if !song.is_taken_back => {
///         let place = place_of(read, guild, id)?;
///         "id": "INTEGER" => SqlValue::id(id.get()),
///         "artist_name": "TEXT NOT NULL" => &song.artist,
///         "played_time": "TEXT" => place.played_at,
///     }
///     primary_key: ["id"];
///     indexes: [index("idx_submissions_played_time", "played_time")];
/// }
/// ```
///
/// is short for:
///
/// ```ignore
/// /// The songs that were not taken back.
/// pub const SUBMISSIONS: SqlTable = SqlTable {
///     name: "submissions",
///     columns: &[column("id", "INTEGER"), column("artist_name", "TEXT NOT NULL"), column("played_time", "TEXT")],
///     primary_key: &["id"],
///     unique: &[],
///     references: &[],
///     indexes: &[index("idx_submissions_played_time", "played_time")],
///     rows: |read, wanted, sink| {
///         SONGS.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, id), song| {
///             let is_shown = !song.is_taken_back;
///             if !is_shown {
///                 return Ok(());
///             }
///             let place = place_of(read, guild, id)?;
///             sink(
///                 guild,
///                 &[
///                     SqlValue::from(SqlValue::id(id.get())),
///                     SqlValue::from(&song.artist),
///                     SqlValue::from(place.played_at),
///                 ],
///             )
///         })
///     },
/// };
/// ```
///
/// So a column has exactly one value, and stands in its place. The key begins with the guild. What may be left out: the
/// condition, the `let`s, and of the last lines all but the first; these keep the order `primary_key`, `unique` (one list
/// for each set of columns), `references`, `indexes`.
///
/// Rows that no table of guilds has are shown by a function: `"schema_migrations" by each_migration` calls
/// `each_migration(read, wanted, &mut |(guild, version), migration| …)`, which shows the rows of the wanted guild, or of all.
#[macro_export]
macro_rules! exported {
    (@rows of $table:expr, $read:ident, $wanted:ident, $show:expr) => {
        $table.for_each($read, $wanted.map_or_else($crate::store::Span::all, $crate::store::Span::of), $show)
    };
    (@rows by $rows:expr, $read:ident, $wanted:ident, $show:expr) => {
        $rows($read, $wanted, &mut $show)
    };
    (
        $(#[$about:meta])*
        $visibility:vis const $name:ident = $table:literal $how:ident $source:expr;
        |$read:ident, ($guild:ident $(, $part:ident)+), $row:ident| $(if $condition:expr)? => {
            $(let $bound:pat = $made:expr;)*
            $($column:literal: $definition:expr => $value:expr,)+
        }
        primary_key: [$($key:literal),+];
        $(unique: $([$($together:literal),+]),+;)?
        $(references: [$($reference:expr),+ $(,)?];)?
        $(indexes: [$($index:expr),+ $(,)?];)?
    ) => {
        $(#[$about])*
        $visibility const $name: $crate::store::sqlite::SqlTable = $crate::store::sqlite::SqlTable {
            name: $table,
            columns: &[$($crate::store::sqlite::column($column, $definition)),+],
            primary_key: &[$($key),+],
            unique: &[$($(&[$($together),+]),+)?],
            references: &[$($($reference),+)?],
            indexes: &[$($($index),+)?],
            rows: |$read, wanted, sink| {
                $crate::exported!(@rows $how $source, $read, wanted, |($guild $(, $part)+), $row| {
                    $(let is_shown: bool = $condition;
                    if !is_shown {
                        return ::std::result::Result::Ok(());
                    })?
                    $(let $bound = $made;)*
                    sink($guild, &[$($crate::store::sqlite::SqlValue::from($value)),+])
                })
            },
        };
    };
}

#[cfg(test)]
mod tests {
    use crate::kernel::dice::Seed;
    use crate::kernel::error::Result;
    use crate::kernel::ids::GuildId;
    use crate::kernel::time::Clock;
    use crate::store::sqlite::statements::Form;
    use crate::store::sqlite::{OnDelete, SqlTable, SqlValue, index, reference};
    use crate::store::{Options, Read, Schema, Store, StoreLocation, Table};

    const HERE: GuildId = GuildId::new(5);
    const ELSEWHERE: GuildId = GuildId::new(6);

    static SONGS: Table<(GuildId, u64), String> = Table::new("sample.songs", &[]).without_members();
    static PLAYS: Table<(GuildId, u64), u64> = Table::new("sample.plays", &[]).without_members();

    exported! {
        /// The songs that have a title, with how often they were played.
        const TITLED = "songs" of SONGS;
        |read, (guild, number), title| if !title.is_empty() => {
            let plays = PLAYS.get(read, &(guild, number))?;
            "id": "INTEGER" => SqlValue::id(number),
            "title": "TEXT NOT NULL" => &title,
            "plays": "INTEGER" => plays.map(SqlValue::id),
        }
        primary_key: ["id"];
        unique: ["title"], ["title", "plays"];
        references: [reference("plays", "counts", "count", OnDelete::Cascade)];
        indexes: [index("songs_by_plays", "plays DESC")];
    }

    exported! {
        /// What no table holds.
        const MADE_UP = "letters" by letters;
        |read, (guild, number), letter| => {
            "number": "INTEGER" => SqlValue::id(number),
            "letter": "TEXT" => letter,
        }
        primary_key: ["number"];
    }

    fn letters(
        _: &dyn Read,
        wanted: Option<GuildId>,
        show: &mut dyn FnMut((GuildId, u64), &'static str) -> Result<()>,
    ) -> Result<()> {
        let guild = wanted.unwrap_or(ELSEWHERE);
        show((guild, 1), "a")?;
        show((guild, 2), "b")
    }

    /// The rows as they reach the file.
    fn shown(table: &SqlTable, wanted: Option<GuildId>) -> Vec<String> {
        let schema = Schema { tables: vec![&SONGS, &PLAYS], migrations: Vec::new() };
        let store = Store::open(&StoreLocation::Memory, Options::new(Clock::system(), Seed::fixed(1)), schema).unwrap();
        let fill = store.write_blocking("fill", |tx| {
            SONGS.put(tx, &(HERE, 1), &"Lunar".to_owned())?;
            SONGS.put(tx, &(HERE, 2), &String::new())?;
            SONGS.put(tx, &(HERE, 3), &"Blue".to_owned())?;
            SONGS.put(tx, &(ELSEWHERE, 1), &"Red".to_owned())?;
            PLAYS.put(tx, &(HERE, 3), &7)
        });
        fill.unwrap();
        let mut rows = Vec::new();
        let listed = store.read_blocking("export", |read| {
            (table.rows)(read, wanted, &mut |guild, values| {
                assert_eq!(values.len(), table.columns.len());
                let columns = table.columns.iter().map(|column| column.name);
                let named: Vec<_> = columns.zip(values).map(|(name, value)| format!("{name} {value:?}")).collect();
                rows.push(format!("{guild}: {}", named.join(", ")));
                Ok(())
            })
        });
        listed.unwrap();
        rows
    }

    #[test]
    fn a_table_that_is_declared_in_one_piece_has_its_columns_keys_references_and_indexes() {
        assert_eq!(
            TITLED.create(Form::OneGuild),
            "CREATE TABLE songs (\n  id INTEGER,\n  title TEXT NOT NULL,\n  plays INTEGER,\n  PRIMARY KEY (id),\n  \
             UNIQUE (title),\n  UNIQUE (title, plays),\n  \
             FOREIGN KEY (plays) REFERENCES counts (count) ON DELETE CASCADE\n)"
        );
        assert_eq!(TITLED.create_indexes(Form::OneGuild), "CREATE INDEX songs_by_plays ON songs (plays DESC);\n");
        assert_eq!(
            (MADE_UP.create(Form::OneGuild).as_str(), MADE_UP.create_indexes(Form::OneGuild).as_str()),
            ("CREATE TABLE letters (\n  number INTEGER,\n  letter TEXT,\n  PRIMARY KEY (number)\n)", "")
        );
    }

    #[test]
    fn each_value_stands_in_its_column_and_rows_that_are_not_wanted_are_not_shown() {
        let here = [
            r#"5: id Integer(1), title Text("Lunar"), plays Null"#,
            r#"5: id Integer(3), title Text("Blue"), plays Integer(7)"#,
        ];
        assert_eq!(shown(&TITLED, Some(HERE)), here);
        let elsewhere = r#"6: id Integer(1), title Text("Red"), plays Null"#;
        assert_eq!(shown(&TITLED, None), [here[0], here[1], elsewhere]);
    }

    #[test]
    fn rows_of_no_table_are_shown_by_a_function() {
        assert_eq!(
            shown(&MADE_UP, Some(HERE)),
            [r#"5: number Integer(1), letter Text("a")"#, r#"5: number Integer(2), letter Text("b")"#]
        );
        assert_eq!(shown(&MADE_UP, None).len(), 2);
    }
}
