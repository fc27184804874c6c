//! The README and the pages in docs: short enough to be read, linked to what is there, and in every archive.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::sources::{Source, sources};

/// A link from one page to a file of the project.
struct Link {
    from: String,
    /// The file, relative to the project.
    to: String,
    /// The heading, as an anchor.
    anchor: Option<String>,
}

/// The README and every page of docs.
fn pages() -> Vec<Source> {
    let names = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages = names.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "md"));
    let mut paths: Vec<String> = pages.map(|name| format!("docs/{name}")).collect();
    paths.push("README.md".to_owned());
    paths.sort();
    paths.iter().map(|path| Source::read(path)).collect()
}

/// What a page links to in the project; the web is left out.
fn links(page: &Source) -> Vec<Link> {
    let targets = page.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let inside = targets.filter(|target| !target.starts_with("http") && !target.starts_with('<'));
    inside
        .map(|target| {
            let (path, anchor) =
                target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor.to_owned())));
            let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let to = match path.strip_prefix("../") {
                _ if path.is_empty() => page.path.clone(),
                Some(above) => above.to_owned(),
                None if folder.is_empty() => path.to_owned(),
                None => format!("{folder}/{path}"),
            };
            Link { from: page.path.clone(), to, anchor }
        })
        .collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &Source) -> BTreeSet<String> {
    let headings = page.text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_is_there() {
    let links: Vec<Link> = pages().iter().flat_map(links).collect();
    assert!(links.len() > 30, "{}", links.len());
    for Link { from, to, anchor } in links {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&to).exists(), "{from} links to {to}");
        if let Some(anchor) = anchor {
            assert!(anchors(&Source::read(&to)).contains(&anchor), "{from} links to {to}#{anchor}");
        }
    }
}

#[test]
fn the_readme_is_short_and_every_page_is_linked() {
    let pages = pages();
    let readme = pages.iter().find(|page| page.path == "README.md").unwrap();
    assert!(readme.text.len() <= 7 * 1024, "{} bytes: what is longer belongs on a page of docs", readme.text.len());
    let architecture = Source::read("ARCHITECTURE.md").text.len();
    assert!(architecture <= 26_000, "{architecture} bytes: what is longer belongs into the manual of its module");
    let to_others = pages.iter().flat_map(links).filter(|link| link.from != link.to);
    let linked: BTreeSet<String> = to_others.map(|link| link.to).collect();
    for page in &pages {
        assert!(page.text.starts_with("# "), "{} has a title", page.path);
        assert!(linked.contains(&page.path), "nothing links to {}", page.path);
    }
}

#[test]
fn every_test_that_proves_an_invariant_is_there() {
    let tests: BTreeSet<String> = sources().iter().flat_map(|file| functions(&file.text)).collect();
    let page = Source::read("docs/invariants.md").text;
    let rows: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")).skip(2).collect();
    assert!(rows.len() > 50, "{} invariants", rows.len());
    for row in rows {
        let (invariant, named) = row.split_once(" | ").unwrap();
        let named: Vec<&str> = named.split(", ").map(|name| name.trim_matches('`')).collect();
        for name in named {
            let is_there = tests.contains(name) || Path::new(env!("CARGO_MANIFEST_DIR")).join(name).exists();
            assert!(is_there, "{invariant}: there is no test {name}");
        }
    }
}

/// The names of all functions of a file.
fn functions(text: &str) -> Vec<String> {
    let behind = text.lines().filter_map(|line| line.split_once("fn ").map(|(_, behind)| behind));
    behind.filter_map(|behind| behind.split_once(['(', '<']).map(|(name, _)| name.to_owned())).collect()
}

#[test]
fn files_that_name_a_section_of_a_page_name_one_that_is_there() {
    for (file, page, section) in [("Dockerfile", "docs/hosting.md", "Docker"), (".replit", "docs/hosting.md", "Replit")]
    {
        assert!(Source::read(file).text.contains(&format!("See {page}, \"{section}\".")), "{file}");
        assert!(Source::read(page).text.contains(&format!("\n## {section}\n")), "{page} has no {section}");
    }
}

#[test]
fn an_archive_carries_what_the_readme_and_the_pages_link_to() {
    let script = Source::read("packaging/archive").text;
    assert!(script.contains("install -m 0644 docs/*.md docs/*.svg \"$folder/docs/\"\n"), "{script}");
    for Link { from, to, .. } in pages().iter().flat_map(links) {
        // Whoever reads about the tests has the sources.
        let is_carried = to.starts_with("docs/") || to.starts_with("tests/");
        let is_named =
            script.lines().any(|line| line.starts_with("install ") && line.split(' ').any(|word| word == to));
        assert!(is_carried || is_named, "{from} links to {to}, which no archive has");
    }
}
