//! What operations may refuse over HTTP: the tables of refusals of everything that can be asked, for the document of the API
//! and its page. What only Discord's edge refuses is not among them.

use crate::discord::channel_setting::ChannelRefusal;
use crate::features::coins::model::CoinsRefusal;
use crate::features::handles::model::HandleRefusal;
use crate::features::public::model::PublicRefusal;
use crate::features::queue::model::QueueRefusal;
use crate::features::reminders::service::ReminderRefusal;
use crate::features::submissions::audio::AudioRefusal;
use crate::features::submissions::model::SubmissionRefusal;
use crate::features::tiktok::model::TiktokRefusal;
use crate::flows::erasure::ErasureRefusal;
use crate::flows::payment_terms::TermRefusal;
use crate::flows::server_removed::RemovalRefusal;
use crate::jobs::unsent::UnsentRefusal;
use crate::kernel::refusal::{Refuse, Row};
use crate::kernel::when::WhenRefusal;
use crate::presence::PresenceRefusal;
use crate::profile::ProfileRefusal;
use crate::settings::SettingRefusal;
use crate::signin::answer::RepeatRefusal;
use crate::signin::link::LinkRefusal;
use crate::signin::operator::OperatorRefusal;
use crate::signin::session::SessionRefusal;
use crate::signin::token::TokenRefusal;
use crate::store::CursorRefusal;
use crate::tiktok;
use crate::web::access::{OAuthRefusal, PasswordRefusal};
use crate::web::api::auth::SignInRefusal;
use crate::web::api::desk::DeskRefusal;
use crate::web::api::me::OwnRefusal;
use crate::web::api::prove::ProofRefusal;
use crate::web::instance::InstanceRefusal;
use crate::web::push::StreamRefusal;

/// A table for each subject.
static TABLES: &[&[Row]] = &[
    SignInRefusal::ROWS,
    OAuthRefusal::ROWS,
    ProofRefusal::ROWS,
    OwnRefusal::ROWS,
    StreamRefusal::ROWS,
    InstanceRefusal::ROWS,
    PresenceRefusal::ROWS,
    PasswordRefusal::ROWS,
    RepeatRefusal::ROWS,
    LinkRefusal::ROWS,
    OperatorRefusal::ROWS,
    TokenRefusal::ROWS,
    SessionRefusal::ROWS,
    CursorRefusal::ROWS,
    WhenRefusal::ROWS,
    SettingRefusal::ROWS,
    ChannelRefusal::ROWS,
    ProfileRefusal::ROWS,
    QueueRefusal::ROWS,
    DeskRefusal::ROWS,
    PublicRefusal::ROWS,
    SubmissionRefusal::ROWS,
    AudioRefusal::ROWS,
    CoinsRefusal::ROWS,
    TermRefusal::ROWS,
    HandleRefusal::ROWS,
    TiktokRefusal::ROWS,
    tiktok::Refusal::ROWS,
    ReminderRefusal::ROWS,
    ErasureRefusal::ROWS,
    RemovalRefusal::ROWS,
    UnsentRefusal::ROWS,
];

/// All of them, in the order of their codes.
pub fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = TABLES.iter().copied().flatten().copied().collect();
    rows.sort_by_key(|row| row.code);
    rows
}
