//! Tables in a code block: rows that stay rows, whatever people wrote into their cells.

/// Rows as an ASCII table in a code block of at most `most` characters.
///
/// The first cell of a row is set to the left, the others to the right; `head` may be empty. What does not fit is cut at
/// whole rows, and a last line tells how many are missing, with the `more` that were not given at all. Text in a cell
/// keeps to it: a backtick becomes an apostrophe, and what is not ASCII, or cannot be seen, a question mark.
pub fn code_table(head: &[&str], rows: &[Vec<String>], more: u64, most: usize) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let block_of = |shown: usize| {
        let missing = more.saturating_add(u64::try_from(rows.len().saturating_sub(shown)).unwrap_or(u64::MAX));
        block(&head, rows.get(..shown).unwrap_or_default(), missing)
    };
    (0..=rows.len()).rev().map(block_of).find(|block| block.len() <= most).unwrap_or_default()
}

fn plain(cell: &str) -> String {
    let plain = |character| match character {
        '`' => '\'',
        ' '..='~' => character,
        _ => '?',
    };
    cell.chars().map(plain).collect()
}

fn block(head: &[String], rows: &[Vec<String>], missing: u64) -> String {
    let widths = widths(head, rows);
    let mut lines = vec!["```".to_owned()];
    if !head.is_empty() {
        lines.push(line(head, &widths));
        lines.push("-".repeat(widths.iter().sum::<usize>() + widths.len().saturating_sub(1)));
    }
    lines.extend(rows.iter().map(|row| line(row, &widths)));
    if missing > 0 {
        lines.push(format!("(truncated: {missing} more)"));
    }
    lines.push("```".to_owned());
    lines.join("\n")
}

/// How wide each column is: as its longest cell.
fn widths(head: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<usize> = head.iter().map(String::len).collect();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.len());
        }
    }
    widths
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let aligned = cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
        0 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    });
    aligned.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_longest_cell() {
        let table = code_table(&["who", "coins"], &rows(&[&["ann", "5"], &["benjamin", "12000"]]), 0, 1_024);
        insta::assert_snapshot!(table, @r"
        ```
        who      coins
        --------------
        ann          5
        benjamin 12000
        ```
        ");
        insta::assert_snapshot!(code_table(&[], &rows(&[&["likes", "5"], &["gifts", "12"]]), 0, 1_024), @r"
        ```
        likes  5
        gifts 12
        ```
        ");
    }

    #[test]
    fn what_does_not_fit_is_cut_at_whole_rows_and_counted() {
        let ten: Vec<Vec<String>> = (0..10).map(|row| vec![format!("row {row}"), "1".to_owned()]).collect();
        insta::assert_snapshot!(code_table(&["row", "n"], &ten, 4, 64), @r"
        ```
        row   n
        -------
        row 0 1
        row 1 1
        (truncated: 12 more)
        ```
        ");
        assert_eq!(code_table(&["row", "n"], &ten, 0, 10), "", "not even the head fits");
    }

    #[test]
    fn nothing_leaves_its_cell() {
        let hostile = ["```", "a\nb", "\u{202E}x", "ｗｉｄｅ", "e\u{301}", "👩‍👩‍👧", "@everyone", "\t"];
        let table = code_table(
            &["who", "n"],
            &rows(&hostile.map(|cell| vec![cell, "1"]).each_ref().map(Vec::as_slice)),
            0,
            1_024,
        );
        insta::assert_snapshot!(table, @r"
        ```
        who       n
        -----------
        '''       1
        a?b       1
        ?x        1
        ????      1
        e?        1
        ?????     1
        @everyone 1
        ?         1
        ```
        ");
    }

    proptest! {
        #[test]
        fn a_table_fits_and_is_one_block_of_ascii(
            rows in prop::collection::vec(prop::collection::vec(any::<String>(), 0..4), 0..12),
            more in any::<u64>(),
            most in 0_usize..400,
        ) {
            let table = code_table(&["a", "b"], &rows, more, most);
            prop_assert!(table.len() <= most);
            prop_assert!(table.chars().all(|character| matches!(character, '\n' | ' '..='~')));
            if !table.is_empty() {
                let inside = table.strip_prefix("```\n").and_then(|rest| rest.strip_suffix("\n```")).unwrap();
                prop_assert!(!inside.contains('`'));
                let lines = inside.lines().count() - 2;
                prop_assert!(lines == rows.len() && more == 0 || inside.ends_with(" more)"));
                prop_assert!(lines <= rows.len() + 1);
            }
        }
    }
}
