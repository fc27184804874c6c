//! Lists: tables that fold into cards on a narrow screen, pages by cursor, and what stands there when there is nothing.

use maud::{Markup, Render, html};

use crate::web::ui::icons::{Icon, icon};

/// In which order a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The smallest first.
    Rising,
    /// The largest first.
    Falling,
}

impl Order {
    const fn word(self) -> &'static str {
        match self {
            Self::Rising => "ascending",
            Self::Falling => "descending",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Rising => Icon::Up,
            Self::Falling => Icon::Down,
        }
    }
}

/// That a list can be sorted by a column.
#[derive(Clone, Copy, Debug)]
pub struct Sort<'a> {
    /// The same view, sorted by this column, or the other way round.
    pub href: &'a str,
    /// How it is sorted by it now.
    pub order: Option<Order>,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// What stands above it, and beside each value where the table is folded.
    pub label: &'a str,
    /// Whether it holds numbers, which stand on the right.
    pub is_number: bool,
    /// Whether a list can be sorted by it.
    pub sort: Option<Sort<'a>>,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub const fn words(label: &'a str) -> Self {
        Self { label, is_number: false, sort: None }
    }

    /// A column of numbers.
    pub const fn numbers(label: &'a str) -> Self {
        Self { label, is_number: true, sort: None }
    }

    const fn class(&self) -> Option<&'static str> {
        if self.is_number { Some("number") } else { None }
    }
}

/// One thing of a list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The id of the thing, so that its row is known again when the list changes.
    pub id: Option<String>,
    /// What stands in each column. The first says what the row is about.
    pub cells: Vec<Markup>,
}

/// A table. What it is called is told to whoever listens; on the page the heading above says it. Where there are no rows,
/// a sentence stands in its place: headings over nothing look broken.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// What it lists.
    pub caption: &'a str,
    /// Under which name the script knows the list: `users`, `shop`.
    pub list: Option<&'a str>,
    /// The columns.
    pub columns: &'a [Column<'a>],
    /// The rows.
    pub rows: &'a [Row],
}

// Folded, rows and cells are blocks, and some browsers then forget that they are a table. The roles say it again.
impl Render for Table<'_> {
    fn render(&self) -> Markup {
        if self.rows.is_empty() {
            return html! { p.hint data-list=[self.list] { "There is nothing here yet." } };
        }
        html! {
            table.fold role="table" data-list=[self.list] {
                caption.heard { (self.caption) }
                thead role="rowgroup" {
                    tr role="row" { @for column in self.columns { (heading(column)) } }
                }
                tbody role="rowgroup" {
                    @for row in self.rows {
                        tr role="row" id=[self.id_of(row)] data-id=[row.id.as_deref()] {
                            @for (place, (cell, column)) in row.cells.iter().zip(self.columns).enumerate() {
                                @if place == 0 {
                                    th role="rowheader" scope="row" class=[column.class()] data-label=(column.label) {
                                        (cell)
                                    }
                                } @else {
                                    td role="cell" class=[column.class()] data-label=(column.label) { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Table<'_> {
    fn id_of(&self, row: &Row) -> Option<String> {
        row.id.as_deref().map(|id| format!("{}-{id}", self.list.unwrap_or("row")))
    }
}

fn heading(column: &Column<'_>) -> Markup {
    let order = column.sort.and_then(|sort| sort.order);
    html! {
        th role="columnheader" scope="col" class=[column.class()] aria-sort=[order.map(Order::word)] {
            @if let Some(sort) = column.sort {
                a href=(sort.href) { (column.label) @if let Some(order) = order { (icon(order.icon())) } }
            } @else {
                (column.label)
            }
        }
    }
}

/// Where a list goes on. Lists of a million entries have no last page, so there is none to jump to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paging<'a> {
    /// The beginning of the list, for whoever is not there.
    pub first: Option<&'a str>,
    /// What comes after this page.
    pub next: Option<&'a str>,
    /// Whether the search was stopped before it had a full page.
    pub is_partial: bool,
}

impl Render for Paging<'_> {
    fn render(&self) -> Markup {
        html! {
            @if self.first.is_some() || self.next.is_some() {
                nav.paging aria-label="Pages" {
                    @if let Some(first) = self.first { a.button href=(first) { (icon(Icon::Left)) "First" } }
                    @if let Some(next) = self.next {
                        a.button href=(next) rel="next" {
                            @if self.is_partial { "Search on" } @else { "Next" }
                            (icon(Icon::Right))
                        }
                    }
                    @if self.is_partial { p.hint { "A part of the list was searched so far." } }
                }
            }
        }
    }
}

/// Where nothing is yet: what it would be, and how to make the first.
#[derive(Clone, Copy, Debug)]
pub struct Empty<'a> {
    /// That there is nothing: `No tasks yet.`
    pub title: &'a str,
    /// What it would be good for.
    pub text: &'a str,
    /// The way to the first: address and words.
    pub action: Option<(&'a str, &'a str)>,
}

impl Render for Empty<'_> {
    fn render(&self) -> Markup {
        html! {
            div.empty {
                p { strong { (self.title) } " " (self.text) }
                @if let Some((href, label)) = self.action { a class="button main" href=(href) { (label) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::ui::testing::lines;

    #[test]
    fn a_table_has_headings_and_each_value_the_name_of_its_column() {
        let sort = Some(Sort { href: "/g/5/shop?sort=price", order: Some(Order::Falling) });
        let columns = [Column::words("Item"), Column { sort, ..Column::numbers("Price") }];
        let rows = [Row { id: Some("7".to_owned()), cells: vec![html! { "Cookie" }, html! { "100" }] }];
        let shop = Table { caption: "Items", list: Some("shop"), columns: &columns, rows: &rows };
        insta::assert_snapshot!(lines(&shop.render()), @r#"
        <table class="fold" role="table" data-list="shop">
        <caption class="heard">Items</caption>
        <thead role="rowgroup">
        <tr role="row">
        <th role="columnheader" scope="col">Item</th>
        <th role="columnheader" scope="col" class="number" aria-sort="descending">
        <a href="/g/5/shop?sort=price">Price[icon]</a>
        </th>
        </tr>
        </thead>
        <tbody role="rowgroup">
        <tr role="row" id="shop-7" data-id="7">
        <th role="rowheader" scope="row" data-label="Item">Cookie</th>
        <td role="cell" class="number" data-label="Price">100</td>
        </tr>
        </tbody>
        </table>
        "#);
    }

    #[test]
    fn a_table_without_rows_has_no_headings() {
        let empty = Table { caption: "Items", list: Some("shop"), columns: &[Column::words("Item")], rows: &[] };
        let drawn = empty.render().into_string();
        assert_eq!(drawn, r#"<p class="hint" data-list="shop">There is nothing here yet.</p>"#);
    }

    #[test]
    fn a_list_goes_on_from_its_cursor_and_goes_back_to_its_beginning() {
        assert_eq!(Paging::default().render().into_string(), "");
        let middle = Paging { first: Some("?"), next: Some("?after=b1"), is_partial: false };
        insta::assert_snapshot!(lines(&middle.render()), @r#"
        <nav class="paging" aria-label="Pages">
        <a class="button" href="?">[icon]First</a>
        <a class="button" href="?after=b1" rel="next">Next[icon]</a>
        </nav>
        "#);
        let stopped = Paging { next: Some("?after=b1"), is_partial: true, ..Paging::default() };
        let drawn = stopped.render().into_string();
        assert!(drawn.contains("Search on") && drawn.contains("A part of the list"), "{drawn}");
    }

    #[test]
    fn where_nothing_is_there_is_the_way_to_the_first() {
        let tasks = Empty {
            title: "No tasks yet.",
            text: "A task pays members for something you can check.",
            action: Some(("/g/5/tasks/new", "Make one")),
        };
        insta::assert_snapshot!(lines(&tasks.render()), @r#"
        <div class="empty">
        <p>
        <strong>No tasks yet.</strong> A task pays members for something you can check.</p>
        <a class="button main" href="/g/5/tasks/new">Make one</a>
        </div>
        "#);
    }
}
