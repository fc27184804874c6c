//! Reads the project's own sources, for the tests that look at how it is built.

use std::path::Path;

/// One source file.
pub(crate) struct Source {
    /// Relative to the project, with slashes: `src/kernel/time.rs`.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

impl Source {
    /// Reads one file of the project.
    pub(crate) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
        Self { path: path.to_owned(), text: text.unwrap_or_else(|error| panic!("{path}: {error}")) }
    }

    /// Whether the whole file is test code.
    pub(crate) fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.path.starts_with("benches/") || self.path.split('/').any(is_test_name)
    }

    /// The part that is in the program: everything before the unit tests, which stand at the end.
    pub(crate) fn outside_tests(&self) -> &str {
        if self.is_test() { "" } else { self.text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default() }
    }
}

fn is_test_name(part: &str) -> bool {
    ["tests", "tests.rs", "testing", "testing.rs"].contains(&part)
}

/// All Rust files below `src`, `tests` and `benches`, in order.
pub(crate) fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches"] {
        collect(folder, &mut paths);
    }
    paths.sort();
    paths.iter().map(|path| Source::read(path)).collect()
}

fn collect(folder: &str, paths: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) else { return };
    for entry in entries.map(Result::unwrap) {
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&path, paths);
        } else if path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs") {
            paths.push(path);
        }
    }
}
