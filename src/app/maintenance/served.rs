//! How the running bot does operations for commands, which ask over its control socket.

use std::path::Path;
use std::sync::Arc;

use super::with_way_back;
use crate::app::control::{Handler, OutcomeLine, Request};
use crate::app::exit::Stop;
use crate::app::import::ImportLuxbot;
use crate::app::operation::{
    BackUp, CheckStore, ExportLedger, ExportSqlite, IssueLink, IssueSetupLink, ListReferences, Operation,
    ReportEconomy, SetPassword, TakeToken,
};
use crate::catalogue::Catalogue;
use crate::store::Store;
#[cfg(test)]
use crate::store::{
    form::Json,
    testing::{Known, Listing},
};

/// All operations. Each takes the requests that ask for it.
const OPERATIONS: [Served; 11] = [
    Served::of::<CheckStore>(),
    Served::of::<ExportSqlite>(),
    Served::of::<ExportLedger>(),
    Served::of::<BackUp>(),
    Served::of::<ImportLuxbot>(),
    Served::of::<ListReferences>(),
    Served::of::<ReportEconomy>(),
    Served::of::<IssueLink>(),
    Served::of::<IssueSetupLink>(),
    Served::of::<SetPassword>(),
    Served::of::<TakeToken>(),
];

/// An operation as the socket knows it.
struct Served {
    take: Take,
    /// What asks for it, and what comes of it: commands and bots of other versions read both.
    #[cfg(test)]
    told: [Known<'static>; 2],
}

type Take = fn(&Request) -> Option<Result<Box<dyn Asked>, Stop>>;

impl Served {
    const fn of<O: Operation>() -> Self {
        Self {
            take: take::<O>,
            #[cfg(test)]
            told: [
                ("asks", const { &Json::<O>::new(O::NAME) }),
                ("answers", const { &Json::<O::Outcome>::new(O::OUTCOME) }),
            ],
        }
    }
}

/// An operation that was asked for, whichever it is.
trait Asked: Send {
    /// Does it, and tells what came of it in a line.
    fn answer(
        &self,
        store: &Store,
        catalogue: Catalogue,
        progress: &mut dyn FnMut(String),
    ) -> Result<OutcomeLine, Stop>;
}

impl<O: Operation> Asked for O {
    fn answer(
        &self,
        store: &Store,
        catalogue: Catalogue,
        progress: &mut dyn FnMut(String),
    ) -> Result<OutcomeLine, Stop> {
        OutcomeLine::of::<O>(&self.run(store, catalogue, progress)?)
    }
}

fn take<O: Operation>(request: &Request) -> Option<Result<Box<dyn Asked>, Stop>> {
    let operation = request.operation::<O>()?;
    Some(operation.map(|operation| Box::new(operation) as Box<dyn Asked>))
}

fn asked(request: &Request) -> Result<Box<dyn Asked>, Stop> {
    OPERATIONS.iter().find_map(|served| (served.take)(request)).unwrap_or_else(|| Err(request.unknown()))
}

/// How the running bot, whose store is in `data_dir`, answers its control socket.
pub fn handler(store: Store, catalogue: Catalogue, data_dir: &Path) -> Handler {
    let data_dir = data_dir.to_owned();
    Arc::new(move |request: &Request| {
        let asked = asked(request)?;
        let (store, data_dir) = (store.clone(), data_dir.clone());
        Ok(Box::new(move |progress: &mut dyn FnMut(String)| {
            asked.answer(&store, catalogue, progress).map_err(|stop| with_way_back(stop, &data_dir))
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_bots_of_other_versions_understand_each_other() {
        let told: Vec<_> = OPERATIONS.iter().flat_map(|served| served.told).collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/control.txt");
        Listing::at(&path).check(&told);
    }
}
