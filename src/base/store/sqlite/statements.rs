//! The SQL of a table, in its two forms. Nothing here comes from users: names and definitions are constants of features.

use std::fmt::Write;

use super::{OnDelete, SqlIndex, SqlReference, SqlTable};

/// Which of the two forms is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One guild, without the column `guild_id`.
    OneGuild,
    /// All guilds, with it.
    AllGuilds,
}

impl Form {
    /// A list of columns, behind `guild_id` where the form has it.
    fn list<'c>(self, columns: impl IntoIterator<Item = &'c str>) -> String {
        let guild = (self == Self::AllGuilds).then_some("guild_id");
        guild.into_iter().chain(columns).collect::<Vec<_>>().join(", ")
    }
}

impl SqlTable {
    /// Makes the table.
    pub(super) fn create(&self, form: Form) -> String {
        let guild = (form == Form::AllGuilds).then(|| "guild_id INTEGER NOT NULL".to_owned());
        let columns = self.columns.iter().map(|column| format!("{} {}", column.name, column.definition));
        let key = format!("PRIMARY KEY ({})", form.list(self.primary_key.iter().copied()));
        let unique = self.unique.iter().map(|set| format!("UNIQUE ({})", form.list(set.iter().copied())));
        let references = self.references.iter().map(|reference| reference.constraint(form));
        let parts: Vec<_> = guild.into_iter().chain(columns).chain([key]).chain(unique).chain(references).collect();
        format!("CREATE TABLE {} (\n  {}\n)", self.name, parts.join(",\n  "))
    }

    /// Makes the indexes, and the triggers that stand for references which SQLite cannot express.
    pub(super) fn create_indexes(&self, form: Form) -> String {
        let mut statements = String::new();
        for index in self.indexes {
            let _ = writeln!(statements, "{};", index.create(self.name, form));
        }
        for reference in self.references.iter().filter(|reference| reference.needs_trigger(form)) {
            let _ = writeln!(statements, "{};", reference.create_trigger(self.name));
        }
        statements
    }

    /// Inserts one row, every value a parameter.
    pub(super) fn insert(&self, form: Form) -> String {
        let columns = form.list(self.columns.iter().map(|column| column.name));
        let places = vec!["?"; columns.split(", ").count()].join(", ");
        format!("INSERT INTO {} ({columns}) VALUES ({places})", self.name)
    }
}

impl SqlIndex {
    fn create(&self, table: &str, form: Form) -> String {
        let only = self.only.map(|only| format!(" WHERE {only}")).unwrap_or_default();
        format!("CREATE INDEX {} ON {table} ({}){only}", self.name, form.list([self.on]))
    }
}

impl SqlReference {
    fn constraint(&self, form: Form) -> String {
        let (columns, key) = (form.list([self.column]), form.list([self.key]));
        let action = match self.on_delete {
            _ if self.needs_trigger(form) => "",
            OnDelete::Cascade => " ON DELETE CASCADE",
            OnDelete::SetNull => " ON DELETE SET NULL",
        };
        format!("FOREIGN KEY ({columns}) REFERENCES {} ({key}){action}", self.table)
    }

    /// `ON DELETE SET NULL` empties every column of the reference, and `guild_id` may not be empty.
    fn needs_trigger(&self, form: Form) -> bool {
        form == Form::AllGuilds && self.on_delete == OnDelete::SetNull
    }

    fn create_trigger(&self, table: &str) -> String {
        let Self { column, table: other, key, .. } = self;
        format!(
            "CREATE TRIGGER {table}_{column}_set_null BEFORE DELETE ON {other} BEGIN \
             UPDATE {table} SET {column} = NULL WHERE guild_id = OLD.guild_id AND {column} = OLD.{key}; END"
        )
    }
}
