//! What operations may refuse over HTTP: the tables of refusals of everything that can be asked, for the document of the API
//! and its page. What only Discord's edge refuses is not among them.

use crate::discord::channel_setting::ChannelRefusal;
use crate::discord::receiver::ReceiverRefusal;
use crate::discord::roles::RoleRefusal;
use crate::features::ALL;
use crate::flows::erasure::ErasureRefusal;
use crate::flows::payment_terms::TermRefusal;
use crate::flows::server_removed::RemovalRefusal;
use crate::kernel::refusal::{Refuse, Row};
use crate::kernel::when::WhenRefusal;
use crate::store::CursorRefusal;
use crate::tiktok;
use crate::web::access::{OAuthRefusal, PasswordRefusal};
use crate::web::api::auth::SignInRefusal;
use crate::web::api::desk::DeskRefusal;
use crate::web::api::me::OwnRefusal;
use crate::web::api::prove::ProofRefusal;
use crate::web::instance::InstanceRefusal;
use crate::web::push::StreamRefusal;

/// The tables of the web, of flows and of what all stand on; a feature registers its own.
static TABLES: &[&[Row]] = &[
    SignInRefusal::ROWS,
    OAuthRefusal::ROWS,
    ProofRefusal::ROWS,
    OwnRefusal::ROWS,
    StreamRefusal::ROWS,
    InstanceRefusal::ROWS,
    PasswordRefusal::ROWS,
    CursorRefusal::ROWS,
    WhenRefusal::ROWS,
    ChannelRefusal::ROWS,
    ReceiverRefusal::ROWS,
    RoleRefusal::ROWS,
    DeskRefusal::ROWS,
    TermRefusal::ROWS,
    tiktok::Refusal::ROWS,
    ErasureRefusal::ROWS,
    RemovalRefusal::ROWS,
];

/// All of them, in the order of their codes.
pub fn rows() -> Vec<Row> {
    let of_features = ALL.iter().flat_map(|feature| feature.refusals);
    let mut rows: Vec<Row> = TABLES.iter().chain(of_features).copied().flatten().copied().collect();
    rows.sort_by_key(|row| row.code);
    rows
}
