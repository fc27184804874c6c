//! How the running bot does operations for commands, which ask over its control socket.

use std::path::Path;
use std::sync::Arc;

use super::with_way_back;
use crate::app::control::{Answer, Handler, Request};
use crate::app::exit::Stop;
use crate::app::import::ImportLuxbot;
use crate::app::operation::{
    BackUp, CheckStore, ExportLedger, ExportSqlite, IssueLink, IssueSetupLink, ListReferences, Operation,
    ReportEconomy, SetPassword,
};
use crate::catalogue::Catalogue;
use crate::store::Store;

/// All operations. Each takes the requests that ask for it.
const OPERATIONS: [Take; 10] = [
    take::<CheckStore>,
    take::<ExportSqlite>,
    take::<ExportLedger>,
    take::<BackUp>,
    take::<ImportLuxbot>,
    take::<ListReferences>,
    take::<ReportEconomy>,
    take::<IssueLink>,
    take::<IssueSetupLink>,
    take::<SetPassword>,
];

type Take = fn(&Request) -> Option<Result<Box<dyn Asked>, Stop>>;

/// An operation that was asked for, whichever it is.
trait Asked: Send {
    /// Does it, and tells what came of it in a line.
    fn answer(&self, store: &Store, catalogue: Catalogue, progress: &mut dyn FnMut(String)) -> Result<Answer, Stop>;
}

impl<O: Operation> Asked for O {
    fn answer(&self, store: &Store, catalogue: Catalogue, progress: &mut dyn FnMut(String)) -> Result<Answer, Stop> {
        Answer::of::<O>(&self.run(store, catalogue, progress)?)
    }
}

fn take<O: Operation>(request: &Request) -> Option<Result<Box<dyn Asked>, Stop>> {
    let operation = request.operation::<O>()?;
    Some(operation.map(|operation| Box::new(operation) as Box<dyn Asked>))
}

fn asked(request: &Request) -> Result<Box<dyn Asked>, Stop> {
    OPERATIONS.iter().find_map(|take| take(request)).unwrap_or_else(|| Err(request.unknown()))
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
