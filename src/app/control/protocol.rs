//! The lines that both sides write and read, for whatever operation.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::exit::{ExitCode, Stop};
use crate::app::operation::Operation;

/// Longer requests are refused.
pub(super) const LONGEST_REQUEST: u64 = 64 * 1024;

/// The line of a request.
#[derive(Serialize)]
struct RequestLine<'a, O> {
    #[serde(rename = "do")]
    name: &'static str,
    #[serde(flatten)]
    operation: &'a O,
}

/// What is read of every request.
#[derive(Deserialize)]
struct RequestHead {
    #[serde(rename = "do")]
    name: String,
}

/// A line of the answer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply<T> {
    Progress(String),
    Done(T),
    Stopped { code: u8, message: String },
}

/// A request that came in: it is known what is to be done, and not yet with what.
#[derive(Clone, Debug)]
pub struct Request {
    name: String,
    line: String,
}

impl Request {
    /// Reads which operation a line asks for.
    pub(super) fn of(line: String) -> Result<Self, Stop> {
        let RequestHead { name } = serde_json::from_str(&line).map_err(not_known)?;
        Ok(Self { name, line })
    }

    /// The operation, where it is this one that is asked for.
    pub fn operation<O: Operation>(&self) -> Option<Result<O, Stop>> {
        (self.name == O::NAME).then(|| serde_json::from_str(&self.line).map_err(not_known))
    }

    /// The end of a request for an operation that there is not.
    pub fn unknown(&self) -> Stop {
        not_known(format!("unknown operation `{}`", self.name))
    }
}

fn not_known(why: impl Display) -> Stop {
    Stop::new(ExitCode::Configuration, format!("The running Greenroom does not know this: {why}"))
}

/// The last line of the answer to a request that was fulfilled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeLine(pub(super) Vec<u8>);

impl OutcomeLine {
    /// The line that tells what came of an operation.
    pub fn of<O: Operation>(outcome: &O::Outcome) -> Result<Self, Stop> {
        let named = BTreeMap::from([(O::OUTCOME, outcome)]);
        line(&Reply::Done(named)).map(Self).map_err(Stop::failed)
    }
}

/// What a line of the answer says.
pub(super) enum ReplyEvent<T> {
    /// It is at work.
    Progress(String),
    /// It has ended.
    End(Result<T, Stop>),
    /// It did something else.
    AnotherOutcome,
}

/// The line that asks for an operation.
pub(super) fn request<O: Operation>(operation: &O) -> serde_json::Result<Vec<u8>> {
    line(&RequestLine { name: O::NAME, operation })
}

/// The line of a report on the way.
pub(super) fn progress(text: String) -> serde_json::Result<Vec<u8>> {
    line(&Reply::<()>::Progress(text))
}

/// The last line of the answer to a request that was not fulfilled.
pub(super) fn stopped(stop: Stop) -> serde_json::Result<Vec<u8>> {
    line(&Reply::<()>::Stopped { code: stop.code.number(), message: stop.message })
}

/// Reads a line of the answer to an operation.
pub(super) fn read_reply<O: Operation>(line: &str) -> serde_json::Result<ReplyEvent<O::Outcome>> {
    let told = match serde_json::from_str::<Reply<Map<String, Value>>>(line)? {
        Reply::Progress(text) => ReplyEvent::Progress(text),
        Reply::Done(mut outcome) => match outcome.remove(O::OUTCOME) {
            Some(outcome) => ReplyEvent::End(Ok(serde_json::from_value(outcome)?)),
            None => ReplyEvent::AnotherOutcome,
        },
        Reply::Stopped { code, message } => {
            ReplyEvent::End(Err(Stop::new(ExitCode::from_repr(code).unwrap_or(ExitCode::Failed), message)))
        }
    };
    Ok(told)
}

fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::import::{ImportLuxbot, Imported};
    use crate::app::operation::{
        BackUp, BackedUp, CheckStore, Checked, EconomyReport, ExportLedger, ExportSqlite, IssueLink, LedgerExported,
        LinkIssued, ListReferences, PasswordSet, ReferenceList, ReportEconomy, SetPassword, SetReference,
        SqliteExported,
    };
    use crate::features::coins::csv::Wanted;
    use crate::kernel::digest::Digest;
    use crate::kernel::ids::{ChannelId, GuildId};
    use crate::kernel::time::Timestamp;
    use crate::references::Target;

    /// The line that asks, without its end; the other side reads the same of it.
    fn asked<O: Operation + PartialEq + std::fmt::Debug>(operation: &O) -> String {
        let line = String::from_utf8(request(operation).unwrap()).unwrap();
        assert_eq!(&Request::of(line.clone()).unwrap().operation::<O>().unwrap().unwrap(), operation);
        line.strip_suffix('\n').unwrap().to_owned()
    }

    /// The line that tells what came of it, without its end; the other side reads the same of it.
    fn answered<O: Operation>(outcome: &O::Outcome) -> String
    where
        O::Outcome: PartialEq + std::fmt::Debug,
    {
        let line = String::from_utf8(OutcomeLine::of::<O>(outcome).unwrap().0).unwrap();
        let ReplyEvent::End(Ok(read)) = read_reply::<O>(&line).unwrap() else { panic!("{line}") };
        assert_eq!(&read, outcome);
        line.strip_suffix('\n').unwrap().to_owned()
    }

    #[test]
    fn commands_and_bots_of_all_versions_ask_in_the_same_words() {
        let (guild, now) = (GuildId::new(1_152_921_504_606_846_977), Timestamp::from_millis(7));
        let lines = [
            asked(&CheckStore {}),
            asked(&ExportSqlite { path: "/x.db".into(), guild: Some(guild), replace: true }),
            asked(&BackUp { path: "/x.redb".into(), makes_folder: true }),
            asked(&ImportLuxbot { path: "/l.db".into(), guild, dry_run: false, snapshot: "/s.redb".into() }),
            asked(&ExportLedger { path: "/x.csv".into(), wanted: Wanted::default(), replace: false }),
            asked(&ListReferences {}),
            asked(&ReportEconomy { guild: None, now }),
            asked(&IssueLink {
                operator: "admin".into(),
                digest: Digest::from_bytes([7; 32]),
                hash: "$argon2id$x".into(),
            }),
            asked(&SetPassword { operator: "admin".into(), hash: "$argon2id$x".into() }),
        ];
        let sevens = ["7"; 32].join(",");
        let link = format!(r#"{{"do":"admin_link","operator":"admin","digest":[{sevens}],"hash":"$argon2id$x"}}"#);
        let economy = format!(r#"{{"do":"economy","guild":null,"now":{}}}"#, serde_json::to_string(&now).unwrap());
        assert_eq!(
            lines,
            [
                r#"{"do":"check"}"#,
                r#"{"do":"export_sqlite","path":"/x.db","guild":1152921504606846977,"replace":true}"#,
                r#"{"do":"backup","path":"/x.redb","makes_folder":true}"#,
                r#"{"do":"import","path":"/l.db","guild":1152921504606846977,"dry_run":false,"snapshot":"/s.redb"}"#,
                r#"{"do":"export_ledger","path":"/x.csv","wanted":{"guild":null,"currency":null,"user":null,"since":null},"replace":false}"#,
                r#"{"do":"references"}"#,
                economy.as_str(),
                link.as_str(),
                r#"{"do":"admin_password","operator":"admin","hash":"$argon2id$x"}"#,
            ]
        );
    }

    #[test]
    fn commands_and_bots_of_all_versions_answer_in_the_same_words() {
        let set = vec![SetReference {
            guild: GuildId::new(5),
            key: "debug_channel".to_owned(),
            target: Target::Channel(ChannelId::new(1)),
        }];
        let tables = vec![("songs".to_owned(), 1)];
        let address = Some("http://127.0.0.1:3000".to_owned());
        let issued = LinkIssued { is_first: false, expires: Timestamp::from_millis(7), address, waits: false };
        let backed_up = BackedUp { path: "/x.redb".into(), greenroom: "0.1.0".to_owned(), version: 6, rows: 9 };
        let lines = [
            answered::<CheckStore>(&Checked { findings: vec!["a page is torn".to_owned()] }),
            answered::<ExportSqlite>(&SqliteExported { path: "/x.db".into(), tables, dangling: 0 }),
            answered::<BackUp>(&backed_up),
            answered::<ImportLuxbot>(&Imported { dry_run: true, ..Imported::default() }),
            answered::<ExportLedger>(&LedgerExported { path: "/x.csv".into(), entries: 3 }),
            answered::<ListReferences>(&ReferenceList { set }),
            answered::<ReportEconomy>(&EconomyReport { guilds: Vec::new() }),
            answered::<IssueLink>(&issued),
            answered::<SetPassword>(&PasswordSet { is_first: true }),
        ];
        let expires = serde_json::to_string(&issued.expires).unwrap();
        let link = format!(
            r#"{{"done":{{"link_issued":{{"is_first":false,"expires":{expires},"address":"http://127.0.0.1:3000"}}}}}}"#
        );
        assert_eq!(
            lines,
            [
                r#"{"done":{"checked":{"findings":["a page is torn"]}}}"#,
                r#"{"done":{"exported":{"path":"/x.db","tables":[["songs",1]],"dangling":0}}}"#,
                r#"{"done":{"backed_up":{"path":"/x.redb","greenroom":"0.1.0","version":6,"rows":9}}}"#,
                r#"{"done":{"imported":{"tables":[],"left_out":[],"snapshot":null,"dry_run":true,"began":null}}}"#,
                r#"{"done":{"ledger_exported":{"path":"/x.csv","entries":3}}}"#,
                r#"{"done":{"references":{"set":[{"guild":5,"key":"debug_channel","target":{"channel":1}}]}}}"#,
                r#"{"done":{"economy":{"guilds":[]}}}"#,
                link.as_str(),
                r#"{"done":{"password_set":{"is_first":true}}}"#,
            ]
        );
        assert_eq!(progress("half".to_owned()).unwrap(), b"{\"progress\":\"half\"}\n");
        let full = stopped(Stop::new(ExitCode::StorageFailed, "The disk is full.")).unwrap();
        assert_eq!(full, b"{\"stopped\":{\"code\":5,\"message\":\"The disk is full.\"}}\n");
    }

    #[test]
    fn a_backup_that_does_not_say_whether_it_makes_its_folder_makes_none() {
        let request = Request::of(r#"{"do":"backup","path":"/mnt/x.redb"}"#.to_owned()).unwrap();
        let expected = BackUp { path: "/mnt/x.redb".into(), makes_folder: false };
        assert_eq!(request.operation::<BackUp>(), Some(Ok(expected)));
        assert_eq!(request.operation::<CheckStore>(), None);
    }

    #[test]
    fn an_answer_to_something_else_is_none() {
        let line = r#"{"done":{"danced":{"steps":3}}}"#;
        assert!(matches!(read_reply::<CheckStore>(line), Ok(ReplyEvent::AnotherOutcome)));
    }
}
