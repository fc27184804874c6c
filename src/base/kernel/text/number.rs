//! Whole numbers as people type them.

/// What people put between groups of three digits. A point is not among them: `1.000` is one in most programs.
const BETWEEN_GROUPS: [char; 8] = [',', ' ', '_', '\'', '’', '\u{A0}', '\u{2009}', '\u{202F}'];

/// The whole number that was typed: digits alone, or in groups of three with one sign between them, as in `12,500`,
/// `12 500` and `12'500`. `None` for anything else, and for a number that is too large.
pub fn whole_number(typed: &str) -> Option<u64> {
    let typed = typed.strip_prefix('+').unwrap_or(typed);
    let digits = match typed.chars().find(|sign| BETWEEN_GROUPS.contains(sign)) {
        None => typed.to_owned(),
        Some(sign) => {
            let mut groups = typed.split(sign);
            let is_head = groups.next().is_some_and(|head| (1..=3).contains(&head.len()));
            let is_grouped = is_head && groups.all(|group| group.len() == 3);
            is_grouped.then(|| typed.replace(sign, ""))?
        }
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_and_without_groups_of_three_digits() {
        for (typed, number) in [
            ("0", 0),
            ("007", 7),
            ("+5", 5),
            ("1000", 1_000),
            ("1,000", 1_000),
            ("1 000", 1_000),
            ("1_000", 1_000),
            ("1'000", 1_000),
            ("1’000", 1_000),
            ("1\u{A0}000", 1_000),
            ("1\u{2009}000", 1_000),
            ("1\u{202F}000", 1_000),
            ("12,500", 12_500),
            ("1,234,567", 1_234_567),
            ("18,446,744,073,709,551,615", u64::MAX),
        ] {
            assert_eq!(whole_number(typed), Some(number), "{typed}");
        }
    }

    #[test]
    fn what_could_mean_something_else_is_no_number() {
        for typed in [
            "",
            "+",
            "++1",
            "-1",
            "1.000",
            "1.5",
            "1,5",
            "10,00",
            "1,0000",
            "1000,000",
            ",000",
            "1,",
            "1,,000",
            "1,000 000",
            "1,000.00",
            "1, 000",
            "1,00a",
            "1,-00",
            "12é,000",
            "0x1",
            "1e5",
            "१२३",
            "18,446,744,073,709,551,616",
        ] {
            assert_eq!(whole_number(typed), None, "{typed}");
        }
    }
}
