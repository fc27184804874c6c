//! What rows carry as text keeps its form as well: `tests/golden/carried.txt` has a line for each kind of job and of activity,
//! each setting and each set of stored names, with every form that it ever had. It is refreshed as the listing of tables is.

use std::path::Path;

use strum::VariantArray;

use crate::features;
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::desk::model::{MAIN, PENDING};
use crate::features::displays::model::LIVE_QUEUE;
use crate::features::queue::model::Line;
use crate::features::submissions::links::Platform;
use crate::settings::to_come;
use crate::store::form::Carried;
use crate::store::testing::{Known, Listing};

/// Names of things that rows hold as text.
struct Names {
    name: &'static str,
    all: fn() -> Vec<&'static str>,
}

impl Carried for Names {
    fn name(&self) -> &'static str {
        self.name
    }

    fn samples(&self) -> Result<Vec<String>, String> {
        Ok((self.all)().into_iter().map(ToOwned::to_owned).collect())
    }

    fn again(&self, text: &str) -> Result<String, String> {
        let found = (self.all)().into_iter().find(|name| *name == text);
        found.map(ToOwned::to_owned).ok_or_else(|| "nothing is called that".to_owned())
    }
}

/// All sets of names.
static NAMES: [Names; 5] = [
    Names { name: "coins.kind", all: || EntryKind::VARIANTS.iter().map(|kind| kind.name()).collect() },
    Names { name: "coins.currency", all: || Currency::VARIANTS.iter().map(|currency| currency.key()).collect() },
    Names { name: "queue.line", all: || Line::VARIANTS.iter().map(|line| line.name()).collect() },
    Names { name: "queue.platform", all: || Platform::ALL.iter().map(|platform| platform.name()).collect() },
    Names { name: "displays.kind", all: || vec![LIVE_QUEUE, MAIN, PENDING] },
];

#[test]
fn what_rows_carry_as_text_keeps_its_form() {
    let mut known: Vec<Known<'_>> = NAMES.iter().map(|names| ("name", names as &dyn Carried)).collect();
    for feature in features::ALL {
        known.extend(feature.jobs.iter().map(|kind| ("job", *kind as &dyn Carried)));
        known.extend(feature.activities.iter().map(|kind| ("activity", *kind as &dyn Carried)));
        known.extend(feature.settings.iter().map(|listed| ("setting", listed.setting as &dyn Carried)));
        known.extend(feature.unlisted.iter().map(|setting| ("setting", *setting)));
    }
    known.extend(to_come::LISTED.iter().map(|listed| ("setting", listed.setting as &dyn Carried)));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/carried.txt");
    Listing::at(&path).check(&known);
}
