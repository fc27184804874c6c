//! Lists: tables that fold into cards on a narrow screen, pages by cursor, and what stands there when there is nothing.

use std::borrow::Cow;

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

/// What a row has in one column. All rows of a table have the same columns.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What stands above the column, and beside the value where the table is folded.
    label: Cow<'static, str>,
    /// Whether it is a number, which stands on the right.
    is_number: bool,
    value: Markup,
}

impl Cell {
    /// In a column of words.
    pub fn words(label: impl Into<Cow<'static, str>>, value: Markup) -> Self {
        Self { label: label.into(), is_number: false, value }
    }

    /// In a column of numbers.
    pub fn numbers(label: impl Into<Cow<'static, str>>, value: Markup) -> Self {
        Self { label: label.into(), is_number: true, value }
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
    pub cells: Vec<Cell>,
}

/// A table. What it is called is told to whoever listens; on the page the heading above says it. Where there are no rows,
/// a sentence stands in the place of a list, and nothing in that of another table: headings over nothing look broken.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    /// What it lists.
    pub caption: &'a str,
    /// Under which name the script knows the list: `users`, `shop`.
    pub list: Option<&'a str>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The columns by which the list can be sorted, by what stands above them.
    pub sorts: &'a [(&'a str, Sort<'a>)],
}

impl<'a> Table<'a> {
    /// One that cannot be sorted.
    pub fn new(caption: &'a str, list: Option<&'a str>, rows: impl IntoIterator<Item = Row>) -> Self {
        Self { caption, list, rows: rows.into_iter().collect(), sorts: &[] }
    }

    fn id_of(&self, row: &Row) -> Option<String> {
        row.id.as_deref().map(|id| format!("{}-{id}", self.list.unwrap_or("row")))
    }

    fn heading(&self, cell: &Cell) -> Markup {
        let sort = self.sorts.iter().find(|(label, _)| cell.label == *label).map(|(_, sort)| sort);
        let order = sort.and_then(|sort| sort.order);
        html! {
            th role="columnheader" scope="col" class=[cell.class()] aria-sort=[order.map(Order::word)] {
                @if let Some(sort) = sort {
                    a href=(sort.href) { (cell.label) @if let Some(order) = order { (icon(order.icon())) } }
                } @else {
                    (cell.label)
                }
            }
        }
    }
}

// Folded, rows and cells are blocks, and some browsers then forget that they are a table. The roles say it again.
impl Render for Table<'_> {
    fn render(&self) -> Markup {
        let Some(first) = self.rows.first() else {
            return html! { @if let Some(list) = self.list { p.hint data-list=(list) { "There is nothing here." } } };
        };
        html! {
            table.fold role="table" data-list=[self.list] {
                caption.heard { (self.caption) }
                thead role="rowgroup" {
                    tr role="row" { @for cell in &first.cells { (self.heading(cell)) } }
                }
                tbody role="rowgroup" {
                    @for row in &self.rows {
                        tr role="row" id=[self.id_of(row)] data-id=[row.id.as_deref()] {
                            @for (place, cell) in row.cells.iter().enumerate() {
                                @if place == 0 {
                                    th role="rowheader" scope="row" class=[cell.class()] data-label=(cell.label) {
                                        (cell.value)
                                    }
                                } @else {
                                    td role="cell" class=[cell.class()] data-label=(cell.label) { (cell.value) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where a list goes on. Lists of a million entries have no last page, so there is none to jump to.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// The beginning of the list, for whoever is not there.
    pub first: Option<String>,
    /// What comes after this page.
    pub next: Option<String>,
    /// Whether the search was stopped before it had a full page.
    pub is_partial: bool,
}

impl Render for Paging {
    fn render(&self) -> Markup {
        html! {
            @if self.first.is_some() || self.next.is_some() {
                nav.paging aria-label="Pages" {
                    @if let Some(first) = &self.first { a.button href=(first) { (icon(Icon::Left)) "First" } }
                    @if let Some(next) = &self.next {
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
        let sorts = [("Price", Sort { href: "/g/5/shop?sort=price", order: Some(Order::Falling) })];
        let cells = vec![Cell::words("Item", html! { "Cookie" }), Cell::numbers("Price", html! { "100" })];
        let row = Row { id: Some("7".to_owned()), cells };
        let shop = Table { sorts: &sorts, ..Table::new("Items", Some("shop"), [row]) };
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
        let drawn = Table::new("Items", Some("shop"), []).render().into_string();
        assert_eq!(drawn, r#"<p class="hint" data-list="shop">There is nothing here.</p>"#);
    }

    #[test]
    fn a_list_goes_on_from_its_cursor_and_goes_back_to_its_beginning() {
        assert_eq!(Paging::default().render().into_string(), "");
        let next = Some("?after=b1".to_owned());
        let middle = Paging { first: Some("?".to_owned()), next: next.clone(), is_partial: false };
        insta::assert_snapshot!(lines(&middle.render()), @r#"
        <nav class="paging" aria-label="Pages">
        <a class="button" href="?">[icon]First</a>
        <a class="button" href="?after=b1" rel="next">Next[icon]</a>
        </nav>
        "#);
        let stopped = Paging { next, is_partial: true, ..Paging::default() };
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
