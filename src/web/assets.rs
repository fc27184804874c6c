//! The files that a browser needs beside the pages: the sheet, the script with its modules. The picture of the tab is so small
//! that it stands in each page, which saves its request.
//!
//! They are inside the program, so nothing has to be installed beside it and nothing comes from elsewhere. Their
//! addresses hold a digest of all of them: a browser keeps them for a year, asks anew after an update, and relative
//! imports between modules always meet files of the same version.

use std::io::{self, Write as _};

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::kernel::text::hex;

/// The sheet of all pages.
pub const STYLES: &str = "styles.css";
/// The entry module of the script.
pub const SCRIPT: &str = "script.js";
/// The sheet of overlays.
pub const OVERLAY_STYLES: &str = "overlay.css";
/// The script of overlays, which is no module: any browser that has streams reads it.
pub const OVERLAY_SCRIPT: &str = "overlay.js";
/// The picture of the tab.
const ICON: &str = include_str!("assets/favicon.svg");
/// What the entry module imports; pages name them, so that a browser fetches all at once.
pub const MODULES: [&str; 5] = ["forms.js", "keys.js", "live.js", "session.js", "times.js"];
/// What they import once somebody asks for it; no page names it.
#[cfg(test)]
const ASKED_FOR: [&str; 2] = ["palette.js", "question.js"];

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, content type and content of each file.
const FILES: [(&str, &str, &[u8]); 11] = [
    (STYLES, CSS, include_bytes!("assets/styles.css")),
    (SCRIPT, JAVASCRIPT, include_bytes!("assets/script.js")),
    ("forms.js", JAVASCRIPT, include_bytes!("assets/forms.js")),
    ("keys.js", JAVASCRIPT, include_bytes!("assets/keys.js")),
    ("live.js", JAVASCRIPT, include_bytes!("assets/live.js")),
    ("palette.js", JAVASCRIPT, include_bytes!("assets/palette.js")),
    ("question.js", JAVASCRIPT, include_bytes!("assets/question.js")),
    ("session.js", JAVASCRIPT, include_bytes!("assets/session.js")),
    ("times.js", JAVASCRIPT, include_bytes!("assets/times.js")),
    (OVERLAY_STYLES, CSS, include_bytes!("assets/overlay.css")),
    (OVERLAY_SCRIPT, JAVASCRIPT, include_bytes!("assets/overlay.js")),
];

/// How many hexadecimal digits of the digest stand in addresses.
const DIGITS: usize = 16;

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// The last part of its address.
    pub name: &'static str,
    /// For the header `Content-Type`.
    pub content_type: &'static str,
    /// The file as it is sent.
    pub bytes: Bytes,
    /// The file packed by gzip; `None` where that would not make it smaller.
    pub gzip: Option<Vec<u8>>,
}

/// A file that was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The file, always in its present version.
    pub asset: &'a Asset,
    /// Whether the address is today's, so that the answer may be kept for a year. An old tab asks by an old digest: it
    /// gets today's file, which nobody may keep under that address.
    pub is_todays: bool,
}

/// All files, with their digest.
#[derive(Debug)]
pub struct Assets {
    digest: String,
    icon: String,
    files: Vec<Asset>,
}

impl Assets {
    /// Packs the files and computes their digest; a few milliseconds, once at start.
    pub fn new() -> Self {
        let file = |(name, content_type, bytes): (_, _, &'static [u8])| {
            let bytes = match content_type {
                JAVASCRIPT => bare(bytes, is_remark),
                CSS => bare(bytes, |line| line.starts_with(b"/*")),
                _ => Bytes::from_static(bytes),
            };
            Asset { name, content_type, gzip: packed(&bytes), bytes }
        };
        let files: Vec<Asset> = FILES.into_iter().map(file).collect();
        let mut digest = Sha256::new();
        for Asset { name, bytes, .. } in &files {
            // The length keeps what is the end of one file apart from what is the beginning of the next.
            digest = digest.chain_update(format!("{name} {}\n", bytes.len())).chain_update(bytes);
        }
        let mut digest = hex(&digest.finalize());
        digest.truncate(DIGITS);
        Self { digest, icon: as_address(ICON), files }
    }

    /// The digest in today's addresses: 16 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The file that is asked for below `/assets/{digest}/`.
    pub fn find(&self, digest: &str, name: &str) -> Option<Found<'_>> {
        let asset = self.files.iter().find(|asset| asset.name == name)?;
        Some(Found { asset, is_todays: digest == self.digest })
    }

    /// The picture of the tab, as an address that holds all of it.
    pub fn icon(&self) -> &str {
        &self.icon
    }

    /// Today's address of a file.
    pub fn href(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.digest)
    }
}

impl Default for Assets {
    fn default() -> Self {
        Self::new()
    }
}

/// A picture in SVG as an address that holds it. What would end the address, or is long to write there, is written otherwise.
fn as_address(picture: &str) -> String {
    let mut address = String::from("data:image/svg+xml,");
    for character in picture.trim().chars() {
        match character {
            '"' => address.push('\''),
            '#' | '%' | '<' | '>' | '&' | ' ' | ':' => address.push_str(&format!("%{:02X}", u32::from(character))),
            character => address.push(character),
        }
    }
    address
}

/// A file without what no browser has to fetch: the lines that only tell people about it, and the room before its lines.
fn bare(file: &[u8], is_remark: fn(&[u8]) -> bool) -> Bytes {
    let lines = file.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty() && !is_remark(line)).collect::<Vec<_>>().join(&b'\n').into()
}

fn is_remark(line: &[u8]) -> bool {
    line == b"*" || ["//", "/**", "* ", "*/"].iter().any(|sign| line.starts_with(sign.as_bytes()))
}

/// The bytes packed by gzip; `None` where that would not make them smaller.
fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let pack = || -> io::Result<Vec<u8>> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes)?;
        packer.finish()
    };
    // Writing into memory does not fail; if it did, the file would go out as it is.
    pack().ok().filter(|packed| packed.len() < bytes.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    fn text(name: &str) -> String {
        let assets = Assets::new();
        String::from_utf8(assets.find("", name).unwrap().asset.bytes.to_vec()).unwrap()
    }

    /// What goes over the wire for some of the files.
    fn weight(names: &[&str]) -> usize {
        let assets = Assets::new();
        let size = |name: &&str| {
            let asset = assets.find(assets.digest(), name).unwrap().asset;
            asset.gzip.as_ref().map_or(asset.bytes.len(), Vec::len)
        };
        names.iter().map(size).sum()
    }

    /// What pages fetch, at once or when somebody asks for it; overlays have their own.
    fn scripts() -> Vec<&'static str> {
        let is_script = |name: &&str| name.rsplit('.').next() == Some("js") && *name != OVERLAY_SCRIPT;
        let scripts: Vec<_> = FILES.iter().map(|file| file.0).filter(is_script).collect();
        assert_eq!(scripts.len(), MODULES.len() + ASKED_FOR.len() + 1);
        scripts
    }

    /// What pages fetch before anybody did anything.
    fn first_scripts() -> Vec<&'static str> {
        scripts().into_iter().filter(|name| !ASKED_FOR.contains(name)).collect()
    }

    #[test]
    fn an_address_of_today_may_be_kept_and_one_of_yesterday_gets_the_file_of_today() {
        let assets = Assets::new();
        let href = assets.href(STYLES);
        let [_, "assets", digest, name] = href.split('/').collect::<Vec<_>>()[..] else { panic!("{href}") };
        assert_eq!((digest.len(), name), (16, STYLES));
        let found = assets.find(digest, name).unwrap();
        assert!(found.is_todays);
        let old = assets.find("0123456789abcdef", STYLES).unwrap();
        assert!(!old.is_todays);
        assert_eq!(old.asset.bytes, found.asset.bytes);
        assert!(assets.find(digest, "../styles.css").is_none());
        assert_eq!(Assets::new().digest(), digest, "the digest depends on the files alone");
    }

    #[test]
    fn the_picture_of_the_tab_stands_in_its_address_and_is_asked_of_nobody() {
        let assets = Assets::new();
        let picture = assets.icon().strip_prefix("data:image/svg+xml,").unwrap();
        assert!(picture.starts_with("%3Csvg") && picture.ends_with("%3C/svg%3E"), "{picture}");
        assert!(picture.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>#&".contains(&byte)), "{picture}");
        assert!(picture.len() < 500, "every page has it");
    }

    #[test]
    fn what_is_packed_is_the_file() {
        let assets = Assets::new();
        for asset in &assets.files {
            let Some(gzip) = &asset.gzip else { continue };
            let mut unpacked = Vec::new();
            GzDecoder::new(&gzip[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, asset.bytes, "{}", asset.name);
        }
        assert!(assets.find("", STYLES).unwrap().asset.gzip.is_some());
        assert_eq!(packed(b"x"), None);
    }

    #[test]
    fn what_is_left_out_of_a_script_tells_people_about_it_and_is_no_code() {
        for (name, _, bytes) in FILES.into_iter().filter(|(_, kind, _)| *kind == JAVASCRIPT) {
            let mut is_inside = false;
            for line in String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::trim) {
                is_inside |= line.starts_with("/**");
                assert_eq!(is_inside || line.starts_with("//"), is_remark(line.as_bytes()), "{name}: {line}");
                assert!(!is_inside || !line.contains("*/") || line.ends_with("*/"), "{name}: {line}");
                is_inside &= !line.ends_with("*/");
            }
            assert!(!text(name).is_empty() && text(name).len() < bytes.len(), "{name}");
        }
    }

    #[test]
    fn what_is_left_out_of_a_sheet_tells_people_about_it_and_is_no_rule() {
        for (name, _, bytes) in FILES.into_iter().filter(|(_, kind, _)| *kind == CSS) {
            let sheet = String::from_utf8(bytes.to_vec()).unwrap();
            for line in sheet.lines().map(str::trim).filter(|line| line.contains("/*") || line.contains("*/")) {
                assert!(line.starts_with("/*") && line.find("*/") == Some(line.len() - 2), "{name}: {line}");
            }
            assert!(!text(name).contains("/*") && text(name).contains('}'), "{name}");
        }
    }

    #[test]
    fn a_first_visit_is_light() {
        assert!(text(STYLES).len() <= 30 * 1024, "the sheet has {} bytes", text(STYLES).len());
        let scripts = weight(&first_scripts());
        // Beside them go the headers of each: all that goes over the wire stays below 20 KiB, and a twentieth is left.
        let headers = 550 * first_scripts().len();
        assert!(scripts + headers <= 19 * 1024, "the script has {scripts} bytes, and {headers} of headers");
        // 60 KiB are for the page as well.
        let all = scripts + weight(&[STYLES]);
        assert!(all <= 40 * 1024, "all files have {all} bytes");
    }

    /// The browser inside of OBS is as old as OBS is: Chromium 75 with version 25.
    #[test]
    fn overlays_ask_nothing_of_a_browser_that_old_ones_cannot_do() {
        let script = text(OVERLAY_SCRIPT);
        for new in ["import ", "export ", "?.", "??", "await ", "||=", ".at(", "replaceAll", "replaceChildren", "#"] {
            assert!(!script.contains(new), "{new}");
        }
        let sheet = text(OVERLAY_STYLES);
        for new in
            ["@layer", "light-dark(", "inset:", "color-mix(", ":is(", ":where(", ":has(", "&", "-inline:", "-block:"]
        {
            assert!(!sheet.contains(new), "{new}");
        }
        assert!(weight(&[OVERLAY_STYLES, OVERLAY_SCRIPT]) <= 4 * 1024);
    }

    #[test]
    fn nothing_comes_from_elsewhere_and_nothing_needs_what_the_policy_forbids() {
        for (name, ..) in FILES {
            let text = text(name);
            for forbidden in
                ["http:", "https:", "//cdn", "@import", "style=\"", "innerHTML", "eval(", "new Function", ".cssText"]
            {
                assert!(!text.contains(forbidden), "{name} has {forbidden}");
            }
            assert!(!crate::web::ui::testing::has_handler(&text), "{name} has an inline handler");
        }
    }

    #[test]
    fn each_module_is_named_by_those_who_import_it_and_by_the_page() {
        for name in scripts() {
            for import in text(name).split("from \"./").skip(1) {
                let imported = import.split('"').next().unwrap();
                assert!(MODULES.contains(&imported), "{name} imports {imported}");
            }
        }
        for module in MODULES {
            assert!(text(SCRIPT).contains(&format!("\"./{module}\"")), "nobody imports {module}");
        }
        for module in ASKED_FOR {
            let by = |name: &&str| text(name).contains(&format!("import(\"./{module}\")"));
            assert!(first_scripts().iter().any(by), "nobody asks for {module}");
        }
    }

    /// The room before its lines is part of a text that goes over several.
    #[test]
    fn no_text_of_a_script_goes_over_lines() {
        for (name, _, bytes) in FILES.into_iter().filter(|(_, kind, _)| *kind == JAVASCRIPT) {
            for line in
                String::from_utf8(bytes.to_vec()).unwrap().lines().filter(|line| !is_remark(line.trim().as_bytes()))
            {
                assert_eq!(line.matches('`').count() % 2, 0, "{name}: {line}");
            }
        }
    }

    /// The names by which the first description of the dashboard knows its script (`T-DSH-02` to `T-DSH-04`).
    #[test]
    fn the_entry_module_exports_what_was_promised() {
        let script = text(SCRIPT);
        for name in ["const loadServerData", "const handleSSE", "const renderUsers", "const state"] {
            assert!(script.contains(&format!("export {name}")), "{name}");
        }
        for part in [
            "currentServer",
            "servers",
            "users",
            "transactions",
            "tasks",
            "shop",
            "currentView",
            "selectedServer",
            "realTimeData",
        ] {
            assert!(script.contains(&format!("{part}:")), "{part}");
        }
    }
}
