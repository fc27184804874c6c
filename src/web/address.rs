//! Addresses of pages with what stands behind the question mark: filters and cursors, so that a view can be sent to somebody.

use url::form_urlencoded::Serializer;

/// A path with those of the values that are there and not empty.
pub(super) fn address(path: &str, values: &[(&str, Option<&str>)]) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in values {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn what_is_there_stands_in_the_address_and_means_nothing_in_it() {
        assert_eq!(address("/g/5/members", &[("q", None), ("sort", Some(""))]), "/g/5/members");
        let values = [("q", Some("a&b=c d")), ("after", Some("x"))];
        assert_eq!(address("/g/5/members", &values), "/g/5/members?q=a%26b%3Dc+d&after=x");
    }
}
